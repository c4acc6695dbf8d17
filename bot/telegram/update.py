"""What an update from Telegram means. Pure: from the raw body to an event, or to nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from telegram.constants import UpdateType

from dialogs.event import Command, Event, Sent, Tap, Typed

Raw = Mapping[str, Any]

ALLOWED = ("message", "callback_query", "my_chat_member")
"""The kinds of updates to ask for; edits, channels, reactions and the rest are none of our business."""

_KNOWN = frozenset(UpdateType)

_COMMAND = re.compile(r"^/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+(.*))?$", re.DOTALL)
_DATA = re.compile(r"(0|[1-9][0-9]{0,8}):(0|[1-9][0-9]?)")
_WORDLESS = (
    "animation",
    "audio",
    "checklist",
    "contact",
    "dice",
    "document",
    "game",
    "live_photo",
    "location",
    "paid_media",
    "photo",
    "poll",
    "rich_message",
    "sticker",
    "story",
    "venue",
    "video",
    "video_note",
    "voice",
)


@dataclass(frozen=True)
class Act:
    """A learner did something in their private chat; ``callback`` is to be answered at once.

    ``date`` is when, in seconds since 1970, as far as Telegram says.
    """

    learner: str
    event: Event
    callback: str | None = None
    date: int | None = None


@dataclass(frozen=True)
class Reach:
    """A learner blocked the bot, or came back."""

    learner: str
    blocked: bool


@dataclass(frozen=True)
class Aside:
    """Somebody calls us where we do not coach: a command in a group, or a button there."""

    chat: int | None = None
    callback: str | None = None


@dataclass(frozen=True)
class Odd:
    """Something that is not as we know it: of a new kind, or without what belongs to it."""

    why: str


Meaning = Act | Reach | Aside | Odd | None


def understand(update: Raw, username: str | None) -> Meaning:
    """The meaning of an update for the bot called ``username``, or any; None for what is none of our business."""
    try:
        return _understand(update, username)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        return Odd(type(error).__name__)


def _understand(update: Raw, username: str | None) -> Meaning:
    if "message" in update:
        return _message(update["message"], username)
    if "callback_query" in update:
        return _callback(update["callback_query"])
    if "my_chat_member" in update:
        return _membership(update["my_chat_member"])
    return None if _KNOWN & update.keys() else Odd("an update of a new kind")


def _message(message: Raw, username: str | None) -> Meaning:
    is_private = message["chat"]["type"] == "private"
    sender = message["from"] if is_private else message.get("from")
    if not sender or sender.get("is_bot"):
        return None
    command = _COMMAND.match(message.get("text", "")) if _starts_with_command(message) else None
    ours = command is not None and _is_called(command[2], username)
    if not is_private:
        return Aside(chat=int(message["chat"]["id"])) if ours and command and command[2] else None
    learner, date = str(int(sender["id"])), int(message["date"])
    if command:
        event = Command(command[1].lower(), _whole(command[3] or "").strip())
        return Act(learner, event, date=date) if ours else None
    if "forward_origin" in message or any(kind in message for kind in _WORDLESS):
        kind = next((kind for kind in _WORDLESS if kind in message), "forward")
        return Act(learner, Sent(kind), date=date)
    return Act(learner, Typed(_whole(message["text"])), date=date) if "text" in message else None


def _is_called(name: str | None, username: str | None) -> bool:
    return name is None or username is None or name.casefold() == username.casefold()


def _whole(text: str) -> str:
    """Text without half characters: they could be sent to nobody."""
    return text.encode("utf-8", "ignore").decode()


def _starts_with_command(message: Raw) -> bool:
    entities = message.get("entities", ())
    return any(entity["type"] == "bot_command" and entity["offset"] == 0 for entity in entities)


def _callback(query: Raw) -> Meaning:
    """The tapper is ``from``; the message may be inaccessible or missing."""
    learner = str(int(query["from"]["id"]))
    chat = (query.get("message") or {}).get("chat") or {}
    if str(chat.get("id", learner)) != learner or query["from"].get("is_bot"):
        return Aside(callback=str(query["id"]))
    data = _DATA.fullmatch(query.get("data", ""))
    tap = Tap(int(data[1]), int(data[2])) if data else Tap(-1, 0)
    return Act(learner, tap, str(query["id"]))


def _membership(change: Raw) -> Meaning:
    if change["chat"]["type"] != "private":
        return None
    status: Literal["kicked", "member"] | str = change["new_chat_member"]["status"]
    return Reach(str(int(change["from"]["id"])), blocked=status == "kicked")
