"""The coach: the engine's steps, taken on what the store keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import structlog

from bot.store import AttemptRow, Decision, Store, Waiting
from bot.wire import pack_effect, unpack_event
from dialogs.course import Course
from dialogs.effect import Attempt, Complete, Say
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
        log.error("turn failed, see attune dead list", channel=waiting.channel, update=waiting.update_id)
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
