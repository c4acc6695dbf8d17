"""One trial: a server that lies, people who write, press, leave and come back, and a coach that is killed."""

from __future__ import annotations

import json
import signal
import time
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Self

from tests.botapi.faults import Odds
from tests.botapi.server import BotApiServer
from tests.botapi.user import FakeUser
from tests.torture.coach import Coach
from tests.torture.history import Absence, History, Input, step
from tests.torture.witness import Kill, observe

ODDS: Odds = {"drop": 0.02, "lost": 0.02, "reset": 0.02, 500: 0.02, 502: 0.01, "hang": 0.005, "stall": 0.005}
"""Of what goes wrong with a request in a storm."""
QUIET = 60.0
"""Seconds that a life has to answer what is left."""
WORDS = {
    "listen": "So it rained all day.",
    "empathize": "That must have been sad.",
    "turn_toward": "Tell me more.",
    "validate": "No wonder.",
}
"""By what they show, which is what they leave in the database."""
TEXTS = [some for count in (1, 2, 3, 4) for some in combinations(WORDS, count)]
ATTEMPTS = "SELECT external_id, skills FROM attempt JOIN learner ON learner.id = learner_id ORDER BY attempt.id"
COMPLETIONS = (
    "SELECT external_id, script FROM completion JOIN learner ON learner.id = learner_id ORDER BY completion.id"
)
BUTTONS = {"Throw a stone": "stone", "Throw a stick": "stick"}


class Trial:
    """``with Trial(folder, seed) as trial``; then people are met, write, and see the coach die and come back."""

    def __init__(self, folder: Path, seed: int, people: int = 4) -> None:
        self.chance = Random(seed)
        self.history = History()
        self.server = BotApiServer()
        self.users: list[FakeUser] = []
        self._people = people
        self._folder = folder
        self._count = 0
        self._kills: list[Kill] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.server)
            self.users = [self.server.user(number + 1) for number in range(self._people)]
            self._coach = stack.enter_context(Coach(self._folder, self.server.url))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    # ------------------------------------------------------------------ the coach
    def live(self, kind: str = "none", last: int = 0) -> None:
        """Let the coach live; with ``kind``, until it dies by its own hand at that place."""
        self._coach.live(kind, last)

    def kill(self) -> None:
        """Kill the coach, wherever it is."""
        self._coach.end(signal.SIGKILL)
        self._kills.append(Kill.of(self.server.requests, self._coach.under_way()))

    def stop(self) -> int:
        """Ask the coach to leave; its exit code."""
        return self._coach.end(signal.SIGTERM)

    def await_death(self) -> bool:
        """Wait until the coach has died by its own hand, or has nothing left to do; whether it died."""
        until = time.monotonic() + QUIET
        while self._coach.is_alive() and not self.is_quiet():
            assert time.monotonic() < until, "the coach comes to no rest"
            time.sleep(0.02)
        died = not self._coach.is_alive()
        if died:
            self.kill()
        else:
            self._coach.end(signal.SIGKILL)
        return died

    # ------------------------------------------------------------------ people
    def open(self) -> None:
        """Everybody begins, and comes to the place where whatever they say is said back."""
        for user in self.users:
            for text, effect, answer in (("/start", "hello", "This is the menu"), ("/start echo", "", "Call into")):
                self._enter(user, Input(answer, effect))
                user.send(text)
                user.wait(lambda me, words=answer: any(words in message["text"] for message in me.messages), QUIET)
        self._coach.plan()

    def say(self, user: FakeUser) -> None:
        """One person says the next thing."""
        shown = self.chance.choice(TEXTS)
        text = f"{self._token('t')}: {' '.join(WORDS[skill] for skill in shown)}"
        self._enter(user, Input("And again.", " ".join(shown), text))
        user.send(text)

    def tap(self, user: FakeUser) -> None:
        """One person presses a button twice."""
        if keyboards := user.keyboards:
            label = self.chance.choice(list(BUTTONS))
            for _ in range(2):
                of = step(keyboards[-1]["reply_markup"])
                self._enter(user, Input(f"A {BUTTONS[label]} falls.", BUTTONS[label], step=of))
                user.tap(keyboards[-1], label)

    def leave(self, user: FakeUser) -> None:
        """One person blocks the bot, in the middle of whatever is going on."""
        with self.server.world.changed:
            update, inputs = self.server.world.updates.next_id, len(self.history.inputs[user.id])
            self.history.absences[user.id].append(Absence(update, inputs, len(self.server.requests)))
            user.block()

    def come_back(self, user: FakeUser) -> None:
        """… and comes back."""
        with self.server.world.changed:
            self.history.absences[user.id][-1].ended = len(self.server.requests)
            user.unblock()
        self._enter(user, Input("Hello.", "hello"))
        user.send("/start")

    def is_away(self, user: FakeUser) -> bool:
        """Whether they have blocked the bot."""
        return any(one.is_going_on for one in self.history.absences[user.id])

    def nudge(self, user: FakeUser) -> None:
        """Somebody is to get a message that they did not ask for, if they can be reached."""
        text = self._token("nudge")
        if self._coach.nudge(user.id, text):
            self.history.nudges[user.id].append(text)

    def disturb(self) -> None:
        """Deliver something again, or in another order."""
        if self.chance.random() < 0.5:
            self.server.redeliver(self.chance.randint(1, 8))
        else:
            self.server.shuffle_next(self.chance)

    # ------------------------------------------------------------------ the end
    def is_quiet(self) -> bool:
        """Whether everything was answered and nothing waits, but for people who are away."""
        inbox = "SELECT count(*) FROM inbox WHERE done_at IS NULL"
        outbox = "SELECT count(*) FROM outbox JOIN learner ON learner.id = learner_id WHERE done_at IS NULL"
        waiting = self._coach.ask(f"{inbox} UNION ALL {outbox} AND blocked_at IS NULL")
        updates = self.server.world.updates
        return updates.is_polled and not updates.pending and waiting == [(0,), (0,)]

    def finish(self) -> History:
        """Let everybody come back and the coach answer what is left, in calm weather, and close the books."""
        self.server.clear_faults()
        for user in filter(self.is_away, self.users):
            self.come_back(user)
        self.live()
        until = time.monotonic() + QUIET
        while not self.is_quiet() and time.monotonic() < until:
            time.sleep(0.05)
        assert self.stop() == 0
        self._close_books()
        return self.history

    # ------------------------------------------------------------------ inside
    def _enter(self, user: FakeUser, what: Input) -> None:
        self.history.inputs[user.id].append(what)

    def _token(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _close_books(self) -> None:
        observe(self.history, self.server.requests, self._kills)
        for who, skills in self._coach.ask(ATTEMPTS):
            self.history.effects[int(who)].append(" ".join(json.loads(skills)))
        for who, script in self._coach.ask(COMPLETIONS):
            self.history.effects[int(who)].append(script)
