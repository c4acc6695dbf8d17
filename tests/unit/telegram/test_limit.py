"""What one learner may send: a burst, then so much a second, and one word when it is too much."""

from __future__ import annotations

import pytest

from bot.telegram.limit import Limit


@pytest.fixture
def limit() -> Limit:
    return Limit(rate=0.5, burst=3)


def sent(limit: Limit, *times: float, who: str = "me") -> list[str]:
    return [limit.admit(who, at) for at in times]


def test_a_burst_is_taken_and_the_first_too_many_is_told(limit: Limit) -> None:
    assert sent(limit, *[100.0] * 6) == ["taken"] * 3 + ["told", "dropped", "dropped"]


def test_time_brings_back_one_at_a_time_and_never_more_than_the_burst(limit: Limit) -> None:
    sent(limit, *[100.0] * 4)
    assert sent(limit, 101.0, 102.0, 103.0, 104.0) == ["dropped", "taken", "dropped", "taken"], "told once"
    assert sent(limit, *[1000.0] * 4) == ["taken"] * 3 + ["told"], "rest is worth a burst, however long it was"


def test_everybody_has_a_limit_of_their_own(limit: Limit) -> None:
    sent(limit, *[100.0] * 5)
    assert sent(limit, *[100.0] * 4, who="you") == ["taken"] * 3 + ["told"]


def test_a_clock_that_goes_back_neither_gives_nor_takes(limit: Limit) -> None:
    sent(limit, *[100.0] * 3)
    assert sent(limit, 10.0, 100.0, 101.0, 102.0) == ["told", "dropped", "dropped", "taken"]


def test_forgetting_forgives_nobody(limit: Limit) -> None:
    sent(limit, *[100.0] * 4)
    limit.forget(105.0)
    assert sent(limit, *[105.0] * 4) == ["taken", "taken", "told", "dropped"]


def test_who_has_been_quiet_is_forgotten(limit: Limit) -> None:
    """Or a coach that runs for years would hold everybody who ever wrote."""
    sent(limit, 100.0)
    sent(limit, 100.0, 101.0, who="you")
    limit.forget(102.0)
    assert list(limit._buckets) == ["you"]
