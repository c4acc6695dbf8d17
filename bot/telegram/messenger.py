"""The coach on Telegram: updates come in, turns are taken, messages go out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from telegram import Bot
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError

from bot.errors import PlainError
from bot.telegram.limit import Limit
from bot.telegram.outcome import UNREADABLE, seconds
from bot.telegram.poller import Inbox, Poller
from bot.telegram.profile import Profile, set_profile
from bot.telegram.request import AiohttpRequest
from bot.telegram.sender import Outbox, Sender
from bot.trouble import Trouble

PATIENCE = 2.5  # seconds to answer what was taken in, when we are told to stop
LAST_PATIENCE = 0.5  # … and then for what is on its way
WATCH = 15.0  # seconds between looks at
SILENCE = 90.0  # … how long nothing was heard from Telegram
SWEEP = 2.0  # seconds between looks for what others left for us
PRUNE = 3600.0  # seconds between clearings-out

log = structlog.get_logger()


class MessengerError(PlainError):
    """Telegram does not let us work; the message says what to do."""


@dataclass(frozen=True)
class Pacing:
    """Messages a second: to everybody together, to one chat, and how many at once to one chat."""

    rate: float
    chat_rate: float
    chat_burst: int


class Desk(Inbox, Outbox, Protocol):
    """The coach's side: what comes in is kept, decided and waits to go out. Built for one bot's channel."""

    async def take_turns(self) -> int: ...
    async def give_up_claims(self) -> None: ...
    async def prune(self) -> None: ...
    async def profile_set(self, fingerprint: str) -> bool: ...
    async def keep_profile(self, fingerprint: str) -> None: ...


class Messenger:
    """One bot, by long polling."""

    def __init__(
        self,
        token: str,
        server: str,
        desk: Desk,
        pacing: Pacing,
        limit: Limit,
        profile: Profile,
        private_only: str,
    ) -> None:
        self._polls = AiohttpRequest()
        self._bot = Bot(token, base_url=f"{server}/bot", request=AiohttpRequest(), get_updates_request=self._polls)
        self._desk = desk
        self._profile = profile
        self._turns = asyncio.Event()
        self._sender = Sender(self._bot, desk, pacing.rate, pacing.chat_rate, pacing.chat_burst)
        self._poller = Poller(self._bot, self._polls, desk, limit, self._turns.set, private_only)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop``. Raises MessengerError when the token is wrong or another program polls."""
        trouble = Trouble("Telegram")
        while not stop.is_set():
            try:
                if await _unless(stop, self._begin()):
                    trouble.over(self)
                    await self._work(stop)
            except InvalidToken:
                raise MessengerError(
                    "Telegram does not know this token. Get the right one from @BotFather (/mybots, API Token) "
                    "and set ATTUNE_TELEGRAM_TOKEN."
                ) from None
            except Conflict:
                raise MessengerError(
                    "Another program receives this bot's messages. Stop it first: one bot, one attune run."
                ) from None
            except BadRequest as error:
                raise MessengerError(f"Telegram refused how the bot introduces itself: {error}.") from None
            except RetryAfter as error:
                await _unless(stop, trouble.wait(self, "RetryAfter", seconds(error)))
            except (TelegramError, *UNREADABLE) as error:  # before we began; later ones are met where they happen
                await _unless(stop, trouble.wait(self, type(error).__name__))
            finally:
                await self._bot.shutdown()

    async def _begin(self) -> None:
        await self._bot.initialize()
        await self._bot.delete_webhook()
        if not await self._desk.profile_set(self._profile.fingerprint):
            await set_profile(self._bot, self._profile)
            await self._desk.keep_profile(self._profile.fingerprint)
        await self._desk.give_up_claims()

    async def _work(self, stop: asyncio.Event) -> None:
        self._turns.set()  # what was left waiting the last time
        self._sender.wake()
        poll = asyncio.create_task(self._poller.run())
        others = (self._take_turns(), self._sender.run(), self._watch(), self._sweep(), self._prune(), stop.wait())
        tasks: list[asyncio.Task[Any]] = [poll, *(asyncio.create_task(work) for work in others)]
        log.info("running", bot=self._bot.username)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            poll.cancel()
            await self._finish()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._poller.close()
            await self._sender.close(LAST_PATIENCE)

    async def _finish(self) -> None:
        """Answer what was taken in, as far as that is a matter of moments; the rest waits for the next start."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while await self._desk.take_turns():
                    self._sender.wake()
                await self._sender.idle()

    async def _take_turns(self) -> None:
        while True:
            await self._turns.wait()
            self._turns.clear()
            while await self._desk.take_turns():
                self._sender.wake()

    async def _watch(self) -> None:
        """Say when Telegram has been silent for too long, and begin with new connections."""
        told = 0.0
        while True:
            await asyncio.sleep(WATCH)
            heard = self._poller.heard
            if time.monotonic() - heard > SILENCE:
                if heard != told:
                    log.error("nothing heard from Telegram", seconds=int(time.monotonic() - heard))
                told = await self._poller.renew()

    async def _sweep(self) -> None:
        """Find what other processes left for us: turns to take again, and what is to be sent."""
        while True:
            await asyncio.sleep(SWEEP)
            self._turns.set()
            self._sender.wake()

    async def _prune(self) -> None:
        while True:
            await self._desk.prune()
            await asyncio.sleep(PRUNE)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do some work, or as much of it as there is time for until ``stop``; whether it was done."""
    doing, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    doing.cancel()
    await asyncio.gather(doing, stopping, return_exceptions=True)
    if doing.cancelled():
        return False
    doing.result()
    return True
