"""A mistake that nobody foresaw: of an error, its kind and its places are shown, and never its text."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.botapi.server import BotApiServer

from .home import Home
from .running import SECRET, Running, until


def break_settling(database: Path) -> None:
    """Let the database refuse, in a learner's words, to note that something was shown."""
    raising = f"BEGIN SELECT RAISE(ABORT, '{SECRET}'); END"
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        connection.execute(f"CREATE TRIGGER odd BEFORE UPDATE OF outcome ON outbox {raising}")


def check_told(errors: str) -> None:
    """One kind line, then where it was."""
    assert SECRET not in errors
    assert "Traceback" not in errors
    lines = errors.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("attune: "))
    assert lines[first + 1] == "IntegrityError"
    assert any(line.endswith(" settle") and line.startswith("store.py:") for line in lines[first + 2 :])


def test_a_chat_that_breaks_shows_where_and_keeps_its_place(home: Home) -> None:
    home.chat("1", "1")
    database = next(home.path.rglob("attune.db"))
    break_settling(database)
    done = home.run("chat", typed=f"{SECRET}\n")
    assert done.returncode == 1
    check_told(done.stderr)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DROP TRIGGER odd")
    assert "What do you call your partner?" in home.chat()


def test_a_run_that_breaks_shows_where_and_leaves(home: Home, server: BotApiServer) -> None:
    coach = Running(home, server)
    user = server.user(7)
    user.ask("/start")
    break_settling(coach.database)
    user.send(SECRET)
    until(lambda: not coach.is_alive(), "the end")
    assert coach.process.returncode == 1
    check_told(coach.log.read_text("utf-8"))
