"""Sending what waits in the outbox: in order for each chat, at Telegram's pace; replies at least once, nudges at most.

sendMessage has no key by which Telegram would recognize a repetition. So where a request may or may not have had
its effect, a reply is sent again, and a nudge never.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Protocol, TypeVar

import structlog
from telegram import Bot, MessageEntity
from telegram.constants import ChatAction
from telegram.error import RetryAfter, TelegramError

from bot.delivery import Delivery, Outcome
from bot.telegram.outcome import UNREADABLE, Verdict, kind, seconds, verdict
from bot.telegram.pace import Pace
from bot.telegram.render import Message, render
from bot.trace import trace

MOMENT = 0.5  # seconds of waiting after which the learner sees that we are typing
FIRST_PAUSE = 0.5  # seconds before a second try
LONGEST_PAUSE = 30.0

_Answer = TypeVar("_Answer")

log = structlog.get_logger()


class Outbox(Protocol):
    """What waits to be sent, and where to note what became of it."""

    async def waiting(self, without: Sequence[str]) -> dict[str, list[Delivery]]: ...
    async def claim(self, ids: Sequence[int]) -> bool: ...
    async def settle(self, ids: Sequence[int], outcome: Outcome, error: str | None = None) -> None: ...
    async def swap_keyboard(self, learner: str, message: int | None) -> int | None: ...
    async def blocked(self, learner: str) -> None: ...


class UnreachableError(Exception):
    """The learner has stopped the bot."""


class RefusedError(Exception):
    """Telegram does not take this as it stands."""


class UncertainError(Exception):
    """It may have arrived."""


class Sender:
    """Sends to many chats at once; no chat waits for another, unless Telegram asks for silence."""

    def __init__(self, bot: Bot, outbox: Outbox, rate: float, chat_rate: float, chat_burst: int) -> None:
        self._bot = bot
        self._outbox = outbox
        self._all = Pace(rate, max(1, int(rate)))
        self._chat_rate = chat_rate
        self._chat_burst = chat_burst
        self._paces: dict[str, Pace] = {}
        self._silent_until = 0.0  # after a 429, on the loop's clock
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._flights: set[asyncio.Task[None]] = set()
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self.failed: BaseException | None = None  # of a chat's task: ends everything

    def wake(self) -> None:
        """There is something to send."""
        self._idle.clear()
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
            if waiting:
                continue  # there may be more than was looked at together
            if not self._busy:
                self._forget()
                self._idle.set()
            await self._work.wait()

    async def idle(self) -> None:
        """Wait until nothing waits and nothing is on its way."""
        await self._idle.wait()

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
        self._paces = {who: pace for who, pace in self._paces.items() if pace.full_at > now}

    # ------------------------------------------------------------------ one learner
    async def _serve(self, learner: str, deliveries: list[Delivery]) -> None:
        """Everything that waits for one learner, in order."""
        replies = [delivery for delivery in deliveries if not delivery.nudge]
        nudges = [delivery for delivery in deliveries if delivery.nudge]
        try:
            if replies:
                await self._reply(learner, replies)
            for nudge in nudges:
                await self._nudge(learner, nudge)
        except UnreachableError:
            await self._outbox.blocked(learner)

    async def _reply(self, learner: str, replies: list[Delivery]) -> None:
        ids = [reply.id for reply in replies]
        if not await self._outbox.claim(ids):
            return
        if not all(reply.aside for reply in replies):
            await self._take_keyboard(learner)
        left = set(ids)
        for message in await self._rendered(replies):
            await self._pace(learner)
            await self._fly(self._send(learner, message, nudge=False))
            left.difference_update(message.ids)
        if left:  # buttons without a text cannot be shown
            await self._outbox.settle(sorted(left), "refused")

    async def _nudge(self, learner: str, nudge: Delivery) -> None:
        await self._pace(learner)
        if await self._outbox.claim([nudge.id]):
            for message in await self._rendered([nudge]):
                await self._fly(self._send(learner, message, nudge=True))

    async def _rendered(self, deliveries: Sequence[Delivery]) -> list[Message]:
        """The messages for these; what cannot be rendered is a dead letter, and the others go without it."""
        try:
            return list(render(deliveries))
        except Exception as error:
            broken = [one for one in deliveries if not _can_be_rendered(one)] or deliveries
            log.warning("a message cannot be shown, see attune dead list", why=type(error).__name__)
            await self._outbox.settle([one.id for one in broken], "refused", trace(error))
        return await self._rendered([one for one in deliveries if one not in broken])

    async def _fly(self, sending: Coroutine[Any, Any, None]) -> None:
        """Once a message is on its way, what becomes of it must be noted, whoever cancels us."""
        flight = asyncio.create_task(sending)
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)
        await asyncio.shield(flight)

    async def _take_keyboard(self, learner: str) -> None:
        """The buttons of the step before are used up."""
        old = await self._outbox.swap_keyboard(learner, None)
        if old is not None:
            with suppress(RefusedError):
                await self._insist(lambda: self._bot.edit_message_reply_markup(int(learner), old))

    async def _pace(self, learner: str) -> None:
        now = asyncio.get_running_loop().time()
        pace = self._paces.setdefault(learner, Pace(self._chat_rate, self._chat_burst))
        pause = max(pace.take(now), self._all.take(now))
        if pause >= MOMENT and not self._silent():
            with suppress(TelegramError, *UNREADABLE):
                await self._bot.send_chat_action(int(learner), ChatAction.TYPING)
        await asyncio.sleep(pause)

    # ------------------------------------------------------------------ one request
    async def _send(self, learner: str, message: Message, *, nudge: bool) -> None:
        """Send one message and note what became of it. Raises UnreachableError."""
        try:
            try:
                sent = await self._insist(partial(self._message, learner, message, message.entities), once=nudge)
            except RefusedError:  # plain text, rather than nothing
                sent = await self._insist(partial(self._message, learner, message, ()), once=nudge)
        except UncertainError:
            await self._outbox.settle(message.ids, "unknown")
        except RefusedError as error:
            log.warning("a message is refused, see attune dead list", why=str(error))
            await self._outbox.settle(message.ids, "refused", f"refused: {error}")
        else:
            if message.keyboard and sent:
                await self._outbox.swap_keyboard(learner, sent)
            await self._outbox.settle(message.ids, "sent")

    async def _message(self, learner: str, message: Message, entities: Sequence[MessageEntity]) -> int:
        """Send it; its number at Telegram's."""
        sent = await self._bot.send_message(
            int(learner), message.text, entities=entities or None, reply_markup=message.keyboard
        )
        return sent.message_id

    async def _insist(self, call: Callable[[], Awaitable[_Answer]], *, once: bool = False) -> _Answer | None:
        """Try until it is clear what became of it; with ``once``, never where it may have had its effect already.

        None when there was nothing to do any more. Raises UnreachableError, RefusedError or UncertainError.
        """
        pause = FIRST_PAUSE
        while True:
            if await self._silence():  # not all at once afterwards
                await asyncio.sleep(self._all.take(asyncio.get_running_loop().time()))
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

    def _silent(self) -> float:
        """For how many seconds Telegram does not want to hear from us; 0 when it does."""
        return max(0.0, self._silent_until - asyncio.get_running_loop().time())

    async def _silence(self) -> bool:
        """Wait until Telegram wants to hear from us again; whether there was anything to wait for."""
        waited = False
        while left := self._silent():
            waited = True
            await asyncio.sleep(left)
        return waited


def _can_be_rendered(delivery: Delivery) -> bool:
    with suppress(Exception):
        list(render([delivery]))
        return True
    return False
