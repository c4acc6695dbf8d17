"""What passes between the coach and the room that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from dialogs.effect import Effect


@dataclass(frozen=True)
class Delivery:
    """An effect that is to be shown, with its place in the outbox."""

    id: int
    effect: Effect
