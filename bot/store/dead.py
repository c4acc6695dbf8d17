"""Dead letters: turns that raised, updates that could not be read, messages that Telegram does not take.

They keep what they are about until an operator has tried them again or dropped them. The id names the kind:
``turn-7``, ``update-8``, ``message-9``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from bot.store.errors import DamagedError, NoSuchLetterError
from bot.store.inbox import learner_id
from bot.store.schema import inbox, learner, outbox, session

TURN, UPDATE, MESSAGE = "turn", "update", "message"


@dataclass(frozen=True)
class DeadLetter:
    """What went wrong, with whom and when. ``error`` is its kind, then where in the code, a line a place."""

    id: str
    at: datetime
    channel: str
    external_id: str | None
    error: str
    payload: Any
    rows: tuple[int, ...]
    """Where it stands in the inbox or outbox: what a turn says goes out together, and is refused together."""

    @property
    def kind(self) -> str:
        """turn, update or message."""
        return self.id.partition("-")[0]


def letters(connection: Connection) -> list[DeadLetter]:
    """All that there are, the oldest first."""
    return sorted([*_turns(connection), *_messages(connection)], key=lambda letter: letter.at)


def letter(connection: Connection, name: str) -> DeadLetter:
    """One of them; raises NoSuchLetterError."""
    for one in letters(connection):
        if one.id == name:
            return one
    raise NoSuchLetterError(name)


def revive(connection: Connection, name: str) -> None:
    """Let a turn or message wait again, as if nothing had happened; raises NoSuchLetterError."""
    one = letter(connection, name)
    again: dict[str, Any] = {"error": None, "done_at": None}
    if one.kind == MESSAGE:
        again |= {"claimed_at": None, "outcome": None}
    _change(connection, one, again)


def replace(connection: Connection, name: str, external_id: str, payload: Mapping[str, Any]) -> None:
    """Take in an update that can be read now; raises NoSuchLetterError."""
    one = letter(connection, name)
    found = learner_id(connection, one.channel, external_id, one.at)
    readable = {"learner_id": found, "payload": json.dumps(payload), "error": None, "done_at": None}
    _change(connection, one, readable)


def drop(connection: Connection, name: str) -> None:
    """Forget one, and the learner's place when it is damaged: they begin anew. Raises NoSuchLetterError."""
    one = letter(connection, name)
    _change(connection, one, {"error": None, "payload": None})
    if one.kind == TURN:
        _forget_damaged_place(connection, one.rows[0])


def _turns(connection: Connection) -> Iterator[DeadLetter]:
    columns = (inbox.c.id, inbox.c.channel, inbox.c.learner_id, inbox.c.done_at, inbox.c.error, learner.c.external_id)
    query = select(*columns).outerjoin(learner).where(inbox.c.error.is_not(None))
    for row in connection.execute(query).all():
        name = f"{UPDATE if row.learner_id is None else TURN}-{row.id}"
        payload = _payload(connection, inbox, row.id)
        yield DeadLetter(name, row.done_at, row.channel, row.external_id, row.error, payload, (row.id,))


def _messages(connection: Connection) -> Iterator[DeadLetter]:
    columns = (outbox.c.id, outbox.c.key, outbox.c.nudge, outbox.c.done_at, outbox.c.error)
    query = select(*columns, learner.c.channel, learner.c.external_id).join(learner).where(outbox.c.error.is_not(None))
    rows = connection.execute(query.order_by(outbox.c.id)).all()
    for _, some in groupby(rows, lambda row: (row.key if row.nudge else row.key.rpartition(":")[0], row.done_at)):
        first, *others = some
        payload = [_payload(connection, outbox, row.id) for row in (first, *others)]
        ids = tuple(row.id for row in (first, *others))
        name = f"{MESSAGE}-{first.id}"
        yield DeadLetter(name, first.done_at, first.channel, first.external_id, first.error, payload, ids)


def _payload(connection: Connection, table: Table, row: int) -> Any:
    """What a row says; as it stands, when that is what is wrong with it; nothing, when it is damaged."""
    try:
        payload = connection.execute(select(table.c.payload).where(table.c.id == row)).scalar_one()
    except DamagedError:
        return None
    try:
        return json.loads(payload)
    except ValueError:
        return payload


def _forget_damaged_place(connection: Connection, row: int) -> None:
    whose = select(inbox.c.learner_id).where(inbox.c.id == row).scalar_subquery()
    try:
        connection.execute(select(session.c.payload).where(session.c.learner_id == whose)).all()
    except DamagedError:
        connection.execute(delete(session).where(session.c.learner_id == whose))


def _change(connection: Connection, one: DeadLetter, values: dict[str, Any]) -> None:
    table: Table = outbox if one.kind == MESSAGE else inbox
    connection.execute(update(table).where(table.c.id.in_(one.rows)).values(values))
