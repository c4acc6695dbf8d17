"""What a turn is given, and what it answers: plain values, so that deciding needs no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialogs.session import Progress


@dataclass(frozen=True)
class Waiting:
    """An update whose turn it is; ``session`` is None for a learner who has none yet."""

    update_id: int
    channel: str
    external_id: str
    payload: dict[str, Any]
    session: str | None
    progress: Progress


@dataclass(frozen=True)
class AttemptRow:
    """A typed try: what it showed, not what it said."""

    script: str
    state: str
    card: str | None
    try_number: int
    skills: Sequence[str]
    pitfalls: Sequence[str]


@dataclass(frozen=True)
class Decision:
    """What becomes of an update; a completion is a script and its version."""

    session: str
    outbox: Sequence[Mapping[str, Any]] = ()
    attempts: Sequence[AttemptRow] = ()
    completions: Sequence[tuple[str, int]] = ()


Decide = Callable[[Waiting], Decision]
OnError = Callable[[Waiting], Sequence[Mapping[str, Any]]]
