"""Starts the coach again and again, fast: everything is loaded once, and every life is a fork.

A process of its own, told by its input: ``live none 0`` starts a life, ``live commit 7`` one that dies by its own
hand at the 7th of these places: ``commit`` (before and after each commit to the database) or ``send`` (before and
after each sendMessage). The answers are its process id and, when it has ended, its exit code. The hands that kill
are here, and nowhere in the coach.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite as Dialect

from bot import app
from bot.coach import Coach
from bot.settings import load_settings
from bot.store import Store
from bot.telegram import courier, request
from bot.telegram.request import AiohttpRequest

TIMEOUT = 1.0
"""Seconds until the coach takes a silent request for lost: so that a test does not wait for its twenty."""
PAUSE = 0.05
"""Seconds before a second try, instead of half a second: so that a short life has time for several."""
TOGETHER = 2
"""Turns that the coach takes in one transaction, instead of dozens: so that there are more moments to die."""


class Places:
    """Counts the places that a life passes, and ends it at one of them."""

    def __init__(self, kind: str, last: int) -> None:
        self._kind = kind
        self._last = last
        self._passed = 0

    def passes(self, kind: str) -> None:
        """One more."""
        if kind != self._kind:
            return
        self._passed += 1
        if self._passed == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


class Flights:
    """Notes to whom which message is under way: from the try until it is noted to be sent, or refused for good."""

    def __init__(self, log: int) -> None:
        self._log = log
        self._who: ContextVar[str | None] = ContextVar("who", default=None)  # each message is sent by a task of its own

    def start(self, message: dict[str, str]) -> None:
        """A try."""
        self._who.set(message["chat_id"])
        self._note(message)

    def land(self, who: str | None = None) -> None:
        """What was under way to this person, or from here, is so no longer."""
        if chat := who or self._who.get():
            self._note({"chat_id": chat})

    def _note(self, message: dict[str, str]) -> None:
        os.write(self._log, json.dumps(message).encode() + b"\n")


def watch(places: Places, flights: Flights) -> None:
    """Let every commit and every sendMessage pass the places, and note which sends are under way."""
    commit, ask = Dialect.do_commit, AiohttpRequest.do_request
    settle, mark_blocked = Store.settle, Store.mark_blocked

    def do_commit(self: Any, connection: Any) -> None:
        places.passes("commit")
        commit(self, connection)
        places.passes("commit")

    async def do_request(self: Any, url: str, *args: Any, **more: Any) -> tuple[int, bytes]:
        if not url.endswith("/sendMessage"):
            return await ask(self, url, *args, **more)
        places.passes("send")
        flights.start(more["request_data"].json_parameters)
        try:
            status, body = await ask(self, url, *args, **more)
        except BaseException:
            flights.land()
            raise
        if status not in (200, 403):
            flights.land()
        places.passes("send")
        return status, body

    async def settled(self: Any, *args: Any, **more: Any) -> None:
        await settle(self, *args, **more)
        flights.land()

    async def marked_blocked(self: Any, channel: str, who: str, *args: Any) -> None:
        await mark_blocked(self, channel, who, *args)
        flights.land(who)

    Dialect.do_commit = do_commit  # type: ignore[method-assign]
    AiohttpRequest.do_request = do_request  # type: ignore[method-assign]
    Store.settle = settled  # type: ignore[method-assign]
    Store.mark_blocked = marked_blocked  # type: ignore[method-assign]
    request.READ_TIMEOUT = TIMEOUT
    courier.FIRST_PAUSE = PAUSE
    Coach.take_turns.__defaults__ = (TOGETHER,)


def live(kind: str, last: int, folder: Path) -> None:
    """One life of the coach, from the fork to its end."""
    watch(Places(kind, last), Flights(os.open(folder / "flights", os.O_WRONLY | os.O_APPEND)))
    settings = load_settings()
    assert settings.telegram_token
    asyncio.run(app.run(settings, None, settings.telegram_token.get_secret_value()))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _life(kind: str, last: int, folder: Path) -> int:
    try:
        live(kind, last, folder)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        return 1
    return 0


def main() -> None:
    """Obey until the input ends."""
    course = app.course(load_settings(), None)
    app.course = lambda *_: course
    folder = Path(sys.argv[1])
    for line in sys.stdin:
        _, kind, last = line.split()
        child = os.fork()
        if not child:
            os._exit(_life(kind, int(last), folder))
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
