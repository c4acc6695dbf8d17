"""Something out of reach that may come back: say so once, try again at growing intervals, say when it is over."""

from __future__ import annotations

import asyncio

import structlog

FIRST_PAUSE = 0.5  # seconds
LONGEST_PAUSE = 30.0

log = structlog.get_logger()


class Trouble:
    """One thing that may be out of reach, such as “Telegram”, for one or several who try."""

    def __init__(self, what: str, longest: float = LONGEST_PAUSE) -> None:
        self._what = what
        self._longest = longest
        self._pauses: dict[object, float] = {}

    async def wait(self, who: object, why: str, least: float = FIRST_PAUSE) -> None:
        """Wait before the next try, for ``least`` seconds or more."""
        if not self._pauses:
            log.warning(f"{self._what} cannot be reached, trying again", why=why)
        self._pauses[who] = max(min(self._pauses.get(who, 0.0) * 2, self._longest), least)
        await asyncio.sleep(self._pauses[who])

    def forget(self, who: object) -> None:
        """``who`` does not try any more."""
        self._pauses.pop(who, None)

    def over(self, who: object) -> None:
        """It works for ``who``, or works again; it is over when it works for all."""
        if self._pauses.pop(who, None) and not self._pauses:
            log.warning(f"{self._what} can be reached again")
