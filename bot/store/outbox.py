"""Messages that wait to be sent, and what became of them.

A message is claimed before it is sent and settled afterwards. What is claimed and not settled may have arrived or
not: when the process that claimed it is gone, a reply is sent again, and a nudge never.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, case, cast, delete, func, insert, literal, select, update

from bot.delivery import Outcome
from bot.store.errors import DamagedError
from bot.store.schema import inbox, learner, outbox
from bot.trace import trace

REPLY, SORRY = "re", "sorry"  # how the keys of messages begin


@dataclass(frozen=True)
class OutboxMessage:
    """One message to one learner; ``key`` is the same however often it is tried."""

    id: int
    key: str
    external_id: str
    payload: dict[str, Any]
    nudge: bool

    @property
    def is_apology(self) -> bool:
        """Whether it stands for a turn that failed."""
        return self.key.startswith(SORRY)


def unsent(connection: Connection, channel: str, limit: int, without: Collection[str]) -> list[OutboxMessage]:
    """What waits for the first ``limit`` learners of ``channel`` but ``without``: replies before nudges, and of each
    learner everything, as a turn that is cut in two would lose its buttons."""
    waits = (outbox.c.done_at.is_(None), outbox.c.claimed_at.is_(None))
    first = (
        select(outbox.c.learner_id)
        .join(learner)
        .where(*waits, learner.c.channel == channel, learner.c.blocked_at.is_(None))
        .group_by(outbox.c.learner_id)
        .order_by(func.min(case((outbox.c.nudge, 1), else_=0)), func.min(outbox.c.id))
        .limit(limit)
    )
    if without:
        first = first.where(learner.c.external_id.not_in(without))
    query = (
        select(outbox.c.id, outbox.c.key, learner.c.external_id, outbox.c.payload, outbox.c.nudge)
        .join(learner)
        .where(*waits, outbox.c.learner_id.in_(first))
        .order_by(outbox.c.nudge, outbox.c.id)
    )
    return [
        OutboxMessage(row.id, row.key, row.external_id, json.loads(row.payload), row.nudge)
        for row in connection.execute(query)
    ]


def bury_unreadable(connection: Connection, now: datetime) -> None:
    """Make dead letters of those that wait and cannot be read."""
    for row in connection.scalars(select(outbox.c.id).where(outbox.c.done_at.is_(None))).all():
        try:
            json.loads(connection.execute(select(outbox.c.payload).where(outbox.c.id == row)).scalar_one())
        except (DamagedError, ValueError) as error:
            settle(connection, [row], "refused", now, trace(error))


def add_nudge(
    connection: Connection, channel: str, external_id: str, key: str, payload: Mapping[str, Any], now: datetime
) -> bool:
    """Put a message that nobody asked for in the outbox; False when its key is there, or nobody to get it."""
    if connection.scalar(select(outbox.c.id).where(outbox.c.key == key)) is not None:
        return False
    who = select(learner.c.id).where(
        learner.c.channel == channel, learner.c.external_id == external_id, learner.c.blocked_at.is_(None)
    )
    found = connection.scalar(who)
    if found is None:
        return False
    row = {"learner_id": found, "key": key, "payload": json.dumps(payload), "nudge": True, "created_at": now}
    connection.execute(insert(outbox), row)
    return True


def claim(connection: Connection, ids: Sequence[int], now: datetime) -> bool:
    """Claim these, all or none: False when one of them does not wait any more."""
    free = (outbox.c.id.in_(ids), outbox.c.done_at.is_(None), outbox.c.claimed_at.is_(None))
    if len(connection.scalars(select(outbox.c.id).where(*free).with_for_update()).all()) < len(ids):
        return False
    connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(claimed_at=now))
    return True


def settle(
    connection: Connection, ids: Sequence[int], outcome: Outcome, now: datetime, error: str | None = None
) -> None:
    """Note what became of these, and forget what they said; with an ``error`` they are dead letters, and kept."""
    values = {"done_at": now, "outcome": outcome, "error": error, **({} if error else {"payload": None})}
    connection.execute(update(outbox).where(outbox.c.id.in_(ids), outbox.c.done_at.is_(None)).values(values))


def give_up_claims(connection: Connection, channel: str, now: datetime) -> None:
    """Settle what a sender that is gone had claimed: replies wait again, of nudges nobody knows."""
    theirs = outbox.c.learner_id.in_(select(learner.c.id).where(learner.c.channel == channel))
    claimed = (theirs, outbox.c.done_at.is_(None), outbox.c.claimed_at.is_not(None))
    replies = update(outbox).where(*claimed, outbox.c.nudge.is_(False))
    connection.execute(replies.values(claimed_at=None))
    nudges = update(outbox).where(*claimed, outbox.c.nudge.is_(True))
    connection.execute(nudges.values(done_at=now, outcome="unknown", payload=None))


def prune(connection: Connection, before: datetime) -> None:
    """Forget messages done ``before``, and what waits since then for learners who had left us by then.

    That somebody had an apology is remembered as long as its turn can be tried again, so that it is not repeated.
    """
    key_of_turn = literal(f"{SORRY}:") + cast(inbox.c.id, Text) + ":%"
    can_be_tried = select(inbox.c.id).where(inbox.c.payload.is_not(None), outbox.c.key.like(key_of_turn)).exists()
    is_forgettable = outbox.c.key.not_like(f"{SORRY}:%") | ~can_be_tried
    connection.execute(delete(outbox).where(outbox.c.done_at < before, outbox.c.error.is_(None), is_forgettable))
    gone = outbox.c.learner_id.in_(select(learner.c.id).where(learner.c.blocked_at < before))
    connection.execute(delete(outbox).where(outbox.c.done_at.is_(None), outbox.c.created_at < before, gone))
