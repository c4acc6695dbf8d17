"""Whatever comes, in whatever order, and whenever the coach dies: inbox, turns and outbox keep their promises.

Hypothesis plays both sides of Telegram, the operator and fate, against the real desk, coach and store; a model in
plain lists says what must wait, and the phones count what arrives.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar, cast

from cryptography.fernet import Fernet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.coach import Coach
from bot.delivery import Delivery, Outcome, Received, Unread
from bot.desk import Desk
from bot.store import Cipher, Store, migrate
from bot.wire import pack_effect, pack_event
from dialogs.effect import Say
from dialogs.event import Command, Event, Tap, Typed
from tests.machine.cave import ECHOED, THUNDER, MoodyReader, cave
from tests.machine.clock import Clock
from tests.machine.model import MOST, REMEMBERED, TOGETHER, Letter, Model
from tests.machine.phones import Phones

CHANNEL = "telegram:1"
PEOPLE = ("ada", "bob", "eve")

WHO = st.sampled_from(PEOPLE)
WHICH = st.integers(0, 9)
SOON = [timedelta(minutes=-5), timedelta(minutes=1), timedelta(hours=7)]
LATER = [REMEMBERED - timedelta(minutes=1), REMEMBERED, timedelta(weeks=3)]
OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from(["sent", "unknown", "refused"])

_T = TypeVar("_T")


class Correspondence(RuleBasedStateMachine):
    """Three people write to a coach, who now and then dies."""

    def __init__(self, empty: Path, cipher: Cipher) -> None:
        super().__init__()
        self._exits = ExitStack()
        self.clock = Clock()
        self._exits.enter_context(self.clock.everywhere())
        self._runner = self._exits.enter_context(asyncio.Runner())
        self._file = Path(self._exits.enter_context(TemporaryDirectory())) / "attune.db"
        shutil.copy(empty, self._file)
        self._cipher = cipher
        self.reader = MoodyReader()
        self.course = cave(self.reader)
        self._database = self._exits.enter_context(closing(sqlite3.connect(self._file)))
        self.open()
        self.model = Model(self.course, "[sorry]")
        self.phones = Phones()
        self.posted: dict[int, tuple[Received | Unread, datetime]] = {}  # the last that came in with each number
        self.flight: list[tuple[str, Delivery]] = []  # claimed, and not settled yet
        self.gone: set[str] = set()
        self.deliver([self.post(who, Command("start", "cave")) for who in PEOPLE])
        self.take_turns()

    def teardown(self) -> None:
        try:
            if sys.exc_info() == (None, None, None):  # nothing went wrong until here
                self.settle_accounts()
        finally:
            self.do(self.store.close())
            self._exits.close()

    def settle_accounts(self) -> None:
        """Everything comes once more, and everything is sent: then all have got what is theirs."""
        self.deliver(self.repeatable())
        self.take_turns()
        self.land(self.flight, "sent")
        while found := self.what_waits():
            for who in found:
                self.send(who)
        self.check_attempts()
        self.check_secrecy()

    # ------------------------------------------------------------------ people
    @rule(who=WHO)
    def write(self, who: str) -> None:
        self.deliver([self.post(who, self.reply(who))])

    @rule(who=WHO)
    def thunder(self, who: str) -> None:
        """A turn raises, beside whatever else waits."""
        self.deliver([self.post(who, self.reply(who, THUNDER))])
        self.take_turns()

    @rule(who=WHO, age=st.integers(0, 2), index=st.integers(-1, 2))
    def tap(self, who: str, age: int, index: int) -> None:
        """A button of the step they see, of an earlier one, or one that never was."""
        self.deliver([self.post(who, Tap(self.model.people[who].session.epoch - age, index))])

    @rule(who=WHO)
    def flood(self, who: str) -> None:
        self.deliver([self.post(who, self.reply(who)) for _ in range(MOST + 3)])

    @rule(who=WHO)
    def leave(self, who: str) -> None:
        """Somebody stops the bot while something is under way; what becomes of that is known too late."""
        late = self.take_off(who, 1)
        self.gone.add(who)
        self.lose(who)
        self.land(late, "refused", "refused: Forbidden")
        self.nudge(who, f"since {self.next_number()}")  # a reason of its own, and nobody to get it

    @rule(who=WHO)
    def come_back(self, who: str) -> None:
        self.gone.discard(who)
        self.do(self.store.mark_back(CHANNEL, who))
        self.model.people[who].blocked_at = None

    # ------------------------------------------------------------------ Telegram, giving
    @rule(which=st.lists(st.integers(0, 30), min_size=1, max_size=4))
    def repeat(self, which: list[int]) -> None:
        """Updates that were there already, the latest more often."""
        known = self.repeatable()
        self.deliver([known[-1 - number % len(known)] for number in which] if known else [])

    @rule(people=st.tuples(WHO, WHO, WHO), order=st.permutations((0, 1, 2, 0)))
    def shuffle(self, people: Sequence[str], order: Sequence[int]) -> None:
        """Some updates in another order, and one of them twice."""
        batch = [self.post(who, self.reply(who)) for who in people]
        self.deliver([batch[number] for number in order])

    @rule()
    def telepathize(self) -> None:
        number = self.next_number()
        odd = Unread(number, {"update_id": number, "telepathy": {}}, "an update of a new kind")
        self.posted[number] = odd, self.clock()
        self.deliver([odd])

    @precondition(lambda self: self.numbers_of_old())
    @rule(who=WHO, which=WHICH)
    def begin_numbers_anew(self, who: str, which: int) -> None:
        """After a quiet week, a number comes that another update had."""
        numbers = self.numbers_of_old()
        self.deliver([self.post(who, self.reply(who), numbers[which % len(numbers)])])

    # ------------------------------------------------------------------ Telegram, taking
    @rule(who=WHO)
    def send(self, who: str) -> None:
        """Everything that waits for somebody arrives."""
        self.land(self.take_off(who, TOGETHER), "sent")

    @rule(who=WHO)
    def refuse(self, who: str) -> None:
        """The first that waits for somebody cannot be sent as it stands."""
        self.land(self.take_off(who, 1), "refused", "refused: Bad Request")

    @rule(who=WHO, most=st.integers(1, 6))
    def claim(self, who: str, most: int) -> None:
        """Some of what waits for somebody is under way; then it is nobody else's, nor what is claimed along with it."""
        self.flight += self.take_off(who, most)
        for _, taken in self.flight[-1:]:
            free = [one.id for one in self.model.waiting()[:1]]
            assert not self.do(self.desk.claim([*free, taken.id]))

    @precondition(lambda self: self.flight)
    @rule(count=st.integers(1, 6), outcome=OUTCOMES)
    def settle(self, count: int, outcome: Outcome) -> None:
        """Some of what is under way has come to something."""
        landing, self.flight = self.flight[:count], self.flight[count:]
        self.land(landing, outcome)

    # ------------------------------------------------------------------ the coach
    @rule()
    def take_turns(self) -> None:
        assert self.do(self.desk.take_turns()) == self.model.take_turns(self.clock())

    @rule(who=WHO, key=st.sampled_from("xyz"))
    def nudge(self, who: str, key: str) -> None:
        """Somebody is nudged, or has been for the same reason."""
        effect = Say(f"{self.phones.token(who)} How did it go?")
        added = self.do(self.store.add_nudge(CHANNEL, who, key, pack_effect(effect), self.clock()))
        assert added == self.model.nudge(who, key, effect, self.clock())

    # ------------------------------------------------------------------ the operator
    @precondition(lambda self: self.model.letters())
    @rule(which=WHICH, who=WHO, mended=st.booleans())
    def retry(self, which: int, who: str, mended: bool) -> None:
        """A dead letter has another try; what nobody could read turns out to be somebody's."""
        (kind, number), name = self.pick_letter(which)
        if kind == "update":
            reply = self.reply(who)
            self.do(self.store.replace(name, who, pack_event(reply)))
            self.model.replace(number, who, reply)
        else:
            self.do(self.store.revive(name))
            self.model.retry((kind, number))
        if kind == "turn":
            self.reader.storms = not mended
            self.take_turns()
            self.reader.storms = True

    @precondition(lambda self: self.model.letters())
    @rule(which=WHICH)
    def drop(self, which: int) -> None:
        letter, name = self.pick_letter(which)
        self.do(self.store.drop(name))
        self.model.drop(letter)

    # ------------------------------------------------------------------ fate
    @rule(who=WHO, most=st.sampled_from([1, TOGETHER]), arrived=st.booleans())
    def crash(self, who: str, most: int, arrived: bool) -> None:
        """The coach dies while something is under way, which has arrived, or not; nobody knows."""
        self.flight += self.take_off(who, most)
        for who, delivery in self.flight:
            if arrived and who not in self.gone:
                self.phones.arrive(who, delivery)
                self.phones.doubt(delivery)
        self.flight = []
        self.do(self.store.close())
        self.open()
        self.do(self.desk.give_up_claims())
        self.model.crash(self.clock())

    @rule(by=st.sampled_from(SOON))
    def pass_time(self, by: timedelta) -> None:
        """Somebody waits for a while, or somebody sets the clock right."""
        self.clock.jump(by)

    @precondition(lambda self: not self.flight)  # nothing is under way for days
    @rule(by=st.sampled_from(LATER))
    def pass_days(self, by: timedelta) -> None:
        """What is old is forgotten; what is not may still come again."""
        self.clock.jump(by)
        self.do(self.desk.prune())
        self.model.prune(self.clock())
        self.deliver(self.repeatable())

    # ------------------------------------------------------------------ what must be so
    @invariant()
    def check_what_waits(self) -> None:
        self.what_waits()

    @invariant()
    def check_dead_letters(self) -> None:
        assert set(self.letters()) == self.model.letters()

    @invariant()
    def check_attempts(self) -> None:
        """Every reply was read once, however often it came and was tried."""
        counts = "SELECT external_id, count(*) FROM attempt JOIN learner ON learner.id = learner_id GROUP BY 1"
        expected = {who: person.attempts for who, person in self.model.people.items() if person.attempts}
        assert dict(self.ask(counts)) == expected

    @invariant()
    def check_secrecy(self) -> None:
        """Of what is done no words are left; a dead letter keeps its own."""
        for table in ("inbox", "outbox"):
            rows = self.ask(f"SELECT done_at IS NOT NULL AND error IS NULL, payload IS NULL FROM {table}")  # noqa: S608
            assert all(is_done == is_empty for is_done, is_empty in rows)

    # ------------------------------------------------------------------ means
    def reply(self, who: str, words: str = "") -> Typed:
        return Typed(f"{self.phones.token(who)} {ECHOED} {words}")

    def next_number(self) -> int:
        return max(self.posted, default=0) + 1

    def post(self, who: str, event: Event, number: int | None = None) -> Received:
        """A new update, not yet delivered."""
        update = Received(number or self.next_number(), who, event)
        self.posted[update.update] = update, self.clock()
        self.model.forgotten.discard(update.update)
        return update

    def repeatable(self) -> list[Received | Unread]:
        """What Telegram may deliver again."""
        young = [update for update, at in self.posted.values() if at >= self.clock() - REMEMBERED]
        return [update for update in young if update.update not in self.model.forgotten]

    def numbers_of_old(self) -> list[int]:
        """Numbers that Telegram may come to again."""
        return [number for number, (_, at) in self.posted.items() if at < self.clock() - REMEMBERED]

    def deliver(self, updates: Sequence[Received | Unread]) -> None:
        self.do(self.desk.receive_all(updates))
        self.model.receive(updates, self.clock())

    def what_waits(self, without: Sequence[str] = ()) -> dict[str, list[Delivery]]:
        """Exactly what the model says, for each person, in this order."""
        found = self.do(self.desk.waiting(without))
        expected = defaultdict(list)
        for message in self.model.waiting(without):
            expected[message.person].append(message)
        shown = {who: [(one.effect, one.nudge) for one in those] for who, those in found.items()}
        assert shown == {who: [(one.effect, one.is_nudge) for one in those] for who, those in expected.items()}
        for who, those in found.items():
            for message, delivery in zip(expected[who], those, strict=True):
                message.id = delivery.id
        return found

    def take_off(self, who: str, most: int) -> list[tuple[str, Delivery]]:
        """Claim what waits for somebody, as far as it goes."""
        others = [one for one in PEOPLE if one != who]
        deliveries = self.what_waits(others).get(who, [])[:most]
        ids = [one.id for one in deliveries]
        assert self.do(self.desk.claim(ids))
        self.model.claim(ids)
        return [(who, one) for one in deliveries]

    def land(self, landing: Sequence[tuple[str, Delivery]], outcome: Outcome, error: str | None = None) -> None:
        """What was under way has come to this; unless somebody is gone, as then nothing arrives."""
        for who, delivery in landing:
            if who in self.gone:
                self.lose(who)
            elif outcome != "refused":
                self.phones.arrive(who, delivery)
        ids = [one.id for _, one in landing]
        self.do(self.desk.settle(ids, outcome, error))
        self.model.settle(ids, self.clock(), dead=error is not None)

    def lose(self, who: str) -> None:
        """Telegram says that somebody is gone."""
        self.do(self.desk.blocked(who))
        self.model.block(who, self.clock())

    def letters(self) -> dict[Letter, str]:
        """The dead letters with their names."""
        turns = "SELECT iif(learner_id IS NULL, 'update', 'turn'), id, id FROM inbox WHERE error IS NOT NULL"
        together = "iif(nudge, key, rtrim(key, '0123456789')), done_at"  # what one turn said and was refused at once
        messages = f"SELECT 'message', min(id), min(id) FROM outbox WHERE error IS NOT NULL GROUP BY {together}"  # noqa: S608
        rows = self.ask(f"{turns} UNION ALL {messages}")
        return {(kind, number): f"{kind}-{row}" for kind, number, row in rows}

    def pick_letter(self, which: int) -> tuple[Letter, str]:
        """Any of those an operator is shown."""
        found = sorted(self.letters().items())
        assert {letter.id for letter in self.do(self.store.dead_letters())} == {name for _, name in found}
        return found[which % len(found)]

    def ask(self, question: str) -> list[Any]:
        return self._database.execute(question).fetchall()

    def do(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._runner.run(work)

    def open(self) -> None:
        """Begin a life of the coach."""
        self.store = Store(f"sqlite:///{self._file}", self._cipher)
        self.do(self.store.open())
        self._hurry()
        self.desk = Desk(Coach(self.course, self.clock), self.store, CHANNEL, MOST)

    def _hurry(self) -> None:
        """Here only processes die, never the power: nobody need wait for the disk."""
        with closing(self.store._connected().raw_connection()) as connection:
            connection.cursor().execute("PRAGMA synchronous = OFF")


def test_every_promise_is_kept(tmp_path: Path) -> None:
    empty = tmp_path / "attune.db"
    migrate(f"sqlite:///{empty}")
    modest = settings(
        max_examples=60,
        stateful_step_count=30,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    cipher = Cipher(Fernet.generate_key().decode(), "the test")
    begin = cast(type[Correspondence], partial(Correspondence, empty, cipher))  # anything that gives one will do
    run_state_machine_as_test(begin, settings=modest)
