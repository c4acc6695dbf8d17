"""Something out of reach that may come back: say so once, try again at growing intervals, say when it is over."""

from __future__ import annotations

import asyncio

import structlog

FIRST_PAUSE = 0.5  # seconds
LONGEST_PAUSE = 30.0

log = structlog.get_logger()


class Trouble:
    """One thing that may be out of reach, such as “Telegram”."""

    def __init__(self, what: str, longest: float = LONGEST_PAUSE) -> None:
        self._what = what
        self._longest = longest
        self._pause = 0.0

    async def wait(self, why: str) -> None:
        """Wait before the next try."""
        if not self._pause:
            log.warning(f"{self._what} cannot be reached, trying again", why=why)
        self._pause = min(max(self._pause * 2, FIRST_PAUSE), self._longest)
        await asyncio.sleep(self._pause)

    def over(self) -> None:
        """It works, or works again."""
        if self._pause:
            log.warning(f"{self._what} can be reached again")
        self._pause = 0.0
