"""The way to a database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine, make_url

from bot.store import sqlite
from bot.store.errors import UnusableDatabaseError


def is_sqlite(url: str | URL) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def open_engine(url: str, *, migrating: bool = False) -> Engine:
    """An engine for ``url``; the file of an SQLite database is created when it is missing."""
    address = make_url(url)
    options: dict[str, Any] = {"hide_parameters": True}  # an error must not carry what a learner wrote
    if is_sqlite(address):
        sqlite.create_file(sqlite.database_file(address))
        options["connect_args"] = sqlite.connect_args()
    try:
        engine = create_engine(address, **options)
    except ModuleNotFoundError as error:
        raise UnusableDatabaseError(f"the Python package {error.name} is not installed") from error
    if is_sqlite(address):
        sqlite.configure(engine, migrating=migrating)
    return engine
