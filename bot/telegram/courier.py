"""One request, again and again until it is clear what became of it; and silence when Telegram asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from telegram.error import RetryAfter, TelegramError

from bot.telegram.outcome import UNREADABLE, Verdict, kind, seconds, verdict
from bot.telegram.pace import Pace

FIRST_PAUSE = 0.5  # seconds before a second try
LONGEST_PAUSE = 30.0

_Answer = TypeVar("_Answer")

log = structlog.get_logger()


class UnreachableError(Exception):
    """The learner has stopped the bot."""


class RefusedError(Exception):
    """Telegram does not take this as it stands."""


class UncertainError(Exception):
    """It may have arrived."""


class Courier:
    """Makes requests that matter, for all chats; ``pace`` is that of all together."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._silent_until = 0.0  # after a 429, on the loop's clock

    async def insist(self, call: Callable[[], Awaitable[_Answer]], *, once: bool = False) -> _Answer | None:
        """Try until it is clear what became of it; with ``once``, never where it may have had its effect already.

        None when there was nothing to do any more. Raises UnreachableError, RefusedError or UncertainError.
        """
        pause = FIRST_PAUSE
        while True:
            if await self._silence():  # not all at once afterwards
                await asyncio.sleep(self._pace.take(asyncio.get_running_loop().time()))
            try:
                return await call()
            except RetryAfter as error:
                self._be_silent(seconds(error))
                continue
            except TelegramError as error:
                found, why = verdict(error), kind(error)
            except UNREADABLE:
                found, why = Verdict.UNCERTAIN, "an answer that cannot be read"
            match found:
                case Verdict.DONE:
                    return None
                case Verdict.UNREACHABLE:
                    raise UnreachableError
                case Verdict.REFUSED:
                    raise RefusedError(why)
                case Verdict.UNCERTAIN if once:
                    raise UncertainError
            log.info("a request is tried again", because=found.name)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _be_silent(self, for_seconds: float) -> None:
        until = asyncio.get_running_loop().time() + for_seconds
        self._silent_until = max(self._silent_until, until)

    def silent(self) -> float:
        """For how many seconds Telegram does not want to hear from us; 0 when it does."""
        return max(0.0, self._silent_until - asyncio.get_running_loop().time())

    async def _silence(self) -> bool:
        """Wait until Telegram wants to hear from us again; whether there was anything to wait for."""
        waited = False
        while left := self.silent():
            waited = True
            await asyncio.sleep(left)
        return waited
