"""What an update from Telegram means. Pure: from the raw body to an event, or to nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dialogs.event import Command, Event, Sent, Tap, Typed

Raw = Mapping[str, Any]

ALLOWED = ("message", "callback_query", "my_chat_member")
"""The kinds of updates to ask for; edits, channels, reactions and the rest are none of our business."""

_COMMAND = re.compile(r"^/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+(.*))?$", re.DOTALL)
_DATA = re.compile(r"^(-?\d{1,9}):(\d{1,3})$")
_WORDLESS = (
    "animation",
    "audio",
    "contact",
    "dice",
    "document",
    "game",
    "location",
    "paid_media",
    "photo",
    "poll",
    "sticker",
    "story",
    "venue",
    "video",
    "video_note",
    "voice",
)


@dataclass(frozen=True)
class Act:
    """A learner did something in their private chat; ``callback`` is to be answered at once."""

    learner: str
    event: Event
    callback: str | None = None


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


Meaning = Act | Reach | Aside | None


def understand(update: Raw, username: str) -> Meaning:
    """The meaning of an update for the bot called ``username``. Never raises; what is odd means nothing."""
    try:
        return _understand(update, username)
    except (KeyError, TypeError, AttributeError, ValueError):
        return None


def _understand(update: Raw, username: str) -> Meaning:
    if "message" in update:
        return _message(update["message"], username)
    if "callback_query" in update:
        return _callback(update["callback_query"])
    if "my_chat_member" in update:
        return _membership(update["my_chat_member"])
    return None


def _message(message: Raw, username: str) -> Meaning:
    sender = message.get("from")
    if not sender or sender.get("is_bot"):
        return None
    command = _COMMAND.match(message.get("text", "")) if _starts_with_command(message) else None
    ours = command is not None and (command[2] or username).casefold() == username.casefold()
    if message["chat"]["type"] != "private":
        return Aside(chat=int(message["chat"]["id"])) if ours and command and command[2] else None
    learner = str(int(sender["id"]))
    if command:
        return Act(learner, Command(command[1].lower(), (command[3] or "").strip())) if ours else None
    if "forward_origin" in message or any(kind in message for kind in _WORDLESS):
        kind = next((kind for kind in _WORDLESS if kind in message), "forward")
        return Act(learner, Sent(kind))
    return Act(learner, Typed(str(message["text"]))) if "text" in message else None


def _starts_with_command(message: Raw) -> bool:
    entities = message.get("entities", ())
    return any(entity["type"] == "bot_command" and entity["offset"] == 0 for entity in entities)


def _callback(query: Raw) -> Meaning:
    """The tapper is ``from``; the message may be inaccessible or missing."""
    chat = (query.get("message") or {}).get("chat") or {}
    if chat.get("type", "private") != "private" or query["from"].get("is_bot"):
        return Aside(callback=str(query["id"]))
    data = _DATA.match(query.get("data", ""))
    tap = Tap(int(data[1]), int(data[2])) if data else Tap(-1, 0)
    return Act(str(int(query["from"]["id"])), tap, str(query["id"]))


def _membership(change: Raw) -> Meaning:
    if change["chat"]["type"] != "private":
        return None
    status: Literal["kicked", "member"] | str = change["new_chat_member"]["status"]
    return Reach(str(int(change["from"]["id"])), blocked=status == "kicked")
