"""What went in and what came out, as people and Telegram saw it. Knows nothing of the coach's code.

Everything carries a mark. A text that somebody types begins with a word of its own, and so do its answer and every
nudge. An answer ends with buttons that bear the number of its step, whatever it answers: the answer to somebody's
n-th input is their n-th.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NEVER = sys.maxsize
_WORD = re.compile(r"(t|nudge)\d+\b")


def mark(text: str, buttons: Mapping[str, Any] | None = None) -> str:
    """The mark that a message carries; one without is taken whole."""
    if word := _WORD.match(text):
        return word[0]
    return f"#{step(buttons)}" if buttons else text


def step(buttons: Mapping[str, Any]) -> int:
    """The number of the step that these buttons belong to."""
    return int(buttons["inline_keyboard"][0][0]["callback_data"].partition(":")[0])


@dataclass(frozen=True)
class Input:
    """Something that somebody sent, and what must come of it."""

    answer: str
    """Words of the message that bears the number of its step."""
    effect: str = ""
    """What it leaves in the database."""
    text: str = ""
    """What was typed, if that is to be said again, whole."""
    step: int | None = None
    """The step whose button was pressed: unless it is the last one, nothing comes of it but an answer."""


@dataclass(frozen=True)
class Try:
    """One time that the coach tried to send a message. ``at`` is its place among all requests."""

    at: int
    life: int
    mark: str
    text: str
    came: bool
    """It stood in the chat then."""
    refused: bool = False
    """It did not, as they were away."""
    sure: bool = True
    """The coach was told so, and lived long enough to note it."""

    @property
    def is_final(self) -> bool:
        """Whether there was no reason to try again."""
        return self.sure and (self.came or self.refused)


@dataclass
class Absence:
    """The time for which somebody had blocked the bot, in places among all requests."""

    update: int
    """The number of the update that says so."""
    inputs: int
    """How many of theirs there were before."""
    began: int
    ended: int = NEVER
    learnt: int = NEVER
    """When the coach had confirmed the update."""
    life: int = 0
    """The life in which it did."""
    knocks: list[int] = field(default_factory=list)
    """The lives in which the coach turned to them after that, and was refused, once for each time."""

    @property
    def is_going_on(self) -> bool:
        """Whether they are not back yet."""
        return self.ended == NEVER


@dataclass
class History:
    """Of each person by number: what they sent, what was tried to send them, and what the database keeps of them."""

    inputs: dict[int, list[Input]] = field(default_factory=lambda: defaultdict(list))
    nudges: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    absences: dict[int, list[Absence]] = field(default_factory=lambda: defaultdict(list))
    tries: dict[int, list[Try]] = field(default_factory=lambda: defaultdict(list))
    effects: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Of typed texts first, then of everything else, in order."""
    kills: int = 0
