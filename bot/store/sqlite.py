"""What only SQLite needs: its file, its switches and its copy."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import OperationalError

from bot.store.errors import UnusableDatabaseError

WAIT = 1.0  # seconds a writer waits for another: not longer than somebody who wants to stop the coach
MIGRATION_TRIES = 30  # times that a migration waits so long


def connect_args() -> dict[str, Any]:
    """What the driver is told; it must not begin transactions by itself."""
    return {"isolation_level": None, "timeout": WAIT}


def database_file(url: URL) -> Path:
    """The file of ``url``."""
    name = url.database
    if not name or name == ":memory:" or name.startswith("file:"):
        raise UnusableDatabaseError("an SQLite address needs a plain path, as in sqlite:////var/lib/attune/attune.db")
    return Path(name)


def create_file(path: Path) -> None:
    """Create ``path`` for its owner alone, if it is not there; SQLite gives -wal and -shm the same mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise UnusableDatabaseError(f"{path}: {error.strerror}") from error


def configure(engine: Engine, *, migrating: bool) -> None:
    """Make ``engine`` durable, tidy and strict about transactions."""

    @event.listens_for(engine, "connect")
    def switch(driver: Any, _record: object) -> None:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            f"foreign_keys = {'OFF' if migrating else 'ON'}",
        ):
            driver.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Taking the write lock at once: two that read first and write later would lose updates or fail.
        for tries_left in reversed(range(MIGRATION_TRIES if migrating else 1)):
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                break
            except OperationalError:  # several short waits: no signal gets through to us in one
                if not tries_left:
                    raise


def copy_file(path: Path, copy: Path) -> None:
    """Copy the database as last committed, also while others use it."""
    create_file(copy)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
