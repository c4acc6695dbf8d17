"""Keyboards, good and bad, and the taps on them."""

from __future__ import annotations

import pytest
from telegram import Bot

from tests.botapi.server import BotApiServer
from tests.botapi.user import FakeUser

from .conftest import Client, Clock, Json, keyboard


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
