"""Taking updates in: every one is committed before Telegram is told that we have it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, cast
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter

from bot.telegram.request import AiohttpRequest
from bot.telegram.update import ALLOWED, Act, Aside, Raw, Reach, understand
from dialogs.event import Event

HOLD = 25  # seconds a request for updates may be held open
LONGEST_PAUSE = 30.0  # seconds between tries when Telegram cannot be reached
MOST_CONFLICTS = 5  # another poller that does not go away

log = structlog.get_logger()


class Inbox(Protocol):
    """Where updates are kept."""

    async def receive(self, learner: str, event: Event, update: int) -> None: ...
    async def blocked(self, learner: str) -> None: ...


class Poller:
    """Long polling. The offset is kept in memory only: ids begin anew after a quiet week."""

    def __init__(
        self, bot: Bot, request: AiohttpRequest, inbox: Inbox, arrived: Callable[[], None], private_only: str
    ) -> None:
        self._bot = bot
        self._request = request
        self._inbox = inbox
        self._arrived = arrived
        self._private_only = private_only
        self._offset = 0
        self._asides: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Take updates in until cancelled. Raises Conflict or InvalidToken when there is no use going on."""
        pause, conflicts = 1.0, 0
        while True:
            try:
                updates = await self._next()
            except Conflict:
                conflicts += 1
                if conflicts >= MOST_CONFLICTS:
                    raise
                await asyncio.sleep(pause)
            except RetryAfter as error:
                after = error.retry_after
                await asyncio.sleep(after if isinstance(after, int) else after.total_seconds())
            except NetworkError as error:
                log.warning("Telegram cannot be reached", error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause, conflicts = 1.0, 0
                for update in updates:
                    await self._take(update)

    async def close(self) -> None:
        """Let answers to taps that are on their way go through."""
        if self._asides:
            await asyncio.wait(self._asides, timeout=1)

    async def _next(self) -> list[Raw]:
        """The next updates, as raw bodies: one that cannot be parsed must not stop the others."""
        words = {"offset": self._offset, "timeout": HOLD, "allowed_updates": '["' + '","'.join(ALLOWED) + '"]'}
        url = f"{self._bot.base_url}/getUpdates?{urlencode(words)}"
        return cast(list[Raw], await self._request.post(url, read_timeout=HOLD + 10))

    async def _take(self, update: Raw) -> None:
        number = int(update["update_id"])
        match understand(update, self._bot.username):
            case Act(learner, event, callback):
                await self._inbox.receive(learner, event, number)
                self._arrived()
                if callback:
                    self._aside(self._bot.answer_callback_query(callback))
            case Reach(learner, blocked=True):
                await self._inbox.blocked(learner)
            case Aside(chat=int(chat)):
                self._aside(self._bot.send_message(chat, self._private_only))
            case Aside(callback=str(callback)):
                self._aside(self._bot.answer_callback_query(callback))
        self._offset = number + 1

    def _aside(self, call: Coroutine[Any, Any, Any]) -> None:
        """Do something that nobody waits for and that is not tried again."""

        async def attempt() -> None:
            try:
                await call
            except (BadRequest, Forbidden, NetworkError, RetryAfter) as error:
                log.info("an answer was not taken", error=type(error).__name__)

        task = asyncio.create_task(attempt())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
