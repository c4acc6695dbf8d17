"""Turns: waiting updates are read together, decided one by one, and written together."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, insert, select, update

from bot.store.decision import Decide, Decision, OnError, Waiting
from bot.store.inbox import bury
from bot.store.outbox import REPLY, SORRY
from bot.store.schema import attempt, completion, inbox, learner, outbox, session
from bot.trace import trace
from dialogs.session import Progress

_WEEK = timedelta(days=7)
_Row = Row[*tuple[Any, ...]]


def take_turns(connection: Connection, decide: Decide, now: datetime, ids: Sequence[int], on_error: OnError) -> int:
    """Take the turns of these updates, in order, as far as they still wait; returns how many were taken."""
    rows = _waiting(connection, ids)
    if rows:
        people = _people(connection, {row.learner_id for row in rows}, now)
        batch = _Batch(now)
        for row in rows:
            batch.take(row, people[row.learner_id], decide, on_error)
        batch.write(connection, people)
    return len(rows)


def fail_turn(connection: Connection, row: int, error: BaseException, now: datetime, on_error: OnError) -> None:
    """Make an update a dead letter, with an apology, when its turn cannot even be read or written."""
    query = select(inbox.c.update_id, inbox.c.learner_id, learner.c.channel, learner.c.external_id)
    of = connection.execute(query.join(learner).where(inbox.c.id == row)).one()
    waiting = Waiting(of.update_id, of.channel, of.external_id, {}, None, Progress())
    bury(connection, row, trace(error), now)
    apologies = list(_messages(SORRY, row, of.learner_id, on_error(waiting)))
    new = _without_repeated_apologies(connection, apologies)
    if new and not _is_apology_last(connection, of.learner_id):
        connection.execute(insert(outbox).values(created_at=now), new)


@dataclass
class _Person:
    """What is known of a learner; it moves on with every turn of the batch."""

    session: str | None = None
    is_stored: bool = False
    done: set[str] = field(default_factory=set)
    week: Counter[str] = field(default_factory=Counter)
    tries_week: int = 0

    def tried(self, skills: Iterable[str]) -> None:
        self.tries_week += 1
        self.week.update(set(skills))

    def follow(self, decision: Decision) -> None:
        self.session = decision.session
        self.done.update(script for script, _ in decision.completions)
        for row in decision.attempts:
            self.tried(row.skills)

    @property
    def progress(self) -> Progress:
        return Progress(frozenset(self.done), dict(self.week), self.tries_week)


def _waiting(connection: Connection, ids: Sequence[int]) -> Sequence[_Row]:
    columns = (inbox.c.id, inbox.c.update_id, inbox.c.learner_id, inbox.c.payload)
    query = (
        select(*columns, learner.c.channel, learner.c.external_id)
        .join(learner)
        .where(inbox.c.id.in_(ids), inbox.c.done_at.is_(None))
        .order_by(inbox.c.id)
    )
    return connection.execute(query).all()


def _people(connection: Connection, ids: set[int], now: datetime) -> dict[int, _Person]:
    people: defaultdict[int, _Person] = defaultdict(_Person)
    sessions = select(session).where(session.c.learner_id.in_(ids))
    for row in connection.execute(sessions):
        people[row.learner_id] = _Person(row.payload, is_stored=True)
    done = select(completion.c.learner_id, completion.c.script).where(completion.c.learner_id.in_(ids))
    for row in connection.execute(done.distinct()):
        people[row.learner_id].done.add(row.script)
    tries = select(attempt.c.learner_id, attempt.c.skills).where(attempt.c.learner_id.in_(ids))
    for row in connection.execute(tries.where(attempt.c.at > now - _WEEK)):
        people[row.learner_id].tried(row.skills)
    return people


class _Batch:
    """The rows that some turns leave behind."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._taken: list[int] = []
        self._failed: list[dict[str, Any]] = []
        self._moved: set[int] = set()
        self._outbox: list[dict[str, Any]] = []
        self._attempts: list[dict[str, Any]] = []
        self._completions: list[dict[str, Any]] = []

    def take(self, row: _Row, person: _Person, decide: Decide, on_error: OnError) -> None:
        """Decide one turn. One that fails becomes a dead letter with an apology, and leaves nothing else."""
        payload = json.loads(row.payload)
        waiting = Waiting(row.update_id, row.channel, row.external_id, payload, person.session, person.progress)
        try:
            decision = decide(waiting)
            answers = list(_messages(REPLY, row.id, row.learner_id, decision.outbox))
        except Exception as error:
            self._failed.append({"row": row.id, "error": trace(error)})
            self._outbox += _messages(SORRY, row.id, row.learner_id, on_error(waiting))
        else:
            person.follow(decision)
            self._keep(row.learner_id, decision)
            self._taken.append(row.id)
            self._outbox += answers

    def _keep(self, learner_id: int, decision: Decision) -> None:
        self._moved.add(learner_id)
        self._attempts += [
            {
                "learner_id": learner_id,
                "script": tried.script,
                "state": tried.state,
                "card": tried.card,
                "try_number": tried.try_number,
                "skills": list(tried.skills),
                "pitfalls": list(tried.pitfalls),
            }
            for tried in decision.attempts
        ]
        self._completions += [
            {"learner_id": learner_id, "script": script, "version": version} for script, version in decision.completions
        ]

    def write(self, connection: Connection, people: Mapping[int, _Person]) -> None:
        """Write everything, a table at a time."""
        new, old = (
            [{"of": of, "payload": people[of].session} for of in sorted(self._moved) if people[of].is_stored is stored]
            for stored in (False, True)
        )
        of: BindParameter[int] = bindparam("of")
        for statement, rows in (
            (insert(session).values(learner_id=of, updated_at=self._now), new),
            (update(session).where(session.c.learner_id == of).values(updated_at=self._now), old),
            (insert(attempt).values(at=self._now), self._attempts),
            (insert(completion).values(at=self._now), self._completions),
            (insert(outbox).values(created_at=self._now), _without_repeated_apologies(connection, self._outbox)),
            (update(inbox).where(inbox.c.id == bindparam("row")).values(done_at=self._now), self._failed),
        ):
            if rows:
                connection.execute(statement, rows)
        taken = update(inbox).where(inbox.c.id.in_(self._taken))
        connection.execute(taken.values(done_at=self._now, payload=None))


def _messages(kind: str, row: int, learner_id: int, payloads: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows for the outbox. The key of each is the same whenever this turn is taken, and no other turn's: Telegram may
    give the number of an update to another, the inbox never that of a row."""
    for number, payload in enumerate(payloads, 1):
        yield {"learner_id": learner_id, "key": f"{kind}:{row}:{number}", "payload": json.dumps(payload)}


def _without_repeated_apologies(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One apology for a turn, however often it is tried and fails."""
    keys = [row["key"] for row in rows if row["key"].startswith(SORRY)]
    known = set(connection.scalars(select(outbox.c.key).where(outbox.c.key.in_(keys)))) if keys else set()
    return [row for row in rows if row["key"] not in known]


def _is_apology_last(connection: Connection, learner_id: int) -> bool:
    """Whether an apology is the last that waits for a learner: it stands for what fails after it, too."""
    waits = select(outbox.c.key).where(outbox.c.learner_id == learner_id, outbox.c.done_at.is_(None))
    return (connection.scalar(waits.order_by(outbox.c.id.desc()).limit(1)) or "").startswith(SORRY)
