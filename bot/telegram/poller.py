"""Taking updates in: every one is committed before Telegram is told that we have it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.delivery import Received, Unread
from bot.telegram.limit import Limit
from bot.telegram.outcome import UNREADABLE, seconds
from bot.telegram.request import AiohttpRequest, UnreadableAnswerError
from bot.telegram.update import ALLOWED, Act, Aside, Meaning, Odd, Raw, Reach, understand
from bot.trouble import Trouble
from dialogs.event import TooFast

HOLD = 25  # seconds a request for updates may be held open
MOST_REFUSALS = 5  # one after another: another poller that does not go away, or a token that is no longer good

log = structlog.get_logger()


class Inbox(Protocol):
    """Where updates are kept."""

    async def receive_all(self, updates: Sequence[Received | Unread]) -> None: ...
    async def change_reach(self, learner: str, update: int, *, blocked: bool) -> None: ...


class Poller:
    """Long polling. The offset is kept in memory only: ids begin anew after a quiet week."""

    def __init__(
        self,
        bot: Bot,
        request: AiohttpRequest,
        inbox: Inbox,
        limit: Limit,
        arrived: Callable[[], None],
        private_only: str,
    ) -> None:
        self._bot = bot
        self._request = request
        self._inbox = inbox
        self._limit = limit
        self._arrived = arrived
        self._private_only = private_only
        self._offset = 0
        self._trouble = Trouble("Telegram")
        self._asides: set[asyncio.Task[None]] = set()
        self.heard = time.monotonic()  # when Telegram last answered

    async def run(self) -> None:
        """Take updates in until cancelled. Raises Conflict or InvalidToken when there is no use going on."""
        refusals = 0
        while True:
            try:
                updates = await self._next()
            except (Conflict, InvalidToken) as error:
                refusals += 1
                if refusals >= MOST_REFUSALS:
                    raise
                await self._trouble.wait(self, type(error).__name__)
            except RetryAfter as error:
                await asyncio.sleep(seconds(error))
            except (TelegramError, *UNREADABLE) as error:
                await self._trouble.wait(self, type(error).__name__)
            else:
                refusals, self.heard = 0, time.monotonic()
                self._trouble.over(self)
                await self._take(updates)
                self.heard = time.monotonic()  # a database that kept us waiting is no silence of Telegram's

    async def renew(self) -> float:
        """Begin with new connections, and count the silence from now on, which is returned."""
        await self._request.renew()
        self.heard = time.monotonic()
        return self.heard

    async def close(self) -> None:
        """Let answers to taps that are on their way go through."""
        if self._asides:
            await asyncio.wait(self._asides, timeout=1)

    async def _next(self) -> list[Raw]:
        """The next updates in order, as raw bodies: one that cannot be parsed must not stop the others."""
        words = {"offset": self._offset, "timeout": HOLD, "allowed_updates": '["' + '","'.join(ALLOWED) + '"]'}
        url = f"{self._bot.base_url}/getUpdates?{urlencode(words)}"
        updates: Any = await self._request.post(url, read_timeout=HOLD + 10)
        if not isinstance(updates, list):
            raise UnreadableAnswerError
        readable = [one for one in updates if isinstance(one, dict) and isinstance(one.get("update_id"), int)]
        return sorted(readable, key=lambda one: int(one["update_id"]))

    async def _take(self, updates: Sequence[Raw]) -> None:
        """Keep these updates in order; they are confirmed by the offset of the next request."""
        if not updates:
            return
        kept: list[Received | Unread] = []
        meanings = [(update, understand(update, self._bot.username)) for update in updates]
        dates = _dates([meaning for _, meaning in meanings], time.time())
        for (update, meaning), date in zip(meanings, dates, strict=True):
            if isinstance(meaning, Reach):
                await self._keep(kept)
                kept = []
                await self._inbox.change_reach(meaning.learner, int(update["update_id"]), blocked=meaning.blocked)
            else:
                kept += self._kept(update, meaning, date)
        await self._keep(kept)
        for _, meaning in meanings:
            self._answer(meaning)
        self._offset = max(int(update["update_id"]) for update in updates) + 1
        self._limit.forget(time.time())

    def _kept(self, update: Raw, meaning: Meaning, date: float) -> list[Received | Unread]:
        """What is kept of an update of this ``date`` that no membership changes by."""
        number = int(update["update_id"])
        if isinstance(meaning, Odd):
            log.warning("an update cannot be read, see attune dead list", update=number, why=meaning.why)
            return [Unread(number, update, meaning.why)]
        if not isinstance(meaning, Act):
            return []
        # By Telegram's clock, so that what was sent while we were away is not taken for a flood.
        admission = self._limit.admit(meaning.learner, date)
        if admission == "dropped":
            return []
        event = meaning.event if admission == "taken" else TooFast()
        return [Received(number, meaning.learner, event)]

    async def _keep(self, kept: Sequence[Received | Unread]) -> None:
        if kept:
            await self._inbox.receive_all(kept)
            self._arrived()

    def _answer(self, meaning: Meaning) -> None:
        """What is answered at once, and not by a turn."""
        match meaning:
            case Act(callback=str(callback)) | Aside(callback=str(callback)):
                self._aside(self._bot.answer_callback_query(callback))
            case Aside(chat=int(chat)):
                self._aside(self._bot.send_message(chat, self._private_only))

    def _aside(self, call: Coroutine[Any, Any, Any]) -> None:
        """Do something that nobody waits for and that is not tried again."""

        async def attempt() -> None:
            try:
                await call
            except (TelegramError, *UNREADABLE) as error:
                log.info("an answer was not taken", error=type(error).__name__)

        task = asyncio.create_task(attempt())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)


def _dates(meanings: Sequence[Meaning], now: float) -> list[float]:
    """When each of these was sent. Telegram does not say it of taps: not later than what came next."""
    dates: list[float] = []
    for meaning in reversed(meanings):
        told = meaning.date if isinstance(meaning, Act) else None
        dates.append(told or (dates[-1] if dates else now))
    return dates[::-1]
