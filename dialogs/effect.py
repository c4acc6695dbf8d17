"""What a step brings about: data, rendered and stored at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dialogs.text import Mark

Style = Literal["plain", "line", "model", "feedback"]


@dataclass(frozen=True)
class Say:
    """A message. ``line`` is the other person speaking, ``model`` a model answer."""

    text: str
    style: Style = "plain"
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Button:
    """A button: the id of its trigger, and its label."""

    id: str
    label: str


@dataclass(frozen=True)
class Offer:
    """Buttons to choose from; older keyboards are void."""

    epoch: int
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Attempt:
    """A typed try was read."""

    script: str
    state: str
    card: str | None
    number: int
    skills: tuple[str, ...]
    pitfalls: tuple[str, ...]


@dataclass(frozen=True)
class Complete:
    """A script was finished."""

    script: str
    version: int


Effect = Say | Offer | Attempt | Complete
