"""Holds what came out against what went in, input by input and message by message: nothing is netted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from tests.torture.history import Absence, History, Input, Try, mark

STALE = Input("Call into the cave.")
"""What comes of a button that is pressed too late."""


@dataclass(frozen=True)
class Report:
    """The promises, and how often each was broken."""

    inputs: int
    kills: int
    absences: int
    lost: int
    doubled_effects: int
    missing: int
    excused: int
    strange: int
    late: int
    doubled: int
    groundless: int
    nudges: int
    doubled_nudges: int
    knocks: int

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        kept = (self.lost, self.doubled_effects, self.missing, self.strange, self.late, self.groundless)
        return not any((*kept, self.doubled_nudges, self.knocks))

    def __str__(self) -> str:
        rows = (
            ("inputs accepted", self.inputs, "texts, taps and /start"),
            ("kills", self.kills, ""),
            ("times somebody was away", self.absences, ""),
            ("accepted inputs lost", self.lost, "0"),
            ("state effects doubled", self.doubled_effects, "0"),
            ("replies missing", self.missing, f"0, but for {self.excused} that waited when somebody left"),
            ("replies to something else", self.strange, "0"),
            ("replies out of order", self.late, "0"),
            ("replies doubled", self.doubled, "each after a kill or a lost answer of its own"),
            ("replies doubled for nothing", self.groundless, "0"),
            ("nudges", self.nudges, ""),
            ("nudges doubled", self.doubled_nudges, "0"),
            ("tries to reach who is away", self.knocks, "0"),
        )
        return "\n".join(f"{name:<28}{count:>6}   {promise}".rstrip() for name, count, promise in rows)


def check(history: History) -> Report:
    """Read the history."""
    found = Counter(kills=history.kills)
    for person in history.inputs:
        found.update(_Account(history, person).counts())
    return Report(*(found[one.name] for one in fields(Report)))


class _Due(NamedTuple):
    """A message that must come: its place among them, the number of the input that it answers, and words of it."""

    place: int
    number: int
    words: str


class _Account:
    """One person's."""

    def __init__(self, history: History, person: int) -> None:
        self._inputs = [
            STALE if one.step not in (None, number - 1) else one for number, one in enumerate(history.inputs[person], 1)
        ]
        self._effects = history.effects[person]
        self._nudges = set(history.nudges[person])
        self._absences = history.absences[person]
        self._due = dict(self._messages())
        self._tries: dict[str, list[Try]] = defaultdict(list)
        for one in history.tries[person]:
            self._tries[one.mark].append(one)
        self._came = [one for one in history.tries[person] if one.came]

    def counts(self) -> dict[str, int]:
        """How often what happened."""
        lost, doubled_effects = self._compare_effects()
        missing = [name for name in self._due if not any(one.came for one in self._tries[name])]
        excused = [name for name in missing if self._is_excused(name)]
        came = Counter(one.mark for one in self._came)
        return {
            "inputs": len(self._inputs),
            "absences": len(self._absences),
            "lost": lost,
            "doubled_effects": doubled_effects,
            "missing": len(missing) - len(excused),
            "excused": len(excused),
            "strange": sum(not self._is_right(one) for one in self._came),
            "late": self._late(),
            "doubled": sum(came[name] - 1 for name in came.keys() & self._due.keys()),
            "groundless": sum(self._groundless(self._tries[name]) for name in self._due),
            "nudges": len(self._nudges),
            "doubled_nudges": sum(came[name] - 1 for name in came.keys() & self._nudges),
            "knocks": sum(map(_knocks, self._absences)),
        }

    def _messages(self) -> Iterator[tuple[str, _Due]]:
        """What must come, by its mark."""
        for number, one in enumerate(self._inputs, 1):
            if one.text:
                yield mark(one.text), _Due(2 * number, number, one.text)
            yield f"#{number}", _Due(2 * number + 1, number, one.answer)

    def _compare_effects(self) -> tuple[int, int]:
        texts = [one.effect for one in self._inputs if one.text]
        others = [one.effect for one in self._inputs if one.effect and not one.text]
        lost = doubled = 0
        for kind, *cut in SequenceMatcher(None, [*texts, *others], self._effects, autojunk=False).get_opcodes():
            if kind != "equal":
                lost += cut[1] - cut[0]
                doubled += cut[3] - cut[2]
        return lost, doubled

    def _is_right(self, one: Try) -> bool:
        """Whether it is what was due, or a nudge."""
        return one.mark in self._nudges or (one.mark in self._due and self._due[one.mark].words in one.text)

    def _late(self) -> int:
        places = [self._due[one.mark].place for one in self._came if one.mark in self._due]
        return sum(one > other for one, other in pairwise(places))

    def _is_excused(self, name: str) -> bool:
        """Whether it still waited when they left: then nothing that is due later had come before."""
        due = self._due[name]
        left = next((one for one in self._absences if one.inputs >= due.number), None)
        return left is not None and all(
            self._due[one.mark].place < due.place for one in self._came if one.at < left.began and one.mark in self._due
        )

    def _groundless(self, tries: list[Try]) -> int:
        """How often a message was tried again when it was known what had become of it."""
        final = next((number for number, one in enumerate(tries, 1) if one.is_final), len(tries))
        return len(tries) - final


def _knocks(absence: Absence) -> int:
    """How often it was tried to reach them when it was known that they were away; once it may have been under way."""
    return len(absence.knocks) - (absence.life in absence.knocks)
