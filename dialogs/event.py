"""What a learner can do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Typed:
    """Words."""

    text: str


@dataclass(frozen=True)
class Tap:
    """A press on the ``index``-th button of the keyboard offered in ``epoch``."""

    epoch: int
    index: int


@dataclass(frozen=True)
class Command:
    """A command, without its slash; ``argument`` is what stood behind it."""

    name: str
    argument: str = ""


@dataclass(frozen=True)
class Sent:
    """Something without words: a sticker, a photo, a voice message."""

    kind: str


@dataclass(frozen=True)
class Return:
    """The learner is back, and has said nothing yet."""


@dataclass(frozen=True)
class TooFast:
    """More at once than the coach takes in; it stands for the first of what was not kept."""


Event = Typed | Tap | Command | Sent | Return | TooFast
