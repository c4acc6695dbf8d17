"""Sending what waits in the outbox: in order for each chat, at Telegram's pace; replies at least once, nudges at most.

sendMessage has no key by which Telegram would recognize a repetition. So where a request may or may not have had
its effect, a reply is sent again, and a nudge never.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

import structlog
from telegram import Bot, MessageEntity
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.delivery import Delivery, Outcome
from bot.telegram.courier import Courier, RefusedError, UncertainError, UnreachableError
from bot.telegram.outcome import UNREADABLE
from bot.telegram.pace import Pace
from bot.telegram.render import Message, render
from bot.trace import trace

MOMENT = 0.5  # seconds of waiting after which the learner sees that we are typing

log = structlog.get_logger()


class Outbox(Protocol):
    """What waits to be sent, and where to note what became of it."""

    async def waiting(self, without: Sequence[str]) -> dict[str, list[Delivery]]: ...
    async def claim(self, ids: Sequence[int]) -> bool: ...
    async def settle(self, ids: Sequence[int], outcome: Outcome, error: str | None = None) -> None: ...
    async def swap_keyboard(self, learner: str, message: int | None) -> int | None: ...
    async def blocked(self, learner: str) -> None: ...


class Sender:
    """Sends to many chats at once; no chat waits for another, unless Telegram asks for silence."""

    def __init__(self, bot: Bot, outbox: Outbox, rate: float, chat_rate: float, chat_burst: int) -> None:
        self._bot = bot
        self._outbox = outbox
        self._all = Pace(rate, max(1, int(rate)))
        self._courier = Courier(self._all)
        self._chat_rate = chat_rate
        self._chat_burst = chat_burst
        self._paces: dict[str, Pace] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._flights: set[asyncio.Task[bool]] = set()
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
        await self._pace(learner)
        left = set(ids) - await self._deliver(learner, replies, nudge=False)
        if left:  # buttons without a text cannot be shown
            await self._outbox.settle(sorted(left), "refused")

    async def _nudge(self, learner: str, nudge: Delivery) -> None:
        await self._pace(learner)
        if await self._outbox.claim([nudge.id]):
            await self._deliver(learner, [nudge], nudge=True)

    async def _deliver(self, learner: str, deliveries: Sequence[Delivery], *, nudge: bool) -> set[int]:
        """Send what these say, the first message at once; the ids of those that something has become of.

        When a part of a long message comes to nothing, so does the rest of it.
        """
        done: set[int] = set()
        for number, message in enumerate(await self._rendered(deliveries)):
            if done.isdisjoint(message.ids):
                if number:
                    await self._pace(learner)
                if await self._fly(self._send(learner, message, nudge=nudge)):
                    done.update(message.ids)
        return done

    async def _rendered(self, deliveries: Sequence[Delivery]) -> list[Message]:
        """The messages for these; what cannot be rendered is a dead letter, and the others go without it."""
        try:
            return list(render(deliveries))
        except Exception as error:
            broken = [one for one in deliveries if not _can_be_rendered(one)] or deliveries
            log.warning("a message cannot be shown, see attune dead list", why=type(error).__name__)
            await self._outbox.settle([one.id for one in broken], "refused", trace(error))
        return await self._rendered([one for one in deliveries if one not in broken])

    async def _fly(self, sending: Coroutine[Any, Any, bool]) -> bool:
        """Once a message is on its way, what becomes of it must be noted, whoever cancels us."""
        flight = asyncio.create_task(sending)
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)
        return await asyncio.shield(flight)

    async def _take_keyboard(self, learner: str) -> None:
        """The buttons of the step before are used up."""
        old = await self._outbox.swap_keyboard(learner, None)
        if old is not None:
            with suppress(RefusedError):
                await self._courier.insist(lambda: self._bot.edit_message_reply_markup(int(learner), old))

    async def _pace(self, learner: str) -> None:
        now = asyncio.get_running_loop().time()
        pace = self._paces.setdefault(learner, Pace(self._chat_rate, self._chat_burst))
        pause = max(pace.take(now), self._all.take(now))
        if pause >= MOMENT and not self._courier.silent():
            with suppress(TelegramError, *UNREADABLE):
                await self._bot.send_chat_action(int(learner), ChatAction.TYPING)
        await asyncio.sleep(pause)

    # ------------------------------------------------------------------ one request
    async def _send(self, learner: str, message: Message, *, nudge: bool) -> bool:
        """Send one message and note what became of it, if that is clear by now. Raises UnreachableError."""
        try:
            try:
                sent = await self._courier.insist(
                    partial(self._message, learner, message, message.entities), once=nudge
                )
            except RefusedError:  # plain text, rather than nothing
                sent = await self._courier.insist(partial(self._message, learner, message, ()), once=nudge)
        except UncertainError:
            await self._outbox.settle(message.ids, "unknown")
        except RefusedError as error:
            log.warning("a message is refused, see attune dead list", why=str(error))
            await self._outbox.settle(message.ids, "refused", f"refused: {error}")
        else:
            if not message.is_last:
                return False
            if message.keyboard and sent:
                await self._outbox.swap_keyboard(learner, sent)
            await self._outbox.settle(message.ids, "sent")
        return True

    async def _message(self, learner: str, message: Message, entities: Sequence[MessageEntity]) -> int:
        """Send it; its number at Telegram's."""
        sent = await self._bot.send_message(
            int(learner), message.text, entities=entities or None, reply_markup=message.keyboard
        )
        return sent.message_id


def _can_be_rendered(delivery: Delivery) -> bool:
    with suppress(Exception):
        list(render([delivery]))
        return True
    return False
