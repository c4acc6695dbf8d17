"""The coach that is tortured: its lives, one after the other, and what stands in its database."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any, Self

from cryptography.fernet import Fernet

from bot.coach import utc_now
from bot.data import data_folder
from bot.store import Cipher, Store, UnusableDatabaseError
from bot.wire import pack_effect
from dialogs.effect import Say
from tests.botapi.server import TOKEN
from tests.torture.history import mark

CHANNEL = f"telegram:{TOKEN.partition(':')[0]}"
TRIES = 60
"""The coach may hold its database for longer than a second, after which a store gives up."""


class Coach:
    """Lives when it is told to, and dies by its own hand or by ours. ``with Coach(folder, server) as coach``."""

    def __init__(self, folder: Path, api: str) -> None:
        self._folder = folder
        self._api = api
        self._key = Fernet.generate_key().decode()
        self._pid = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._runner = stack.enter_context(asyncio.Runner())
            log = stack.enter_context((self._folder / "log").open("a"))
            nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.nursery", str(self._folder)],
                env={**os.environ, **self._env()},
                cwd=Path(__file__).resolve().parents[2],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            self._nursery = stack.enter_context(nursery)  # it leaves when nobody tells it anything any more
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        if self._pid:
            self.end(signal.SIGKILL)
        self._stack.close()

    # ------------------------------------------------------------------ life and death
    def live(self, kind: str, last: int) -> None:
        """Begin a life that ends at the ``last`` place of a ``kind``; of kind ``none``, when we end it."""
        self._flights.write_text("")
        self._tell(f"live {kind} {last}")
        self._pid = int(self._hear())

    def end(self, how: signal.Signals) -> int:
        """End this life, and wait until it has; the exit code."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, how)
        self._pid = 0
        return int(self._hear())

    def is_alive(self) -> bool:
        """Whether it runs; one that is dead and not yet buried does not."""
        try:
            state = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        return state != "Z"

    def under_way(self) -> dict[int, str]:
        """Which message to whom was tried, and not yet noted to be sent or refused, when the last life ended."""
        last: dict[int, dict[str, str]] = {}
        for line in self._flights.read_text().splitlines(keepends=True):
            if line.endswith("\n"):  # the last one may be cut short: then its try has not begun, or has just ended
                flight = json.loads(line)
                last[int(flight["chat_id"])] = flight
        flying = {who: one for who, one in last.items() if "text" in one}
        return {who: mark(one["text"], json.loads(one.get("reply_markup", "null"))) for who, one in flying.items()}

    # ------------------------------------------------------------------ its database
    def plan(self) -> None:
        """Open the database beside the coach, for :meth:`nudge`; it must have lived before."""
        self._store = Store(f"sqlite:///{self._database}", Cipher(self._key, "the test"))
        self._runner.run(self._store.open())
        self._stack.callback(lambda: self._runner.run(self._store.close()))

    def nudge(self, learner: int, text: str) -> bool:
        """Put a message nobody asked for in the outbox, as a planner would; whether there is somebody to get it."""
        effect = pack_effect(Say(text))
        for _ in range(TRIES):
            with suppress(UnusableDatabaseError):
                return self._runner.run(self._store.add_nudge(CHANNEL, str(learner), text, effect, utc_now()))
        raise TimeoutError

    def ask(self, question: str) -> list[Any]:
        """What stands in the database."""
        with closing(sqlite3.connect(self._database, timeout=10)) as database:
            return database.execute(question).fetchall()

    # ------------------------------------------------------------------ inside
    @property
    def _database(self) -> Path:
        return self._folder / "attune.db"

    @property
    def _flights(self) -> Path:
        return self._folder / "flights"

    def _env(self) -> dict[str, str]:
        return {
            "ATTUNE_DATABASE_URL": f"sqlite:///{self._database}",
            "ATTUNE_CONTENT": str(_content(self._folder / "content")),
            "ATTUNE_SECRET_KEY": self._key,
            "ATTUNE_TELEGRAM_TOKEN": TOKEN,
            "ATTUNE_TELEGRAM_API": self._api,
            "ATTUNE_TELEGRAM_RATE": "1000",
            "ATTUNE_TELEGRAM_CHAT_RATE": "30",
            "ATTUNE_TELEGRAM_CHAT_BURST": "30",
            "ATTUNE_LEARNER_BURST": "100000",
            "ATTUNE_LEARNER_INBOX": "100000",
        }

    def _tell(self, words: str) -> None:
        assert self._nursery.stdin
        self._nursery.stdin.write(words + "\n")
        self._nursery.stdin.flush()

    def _hear(self) -> str:
        assert self._nursery.stdout
        return self._nursery.stdout.readline()


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
