"""Where a learner is: one immutable value that round-trips JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from dialogs.effect import Button


class Frame(BaseModel):
    """A running script. ``entered`` is False while a called script runs before the state speaks."""

    model_config = ConfigDict(frozen=True)

    script: str
    version: int
    state: str
    entered: bool = False
    called: bool = False
    tries: dict[str, int] = {}
    chose: dict[str, str] = {}
    card: str | None = None


class Session(BaseModel):
    """Everything a conversation needs to go on; the last frame is the one that speaks."""

    model_config = ConfigDict(frozen=True)

    frames: tuple[Frame, ...] = ()
    history: tuple[tuple[Frame, ...], ...] = ()
    epoch: int = 0
    offered: tuple[Button, ...] = ()
    memory: dict[str, str] = {}
    """The learner's own words, by name."""
    seen: dict[str, int] = {}
    """How often, or which one last: visits, variants and sequences, by place."""
    dealt: dict[str, tuple[str, ...]] = {}
    """Cards of each deck, the latest last."""
    last: AwareDatetime | None = None

    def quiet_for(self, now: datetime) -> float:
        """Seconds since the learner was last here."""
        return (now - self.last).total_seconds() if self.last else 0.0


@dataclass(frozen=True)
class Progress:
    """What the learner has done so far, as the store counts it."""

    done: frozenset[str] = frozenset()
    week: Mapping[str, int] = field(default_factory=dict)
    """Tries of the last seven days that showed each skill."""
    tries_week: int = 0
