"""The ordeals, short and seeded; ``make torture`` runs them in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.torture.check import check
from tests.torture.history import Absence, History, Input, Try, mark
from tests.torture.ordeal import die_anytime, die_everywhere


@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_dies_at_a_commit_or_a_send_keeps_every_promise(tmp_path: Path, seed: int) -> None:
    report = die_everywhere(tmp_path, seed, only=Random(seed).sample(range(1, 24), 6))
    assert report.kills >= 6
    assert report.kept, report


@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_is_killed_at_any_moment_keeps_every_promise(tmp_path: Path, seed: int) -> None:
    report = die_anytime(tmp_path, seed, kills=6)
    assert report.inputs > 50
    assert report.kept, report


# ---------------------------------------------------------------------- the checker itself
TOLD = ("t1: one", "#1 And again.", "#2 A stone falls.", "nudge3", "#3 Call into the cave.", "t4: two", "#4 And again.")
"""What comes to somebody who types, presses a button twice, types again, and is nudged once."""
LEFT = ("listen", "validate", "stone")
"""What that leaves in the database."""


def tries(*texts: str, came: bool = True, refused: bool = False, sure: bool = True) -> list[Try]:
    """Tries of these messages."""
    marks = [text.split()[0] if text.startswith("#") else mark(text) for text in texts]
    return [Try(0, 1, name, text, came, refused, sure) for name, text in zip(marks, texts, strict=True)]


def history(told: Sequence[Try], left: Sequence[str] = LEFT, *absences: Absence) -> History:
    """What they did, and what came of it, one thing after the other."""
    found = History(absences={1: list(absences)})
    stone = Input("A stone falls.", "stone", step=1)
    first, second = Input("And again.", "listen", "t1: one"), Input("And again.", "validate", "t4: two")
    found.inputs[1] += [first, stone, stone, second]
    found.nudges[1].append("nudge3")
    found.tries[1] = [replace(one, at=at) for at, one in enumerate(told)]
    found.effects[1] += left
    return found


def without(text: str) -> list[Try]:
    return tries(*(one for one in TOLD if one != text))


LOST = tries("t1: one", sure=False)
"""One that came, and nobody knew."""
REFUSED = tries(TOLD[4], came=False, refused=True)
GONE = Absence(update=7, inputs=4, began=3, learnt=3, life=1)


@pytest.mark.parametrize(
    "sound",
    [
        history(tries(*TOLD)),
        history(without("nudge3")),
        history([*LOST, *tries(*TOLD)]),
        history([*LOST, *LOST, *tries(*TOLD)]),
        history(tries(*TOLD[:3]), LEFT, GONE),
        history([*tries(*TOLD[:3]), *tries(*TOLD[4:])], LEFT, GONE),
        history([*tries(*TOLD[:4]), *REFUSED], LEFT, replace(GONE, knocks=[1])),
    ],
    ids=["all", "no-nudge", "one-lost", "two-lost", "left", "left-and-back", "under-way"],
)
def test_the_checker_finds_nothing_where_nothing_is(sound: History) -> None:
    assert check(sound).kept, check(sound)


@pytest.mark.parametrize(
    ("broken", "promises"),
    [
        (history(tries(*TOLD), LEFT[1:]), {"lost"}),
        (history(tries(*TOLD), LEFT[:2]), {"lost"}),
        (history(tries(*TOLD), (*LEFT, "stone")), {"doubled_effects"}),
        (history(tries(*TOLD), ("listen", "listen", "stone")), {"lost", "doubled_effects"}),
        (history(without("t1: one")), {"missing"}),
        (history(without("#2 A stone falls.")), {"missing"}),
        (history(without("#1 And again."), LEFT, GONE), {"missing"}),
        (history(without("t4: two"), LEFT, replace(GONE, inputs=3)), {"missing"}),
        (history(tries(*TOLD[1:], TOLD[0])), {"late"}),
        (history(tries(*TOLD, "t9: somebody else's")), {"strange"}),
        (history([*without("#2 A stone falls."), *tries("#2 A stick falls.")]), {"strange", "late"}),
        (history(tries(*TOLD, "Sorry, something broke")), {"strange"}),
        (history(tries(TOLD[0], *TOLD)), {"groundless"}),
        (history([*LOST, *tries(TOLD[0], TOLD[1], *TOLD[1:])]), {"groundless"}),
        (history([*LOST, *tries(*TOLD[1:], TOLD[0])]), {"late"}),
        (history([*tries(TOLD[0]), *LOST, *tries(*TOLD[1:])]), {"groundless"}),
        (history([*tries(*TOLD), *tries("nudge3", sure=False)]), {"doubled_nudges"}),
        (history([*tries(*TOLD[:4]), *REFUSED, *tries(TOLD[4])], LEFT, GONE), {"groundless"}),
        (history(tries(*TOLD), LEFT, replace(GONE, knocks=[1, 1])), {"knocks"}),
        (history(tries(*TOLD), LEFT, replace(GONE, knocks=[2])), {"knocks"}),
    ],
)
def test_the_checker_finds_every_broken_promise(broken: History, promises: set[str]) -> None:
    report = check(broken)
    counted = ("lost", "doubled_effects", "missing", "strange", "late", "groundless", "doubled_nudges", "knocks")
    assert {name for name in counted if getattr(report, name)} == promises, report
    assert not report.kept
