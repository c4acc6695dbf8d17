"""Messages that wait to be sent."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot.store.schema import learner, outbox


@dataclass(frozen=True)
class OutboxMessage:
    """One message to one learner; ``key`` is the same however often it is tried."""

    id: int
    key: str
    external_id: str
    payload: dict[str, Any]


def unsent(connection: Connection, channel: str, limit: int, without: Collection[str]) -> list[OutboxMessage]:
    """The first messages of ``channel`` that are not sent yet, in order, for others than ``without``."""
    query = (
        select(outbox.c.id, outbox.c.key, learner.c.external_id, outbox.c.payload)
        .join(learner)
        .where(outbox.c.sent_at.is_(None), learner.c.channel == channel)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    if without:
        query = query.where(learner.c.external_id.not_in(without))
    rows = connection.execute(query)
    return [OutboxMessage(row.id, row.key, row.external_id, json.loads(row.payload)) for row in rows]


def mark_sent(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Note that these were sent, and forget what they said."""
    statement = update(outbox).where(outbox.c.id.in_(ids), outbox.c.sent_at.is_(None))
    connection.execute(statement.values(sent_at=now, payload=None))
