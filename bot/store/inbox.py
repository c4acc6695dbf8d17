"""Updates that came in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.schema import inbox, learner


def receive(
    connection: Connection, channel: str, external_id: str, payload: Mapping[str, Any], update_id: int | None
) -> int:
    """Keep one update of a learner, who may be new; a repeated one changes nothing. Returns its update id."""
    now = datetime.now(UTC)
    number = _next_number(connection, channel) if update_id is None else update_id
    row = {
        "channel": channel,
        "update_id": number,
        "learner_id": _learner_id(connection, channel, external_id, now),
        "payload": json.dumps(payload),
        "received_at": now,
    }
    _insert_new(connection, inbox, row)
    return number


def _learner_id(connection: Connection, channel: str, external_id: str, now: datetime) -> int:
    query = select(learner.c.id).where(learner.c.channel == channel, learner.c.external_id == external_id)
    found: int | None = connection.scalar(query)
    if found is not None:
        back = update(learner).where(learner.c.id == found, learner.c.blocked_at.is_not(None))
        connection.execute(back.values(blocked_at=None))
    else:
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
