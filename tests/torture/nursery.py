"""Starts the coach again and again, fast: everything is loaded once, and every life is a fork.

A process of its own, told by its input: ``live none 0`` starts a life, ``live commit 7`` one that dies by its own
hand at the 7th of these places: ``commit`` (before and after each commit to the database) or ``send`` (before and
after each sendMessage). The answers are its process id and, when it has ended, its exit code. The hands that kill
are here, and nowhere in the coach.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite as Dialect

from bot import app
from bot.settings import load_settings
from bot.store import Store
from bot.telegram import request
from bot.telegram.request import AiohttpRequest

TIMEOUT = 1.0
"""Seconds until the coach takes a silent request for lost: so that a test does not wait for its twenty."""


class Places:
    """Counts the places that a life passes, and ends it at one of them."""

    def __init__(self, kind: str, last: int, log: int) -> None:
        self._kind = kind
        self._last = last
        self._log = log
        self._passed = 0

    def passes(self, kind: str) -> None:
        """One more."""
        if kind != self._kind:
            return
        self._passed += 1
        os.write(self._log, b".")
        if self._passed == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def watch(places: Places, flights: int) -> None:
    """Let every commit and every sendMessage pass the places, and note which sends are under way."""
    commit, ask, settle = Dialect.do_commit, AiohttpRequest.do_request, Store.settle

    def do_commit(self: Any, connection: Any) -> None:
        places.passes("commit")
        commit(self, connection)
        places.passes("commit")

    async def do_request(self: Any, url: str, *args: Any, **more: Any) -> tuple[int, bytes]:
        if not url.endswith("/sendMessage"):
            return await ask(self, url, *args, **more)
        places.passes("send")
        os.write(flights, b"+")
        try:
            status, body = await ask(self, url, *args, **more)
        except BaseException:
            os.write(flights, b"-")
            raise
        if status != 200:
            os.write(flights, b"-")
        places.passes("send")
        return status, body

    async def settled(self: Any, *args: Any, **more: Any) -> None:
        await settle(self, *args, **more)
        os.write(flights, b"-")

    Dialect.do_commit = do_commit  # type: ignore[method-assign]
    AiohttpRequest.do_request = do_request  # type: ignore[method-assign]
    Store.settle = settled  # type: ignore[method-assign]
    request.READ_TIMEOUT = TIMEOUT


def live(kind: str, last: int, folder: Path) -> None:
    """One life of the coach, from the fork to its end."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    flights, passed = (os.open(folder / name, flags, 0o600) for name in ("flights", "places"))
    watch(Places(kind, last, passed), flights)
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
