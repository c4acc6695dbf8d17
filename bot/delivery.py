"""What passes between the coach and the room where people are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dialogs.effect import Effect
from dialogs.event import Event


@dataclass(frozen=True)
class Received:
    """What a learner did, under the number of its update."""

    update: int
    learner: str
    event: Event


@dataclass(frozen=True)
class Unread:
    """An update that could not be read, as it came, and why."""

    update: int
    body: Mapping[str, Any]
    error: str


Outcome = Literal["sent", "unknown", "unreachable", "refused"]
"""It arrived; nobody knows; they have stopped the bot; the messenger does not take it."""


@dataclass(frozen=True)
class Delivery:
    """An effect that is to be shown, with its place in the outbox.

    What is ``aside`` belongs to no step of the conversation: the buttons in force stay. Nobody asked for a ``nudge``.
    """

    id: int
    effect: Effect
    aside: bool = False
    nudge: bool = False
