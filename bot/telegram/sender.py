"""Sending what waits in the outbox: in order for each chat, at Telegram's pace, at least once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

import structlog
from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from bot.delivery import Delivery
from bot.telegram.pace import Pace
from bot.telegram.poller import LONGEST_PAUSE
from bot.telegram.render import Message, render

MOMENT = 0.5  # seconds of waiting after which the learner sees that we are typing

_Answer = TypeVar("_Answer")

log = structlog.get_logger()


class Outbox(Protocol):
    """What waits to be sent, and where to note what became of it."""

    async def waiting(self, without: Sequence[str]) -> dict[str, list[Delivery]]: ...
    async def sent(self, ids: Sequence[int]) -> None: ...
    async def swap_keyboard(self, learner: str, message: int | None) -> int | None: ...
    async def blocked(self, learner: str) -> None: ...


class Sender:
    """Sends to many chats at once; no chat waits for another."""

    def __init__(self, bot: Bot, outbox: Outbox, rate: float, chat_rate: float, chat_burst: int) -> None:
        self._bot = bot
        self._outbox = outbox
        self._all = Pace(rate, max(1, int(rate)))
        self._chat_rate = chat_rate
        self._chat_burst = chat_burst
        self._paces: dict[str, Pace] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._flights: set[asyncio.Task[None]] = set()
        self._work = asyncio.Event()
        self.failed: BaseException | None = None  # of a chat's task: ends everything

    def wake(self) -> None:
        """There is something to send."""
        self._work.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self._work.clear()
            if self.failed:
                raise self.failed
            waiting = await self._outbox.waiting(list(self._busy))
            for learner, deliveries in waiting.items():
                task = asyncio.create_task(self._serve(learner, deliveries))
                self._busy[learner] = task
                task.add_done_callback(partial(self._served, learner))
            self._forget()
            await self._work.wait()

    async def close(self, patience: float) -> None:
        """Let messages that are on their way arrive, for at most ``patience`` seconds; the rest waits."""
        for task in list(self._busy.values()):
            task.cancel()
        if self._flights:
            await asyncio.wait(self._flights, timeout=patience)
        for flight in list(self._flights):
            flight.cancel()
        await asyncio.gather(*self._busy.values(), *self._flights, return_exceptions=True)

    def _served(self, learner: str, done: asyncio.Task[None]) -> None:
        del self._busy[learner]
        if not done.cancelled() and (error := done.exception()) is not None:
            log.error("sending failed", error=type(error).__name__)
            self.failed = self.failed or error
        self.wake()

    def _forget(self) -> None:
        """Drop the paces of chats that have been quiet."""
        now = asyncio.get_running_loop().time()
        self._paces = {who: pace for who, pace in self._paces.items() if who in self._busy or pace.full_at > now}

    async def _serve(self, learner: str, deliveries: list[Delivery]) -> None:
        """Everything that waits for one learner, in order."""
        try:
            await self._take_keyboard(learner)
            left = {delivery.id for delivery in deliveries}
            for message in render(deliveries):
                await self._wait(learner)
                flight = asyncio.create_task(self._send(learner, message))
                self._flights.add(flight)
                flight.add_done_callback(self._flights.discard)
                await asyncio.shield(flight)  # once on its way, it must be noted
                left.difference_update(message.ids)
            if left:  # buttons without a text cannot be shown
                await self._outbox.sent(sorted(left))
        except Forbidden:
            await self._outbox.blocked(learner)

    async def _take_keyboard(self, learner: str) -> None:
        """The buttons of the step before are used up."""
        old = await self._outbox.swap_keyboard(learner, None)
        if old is not None:
            await self._try(lambda: self._bot.edit_message_reply_markup(int(learner), old))

    async def _send(self, learner: str, message: Message) -> None:
        """Send one message and note it."""
        sent = await self._try(
            lambda: self._bot.send_message(
                int(learner), message.text, entities=message.entities or None, reply_markup=message.keyboard
            )
        )
        if sent is not None and message.keyboard:
            await self._outbox.swap_keyboard(learner, sent.message_id)
        if message.ids:
            await self._outbox.sent(message.ids)

    async def _wait(self, learner: str) -> None:
        now = asyncio.get_running_loop().time()
        pace = self._paces.setdefault(learner, Pace(self._chat_rate, self._chat_burst))
        pause = max(pace.take(now), self._all.take(now))
        if pause >= MOMENT:
            await self._try(lambda: self._bot.send_chat_action(int(learner), ChatAction.TYPING))
        await asyncio.sleep(pause)

    async def _try(self, call: Callable[[], Awaitable[_Answer]]) -> _Answer | None:
        """Call until it goes through. What Telegram refuses for good is left out, and noted."""
        pause = 1.0
        while True:
            try:
                return await call()
            except RetryAfter as error:
                after = error.retry_after
                await asyncio.sleep(after if isinstance(after, int) else after.total_seconds())
            except BadRequest:
                log.warning("Telegram refused a request")
                return None
            except NetworkError as error:
                log.warning("Telegram cannot be reached", error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
