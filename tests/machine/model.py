"""What must be so, in plain lists. It takes the engine's word for what is said, and knows nothing of the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from bot.delivery import Received, Unread
from dialogs.course import Course
from dialogs.effect import Attempt, Complete, Effect, Say
from dialogs.event import Event, TooFast
from dialogs.session import Progress, Session
from dialogs.step import step

MOST = 4  # updates of one person that may wait
TOGETHER = 200  # messages looked at together
REMEMBERED = timedelta(days=8)

State = Literal["waiting", "claimed", "dead", "done"]
Letter = tuple[str, int]
"""A dead letter: its kind, and the id of the update or the message."""


@dataclass
class Person:
    """What is known of somebody; ``attempts`` counts the replies that were read."""

    session: Session = field(default_factory=Session)
    done: set[str] = field(default_factory=set)
    attempts: int = 0
    blocked_at: datetime | None = None

    @property
    def is_blocked(self) -> bool:
        return self.blocked_at is not None


@dataclass
class Update:
    """Something that came in; nobody's, while it cannot be read. Telegram may give its number to another in time."""

    id: int
    number: int
    person: str
    event: Event | None
    received_at: datetime
    state: State = "waiting"
    done_at: datetime | None = None


@dataclass
class Message:
    """Something that goes out. ``about`` is the id of the update it answers, or the key of a nudge."""

    person: str
    effect: Effect
    about: int | str
    created_at: datetime
    state: State = "waiting"
    done_at: datetime | None = None
    id: int = 0

    @property
    def is_nudge(self) -> bool:
        return isinstance(self.about, str)


class Model:
    """Updates and messages in the order in which they came."""

    def __init__(self, course: Course, sorry: str) -> None:
        self._course = course
        self._sorry = Say(sorry)
        self.people: dict[str, Person] = {}
        self.updates: list[Update] = []
        self.messages: list[Message] = []
        self.forgotten: set[int] = set()
        """Numbers of updates that nobody repeats any more."""
        self.apologized: set[int] = set()
        self._received = 0

    # ------------------------------------------------------------------ coming in
    def receive(self, updates: Iterable[Received | Unread], now: datetime) -> None:
        """What is known changes nothing; of what is too much, the first is kept as word of it."""
        for update in updates:
            if self._knows(update.update, now):
                continue
            if isinstance(update, Received):
                # Whoever is heard from can be reached, whether or not it is kept what they said.
                self.people.setdefault(update.learner, Person()).blocked_at = None
                self._keep(update, now)
            else:
                self._add(update.update, "", None, now, "dead")

    def _keep(self, update: Received, now: datetime) -> None:
        waiting = sum(one.person == update.learner and one.state == "waiting" for one in self.updates)
        if waiting <= MOST:
            event = update.event if waiting < MOST else TooFast()
            self._add(update.update, update.learner, event, now)

    def _add(self, number: int, person: str, event: Event | None, now: datetime, state: State = "waiting") -> None:
        self._received += 1
        done_at = now if state == "dead" else None
        self.updates.append(Update(self._received, number, person, event, now, state, done_at))

    def _knows(self, number: int, now: datetime) -> bool:
        return any(update.number == number and update.received_at >= now - REMEMBERED for update in self.updates)

    # ------------------------------------------------------------------ turns
    def take_turns(self, now: datetime) -> int:
        """Everything that waits is answered; how many turns that were."""
        waiting = [update for update in self.updates if update.state == "waiting"]
        for update in waiting:
            try:
                said = self._answer(update, now)
            except LookupError:
                update.state = "dead"
                said = [] if update.id in self.apologized else [self._sorry]  # one apology
                self.apologized.add(update.id)
            else:
                update.state = "done"
            update.done_at = now
            self.messages += [Message(update.person, effect, update.id, now) for effect in said]
        return len(waiting)

    def _answer(self, update: Update, now: datetime) -> list[Effect]:
        assert update.event
        person = self.people[update.person]
        progress = Progress(done=frozenset(person.done))
        person.session, effects = step(self._course, person.session, update.event, now, Random(0), progress)
        person.done |= {effect.script for effect in effects if isinstance(effect, Complete)}
        person.attempts += sum(isinstance(effect, Attempt) for effect in effects)
        return [effect for effect in effects if not isinstance(effect, Attempt | Complete)]

    # ------------------------------------------------------------------ going out
    def waiting(self, without: Collection[str] = ()) -> list[Message]:
        """The first that wait to be shown, replies before nudges."""
        away = {name for name, person in self.people.items() if person.is_blocked} | set(without)
        waiting = [one for one in self.messages if one.state == "waiting" and one.person not in away]
        return sorted(waiting, key=lambda message: message.is_nudge)[:TOGETHER]

    def nudge(self, person: str, key: str, effect: Effect, now: datetime) -> bool:
        """Whether somebody is going to get this; nobody gets the same key twice."""
        is_new = all(message.about != key for message in self.messages)
        can_be_reached = person in self.people and not self.people[person].is_blocked
        if is_new and can_be_reached:
            self.messages.append(Message(person, effect, key, now))
        return is_new and can_be_reached

    def claim(self, ids: Collection[int]) -> None:
        """These are about to be sent."""
        for message in self._those(ids):
            message.state = "claimed"

    def settle(self, ids: Collection[int], now: datetime, *, dead: bool) -> None:
        """Something became of these, unless something else had before."""
        for message in self._those(ids):
            if message.state in ("waiting", "claimed"):
                message.state, message.done_at = "dead" if dead else "done", now

    def crash(self, now: datetime) -> None:
        """Replies that were claimed wait again; nudges may have arrived, and never do."""
        for message in self.messages:
            if message.state == "claimed":
                message.state, message.done_at = ("done", now) if message.is_nudge else ("waiting", None)

    def block(self, person: str, now: datetime) -> None:
        """Somebody left: what waits for them is not for them any more. What is said later waits for some days."""
        self.people[person].blocked_at = now
        for message in self.messages:
            if message.person == person and message.state in ("waiting", "claimed"):
                message.state, message.done_at = "done", now

    def _those(self, ids: Collection[int]) -> Sequence[Message]:
        return [message for message in self.messages if message.id in ids]

    # ------------------------------------------------------------------ later
    def letters(self) -> set[Letter]:
        """The dead letters."""
        turns = {("turn" if one.person else "update", one.id) for one in self.updates if one.state == "dead"}
        return turns | {("message", self._together(one)[0].id) for one in self.messages if one.state == "dead"}

    def retry(self, letter: Letter) -> None:
        """Let a dead turn or message wait again."""
        for one in self._dead(letter):
            one.state, one.done_at = "waiting", None

    def replace(self, id: int, person: str, event: Event) -> None:  # noqa: A002
        """A dead update can be read now, and takes its old place."""
        one = self._update(id)
        one.person, one.event, one.state, one.done_at = person, event, "waiting", None

    def drop(self, letter: Letter) -> None:
        """Forget what a dead letter was about."""
        for one in self._dead(letter):
            one.state = "done"

    def prune(self, now: datetime) -> None:
        """Forget what was done long ago, and what has waited long for those who left long ago."""
        before = now - REMEMBERED

        def is_old(one: Update | Message) -> bool:
            return one.state == "done" and one.done_at is not None and one.done_at < before

        def is_late(one: Message) -> bool:
            left = self.people[one.person].blocked_at
            return one.state in ("waiting", "claimed") and one.created_at < before and bool(left and left < before)

        self.forgotten |= {update.number for update in self.updates if is_old(update)}
        self.updates = [update for update in self.updates if not is_old(update)]
        self.messages = [message for message in self.messages if not (is_old(message) or is_late(message))]

    def _update(self, id: int) -> Update:  # noqa: A002
        return next(update for update in self.updates if update.id == id)

    def _dead(self, letter: Letter) -> Sequence[Update | Message]:
        kind, number = letter
        return self._together(self._those([number])[0]) if kind == "message" else [self._update(number)]

    def _together(self, message: Message) -> Sequence[Message]:
        """What was refused together with a dead message."""
        like = (message.state, message.about, message.done_at)
        return [one for one in self.messages if (one.state, one.about, one.done_at) == like]
