"""Pacing: how long to wait so that Telegram's limits are kept. Pure arithmetic on a clock that is given."""

from __future__ import annotations


class Pace:
    """A bucket of ``burst`` tokens that refills at ``rate`` a second; a message takes one."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at = 0.0

    def take(self, now: float) -> float:
        """Take a token at ``now`` (seconds); how many seconds to wait before using it."""
        if now > self._at:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)

    @property
    def full_at(self) -> float:
        """When nothing of it will be in use any more."""
        return self._at + (self._burst - self._tokens) / self._rate
