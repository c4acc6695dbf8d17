"""The rules that the conversations of the other tests do not reach: each refuses what is bad and lets good pass."""

from __future__ import annotations

import asyncio
import json
import struct
import threading
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot, MenuButtonCommands
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError

from tests.botapi.pace import Pace
from tests.botapi.schema import check
from tests.botapi.server import TOKEN, BotApiServer
from tests.botapi.user import WORDLESS, FakeUser

Json = dict[str, Any]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """Plain HTTP, with bodies of any kind."""

    def __init__(self, session: aiohttp.ClientSession, server: BotApiServer) -> None:
        self._session = session
        self._url = f"{server.url}/bot{TOKEN}"

    async def __call__(self, method: str, **params: Any) -> Json:
        return await self.send(method, json=params)

    async def send(self, method: str, verb: str = "POST", **body: Any) -> Json:
        async with self._session.request(verb, f"{self._url}/{method}", **body) as answer:
            found: Json = await answer.json()
            assert answer.status == found.get("error_code", 200)
            assert found["ok"] == (answer.status == 200)
            return found

    async def accepts(self, method: str, **params: Any) -> Any:
        """The result."""
        answer = await self(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refuses(self, method: str, **params: Any) -> str:
        """Why."""
        answer = await self(method, **params)
        assert not answer["ok"], answer
        return str(answer["description"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(clock=clock) as server:
        yield server


@pytest.fixture
async def client(server: BotApiServer) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, server)


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    """PTB with its own HTTP client, which sends forms."""
    async with Bot(TOKEN, f"{server.url}/bot") as bot:
        yield bot


@pytest.fixture
def user(server: BotApiServer) -> FakeUser:
    user = server.user(7)
    user.send("/start")
    return user


def mark(kind: str, offset: int, length: int, **more: Any) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


def keyboard(*buttons: Json) -> Json:
    return {"inline_keyboard": [[button] for button in buttons]}


# ---------------------------------------------------------------- bodies
@pytest.mark.parametrize(
    "body",
    [
        {"json": {"chat_id": 7, "text": "so", "disable_notification": True, "entities": [mark("bold", 0, 2)]}},
        {"data": {"chat_id": "7", "text": "so", "disable_notification": "true",
                  "entities": json.dumps([mark("bold", 0, 2)])}},
        {"verb": "GET", "params": {"chat_id": "7", "text": "so", "disable_notification": "true",
                                   "entities": json.dumps([mark("bold", 0, 2)])}},
    ],
    ids=["json", "form", "query"],
)  # fmt: skip
async def test_each_kind_of_body_is_read(client: Client, user: FakeUser, server: BotApiServer, body: Json) -> None:
    assert (await client.send("sendMessage", **body))["result"]["entities"] == [mark("bold", 0, 2)]
    assert server.requests[-1].params["disable_notification"] is True
    assert server.violations == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"data": {"chat_id": "seven", "text": "x"}}, "chat not found"),
        ({"data": {"chat_id": "--7", "text": "x"}}, "chat not found"),
        ({"data": {"chat_id": "7", "text": "x", "disable_notification": "yes"}}, "Boolean"),
        ({"data": {"chat_id": "7", "text": "x", "entities": "[{"}}, "can't parse entities"),
        ({"data": {"chat_id": "7", "text": "x", "entities": "{}"}}, "array"),
        ({"data": [("chat_id", "7"), ("chat_id", "7"), ("text", "x")]}, "twice"),
        ({"data": b"chat_id=7&text=%ff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, "UTF-8"),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, "JSON"),
        ({"data": b"[]", "headers": {"Content-Type": "application/json"}}, "object"),
        ({"data": b"x", "headers": {"Content-Type": "text/plain"}}, "text/plain"),
        ({"json": {"chat_id": 7, "text": "\ud83d"}}, "UTF-8"),
        ({"json": {"chat_id": 7, "text": None}}, "String"),
        ({"json": {"chat_id": 7, "text": "x", "parse_mode": "HTML"}}, "not supported"),
    ],
)
async def test_bad_bodies(client: Client, user: FakeUser, server: BotApiServer, body: Json, reason: str) -> None:
    answer = await client.send("sendMessage", **body)
    assert reason in answer["description"]
    assert [violation.description for violation in server.violations] == [answer["description"]]


async def test_an_unknown_method_is_remembered(client: Client, server: BotApiServer) -> None:
    assert "method not found" in await client.refuses("sendMesage")
    assert [violation.method for violation in server.violations] == ["sendMesage"]


# ---------------------------------------------------------------- texts and entities
@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("😀😀", [mark("bold", 2, 2)]),
        ("abcdef", [mark("bold", 0, 6), mark("italic", 2, 2)]),
        ("abcdef", [mark("blockquote", 0, 6), mark("bold", 0, 3), mark("code", 4, 2)]),
        ("abcdef", [mark("bold", 0, 3), mark("code", 3, 3)]),
        ("abc", [mark("text_link", 0, 3, url="https://example.org")]),
        ("a" * 4096, []),
        ("😀" * 2048, []),
        ("  " + "a" * 4096 + "\n ", []),
    ],
)
async def test_good_texts(
    client: Client, user: FakeUser, server: BotApiServer, text: str, entities: list[Json]
) -> None:
    sent = await client.accepts("sendMessage", chat_id=7, text=text, entities=entities)
    assert sent["text"] == text.strip()
    assert sent.get("entities", []) == entities
    assert server.violations == []


@pytest.mark.parametrize(
    ("text", "entities", "reason"),
    [
        ("abcdef", [mark("bold", 0, 4), mark("italic", 2, 4)], "nested"),
        ("abcdef", [mark("code", 0, 6), mark("bold", 2, 2)], "nested"),
        ("abcdef", [mark("blockquote", 0, 6), mark("expandable_blockquote", 2, 2)], "nested"),
        ("abcdef", [mark("bold", 0, 6), mark("bold", 2, 2)], "nested"),
        ("abc", [mark("bold", -1, 2)], "begins"),
        ("abc", [mark("bold", 3, 1)], "after the end"),
        ("abc", [mark("text_link", 0, 3)], "needs url"),
        ("abc", [mark("bold", 0, 3, colour="red")], "colour is unknown"),
        ("abc", [{"type": "bold", "offset": 0}], "length is missing"),
        ("a😀", [mark("bold", 0, 2)], "middle of a UTF-16 symbol"),
        ("a" * 4097, [], "too long"),
        ("\u200b\u2060", [], "empty"),
        ("", [], "empty"),
    ],
)
async def test_bad_texts(
    client: Client, user: FakeUser, server: BotApiServer, text: str, entities: list[Json], reason: str
) -> None:
    assert reason in await client.refuses("sendMessage", chat_id=7, text=text, entities=entities)
    assert len(server.violations) == 1
    assert user.messages == []


async def test_more_than_a_hundred_entities_pass_but_are_remembered(
    client: Client, user: FakeUser, server: BotApiServer
) -> None:
    await client.accepts("sendMessage", chat_id=7, text="a" * 101, entities=[mark("bold", i, 1) for i in range(100)])
    assert server.violations == []
    await client.accepts("sendMessage", chat_id=7, text="a" * 101, entities=[mark("bold", i, 1) for i in range(101)])
    assert "more than 100" in server.violations[0].description


# ---------------------------------------------------------------- keyboards
@pytest.mark.parametrize(
    "buttons",
    [
        [{"text": "a", "callback_data": "é" * 32}],
        [{"text": "a", "url": "https://example.org"}],
        [{"text": str(i), "callback_data": str(i)} for i in range(100)],
    ],
)
async def test_good_keyboards(client: Client, user: FakeUser, server: BotApiServer, buttons: list[Json]) -> None:
    await client.accepts("sendMessage", chat_id=7, text="x", reply_markup=keyboard(*buttons))
    assert user.keyboards[0]["reply_markup"] == keyboard(*buttons)
    assert server.violations == []


@pytest.mark.parametrize(
    ("buttons", "reason"),
    [
        ([{"text": "a", "callback_data": ""}], "1-64 bytes"),
        ([{"text": "a", "callback_data": "a" * 65}], "1-64 bytes"),
        ([{"text": "", "callback_data": "a"}], "non-empty"),
        ([{"text": "a", "callback_data": "a", "url": "https://example.org"}], "one thing"),
        ([{"text": "a", "url": "example"}], "invalid"),
        ([{"text": "a", "callback_data": "a", "style": "loud"}], "not one of"),
        ([{"text": "a", "data": "a"}], "data is unknown"),
        ([{"text": str(i), "callback_data": str(i)} for i in range(101)], "too long"),
    ],
)
async def test_bad_keyboards(
    client: Client, user: FakeUser, server: BotApiServer, buttons: list[Json], reason: str
) -> None:
    assert reason in await client.refuses("sendMessage", chat_id=7, text="x", reply_markup=keyboard(*buttons))
    assert len(server.violations) == 1


async def test_a_message_with_a_reply_keyboard_cannot_be_edited(client: Client, user: FakeUser) -> None:
    sent = await client.accepts("sendMessage", chat_id=7, text="x", reply_markup={"keyboard": [[{"text": "a"}]]})
    assert "reply_markup" not in sent
    reason = await client.refuses("editMessageText", chat_id=7, message_id=sent["message_id"], text="y")
    assert "can't be edited" in reason


# ---------------------------------------------------------------- editing and deleting
async def test_editing(client: Client, user: FakeUser, clock: Clock) -> None:
    markup = keyboard({"text": "a", "callback_data": "a"})
    sent = await client.accepts("sendMessage", chat_id=7, text="abc", reply_markup=markup)
    where = {"chat_id": 7, "message_id": sent["message_id"]}
    clock.now += 60.9
    edited = await client.accepts("editMessageText", **where, text="abcd")
    assert (edited["text"], edited["date"], edited["edit_date"]) == ("abcd", sent["date"], sent["date"] + 60)
    assert "reply_markup" not in edited, "an edit without a keyboard takes it away"
    assert "not modified" in await client.refuses("editMessageText", **where, text=" abcd ")
    assert "not modified" in await client.refuses("editMessageReplyMarkup", **where)
    own = user.send("mine")
    reason = await client.refuses("editMessageText", chat_id=7, message_id=own["message_id"], text="y")
    assert "can't be edited" in reason


async def test_deleting(client: Client, user: FakeUser, clock: Clock, server: BotApiServer) -> None:
    first, second, third = [(await client.accepts("sendMessage", chat_id=7, text=t))["message_id"] for t in "abc"]
    assert await client.accepts("deleteMessage", chat_id=7, message_id=first) is True
    assert "delete not found" in await client.refuses("deleteMessage", chat_id=7, message_id=first)
    assert await client.accepts("deleteMessages", chat_id=7, message_ids=[first, second]) is True
    assert [message["message_id"] for message in user.messages] == [third]
    clock.now += 48 * 3600 + 1
    assert "can't be deleted" in await client.refuses("deleteMessage", chat_id=7, message_id=third)
    assert "1-100" in await client.refuses("deleteMessages", chat_id=7, message_ids=[])
    assert len(server.violations) == 3


async def test_replies_point_at_messages_that_are_there(client: Client, user: FakeUser) -> None:
    own = user.send("hm")
    sent = await client.accepts("sendMessage", chat_id=7, text="x", reply_parameters={"message_id": own["message_id"]})
    assert sent["reply_to_message"]["text"] == "hm"
    assert "not found" in await client.refuses("sendMessage", chat_id=7, text="x", reply_parameters={"message_id": 99})
    lenient = {"message_id": 99, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await client.accepts("sendMessage", chat_id=7, text="x", reply_parameters=lenient)


# ---------------------------------------------------------------- taps
async def test_a_tap_is_answered_in_time_and_in_few_words(client: Client, user: FakeUser, clock: Clock) -> None:
    await client.accepts("sendMessage", chat_id=7, text="x", reply_markup=keyboard({"text": "a", "callback_data": "d"}))
    late, query = user.tap(user.messages[0], "a"), user.tap(user.messages[0], "a")
    assert "0-200" in await client.refuses("answerCallbackQuery", callback_query_id=query, text="a" * 201)
    clock.now += 2
    await client.accepts("answerCallbackQuery", callback_query_id=query, text="a" * 200, show_alert=True)
    assert [(answer.delay, answer.alert) for answer in user.answers] == [(2, True)]
    clock.now += 60
    for wrong in (late, query, "5"):
        assert "query is too old" in await client.refuses("answerCallbackQuery", callback_query_id=wrong)


async def test_a_tap_on_a_message_too_old_to_show(bot: Bot, client: Client, user: FakeUser) -> None:
    await client.accepts("sendMessage", chat_id=7, text="x", reply_markup=keyboard({"text": "a", "callback_data": "d"}))
    user.tap(user.messages[0], "a", accessible=False)
    *_, update = await bot.get_updates()
    assert update.callback_query
    assert update.callback_query.message
    assert not update.callback_query.message.is_accessible


# ---------------------------------------------------------------- receiving
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


# ---------------------------------------------------------------- trouble
async def test_the_pace_is_for_each_chat_and_for_all(client: Client, server: BotApiServer, clock: Clock) -> None:
    for number in (1, 2, 3):
        server.user(number).send("/start")
    server.keep_pace(Pace(per_chat=1, burst=2, overall=4))
    assert [(await client("sendMessage", chat_id=1, text="x"))["ok"] for _ in range(3)] == [True, True, False]
    assert [(await client("sendMessage", chat_id=2, text="x"))["ok"] for _ in range(2)] == [True, True]
    answer = await client("sendMessage", chat_id=3, text="x")
    assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 1})
    clock.now += 1
    await client.accepts("sendMessage", chat_id=1, text="x")
    assert server.violations == [], "too fast is no mistake yet"


async def test_who_does_not_wait_after_429_is_remembered(
    client: Client, user: FakeUser, server: BotApiServer, clock: Clock
) -> None:
    server.flood_next(1, 5)
    assert "retry after 5" in await client.refuses("sendMessage", chat_id=7, text="x")
    assert "retry after 5" in await client.refuses("sendMessage", chat_id=7, text="x")  # may have been on its way
    assert server.violations == []
    clock.now += 4
    assert "retry after 1" in await client.refuses("sendMessage", chat_id=7, text="x")
    assert "before the time of retry_after" in server.violations[0].description
    clock.now += 1
    await client.accepts("sendMessage", chat_id=7, text="x")


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


async def test_who_cannot_be_written_to(bot: Bot, user: FakeUser, server: BotApiServer) -> None:
    for refusal in ("bot was blocked by the user", "user is deactivated"):
        user._chat.refusal = refusal
        for call in (bot.send_message(7, "x"), bot.send_chat_action(7, "typing")):
            with pytest.raises(Forbidden, match=refusal):
                await call
    assert server.violations == []
    user.unblock()
    await bot.send_chat_action(7, "typing")
    with pytest.raises(BadRequest, match="not one of"):
        await bot.send_chat_action(7, "thinking")
    assert user.actions == ["typing"]


# ---------------------------------------------------------------- the bot itself, groups, pictures
async def test_the_profile_is_kept_by_language_and_scope(bot: Bot, user: FakeUser, server: BotApiServer) -> None:
    await bot.set_my_commands([("start", "Begin")], language_code="de")
    assert [command.command for command in await bot.get_my_commands(language_code="de")] == ["start"]
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(language_code="de")
    assert await bot.get_my_commands(language_code="de") == ()
    await bot.set_my_description("d" * 512)
    await bot.set_my_short_description("s" * 120)
    assert (await bot.get_my_description()).description == "d" * 512
    assert (await bot.get_my_short_description()).short_description == "s" * 120
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat_menu_button()).type == "commands"
    assert server.violations == []


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}),
        ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "x"}]}),
        ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}),
        ("setMyCommands", {"commands": [{"command": "a", "description": "x"}] * 101}),
        ("setMyCommands", {"commands": [], "language_code": "eng"}),
        ("setMyCommands", {"commands": [], "scope": {"type": "everybody"}}),
        ("setMyDescription", {"description": "d" * 513}),
        ("setMyShortDescription", {"short_description": "s" * 121}),
        ("setChatMenuButton", {"menu_button": {"type": "web_app", "text": "x"}}),
        ("leaveChat", {"chat_id": 7}),
    ],
)
async def test_bad_profiles(client: Client, user: FakeUser, server: BotApiServer, method: str, params: Json) -> None:
    await client.refuses(method, **params)
    assert len(server.violations) == 1


async def test_a_group_that_was_left(bot: Bot, user: FakeUser) -> None:
    user.post({"id": -5, "type": "group", "title": "Us"}, text="hi")
    await bot.send_message(-5, "hi")
    await bot.leave_chat(-5)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(-5, "hi")


async def test_pictures(bot: Bot, user: FakeUser, server: BotApiServer) -> None:
    sent = await bot.send_photo(7, PNG + struct.pack(">II", 800, 600), caption="🙂" * 512)
    assert (sent.photo[-1].width, sent.photo[-1].height, sent.caption) == (800, 600, "🙂" * 512)
    await bot.send_photo(7, sent.photo[-1].file_id)
    assert server.violations == []
    bad = [
        (b"GIF89a", "", "(?i)process_failed"),
        (PNG + struct.pack(">II", 9000, 1001), "", "(?i)dimensions"),
        (PNG + struct.pack(">II", 2100, 100), "", "(?i)dimensions"),
        (PNG + struct.pack(">II", 8, 6), "a" * 1025, "too long"),
    ]
    for photo, caption, reason in bad:
        with pytest.raises(BadRequest, match=reason):
            await bot.send_photo(7, photo, caption=caption)
    assert len(server.violations) == len(bad)


async def test_a_second_poller_sees_a_conflict_in_ptb(bot: Bot, server: BotApiServer) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    while server.world.updates._poll is None:
        await asyncio.sleep(0)
    async with Bot(TOKEN, f"{server.url}/bot") as other:
        assert await other.get_updates() == ()
    with pytest.raises(Conflict, match="only one bot instance"):
        await poll
