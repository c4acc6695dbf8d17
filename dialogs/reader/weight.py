"""Points: cues that alone say little speak together for a label, or against it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from dialogs.reader.shape import Weight


@dataclass(frozen=True, slots=True)
class Score:
    """What the cues of one sentence say of one label."""

    label: str
    needs: int
    strength: int
    cues: dict[str, int]
    """The points of every cue that counts, by its name."""

    @property
    def points(self) -> int:
        return sum(self.cues.values())

    @property
    def leading(self) -> str:
        """The cue that says most."""
        return min(self.cues, key=lambda cue: (-self.cues[cue], cue))


class Weights:
    """The points of every label."""

    def __init__(self, weights: Mapping[str, Weight]) -> None:
        self._weights = weights
        self._points: dict[str, list[tuple[str, int]]] = {}
        for label, weight in weights.items():
            for cue, points in weight.cues.items():
                self._points.setdefault(cue, []).append((label, points))

    def shown(self, cues: AbstractSet[str]) -> list[Score]:
        """The labels for which these cues have enough points."""
        totals = dict.fromkeys(self._weights, 0)
        for cue in cues:
            for label, points in self._points.get(cue, ()):
                totals[label] += points
        return [self._score(label, cues) for label, total in totals.items() if self._enough(label, total, cues)]

    def _enough(self, label: str, total: int, cues: AbstractSet[str]) -> bool:
        weight = self._weights[label]
        return total >= weight.needs and not (weight.one_of and cues.isdisjoint(weight.one_of))

    def _score(self, label: str, cues: AbstractSet[str]) -> Score:
        weight = self._weights[label]
        counted = {cue: weight.cues[cue] for cue in cues if cue in weight.cues}
        return Score(label, weight.needs, weight.strength, counted)
