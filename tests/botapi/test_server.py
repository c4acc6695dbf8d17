"""The server is as strict as the real one: a bad request is refused and remembered, a good one passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter

from bot.telegram.request import AiohttpRequest
from tests.botapi.server import TOKEN, BotApiServer
from tests.botapi.user import FakeUser


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, f"{server.url}/bot", request=AiohttpRequest(), get_updates_request=AiohttpRequest()) as bot:
        yield bot


@pytest.fixture
def user(server: BotApiServer) -> FakeUser:
    user = server.user(7)
    user.send("/start")
    return user


async def call(server: BotApiServer, method: str, token: str = TOKEN, **params: Any) -> tuple[int, dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/bot{token}/{method}", json=params) as answer,
    ):
        return answer.status, await answer.json()


async def test_a_message_comes_back_whole(bot: Bot, user: FakeUser, server: BotApiServer) -> None:
    sent = await bot.send_message(7, "  *so* tough ", entities=[MessageEntity("bold", 2, 4)])
    assert sent.text == "*so* tough"
    assert sent.date.microsecond == 0
    assert [(entity.offset, entity.length) for entity in sent.entities] == [(0, 4)]
    assert server.violations == []


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"chat_id": 8, "text": "x"}, "chat not found"),
        ({"chat_id": 7, "text": " \n "}, "empty"),
        ({"chat_id": 7, "text": "🙂" * 2049}, "too long"),
        ({"chat_id": 7}, "text is missing"),
        ({"chat_id": 7, "text": 5}, "String"),
        ({"chat_id": 7, "text": "x", "txet": "y"}, "unknown"),
        ({"chat_id": 7, "text": "abc", "entities": [{"type": "bold", "offset": 2, "length": 5}]}, "entit"),
        ({"chat_id": 7, "text": "abc", "entities": [{"type": "bold", "offset": 0, "length": 0}]}, "entit"),
        ({"chat_id": 7, "text": "🙂abc", "entities": [{"type": "bold", "offset": 1, "length": 2}]}, "entit"),
        ({"chat_id": 7, "text": "abc", "entities": [{"type": "blod", "offset": 0, "length": 1}]}, "type"),
        (
            {
                "chat_id": 7,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]},
            },
            "64",
        ),
        (
            {"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": " ", "callback_data": "a"}]]}},
            "text",
        ),
        ({"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}}, "keyboard"),
    ],
)
async def test_bad_messages_are_refused_and_remembered(
    server: BotApiServer, user: FakeUser, params: dict[str, Any], reason: str
) -> None:
    status, body = await call(server, "sendMessage", **params)
    assert (status, body["ok"], body["error_code"]) == (400, False, 400)
    assert reason.casefold() in body["description"].casefold()
    assert [violation.method for violation in server.violations] == ["sendMessage"]


async def test_unknown_tokens_and_methods(server: BotApiServer) -> None:
    assert (await call(server, "getMe", token="1:x"))[0] == 401
    assert (await call(server, "getMee"))[0] == 404


async def test_an_edit_must_change_something(bot: Bot, user: FakeUser) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="1:0")]])
    sent = await bot.send_message(7, "x", reply_markup=keyboard)
    await bot.edit_message_reply_markup(7, sent.message_id)
    assert user.keyboards == []
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_reply_markup(7, sent.message_id)
    with pytest.raises(BadRequest, match="not found"):
        await bot.edit_message_reply_markup(7, 999)


async def test_a_tap_is_answered_once(bot: Bot, user: FakeUser) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="1:0")]])
    await bot.send_message(7, "x", reply_markup=keyboard)
    query = user.tap(user.messages[0], "a")
    await bot.answer_callback_query(query)
    with pytest.raises(BadRequest, match="uery is too old"):
        await bot.answer_callback_query(query)


async def test_updates_come_until_they_are_confirmed(bot: Bot, user: FakeUser, server: BotApiServer) -> None:
    user.send("two")
    first, second = await bot.get_updates()
    assert [update.update_id for update in await bot.get_updates()] == [first.update_id, second.update_id]
    assert [update.update_id for update in await bot.get_updates(offset=second.update_id)] == [second.update_id]
    assert await bot.get_updates(offset=second.update_id + 1) == ()
    assert server.confirmed_offset == second.update_id + 1


async def test_a_server_comes_back_at_its_address_and_knows_what_it_knew() -> None:
    server = BotApiServer()
    async with server, Bot(TOKEN, f"{server.url}/bot") as bot:
        server.user(7).send("/start")
        await bot.get_updates()
    with pytest.raises(NetworkError):
        await Bot(TOKEN, f"{server.url}/bot").get_me()
    async with server, Bot(TOKEN, f"{server.url}/bot") as bot:
        assert len(await bot.get_updates()) == 1


async def test_one_poll_ends_another_and_a_webhook_ends_all(bot: Bot, server: BotApiServer) -> None:
    server.world.updates.webhook = "https://example.org"
    with pytest.raises(Conflict, match="webhook"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_nobody_is_written_to_who_did_not_begin_or_who_left(
    bot: Bot, user: FakeUser, server: BotApiServer
) -> None:
    server.user(9)
    with pytest.raises(Forbidden, match="initiate"):
        await bot.send_message(9, "hello?")
    user.block()
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(7, "hello?")


async def test_too_fast_is_refused(bot: Bot, user: FakeUser, server: BotApiServer) -> None:
    server.keep_pace()
    for _ in range(3):
        await bot.send_message(7, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(7, "x")


async def test_trouble_on_demand(bot: Bot, user: FakeUser, server: BotApiServer) -> None:
    for how in (502, "drop", "lost"):
        server.fail_next("sendMessage", 1, how)
        with pytest.raises(NetworkError):
            await bot.send_message(7, str(how))
    assert [message["text"] for message in user.messages] == ["lost"]
