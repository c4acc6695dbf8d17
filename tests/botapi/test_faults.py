"""Trouble on demand: what the client gets, what the user sees all the same, and what the record says of it."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError

from tests.botapi import errors
from tests.botapi.faults import How
from tests.botapi.server import TOKEN, BotApiServer, Request
from tests.botapi.user import FakeUser

from .conftest import Client, Json, keyboard

BRIEFLY = 0.2
"""Seconds after which a client gives up."""

BUTTON = keyboard({"text": "a", "callback_data": "d"})


@pytest.fixture
def own_thread() -> Iterator[BotApiServer]:
    """A server that answers while the test blocks."""
    with BotApiServer() as server:
        server.user(7).send("/start")
        yield server


def connect(server: BotApiServer) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def http(method: str, body: bytes) -> bytes:
    head = f"POST /bot{TOKEN}/{method} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def told(request: Request) -> tuple[str, bool, int]:
    return request.fault, request.effect, request.status


def until(seen: Callable[[], bool]) -> None:
    """Wait for the server."""
    end = time.monotonic() + 10
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.001)


# ---------------------------------------------------------------- by number and by word
@pytest.mark.parametrize(("how", "arrives"), [(500, False), (502, False), ("drop", False), ("lost", True)])
async def test_trouble_comes_as_often_as_planned(
    bot: Bot, user: FakeUser, server: BotApiServer, how: Any, arrives: bool
) -> None:
    server.fail_next("sendMessage", 2, how)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(7, "x")
    assert len(user.messages) == 2 * arrives
    await bot.send_message(7, "x")
    assert server.violations == []


async def test_trouble_can_wait_for_its_turn(client: Client, user: FakeUser, server: BotApiServer) -> None:
    server.storm(Random(1), {500: 1.0})
    server.spare_next("sendMessage", 2)
    server.fail_next("sendMessage", 1, 403)
    codes = [(await client("sendMessage", chat_id=7, text="x")).get("error_code") for _ in range(4)]
    assert codes == [None, None, 403, 500]


@pytest.mark.parametrize(("how", "effect"), [("drop", False), ("lost", True)])
async def test_a_connection_breaks(
    client: Client, user: FakeUser, server: BotApiServer, how: How, effect: bool
) -> None:
    server.fail_next("sendMessage", 1, how)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.raw("sendMessage", chat_id=7, text="x")
    assert len(user.messages) == effect
    assert told(server.requests[-1]) == (how, effect, 0)


@pytest.mark.parametrize(("how", "effect"), [("stall", False), ("hang", True)])
async def test_silence_until_the_client_gives_up(
    client: Client, user: FakeUser, server: BotApiServer, how: How, effect: bool
) -> None:
    server.fail_next("sendMessage", 1, how)
    with pytest.raises(TimeoutError):
        await client.raw("sendMessage", BRIEFLY, chat_id=7, text="x")
    await asyncio.to_thread(until, lambda: server.requests[-1].abandoned)
    assert len(user.messages) == effect
    assert told(server.requests[-1]) == (how, effect, 0)
    assert server.requests[-1].took > BRIEFLY / 2


async def test_a_silent_poll_confirms_and_hands_out_nothing(
    client: Client, user: FakeUser, server: BotApiServer
) -> None:
    last = server.world.updates.pending[-1]["update_id"]
    server.fail_next("getUpdates", 1, "hang")
    user.send("two")
    with pytest.raises(TimeoutError):
        await client.raw("getUpdates", BRIEFLY, offset=last + 1)
    assert server.confirmed_offset == last + 1
    assert [update["message"]["text"] for update in await client.accepts("getUpdates")] == ["two"]


async def test_a_reset_comes_in_the_middle_of_the_answer(client: Client, user: FakeUser, server: BotApiServer) -> None:
    server.fail_next("sendMessage", 1, "reset")
    with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
        await client.raw("sendMessage", chat_id=7, text="x")
    assert len(user.messages) == 1
    assert told(server.requests[-1]) == ("reset", True, 0)


def test_a_reset_on_the_wire(own_thread: BotApiServer) -> None:
    own_thread.fail_next("sendMessage", 1, "reset")
    got: list[bytes] = []
    with connect(own_thread) as wire:
        wire.sendall(http("sendMessage", b'{"chat_id":7,"text":"x"}'))
        with pytest.raises(ConnectionResetError):
            got.extend(iter(lambda: wire.recv(4096), b""))  # keeps what came before
    head, _, half = b"".join(got).partition(b"\r\n\r\n")
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert half.startswith(b'{"ok": true, "result": {')
    assert len(half) == size // 2


async def test_what_is_not_json(client: Client, user: FakeUser, server: BotApiServer) -> None:
    server.fail_next("sendMessage", 1, "garble")
    status, body = await client.raw("sendMessage", chat_id=7, text="x")
    with pytest.raises(ValueError, match="decode"):
        json.loads(body)
    assert (status, len(user.messages)) == (200, 1)
    assert told(server.requests[-1]) == ("garble", True, 200)


async def test_json_that_is_no_answer(client: Client, user: FakeUser, server: BotApiServer) -> None:
    server.fail_next("sendMessage", 1, "misshape")
    assert await client.raw("sendMessage", chat_id=7, text="x") == (200, b"[]")
    assert len(user.messages) == 1
    assert told(server.requests[-1]) == ("misshape", True, 200)


@pytest.mark.parametrize(
    ("how", "description"),
    [
        (400, "Bad Request"),
        (401, "Unauthorized"),
        (403, f"Forbidden: {errors.BLOCKED}"),
        (409, "Conflict"),
        (500, "Internal Server Error"),
        (errors.BadRequest("message is not modified"), "Bad Request: message is not modified"),
        (errors.BadRequest("can't parse entities"), "Bad Request: can't parse entities"),
        (errors.TooManyRequests(3), "Too Many Requests: retry after 3"),
        (errors.Forbidden("user is deactivated"), "Forbidden: user is deactivated"),
        (errors.ApiError(500, "Internal Server Error: restart"), "Internal Server Error: restart"),
    ],
)
async def test_refusals_have_telegrams_words(
    client: Client, user: FakeUser, server: BotApiServer, how: How, description: str
) -> None:
    server.fail_next("sendMessage", 1, how)
    assert await client.refuses("sendMessage", chat_id=7, text="x") == description
    status = how if isinstance(how, int) else how.code if isinstance(how, errors.ApiError) else 0
    assert told(server.requests[-1]) == (str(status), False, status)
    assert server.requests[-1].description == description
    assert user.messages == []
    assert server.violations == [], "the bot did nothing wrong"


async def test_a_gateway_answers_with_a_page(client: Client, user: FakeUser, server: BotApiServer) -> None:
    server.fail_next("sendMessage", 1, 502)
    status, page = await client.raw("sendMessage", chat_id=7, text="x")
    assert (status, page[:6]) == (502, b"<html>")
    assert told(server.requests[-1]) == ("502", False, 502)


async def test_refusals_as_ptb_reads_them(bot: Bot, user: FakeUser, server: BotApiServer) -> None:
    odd = errors.BadRequest("odd")
    refusals: list[tuple[How, type[Exception]]] = [(401, InvalidToken), (403, Forbidden), (odd, BadRequest)]
    for how, error in refusals:
        server.fail_next("sendMessage", 1, how)
        with pytest.raises(error):
            await bot.send_message(7, "x")


def test_a_word_that_nobody_knows(own_thread: BotApiServer) -> None:
    with pytest.raises(KeyError):
        own_thread.fail_next("sendMessage", 1, "explode")  # type: ignore[arg-type]


# ---------------------------------------------------------------- closing and leaving
@pytest.mark.parametrize("how", ["stall", "hang"])
async def test_closing_does_not_wait_for_the_silent(how: How) -> None:
    async with BotApiServer() as server, aiohttp.ClientSession() as session:
        server.user(7).send("/start")
        server.fail_next("getMe", 3, how)
        waiting = [asyncio.create_task(Client(session, server).raw("getMe", 60)) for _ in range(3)]
        await asyncio.to_thread(until, lambda: [request.fault for request in server.requests] == [how] * 3)
        async with asyncio.timeout(5):
            await server.__aexit__()
        for one in waiting:
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await one


def test_closing_does_not_wait_for_half_a_request(own_thread: BotApiServer) -> None:
    wire = connect(own_thread)
    with wire:
        wire.sendall(http("sendMessage", b'{"chat_id":7,"text":"x"}')[:-5])
        until(lambda: bool(own_thread.requests))
        own_thread.__exit__()
        own_thread._thread = None
        with suppress(ConnectionResetError):
            assert wire.recv(4096) == b""


def test_who_dies_in_flight_is_noted(own_thread: BotApiServer) -> None:
    own_thread.world.updates.pending.clear()
    with connect(own_thread) as wire:
        wire.sendall(http("getUpdates", b'{"timeout":50,"offset":700000002}'))
        until(lambda: own_thread.world.updates._poll is not None)
    until(lambda: own_thread.requests[-1].abandoned)
    request = own_thread.requests[-1]
    assert (told(request), request.unnoticed) == (("", True, 0), True)
    assert own_thread.world.updates._poll is None, "what comes now is not handed out to nobody"


# ---------------------------------------------------------------- what is a mistake, and what is not
async def test_who_repeats_what_they_could_not_know_is_excused_once(
    client: Client, user: FakeUser, server: BotApiServer
) -> None:
    sent = await client.accepts("sendMessage", chat_id=7, text="x", reply_markup=BUTTON)
    where = {"chat_id": 7, "message_id": sent["message_id"]}
    server.fail_next("editMessageReplyMarkup", 1, "lost")
    server.fail_next("editMessageReplyMarkup", 1, 502)
    for _ in range(2):
        with suppress(aiohttp.ClientError):
            await client.raw("editMessageReplyMarkup", **where)
    assert server.requests[-2].unnoticed
    assert not server.requests[-1].unnoticed
    assert "not modified" in await client.refuses("editMessageReplyMarkup", **where)
    assert server.violations == []
    assert "not modified" in await client.refuses("editMessageReplyMarkup", **where)
    assert len(server.violations) == 1, "now they knew"


async def test_a_mistake_stays_one_when_its_answer_is_lost(
    client: Client, user: FakeUser, server: BotApiServer
) -> None:
    server.fail_next("sendMessage", 1, "lost")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.raw("sendMessage", chat_id=7, text=" ")
    assert told(server.requests[-1]) == ("lost", False, 0)
    assert [violation.description for violation in server.violations] == [server.requests[-1].description]


# ---------------------------------------------------------------- taps
async def test_taps_become_too_old_at_once(client: Client, user: FakeUser, server: BotApiServer) -> None:
    await client.accepts("sendMessage", chat_id=7, text="x", reply_markup=BUTTON)

    def tap() -> str:
        return user.tap(user.messages[0], "a")

    answered, waiting = tap(), tap()
    await client.accepts("answerCallbackQuery", callback_query_id=answered)
    server.expire_taps(coming=1)
    coming, later = tap(), tap()
    for query in (waiting, coming):
        assert "query is too old" in await client.refuses("answerCallbackQuery", callback_query_id=query)
    await client.accepts("answerCallbackQuery", callback_query_id=later)
    assert server.violations == [], "the bot could do nothing about it"
    await client.refuses("answerCallbackQuery", callback_query_id=answered)
    assert len(server.violations) == 1, "twice is twice"


async def test_who_answers_a_tap_that_came_again_is_excused_once(
    client: Client, user: FakeUser, server: BotApiServer
) -> None:
    await client.accepts("sendMessage", chat_id=7, text="x", reply_markup=BUTTON)
    query = user.tap(user.messages[0], "a")
    user.raw("callback_query", {"id": 7})
    await client.accepts("answerCallbackQuery", callback_query_id=query)
    *_, last = await numbers(client)
    await numbers(client, offset=last + 1)
    server.redeliver(2)
    await numbers(client, offset=last + 1)
    for again in range(2):
        assert "query is too old" in await client.refuses("answerCallbackQuery", callback_query_id=query)
        assert len(server.violations) == again


# ---------------------------------------------------------------- receiving
async def numbers(client: Client, **params: int) -> list[int]:
    return [update["update_id"] for update in await client.accepts("getUpdates", **params)]


async def test_updates_come_again_though_they_were_confirmed(
    client: Client, user: FakeUser, server: BotApiServer
) -> None:
    for text in "bcd":
        user.send(text)
    ids = await numbers(client)
    assert await numbers(client, offset=ids[3]) == ids[3:]
    assert server.redeliver(2) == ids[1:3]
    assert await numbers(client, offset=ids[3]) == ids[1:], "those first that are older"
    assert await numbers(client, offset=ids[3]) == ids[3:], "once"
    assert server.redeliver(0) == []
    assert server.redeliver(9) == ids[:3]
    assert await numbers(client, offset=ids[3] + 1, limit=2) == ids[:2]
    assert await numbers(client) == ids[2:3]


async def test_what_comes_again_ends_a_poll(client: Client, user: FakeUser, server: BotApiServer) -> None:
    (first,) = await numbers(client)
    poll = asyncio.create_task(numbers(client, offset=first + 1, timeout=50))
    while server.world.updates._poll is None:
        await asyncio.sleep(0)
    server.redeliver(1)
    assert await poll == [first]


@pytest.mark.parametrize("seed", range(5))
async def test_the_order_changes_once_and_for_certain(
    client: Client, user: FakeUser, server: BotApiServer, seed: int
) -> None:
    server.shuffle_next(Random(seed))
    one = await numbers(client)  # of one there is no other order: the next answer has its turn
    user.send("two")
    two = [*one, one[0] + 1]
    assert await numbers(client) == two[::-1]
    assert await numbers(client) == two


async def test_the_order_is_the_same_for_the_same_seed(client: Client, user: FakeUser, server: BotApiServer) -> None:
    for text in "bcdefgh":
        user.send(text)
    orders = []
    for _ in range(2):
        server.shuffle_next(Random(5))
        orders.append(await numbers(client))
    assert orders[0] == orders[1] != sorted(orders[0])


# ---------------------------------------------------------------- storms
async def weather(client: Client, server: BotApiServer, method: str, n: int, **params: Any) -> list[str]:
    """The trouble that so many requests meet."""
    for _ in range(n):
        with suppress(aiohttp.ClientError):
            await client.raw(method, **params)
    return [request.fault for request in server.requests if request.method == method][-n:]


MESSAGE: Json = {"method": "sendMessage", "n": 200, "chat_id": 7, "text": "x"}


async def test_a_storm_is_the_same_for_the_same_seed(client: Client, user: FakeUser, server: BotApiServer) -> None:
    odds: dict[How, float] = {"drop": 0.1, "lost": 0.1, 502: 0.1, errors.BadRequest("odd"): 0.05}
    server.storm(Random(3), odds)
    first = await weather(client, server, **MESSAGE)
    assert set(first) == {"", "drop", "lost", "502", "400"}
    assert 100 < first.count("") < 160
    sent = [request for request in server.requests if request.method == "sendMessage"]
    assert len(user.messages) == sum(request.effect for request in sent)
    assert [request.unnoticed for request in sent] == [fault == "lost" for fault in first]
    server.storm(Random(3), odds)
    await weather(client, server, "getUpdates", 50)
    assert await weather(client, server, **MESSAGE) == first, "whatever the other methods meet"
    server.storm(Random(4), odds)
    assert await weather(client, server, **MESSAGE) != first


async def test_a_storm_is_over_the_methods_it_is_meant_for(
    client: Client, user: FakeUser, server: BotApiServer
) -> None:
    server.storm(Random(1), {"drop": 1})
    server.storm(Random(1), {500: 1}, ["getUpdates"])
    assert await weather(client, server, "sendMessage", 2, chat_id=7, text="x") == ["drop"] * 2
    assert await weather(client, server, "getUpdates", 2) == ["500"] * 2
    assert await weather(client, server, "getMe", 2) == [""] * 2
    server.fail_next("getUpdates", 1, 502)
    assert await weather(client, server, "getUpdates", 2) == ["502", "500"], "what is planned comes first"
    server.clear_faults()
    assert await weather(client, server, "sendMessage", 2, chat_id=7, text="x") == [""] * 2
    assert await weather(client, server, "getUpdates", 2) == [""] * 2


@pytest.mark.parametrize("odds", [{"drop": 0.6, "lost": 0.6}, {"drop": -0.1}])
async def test_odds_that_cannot_be(server: BotApiServer, odds: dict[How, float]) -> None:
    with pytest.raises(ValueError, match="probabilities"):
        server.storm(Random(1), odds)


async def test_clearing_takes_back_all_that_was_planned(client: Client, user: FakeUser, server: BotApiServer) -> None:
    server.fail_next("sendMessage", 1, 500)
    server.flood_next(1, 5)
    server.expire_taps(coming=1)
    server.clear_faults()
    await client.accepts("sendMessage", chat_id=7, text="x", reply_markup=BUTTON)
    await client.accepts("answerCallbackQuery", callback_query_id=user.tap(user.messages[0], "a"))
