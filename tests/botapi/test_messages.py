"""What may be done with messages, and who may be written to."""

from __future__ import annotations

import struct

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden

from tests.botapi.server import BotApiServer
from tests.botapi.user import FakeUser

from .conftest import Client, Clock, keyboard

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


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


async def test_a_group_that_was_left(bot: Bot, user: FakeUser) -> None:
    user.post({"id": -5, "type": "group", "title": "Us"}, text="hi")
    await bot.send_message(-5, "hi")
    await bot.leave_chat(-5)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(-5, "hi")
