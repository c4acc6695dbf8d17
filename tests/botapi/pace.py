"""How fast a bot may send: Telegram's pace, and 429 on demand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.botapi.errors import TooManyRequests

ALL = None
"""The key of the budget that all chats share."""

IN_FLIGHT = 0.25
"""So many seconds after a refusal, requests may still arrive that were sent before it was known."""


@dataclass
class Pace:
    """Messages a second, for one chat and for all of them."""

    per_chat: float = 1
    burst: int = 3
    overall: float = 30


@dataclass
class Bucket:
    """A token bucket that starts full."""

    rate: float
    size: float
    left: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until there is a token."""
        self.left = min(self.size, self.left + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1 - self.left) / self.rate)


@dataclass
class Gate:
    """What each message has to pass."""

    clock: Callable[[], float]
    remark: Callable[[str], None]
    pace: Pace | None = None
    _forced: list[int] = field(default_factory=list)
    _closed: dict[int | None, tuple[float, float]] = field(default_factory=dict)
    _buckets: dict[int | None, Bucket] = field(default_factory=dict)

    def close_next(self, n: int, retry_after: int) -> None:
        """Refuse the next ``n`` messages that come in time, each for so many seconds."""
        self._forced += [retry_after] * n

    def open(self) -> None:
        """Take back the refusals that were planned."""
        self._forced.clear()

    def admit(self, chat_id: int) -> None:
        """Let a message pass, or refuse it; who does not wait as told is remarked upon."""
        now = self.clock()
        for key in (ALL, chat_id):
            self._check_closed(key, now)
        if self._forced:
            self._close(ALL, now, self._forced.pop(0))
        if self.pace:
            self._spend(self.pace, chat_id, now)

    def _spend(self, pace: Pace, chat_id: int, now: float) -> None:
        sizes: dict[int | None, tuple[float, float]] = {
            ALL: (pace.overall, pace.overall),
            chat_id: (pace.per_chat, pace.burst),
        }
        for key, (rate, size) in sizes.items():
            bucket = self._buckets.setdefault(key, Bucket(rate, size, size, now))
            if wait := bucket.wait(now):
                self._close(key, now, math.ceil(wait))
        for key in sizes:
            self._buckets[key].left -= 1

    def _close(self, key: int | None, now: float, seconds: int) -> None:
        self._closed[key] = (now, now + seconds)
        raise TooManyRequests(seconds)

    def _check_closed(self, key: int | None, now: float) -> None:
        since, until = self._closed.get(key, (0.0, 0.0))
        if now >= until:
            return
        if now > since + IN_FLIGHT:
            self.remark(f"tried again {until - now:.2f} s before the time of retry_after")
        raise TooManyRequests(math.ceil(until - now))
