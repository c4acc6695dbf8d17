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
from tests.botapi.errors import BadRequest
from tests.botapi.server import TOKEN, BotApiServer

LONG = Say("First. " * 580 + "Then this comes. " * 100)
"""A text of two parts."""
REFUSED = BadRequest("text is not to our taste")
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


# ---------------------------------------------------------------------- a text of several parts
def parts(server: BotApiServer, learner: int = 7) -> list[str]:
    """The first word of each message that arrived."""
    return [text.split()[0] for text in heard(server, learner)]


@pytest.mark.parametrize("nudge", [False, True], ids=["reply", "nudge"])
async def test_a_long_text_arrives_in_parts_and_is_done_with_the_last(server: BotApiServer, nudge: bool) -> None:
    shelf = Shelf()
    shelf.put("7", LONG, nudge=nudge)
    await send(server, shelf)
    assert parts(server) == ["First.", "Then"]
    assert shelf.outcomes == {1: ("sent", None)}


@pytest.mark.parametrize("nudge", [False, True], ids=["reply", "nudge"])
@pytest.mark.parametrize(("before", "arrived"), [(0, []), (1, ["First."])], ids=["first", "second"])
async def test_when_a_part_is_refused_the_rest_is_not_sent_and_all_of_it_is_a_dead_letter(
    server: BotApiServer, nudge: bool, before: int, arrived: list[str]
) -> None:
    shelf = Shelf()
    shelf.put("7", LONG, nudge=nudge)
    shelf.put("7", Say("After it.", "feedback"))
    server.spare_next("sendMessage", before + nudge)  # a nudge waits for the reply
    server.fail_next("sendMessage", 2, REFUSED)
    await send(server, shelf)
    expected = ["After", *arrived] if nudge else [*arrived, "After"]
    assert parts(server) == expected
    assert shelf.outcomes[1] == ("refused", "refused: Text is not to our taste")
    assert shelf.outcomes[2] == ("sent", None)


async def test_when_nobody_knows_of_a_part_of_a_nudge_no_more_of_it_is_sent(server: BotApiServer) -> None:
    shelf = Shelf()
    shelf.put("7", LONG, nudge=True)
    server.fail_next("sendMessage", 1, "lost")
    await send(server, shelf)
    assert len(server.requests_to("sendMessage", 7)) == 1
    assert shelf.outcomes == {1: ("unknown", None)}


async def test_a_reply_that_was_cut_off_between_its_parts_comes_again_from_the_first(server: BotApiServer) -> None:
    shelf = Shelf(_7=[LONG, OFFER])
    server.spare_next("sendMessage", 1)
    server.fail_next("sendMessage", 1, "stall")
    async with sender(server, shelf) as one, asyncio.timeout(10):
        one.wake()
        while len(server.requests_to("sendMessage", 7)) < 2:
            await asyncio.sleep(0.01)
    assert shelf.outcomes == {}
    await send(server, shelf)
    assert parts(server) == ["First.", "First.", "Then"]
    assert shelf.outcomes == {1: ("sent", None), 2: ("sent", None)}
