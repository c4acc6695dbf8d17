"""Bringing a database to the shape this version needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from bot.data import data_folder
from bot.store import sqlite
from bot.store.engine import is_sqlite, open_engine
from bot.store.errors import NewDatabaseError, OldDatabaseError, UnusableDatabaseError


def migrate(url: str) -> None:
    """Make the database ready to run: SQLite is upgraded, a shared database is only checked."""
    if is_sqlite(url):
        upgrade(url)
    else:
        check(url)


def upgrade(url: str) -> None:
    """Upgrade the database to the newest revision; an SQLite file with tables in it is copied first."""
    with begun(url) as connection:
        current, newest = _revisions(connection)
        if current == newest:
            return
        if is_sqlite(url) and inspect(connection).get_table_names():
            # The write lock is held already: nothing can come in between the copy and the upgrade.
            file = sqlite.database_file(connection.engine.url)
            sqlite.copy_file(file, file.with_name(f"{file.name}.before-{newest}"))
        command.upgrade(configuration(connection), "head")


def check(url: str) -> None:
    """Raise unless the database is at the newest revision."""
    with begun(url) as connection:
        current, newest = _revisions(connection)
    if current != newest:
        raise OldDatabaseError(current, newest)


@contextmanager
def begun(url: str) -> Iterator[Connection]:
    """A connection with a transaction for migrations.

    Foreign keys are not enforced: SQLite changes a table by dropping and renaming it, which would take along
    all rows that point to it.
    """
    engine = open_engine(url, migrating=True)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise UnusableDatabaseError(error.orig) from error
    finally:
        engine.dispose()


def configuration(connection: Connection) -> Config:
    """Alembic's configuration, for work on ``connection``."""
    config = Config(attributes={"connection": connection})
    folder = str(data_folder("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config


def _revisions(connection: Connection) -> tuple[str | None, str]:
    """The revision of the database and the newest one."""
    current = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(configuration(connection))
    known = [script.revision for script in scripts.walk_revisions()]
    if current is not None and current not in known:
        raise NewDatabaseError(current)
    return current, known[0]
