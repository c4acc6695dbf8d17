"""The ordeals, short and seeded; ``make torture`` runs them in full."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from random import Random

import pytest

from tests.torture.history import History, check
from tests.torture.ordeal import die_anytime, die_everywhere


@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_dies_at_a_commit_or_a_send_keeps_every_promise(tmp_path: Path, seed: int) -> None:
    report = die_everywhere(tmp_path, seed, only=Random(seed).sample(range(1, 24), 6))
    assert report.kills >= 6
    assert report.kept, report


@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_is_killed_at_any_moment_keeps_every_promise(tmp_path: Path, seed: int) -> None:
    report = die_anytime(tmp_path, seed, kills=6)
    assert report.turns > 50
    assert report.kept, report


# ---------------------------------------------------------------------- the checker itself
def history(*got: str, attempts: int = 2, in_flight: int = 0) -> History:
    """Somebody sent two things and was nudged once."""
    return History(
        sent=defaultdict(list, {1: ["t1: one", "t2: two"]}),
        got=defaultdict(list, {1: list(got)}),
        nudged=defaultdict(list, {1: ["nudge3"]}),
        attempts={1: attempts},
        in_flight=in_flight,
    )


def test_the_checker_finds_nothing_where_nothing_is() -> None:
    assert check(history("t1: one, well", "more", "nudge3", "t2: two")).kept
    assert check(history("t1: one", "t1: one", "t2: two", in_flight=1)).kept
    assert check(history("t1: one", "t2: two", "t1: one", in_flight=1)).kept
    assert check(history("t1: one", "t2: two")).kept, "a nudge may be missing"


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (history("t1: one", "t2: two", attempts=1), "lost"),
        (history("t1: one", "t2: two", attempts=3), "doubled_effects"),
        (history("t1: one"), "missing_replies"),
        (history("t2: two", "t1: one"), "late_replies"),
        (history("t1: one", "t1: one", "t2: two"), "doubled_replies"),
        (history("t1: one", "nudge3", "t2: two", "nudge3"), "doubled_nudges"),
    ],
)
def test_the_checker_finds_every_broken_promise(broken: History, promise: str) -> None:
    report = check(broken)
    assert not report.kept
    assert getattr(report, promise) == 1
