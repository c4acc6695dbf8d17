"""Updates that came in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.schema import inbox, learner

REMEMBERED = timedelta(days=8)  # Telegram repeats an update for a day at most, and begins new numbers after a week


@dataclass(frozen=True)
class Arrival:
    """An update of a learner; or of nobody, when ``error`` says why it cannot be read: then it is set aside."""

    update_id: int
    external_id: str | None
    payload: Mapping[str, Any]
    error: str | None = None


@dataclass(frozen=True)
class Cap:
    """How many updates of one learner may wait; what is kept in the place of the first that is too many."""

    most: int
    instead: Mapping[str, Any]


def receive(
    connection: Connection, channel: str, external_id: str, payload: Mapping[str, Any], update_id: int | None
) -> int:
    """Keep one update of a learner, who may be new; a repeated one changes nothing. Returns its update id."""
    number = _next_number(connection, channel) if update_id is None else update_id
    _keep(connection, channel, Arrival(number, external_id, payload), None)
    return number


def receive_all(connection: Connection, channel: str, arrivals: Iterable[Arrival], cap: Cap | None) -> None:
    """Keep all of these, or what ``cap`` leaves of them."""
    for arrival in arrivals:
        _keep(connection, channel, arrival, cap)


def note(connection: Connection, channel: str, update_id: int, now: datetime) -> bool:
    """Remember an update that needs no turn; whether it is new."""
    if _is_known(connection, channel, update_id, now):
        return False
    _make_room(connection, channel, update_id)
    row = {"channel": channel, "update_id": update_id, "received_at": now, "done_at": now}
    connection.execute(insert(inbox), row)
    return True


def bury(connection: Connection, row: int, error: str, now: datetime) -> None:
    """Make an update a dead letter, without looking into it."""
    connection.execute(update(inbox).where(inbox.c.id == row).values(done_at=now, error=error))


def prune(connection: Connection, before: datetime) -> None:
    """Forget updates done ``before``. The newest of each channel stays: the next number follows from it."""
    newest = select(func.max(inbox.c.id)).group_by(inbox.c.channel)
    old = (inbox.c.done_at < before, inbox.c.error.is_(None), inbox.c.id.not_in(newest))
    connection.execute(delete(inbox).where(*old))


def waiting_rows(connection: Connection, limit: int) -> Sequence[int]:
    """The updates that have waited longest, in order."""
    query = select(inbox.c.id).where(inbox.c.done_at.is_(None), inbox.c.learner_id.is_not(None))
    return connection.scalars(query.order_by(inbox.c.id).limit(limit)).all()


def _keep(connection: Connection, channel: str, arrival: Arrival, cap: Cap | None) -> None:
    now = datetime.now(UTC)
    if _is_known(connection, channel, arrival.update_id, now):
        return
    row: dict[str, Any] = {
        "channel": channel,
        "update_id": arrival.update_id,
        "received_at": now,
        "error": arrival.error,
    }
    if arrival.external_id is None:
        payload = arrival.payload
        row["done_at"] = now
    else:
        row["learner_id"] = learner_id(connection, channel, arrival.external_id, now)
        # Whoever is heard from can be reached.
        back = update(learner).where(learner.c.id == row["learner_id"], learner.c.blocked_at.is_not(None))
        connection.execute(back.values(blocked_at=None))
        over = _waiting(connection, row["learner_id"]) - cap.most if cap else -1
        if over > 0:
            return
        payload = cap.instead if cap and over == 0 else arrival.payload
    _make_room(connection, channel, arrival.update_id)
    _insert_new(connection, inbox, {**row, "payload": json.dumps(payload)})


def _is_known(connection: Connection, channel: str, update_id: int, now: datetime) -> bool:
    """Whether this update came before. One with the same number that came long ago is another."""
    same = (inbox.c.channel == channel, inbox.c.update_id == update_id)
    query = select(inbox.c.id).where(*same, inbox.c.received_at >= now - REMEMBERED)
    return connection.scalar(query) is not None


def _make_room(connection: Connection, channel: str, update_id: int) -> None:
    """Let an update that is kept for long, such as a dead letter, give way to a new one with its number."""
    old = update(inbox).where(inbox.c.channel == channel, inbox.c.update_id == update_id)
    connection.execute(old.values(update_id=-inbox.c.id))


def _waiting(connection: Connection, learner_id: int) -> int:
    query = select(func.count()).where(inbox.c.learner_id == learner_id, inbox.c.done_at.is_(None))
    return int(connection.scalar(query) or 0)


def learner_id(connection: Connection, channel: str, external_id: str, now: datetime) -> int:
    """The learner with this id on the channel, who may be new."""
    query = select(learner.c.id).where(learner.c.channel == channel, learner.c.external_id == external_id)
    found: int | None = connection.scalar(query)
    if found is None:
        _insert_new(connection, learner, {"channel": channel, "external_id": external_id, "created_at": now})
        found = int(connection.execute(query).scalar_one())
    return found


def _next_number(connection: Connection, channel: str) -> int:
    last = connection.scalar(select(func.max(inbox.c.update_id)).where(inbox.c.channel == channel))
    return (last or 0) + 1


def _insert_new(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert ``row`` unless its unique key is there; only trying is sure when others write too."""
    with suppress(IntegrityError), connection.begin_nested():
        connection.execute(insert(table), row)
