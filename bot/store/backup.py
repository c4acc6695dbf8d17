"""A copy of the database to go back to."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import make_url

from bot.store import sqlite
from bot.store.engine import is_sqlite
from bot.store.errors import BackupError, UnusableDatabaseError


def back_up(url: str, file: Path) -> None:
    """Copy an SQLite database to a new file for its owner alone, also while others use it. Raises BackupError."""
    if not is_sqlite(url):
        raise BackupError("This makes copies of SQLite files only. PostgreSQL has a program for it: pg_dump.")
    source = sqlite.database_file(make_url(url))
    if not source.exists():
        raise BackupError(f"There is no database yet: {source} is missing.")
    if file.exists():
        raise BackupError(f"{file} is there already, and stays as it is. Name a new file.")
    try:
        sqlite.copy_file(source, file)
    except UnusableDatabaseError as error:
        raise BackupError(f"The copy cannot be made: {error.reason}.") from error
    except sqlite3.Error as error:
        file.unlink()  # half a copy must not be taken for one
        raise BackupError(f"The copy cannot be made: {error}.") from error
