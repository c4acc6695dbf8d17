"""Pacing: a burst at once, then the rate."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.pace import Pace


def test_a_burst_goes_out_at_once_and_then_one_a_second() -> None:
    pace = Pace(rate=1, burst=3)
    assert [pace.take(100.0) for _ in range(5)] == [0, 0, 0, 1, 2]


def test_rest_brings_the_burst_back() -> None:
    pace = Pace(rate=2, burst=2)
    pace.take(0.0)
    pace.take(0.0)
    assert pace.take(0.0) == pytest.approx(0.5)
    assert pace.take(10.0) == 0
    assert pace.full_at == pytest.approx(10.5)


def test_a_short_rest_brings_back_as_much_as_its_time() -> None:
    pace = Pace(rate=2, burst=4)
    assert [pace.take(100.0) for _ in range(4)] == [0, 0, 0, 0]
    assert [pace.take(101.0) for _ in range(3)] == [0, 0, 0.5]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.floats(min_value=0, max_value=3), min_size=1, max_size=60), st.integers(min_value=1, max_value=5))
def test_never_more_than_the_rate_after_the_burst(gaps: list[float], burst: int) -> None:
    pace, now, sent = Pace(rate=1, burst=burst), 0.0, []
    for gap in gaps:
        now += gap
        sent.append(now + pace.take(now))
    for at in sent:
        within = sum(at <= other < at + 10 for other in sent)
        assert within <= 10 + burst + 1
