"""The coach: the engine's steps, taken on what the store keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import structlog

from bot.delivery import Delivery
from bot.store import AttemptRow, Decision, Store, Waiting
from bot.wire import pack_effect, pack_event, unpack_effect, unpack_event
from dialogs.course import Course
from dialogs.effect import Attempt, Complete, Say
from dialogs.event import Event
from dialogs.session import Session
from dialogs.step import step

log = structlog.get_logger()


def utc_now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


class Coach:
    """Decides turns. It keeps nothing itself: everything it knows of a learner comes from the store."""

    def __init__(self, course: Course, clock: Callable[[], datetime] = utc_now) -> None:
        self._course = course
        self._clock = clock

    async def take_turns(self, store: Store, limit: int = 64) -> int:
        """Take what waits in the inbox; returns how many turns were taken."""
        return await store.take_turns(self._decide, self._clock(), limit, on_error=self._apologize)

    def _decide(self, waiting: Waiting) -> Decision:
        session = Session.model_validate_json(waiting.session) if waiting.session else Session()
        rng = Random(f"{waiting.channel}:{waiting.update_id}")  # the same turn again gives the same answer
        event = unpack_event(waiting.payload)
        after, effects = step(self._course, session, event, self._clock(), rng, waiting.progress)
        return Decision(
            session=after.model_dump_json(),
            outbox=[pack_effect(effect) for effect in effects if not isinstance(effect, Attempt | Complete)],
            attempts=[_row(effect) for effect in effects if isinstance(effect, Attempt)],
            completions=[(effect.script, effect.version) for effect in effects if isinstance(effect, Complete)],
        )

    def _apologize(self, waiting: Waiting) -> list[dict[str, Any]]:
        log.error("turn failed", channel=waiting.channel, update=waiting.update_id)
        text = next(form for item in self._course.phrases.sorry for form in item.templates.values())
        return [pack_effect(Say(text))]


def _row(attempt: Attempt) -> AttemptRow:
    return AttemptRow(
        script=attempt.script,
        state=attempt.state,
        card=attempt.card,
        try_number=attempt.number,
        skills=attempt.skills,
        pitfalls=attempt.pitfalls,
    )


class Conversation:
    """One learner talking with the coach over one channel, step by step."""

    def __init__(self, coach: Coach, store: Store, channel: str, learner: str) -> None:
        self._coach = coach
        self._store = store
        self._channel = channel
        self._learner = learner

    async def say(self, event: Event) -> None:
        """Keep what the learner does, then take the turn; the answer waits in :meth:`unsent`."""
        await self._store.receive(self._channel, self._learner, pack_event(event))
        await self.catch_up()

    async def catch_up(self) -> None:
        """Take turns that were left waiting."""
        while await self._coach.take_turns(self._store):
            pass

    async def unsent(self) -> list[Delivery]:
        """What is still to be shown."""
        return [
            Delivery(message.id, unpack_effect(message.payload))
            for message in await self._store.unsent(self._channel, 100)
        ]

    async def sent(self, deliveries: Sequence[Delivery]) -> None:
        """Note that these were shown."""
        await self._store.mark_sent([delivery.id for delivery in deliveries], utc_now())
