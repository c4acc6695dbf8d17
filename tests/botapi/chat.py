"""A chat: the messages that stand in it, and whether the bot may write there."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.errors import BadRequest, Forbidden

Json = dict[str, Any]

DELETABLE = 48 * 3600
"""After so many seconds a message can no longer be deleted by a bot."""


@dataclass
class Letter:
    """A message in its present state, and when (in steps of the world) it came and last changed."""

    body: Json
    born: int
    changed: int
    editable: bool = True


@dataclass
class Chat:
    """One chat as the server keeps it."""

    info: Json
    clock: Callable[[], float]
    tick: Callable[[], int]
    refusal: str = ""
    letters: dict[int, Letter] = field(default_factory=dict)
    actions: list[tuple[float, str]] = field(default_factory=list)
    next_id: int = 1

    @property
    def id(self) -> int:
        """The id that requests name."""
        found: int = self.info["id"]
        return found

    @property
    def private(self) -> bool:
        """A chat with one user?"""
        return bool(self.info["type"] == "private")

    def admit(self) -> None:
        """Refuse a bot that may not write here."""
        if self.refusal:
            raise Forbidden(self.refusal)

    def add(self, sender: Json | None, content: Json, *, editable: bool = True) -> Json:
        """Put a new message into the chat. A channel's posts have no sender but the channel."""
        now = self.tick()
        author = {"from": sender} if sender else {"sender_chat": self.info}
        body = {"message_id": self.next_id, **author, "chat": self.info, "date": int(self.clock()), **content}
        self.letters[self.next_id] = Letter(body, now, now, editable)
        self.next_id += 1
        return deepcopy(body)

    def change(self, letter: Letter, content: Json, *, edited: bool = True) -> Json:
        """Give a message new content; what is ``None`` goes."""
        body = {**letter.body, **content, **({"edit_date": int(self.clock())} if edited else {})}
        letter.body = {name: value for name, value in body.items() if value is not None}
        letter.changed = self.tick()
        return deepcopy(letter.body)

    def find(self, message_id: int | None, purpose: str) -> Letter:
        """The message, or ``BadRequest``."""
        if not message_id:
            raise BadRequest("message identifier is not specified")
        letter = self.letters.get(message_id)
        if letter is None:
            raise BadRequest(f"message to {purpose} not found")
        return letter

    def delete(self, message_id: int, bot: Json) -> None:
        """Take a message away, as far as a bot may."""
        body = self.find(message_id, "delete").body
        own = body.get("from", {}).get("id") == bot["id"]
        if not (own or self.private) or self.clock() - body["date"] > DELETABLE:
            raise BadRequest("message can't be deleted for everyone")
        del self.letters[message_id]
        self.tick()
