"""How much one learner may send us: a burst, then so much a second. Pure arithmetic on a clock that is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Admission = Literal["taken", "told", "dropped"]
"""Take it; take word of it, as the first that is too many; take nothing."""


@dataclass
class _Bucket:
    tokens: float
    at: float
    is_told: bool = False


class Limit:
    """A token bucket for each learner."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: dict[str, _Bucket] = {}

    def admit(self, learner: str, at: float) -> Admission:
        """What to do with something a learner sent at ``at`` (seconds)."""
        bucket = self._buckets.setdefault(learner, _Bucket(self._burst, at))
        bucket.tokens = self._tokens(bucket, at)
        bucket.at = max(bucket.at, at)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            bucket.is_told = bucket.is_told and bucket.tokens < self._burst / 2  # one flood is told of once
            return "taken"
        told, bucket.is_told = bucket.is_told, True
        return "dropped" if told else "told"

    def forget(self, now: float) -> None:
        """Drop the buckets that are full again."""
        self._buckets = {who: one for who, one in self._buckets.items() if self._tokens(one, now) < self._burst}

    def _tokens(self, bucket: _Bucket, at: float) -> float:
        return min(self._burst, bucket.tokens + max(0.0, at - bucket.at) * self._rate)
