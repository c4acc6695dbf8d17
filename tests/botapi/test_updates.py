"""Receiving: polls, offsets, kinds of updates, and all that is in them."""

from __future__ import annotations

import asyncio
import threading

import pytest
from telegram import Bot
from telegram.error import Conflict

from tests.botapi.schema import check
from tests.botapi.server import TOKEN, BotApiServer
from tests.botapi.user import WORDLESS, FakeUser

from .conftest import Client, keyboard


async def test_the_newer_poll_ends_the_older(client: Client, server: BotApiServer) -> None:
    older = asyncio.create_task(client("getUpdates", timeout=20))
    while server.world.updates._poll is None:
        await asyncio.sleep(0)
    newer = asyncio.create_task(client("getUpdates", timeout=20))
    answer = await older
    assert answer["error_code"] == 409
    assert "terminated by other getUpdates request" in answer["description"]
    server.user(7).send("hello")
    assert [update["message"]["text"] for update in (await newer)["result"]] == ["hello"]
    assert server.violations == []


async def test_a_poll_returns_as_soon_as_there_is_something_and_in_the_end_empty(
    client: Client, server: BotApiServer
) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    poll = asyncio.create_task(client("getUpdates", timeout=20))
    while server.world.updates._poll is None:
        await asyncio.sleep(0)
    await asyncio.to_thread(server.user(7).send, "hello")
    assert len((await poll)["result"]) == 1
    assert loop.time() - begun < 5
    last = server.world.updates.pending[-1]["update_id"]
    assert await client.accepts("getUpdates", timeout=1, offset=last + 1) == []
    assert loop.time() - begun > 1


async def test_a_webhook_ends_a_poll(client: Client, server: BotApiServer) -> None:
    poll = asyncio.create_task(client("getUpdates", timeout=20))
    while server.world.updates._poll is None:
        await asyncio.sleep(0)
    server.world.updates.webhook = "https://example.org/hook"
    assert "setWebhook" in (await poll)["description"]
    assert (await client.accepts("getWebhookInfo"))["url"] == "https://example.org/hook"
    assert "webhook is active" in await client.refuses("getUpdates")
    server.user(7).send("hello")
    await client.accepts("deleteWebhook", drop_pending_updates=True)
    assert await client.accepts("getUpdates") == []


async def test_a_second_poller_sees_a_conflict_in_ptb(bot: Bot, server: BotApiServer) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    while server.world.updates._poll is None:
        await asyncio.sleep(0)
    async with Bot(TOKEN, f"{server.url}/bot") as other:
        assert await other.get_updates() == ()
    with pytest.raises(Conflict, match="only one bot instance"):
        await poll


async def test_offsets(client: Client, server: BotApiServer, user: FakeUser) -> None:
    for text in "bcd":
        user.send(text)
    ids = [update["update_id"] for update in await client.accepts("getUpdates")]

    async def read(**params: int) -> list[int]:
        return [update["update_id"] for update in await client.accepts("getUpdates", **params)]

    assert await read(limit=2) == ids[:2]
    assert await read(offset=ids[1]) == ids[1:]
    assert await read() == ids[1:], "what was confirmed is gone for good"
    assert await read(offset=-2) == ids[2:]
    assert await read() == ids[2:], "what is before a negative offset is forgotten"
    for wrong in ({"limit": 0}, {"limit": 101}, {"timeout": -1}, {"offset": "x"}):
        await client.refuses("getUpdates", **wrong)
    assert len(server.violations) == 4


async def test_ids_that_jump_back_are_delivered_though_the_offset_is_ahead(
    client: Client, server: BotApiServer, user: FakeUser
) -> None:
    ahead = server.world.updates.next_id
    await client.accepts("getUpdates", offset=ahead)
    server.world.updates.next_id = 5_000
    user.send("after a quiet week")
    assert [update["update_id"] for update in await client.accepts("getUpdates", offset=ahead)] == [5_000]
    assert await client.accepts("getUpdates", offset=5_001) == []


async def test_only_the_kinds_asked_for_come(client: Client, server: BotApiServer, user: FakeUser) -> None:
    user.raw("chat_member", {})  # queued as it is
    server.world.updates.add("chat_member", {})
    assert len(await client.accepts("getUpdates", allowed_updates=["callback_query"])) == 2
    user.send("not wanted")
    assert len(await client.accepts("getUpdates")) == 2, "remembered"
    assert len(await client.accepts("getUpdates", allowed_updates=[])) == 2
    user.send("wanted again")
    assert len(await client.accepts("getUpdates")) == 3
    assert "no updates of kind" in await client.refuses("getUpdates", allowed_updates=["mesage"])


async def test_all_that_is_sent_is_as_described(client: Client, bot: Bot, server: BotApiServer, user: FakeUser) -> None:
    markup = keyboard({"text": "a", "callback_data": "d"})
    check("Message", await client.accepts("sendMessage", chat_id=7, text="/menu x", reply_markup=markup), "Message")
    check("User", await client.accepts("getMe"), "User")
    check("WebhookInfo", await client.accepts("getWebhookInfo"), "WebhookInfo")
    for kind in WORDLESS:
        user.send_wordless(kind)
    user.edit(user.send("a"), "b")
    user.forward("c")
    user.tap(user.messages[0], "a")
    user.tap(user.messages[0], "a", accessible=False)
    user.block()
    user.unblock()
    user.post({"id": -5, "type": "group", "title": "Us"}, text="hi")
    for update in await client.accepts("getUpdates"):
        check("Update", update, "Update")
    assert len(await bot.get_updates()) == len(server.world.updates.pending)


async def test_people_in_several_threads_make_updates_of_their_own(server: BotApiServer) -> None:
    people = [server.user(number) for number in range(1, 5)]
    threads = [threading.Thread(target=lambda one=one: [one.send("x") for _ in range(300)]) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    ids = [update["update_id"] for update in server.world.updates.pending]
    assert len(set(ids)) == len(ids) == 1200
