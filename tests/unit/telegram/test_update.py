"""What an update means: everything Telegram can send gets an event or silence, never an error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.update import Act, Aside, Odd, Reach, understand
from dialogs.event import Command, Sent, Tap, Typed

NAME = "attune_bot"
PERSON = {"id": 7, "is_bot": False, "first_name": "Kim"}
PRIVATE = {"id": 7, "type": "private"}
GROUP = {"id": -5, "type": "supergroup", "title": "Us"}


def message(chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    body = {"message_id": 1, "date": 1, "chat": chat, "from": PERSON, **content}
    text = content.get("text", "")
    if text.startswith("/"):
        body["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return {"update_id": 1, "message": body}


def callback(data: str | None, **more: Any) -> dict[str, Any]:
    where = {"message_id": 3, "date": 0, "chat": PRIVATE}
    query = {"id": "q", "from": PERSON, "message": where, "chat_instance": "c", **more}
    return {"update_id": 1, "callback_query": query if data is None else {**query, "data": data}}


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("hello", Typed("hello")),
        ("/menu", Command("menu")),
        ("/MENU", Command("menu")),
        ("/menu@Attune_Bot", Command("menu")),
        ("/start listen", Command("start", "listen")),
        ("/frobnicate", Command("frobnicate")),
    ],
)
def test_words_and_commands(text: str, event: object) -> None:
    assert understand(message(text=text), NAME) == Act("7", event, date=1)


def test_a_slash_without_a_command_is_words() -> None:
    update = message(text="/ or")
    update["message"]["entities"] = []
    assert understand(update, NAME) == Act("7", Typed("/ or"), date=1)


def test_a_command_for_another_bot_is_none_of_our_business() -> None:
    assert understand(message(text="/menu@other_bot"), NAME) is None


@pytest.mark.parametrize(
    "kind",
    ["photo", "sticker", "voice", "video_note", "location", "poll", "dice", "contact", "document", "venue", "video"],
)
def test_what_has_no_words_is_noticed(kind: str) -> None:
    assert understand(message(**{kind: {"file_id": "x"}}), NAME) == Act("7", Sent(kind), date=1)


def test_forwarded_words_are_not_the_learners_own() -> None:
    assert understand(message(text="hello", forward_origin={"type": "user"}), NAME) == Act("7", Sent("forward"), date=1)


@pytest.mark.parametrize(
    "update",
    [
        message(new_chat_title="x"),
        message(pinned_message={}),
        message(GROUP, text="hello"),
        message(GROUP, text="/menu"),
        {"update_id": 1, "edited_message": message(text="x")["message"]},
        {"update_id": 1, "channel_post": message(text="x")["message"]},
        {"update_id": 1, "message": {**message(text="beep")["message"], "from": {"id": 8, "is_bot": True}}},
    ],
)
def test_silence(update: dict[str, Any]) -> None:
    assert understand(update, NAME) is None


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "something_new": {}},
        {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": PRIVATE, "text": "from nobody"}},
        {"update_id": 1, "message": {"odd": True}},
        {"update_id": 1, "message": []},
        {"update_id": 1, "callback_query": {"id": "q"}},
    ],
)
def test_what_is_not_as_we_know_it_is_odd(update: dict[str, Any]) -> None:
    assert isinstance(understand(update, NAME), Odd)


def test_a_command_to_us_in_a_group_is_pointed_to_a_private_chat() -> None:
    assert understand(message(GROUP, text="/start@attune_bot"), NAME) == Aside(chat=-5)


def test_taps() -> None:
    assert understand(callback("12:3"), NAME) == Act("7", Tap(12, 3), "q")
    for strange in ("", "x", "1:", "1:2:3", None, "999999999999:1"):
        assert understand(callback(strange), NAME) == Act("7", Tap(-1, 0), "q"), strange
    assert understand(callback("1:0", message=None), NAME) == Act("7", Tap(1, 0), "q")
    assert understand(callback("1:0", message={"message_id": 1, "date": 0, "chat": GROUP}), NAME) == Aside(callback="q")


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("member", False)])
def test_blocking_and_coming_back(status: str, blocked: bool) -> None:
    change = {"chat": PRIVATE, "from": PERSON, "date": 1, "new_chat_member": {"status": status, "user": {}}}
    assert understand({"update_id": 1, "my_chat_member": change}, NAME) == Reach("7", blocked)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "from", "chat", "id", "text", "entities", "type"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.dictionaries(st.sampled_from(["message", "callback_query", "my_chat_member"]), JSON, max_size=3))
def test_no_body_is_too_odd(update: dict[str, Any]) -> None:
    understand({"update_id": 1, **update}, NAME)
