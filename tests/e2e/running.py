"""``attune run`` as a process: it can be stopped, killed and started again, and looked into from beside."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from bot.coach import utc_now
from bot.store import Store, load_cipher
from bot.wire import pack_effect
from dialogs.effect import Say
from tests.botapi.server import TOKEN, BotApiServer
from tests.botapi.user import FakeUser

from .home import ATTUNE, Home

CHANNEL = f"telegram:{TOKEN.partition(':')[0]}"
ATTUNE_RUN = (ATTUNE, "run")
HASTY_RUN = (sys.executable, str(Path(__file__).with_name("hasty.py")), "run")
SECRET = "zanzibar"
"""A word that learners type here, and that no log may show."""

_Found = TypeVar("_Found")


class Running:
    """The coach as an operator runs it, or a hasty one."""

    def __init__(self, home: Home, server: BotApiServer, command: Sequence[str] = ATTUNE_RUN, **env: str) -> None:
        self.home = home
        self.command = command
        self.env = {
            **home.env,
            "ATTUNE_TELEGRAM_TOKEN": TOKEN,
            "ATTUNE_TELEGRAM_API": server.url,
            "ATTUNE_LOG": "debug",
            "ATTUNE_TELEGRAM_CHAT_BURST": "30",
            **env,
        }
        self.log = Path(home.path / "log")
        self.database = home.path / ".local/share/attune/attune.db"
        self.url = f"sqlite:///{self.database}"
        self._key = home.path / ".config/attune/secret.key"
        self.start()

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(self.command, env=self.env, cwd=self.home.path, stderr=log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(5)

    def is_alive(self) -> bool:
        return self.process.poll() is None

    # ------------------------------------------------------------------ beside it
    def attune(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another ``attune``, with the same settings."""
        return self.home.run(*words, env=self.env)

    def work(self, work: Callable[[Store], Awaitable[_Found]]) -> _Found:
        """Do something with the store, from another process than the coach's."""

        async def do() -> _Found:
            cipher = load_cipher(None, self._key)
            async with Store(self.url, cipher, patient=True) as store:
                return await work(store)

        return asyncio.run(do())

    def nudge(self, user: FakeUser, text: str) -> bool:
        """Put a message nobody asked for in the outbox; whether there is somebody to get it."""
        effect = pack_effect(Say(text))
        return self.work(lambda store: store.add_nudge(CHANNEL, str(user.id), text, effect, utc_now()))

    def look_up(self, question: str, *values: object) -> list[Any]:
        """What stands in the database, in the first column."""
        with closing(sqlite3.connect(self.database, timeout=10)) as database:
            return [row[0] for row in database.execute(question, values)]


def until(seen: Callable[[], object], what: str = "it", seconds: float = 15) -> None:
    """Wait until something can be seen; AssertionError when it does not come."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.02)


def text_of(messages: list[dict[str, object]]) -> str:
    return "\n".join(str(message["text"]) for message in messages)


def onboarded(user: FakeUser, name: str = "Sam") -> FakeUser:
    user.ask("/start")
    user.press("Yes, I'm 18 or older")
    user.press("My partner")
    user.ask(name)
    user.press("Show me an answer")
    return user
