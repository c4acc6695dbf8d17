"""One trial: a server that lies, people who write, and a coach that is killed; afterwards the history of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from random import Random
from typing import Any, Self

from cryptography.fernet import Fernet

from bot.coach import utc_now
from bot.data import data_folder
from bot.store import Cipher, Store
from bot.wire import pack_effect
from dialogs.effect import Say
from tests.botapi.faults import Odds
from tests.botapi.server import TOKEN, BotApiServer
from tests.botapi.user import FakeUser
from tests.torture.history import History

ODDS: Odds = {"drop": 0.02, "lost": 0.02, "reset": 0.02, 500: 0.02, 502: 0.01, "hang": 0.005, "stall": 0.005}
"""Of what goes wrong with a request in a storm."""
CHANNEL = f"telegram:{TOKEN.partition(':')[0]}"
QUIET = 60.0
"""Seconds that the last life has to answer what is left."""


class Trial:
    """``with Trial(folder, seed) as trial``; then people are met, write, and see the coach die and come back."""

    def __init__(self, folder: Path, seed: int, people: int = 4) -> None:
        self.chance = Random(seed)
        self.history = History()
        self.server = BotApiServer()
        self.users: list[FakeUser] = []
        self._people = people
        self._folder = folder
        self._key = Fernet.generate_key().decode()
        self._count = 0
        self._pid = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.server)
            self.users = [self.server.user(number + 1) for number in range(self._people)]
            log = stack.enter_context((self._folder / "log").open("a"))
            self._nursery = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.torture.nursery", str(self._folder)],
                    env={**os.environ, **self._env()},
                    cwd=Path(__file__).resolve().parents[2],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
            )
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        if self._pid:
            self._end(signal.SIGKILL)
        self._stack.close()

    @property
    def log(self) -> str:
        """What the coach logged in all its lives."""
        return (self._folder / "log").read_text("utf-8")

    # ------------------------------------------------------------------ the coach
    def live(self, kind: str = "none", last: int = 0) -> None:
        """Let the coach live; with ``kind``, until it dies by its own hand at that place."""
        self._tell(f"live {kind} {last}")
        self._pid = int(self._hear())

    def kill(self) -> None:
        """Kill the coach, wherever it is."""
        self._end(signal.SIGKILL)
        self._count_flights()

    def stop(self) -> int:
        """Ask the coach to leave; its exit code."""
        return self._end(signal.SIGTERM)

    def await_death(self) -> bool:
        """Wait until the coach has died by its own hand, or has nothing left to do; whether it died."""
        while not self.is_quiet():
            if not _is_alive(self._pid):
                break
            time.sleep(0.02)
        died = not _is_alive(self._pid)
        self._end(signal.SIGKILL)
        if died:
            self._count_flights()
        return died

    def places(self) -> int:
        """How many places the last life has passed."""
        return (self._folder / "places").stat().st_size

    # ------------------------------------------------------------------ people
    def open(self) -> None:
        """Everybody begins, and comes to the place where whatever they say is said back."""
        for user in self.users:
            user.send("/start")
            user.wait(lambda me: any("This is the menu" in message["text"] for message in me.messages), QUIET)
            user.send("/start echo")
            user.wait(lambda me: any("Call into the cave" in message["text"] for message in me.messages), QUIET)

    def say(self, user: FakeUser) -> None:
        """One person says the next thing."""
        self._count += 1
        text = f"t{self._count}: so it rained all day"
        self.history.sent[user.id].append(text)
        user.send(text)

    def tap(self, user: FakeUser) -> None:
        """One person presses a button twice."""
        if keyboards := user.keyboards:
            for _ in range(2):
                user.tap(keyboards[-1], "Once more")

    def nudge(self, user: FakeUser) -> None:
        """Put a message nobody asked for in the outbox, from another process, as a planner would."""
        self._count += 1
        text = f"nudge{self._count}"
        self.history.nudged[user.id].append(text)
        asyncio.run(self._add_nudge(str(user.id), text))

    def disturb(self) -> None:
        """Deliver something again, or in another order."""
        if self.chance.random() < 0.5:
            self.server.redeliver(self.chance.randint(1, 8))
        else:
            self.server.shuffle_next(self.chance)

    # ------------------------------------------------------------------ the end
    def is_quiet(self) -> bool:
        """Whether everything was answered and nothing waits."""
        done = "SELECT done_at FROM inbox UNION ALL SELECT done_at FROM outbox"
        waiting = f"SELECT count(*) FROM ({done}) WHERE done_at IS NULL"  # noqa: S608 - words of our own
        updates = self.server.world.updates
        return updates.is_polled and not updates.pending and self._ask(waiting) == [(0,)]

    def finish(self) -> History:
        """Let the coach answer what is left in calm weather, and close the books."""
        self.server.clear_faults()
        self.live()
        until = time.monotonic() + QUIET
        while not self.is_quiet() and time.monotonic() < until:
            time.sleep(0.05)
        assert self.stop() == 0
        attempts = "SELECT external_id, count(*) FROM attempt JOIN learner ON learner.id = learner_id GROUP BY 1"
        self.history.attempts = {int(who): count for who, count in self._ask(attempts)}
        for user in self.users:
            self.history.got[user.id] = [message["text"] for message in user.messages]
        asked = [one for one in self.server.requests if one.method == "sendMessage"]
        self.history.unnoticed = sum(one.unnoticed for one in asked)
        return self.history

    # ------------------------------------------------------------------ inside
    @property
    def _database(self) -> Path:
        return self._folder / "attune.db"

    def _env(self) -> dict[str, str]:
        return {
            "ATTUNE_DATABASE_URL": f"sqlite:///{self._database}",
            "ATTUNE_CONTENT": str(_content(self._folder / "content")),
            "ATTUNE_SECRET_KEY": self._key,
            "ATTUNE_TELEGRAM_TOKEN": TOKEN,
            "ATTUNE_TELEGRAM_API": self.server.url,
            "ATTUNE_TELEGRAM_RATE": "1000",
            "ATTUNE_TELEGRAM_CHAT_RATE": "30",
            "ATTUNE_TELEGRAM_CHAT_BURST": "30",
            "ATTUNE_LEARNER_BURST": "100000",
            "ATTUNE_LEARNER_INBOX": "100000",
        }

    async def _add_nudge(self, learner: str, text: str) -> None:
        async with Store(f"sqlite:///{self._database}", Cipher(self._key, "the test"), patient=True) as store:
            await store.add_nudge(CHANNEL, learner, f"nudge:{text}", pack_effect(Say(text)), utc_now())

    def _ask(self, question: str) -> list[Any]:
        with closing(sqlite3.connect(self._database, timeout=10)) as database:
            return database.execute(question).fetchall()

    def _tell(self, words: str) -> None:
        assert self._nursery.stdin
        self._nursery.stdin.write(words + "\n")
        self._nursery.stdin.flush()

    def _hear(self) -> str:
        assert self._nursery.stdout
        return self._nursery.stdout.readline()

    def _end(self, how: signal.Signals) -> int:
        with suppress(ProcessLookupError):
            os.kill(self._pid, how)
        self._pid = 0
        return int(self._hear())

    def _count_flights(self) -> None:
        """What was under way when the last life ended: sent, and not yet known to be sent."""
        noted = (self._folder / "flights").read_text()
        self.history.kills += 1
        self.history.in_flight += max(0, noted.count("+") - noted.count("-"))


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _content(folder: Path) -> Path:
    """The scripts beside this file, with the phrases and the reader of the coach's own."""
    language = folder / "en"
    if not language.exists():
        own = data_folder("content") / "en"
        shutil.copytree(own / "reader", language / "reader")
        for name in ("phrases.yaml", "feedback.yaml"):
            shutil.copy(own / name, language)
        shutil.copytree(Path(__file__).parent / "content", language / "scripts")
    return folder
