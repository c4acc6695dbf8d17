"""How learners are reached: their keyboard, whether they blocked us; and notes to ourselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from bot.store import inbox
from bot.store.schema import learner, note, outbox


def swap_keyboard(connection: Connection, channel: str, external_id: str, message: int | None) -> int | None:
    """Note the message with the buttons in force; returns the one before."""
    who = _is(channel, external_id)
    before: int | None = connection.scalar(select(learner.c.keyboard).where(who))
    if before != message:
        connection.execute(update(learner).where(who).values(keyboard=message))
    return before


def mark_blocked(connection: Connection, channel: str, external_id: str, now: datetime) -> None:
    """Note that a learner cannot be reached, and drop what waits for them."""
    who = _is(channel, external_id)
    connection.execute(update(learner).where(who).values(blocked_at=now))
    theirs = select(learner.c.id).where(who).scalar_subquery()
    waiting = update(outbox).where(outbox.c.learner_id == theirs, outbox.c.done_at.is_(None))
    connection.execute(waiting.values(done_at=now, outcome="unreachable", payload=None))


def mark_back(connection: Connection, channel: str, external_id: str) -> None:
    """Note that a learner can be reached again."""
    connection.execute(update(learner).where(_is(channel, external_id)).values(blocked_at=None))


def change(
    connection: Connection, channel: str, external_id: str, update_id: int, now: datetime, *, blocked: bool
) -> None:
    """Note what an update says of whether a learner can be reached; a repeated one changes nothing."""
    if inbox.note(connection, channel, update_id, now):
        if blocked:
            mark_blocked(connection, channel, external_id, now)
        else:
            mark_back(connection, channel, external_id)


def read_note(connection: Connection, name: str) -> str | None:
    """What was noted under ``name``."""
    found: str | None = connection.scalar(select(note.c.value).where(note.c.name == name))
    return found


def keep_note(connection: Connection, name: str, value: str) -> None:
    """Put ``value`` in the place of whatever was noted under ``name``."""
    connection.execute(delete(note).where(note.c.name == name))
    connection.execute(insert(note).values(name=name, value=value))


def _is(channel: str, external_id: str) -> ColumnElement[bool]:
    return and_(learner.c.channel == channel, learner.c.external_id == external_id)
