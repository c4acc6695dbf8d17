"""The coach on Telegram: updates come in, turns are taken, messages go out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import structlog
from telegram import Bot
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter

from bot.delivery import Delivery
from bot.telegram.poller import LONGEST_PAUSE, Poller
from bot.telegram.profile import Profile, set_profile
from bot.telegram.request import AiohttpRequest
from bot.telegram.sender import Sender
from dialogs.event import Event

PATIENCE = 3.0  # seconds for what is on its way when we are told to stop

log = structlog.get_logger()


class MessengerError(Exception):
    """Telegram does not let us work; the message says what to do."""


@dataclass(frozen=True)
class Pacing:
    """Messages a second: to everybody together, to one chat, and how many at once to one chat."""

    rate: float
    chat_rate: float
    chat_burst: int


class Desk(Protocol):
    """The coach's side: what comes in is kept, decided and waits to go out. Built for one bot's channel."""

    async def receive(self, learner: str, event: Event, update: int) -> None: ...
    async def take_turns(self) -> int: ...
    async def waiting(self, without: Sequence[str]) -> dict[str, list[Delivery]]: ...
    async def sent(self, ids: Sequence[int]) -> None: ...
    async def swap_keyboard(self, learner: str, message: int | None) -> int | None: ...
    async def blocked(self, learner: str) -> None: ...
    async def profile_set(self, fingerprint: str) -> bool: ...
    async def keep_profile(self, fingerprint: str) -> None: ...


class Messenger:
    """One bot, by long polling."""

    def __init__(
        self, token: str, server: str, desk: Desk, pacing: Pacing, profile: Profile, private_only: str
    ) -> None:
        self._request = AiohttpRequest()
        self._bot = Bot(token, base_url=f"{server}/bot", request=self._request, get_updates_request=AiohttpRequest())
        self._desk = desk
        self._profile = profile
        self._turns = asyncio.Event()
        self._sender = Sender(self._bot, desk, pacing.rate, pacing.chat_rate, pacing.chat_burst)
        self._poller = Poller(self._bot, self._request, desk, self._turns.set, private_only)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop``. Raises MessengerError when the token is wrong or another program polls."""
        pause = 1.0
        while not stop.is_set():
            try:
                async with self._bot:
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
            except (NetworkError, RetryAfter) as error:  # before we began; later ones are met where they happen
                log.warning("Telegram cannot be reached", error=type(error).__name__)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _work(self, stop: asyncio.Event) -> None:
        await self._bot.delete_webhook()
        await self._introduce()
        self._turns.set()  # what was left waiting the last time
        self._sender.wake()
        works = (self._poller.run(), self._take_turns(), self._sender.run(), stop.wait())
        tasks: list[asyncio.Task[object]] = [asyncio.create_task(work) for work in works]
        log.info("running", bot=self._bot.username)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._poller.close()
            await self._sender.close(PATIENCE)

    async def _introduce(self) -> None:
        if not await self._desk.profile_set(self._profile.fingerprint):
            await set_profile(self._bot, self._profile)
            await self._desk.keep_profile(self._profile.fingerprint)

    async def _take_turns(self) -> None:
        while True:
            await self._turns.wait()
            self._turns.clear()
            while await self._desk.take_turns():
                self._sender.wake()
