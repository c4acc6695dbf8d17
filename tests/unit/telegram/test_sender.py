"""Sending, with an outbox in plain lists and over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram import Bot

from bot.delivery import Delivery, Outcome
from bot.telegram.request import AiohttpRequest
from bot.telegram.sender import Sender
from dialogs.effect import Button, Effect, Offer, Say
from tests.botapi.server import TOKEN, BotApiServer

OFFER = Offer(1, (Button("a", "Yes"),))
BROKEN: Any = Say(None)  # type: ignore[arg-type]  # as of a mistake in the code that renders


class Shelf:
    """An outbox; whatever lies there waits for one of its learners."""

    def __init__(self, **waiting: Sequence[Effect]) -> None:
        self._waiting: dict[str, list[Delivery]] = {}
        self.outcomes: dict[int, tuple[Outcome, str | None]] = {}
        for learner, effects in waiting.items():
            self.put(learner.strip("_"), *effects)

    def put(self, learner: str, *effects: Effect, nudge: bool = False) -> None:
        first = sum(map(len, self._waiting.values())) + 1
        new = [Delivery(number, effect, nudge, nudge) for number, effect in enumerate(effects, first)]
        self._waiting.setdefault(learner, []).extend(new)

    def open_ones(self, learner: str) -> list[Delivery]:
        return [one for one in self._waiting[learner] if one.id not in self.outcomes]

    async def waiting(self, without: Sequence[str]) -> dict[str, list[Delivery]]:
        found = {learner: self.open_ones(learner) for learner in self._waiting if learner not in without}
        return {learner: those for learner, those in found.items() if those}

    async def claim(self, ids: Sequence[int]) -> bool:
        return True

    async def settle(self, ids: Sequence[int], outcome: Outcome, error: str | None = None) -> None:
        for one in ids:
            self.outcomes.setdefault(one, (outcome, error))

    async def swap_keyboard(self, learner: str, message: int | None) -> int | None:
        return None

    async def blocked(self, learner: str) -> None:
        for one in self.open_ones(learner):
            self.outcomes[one.id] = ("unreachable", None)


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        for number in (7, 8):
            server.user(number).send("/start")
        yield server


@asynccontextmanager
async def sender(server: BotApiServer, shelf: Shelf) -> AsyncIterator[Sender]:
    """Somebody who sends what lies there."""
    request = AiohttpRequest()
    async with Bot(TOKEN, f"{server.url}/bot", request=request, get_updates_request=AiohttpRequest()) as bot:
        sender = Sender(bot, shelf, 1000, 30, 30)
        work = asyncio.create_task(sender.run())
        try:
            yield sender
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await sender.close(1)


async def send(server: BotApiServer, shelf: Shelf) -> None:
    """Send everything that lies there."""
    async with sender(server, shelf) as one, asyncio.timeout(10):
        one.wake()
        await one.idle()


def heard(server: BotApiServer, learner: int) -> list[str]:
    return [request.params["text"] for request in server.requests_to("sendMessage", learner) if request.status == 200]


async def test_what_cannot_be_rendered_is_a_dead_letter_and_the_rest_arrives(server: BotApiServer) -> None:
    shelf = Shelf(_7=[Say("One."), BROKEN, OFFER], _8=[Say("Uno.")])
    await send(server, shelf)
    assert heard(server, 7) == ["One."]
    assert "reply_markup" in server.requests_to("sendMessage", 7)[0].params
    assert heard(server, 8) == ["Uno."]
    assert {number: outcome for number, (outcome, _) in shelf.outcomes.items()} == {
        1: "sent",
        2: "refused",
        3: "sent",
        4: "sent",
    }
    error = shelf.outcomes[2][1]
    assert error
    assert error.splitlines()[0] == "AttributeError"
    assert "render.py" in error
    assert [error for _, error in shelf.outcomes.values()].count(None) == 3


async def test_a_nudge_that_cannot_be_rendered_holds_up_no_other(server: BotApiServer) -> None:
    shelf = Shelf()
    for effect in (BROKEN, Say("How did it go?")):
        shelf.put("7", effect, nudge=True)
    await send(server, shelf)
    assert heard(server, 7) == ["How did it go?"]
    assert [outcome for outcome, _ in shelf.outcomes.values()] == ["refused", "sent"]
