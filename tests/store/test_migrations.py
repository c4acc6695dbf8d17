"""Migrations lead to the tables of the code, and lose nothing on the way."""

import logging
import re
import sqlite3
import stat
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ClauseElement, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

import bot.data
from bot.data import DataError, data_folder
from bot.store import Cipher, NewDatabaseError, OldDatabaseError, Store, check, migrate, upgrade
from bot.store.engine import open_engine
from bot.store.migration import begun, configuration
from bot.store.schema import metadata
from tests.store.player import Player

NEWEST = max(path.name for path in data_folder("migrations").glob("versions/0*.py")).partition("_")[0]


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def set_revision(file: Path, revision: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def copies(file: Path) -> list[Path]:
    return sorted(file.parent.glob("*.before-*"))


@pytest.fixture
def longer_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Migrations with one more, which makes anew a table that others point to. Gives its file."""
    folder = tmp_path / "bot" / "data" / "migrations"
    (folder / "versions").mkdir(parents=True)
    for source in (data_folder("migrations") / "env.py", *data_folder("migrations").glob("versions/*.py")):
        (folder / source.relative_to(data_folder("migrations"))).write_text(source.read_text())
    (folder / "versions" / "next.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "revision = 'next'\n"
        f"down_revision = '{NEWEST}'\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('learner', recreate='always') as table:\n"
        "        table.add_column(sa.Column('city', sa.Text))\n"
        "    op.execute('SELECT 1')\n"
    )
    monkeypatch.setattr(bot.data, "_PACKAGE", tmp_path / "bot")
    return folder / "versions" / "next.py"


def test_models_and_migrations_agree(url: str) -> None:
    migrate(url)
    with begun(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_up_and_down_and_up(url: str, file: Path) -> None:
    migrate(url)
    first = tables(file)
    assert first == {*metadata.tables, "alembic_version"}
    with begun(url) as connection:
        command.downgrade(configuration(connection), "base")
    assert tables(file) == {"alembic_version"}
    migrate(url)
    assert tables(file) == first


def test_revisions_form_one_line(url: str) -> None:
    with begun(url) as connection:
        assert len(ScriptDirectory.from_config(configuration(connection)).get_heads()) == 1


def test_a_new_database_is_not_copied_and_a_ready_one_is_left_alone(url: str, file: Path) -> None:
    migrate(url)
    before = file.read_bytes()
    migrate(url)
    check(url)
    assert file.read_bytes() == before
    assert copies(file) == []


async def test_the_file_is_copied_before_it_changes(
    store: Store, url: str, file: Path, cipher: Cipher, now: datetime, longer_history: Path
) -> None:
    player = Player()
    await store.receive("terminal", "me", {"text": "one"})
    await store.take_turns(player.decide, now, on_error=player.apologise)
    with pytest.raises(OldDatabaseError, match=rf"revision {NEWEST}, this version needs next.*attune db upgrade"):
        check(url)
    upgrade(url)
    check(url)
    (copy,) = copies(file)
    assert copy.name == "attune.db.before-next"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEWEST,)]
        assert database.execute("SELECT count(*) FROM session").fetchall() == [(1,)]
    # A table was dropped and made again; what points to it is still there.
    await store.receive("terminal", "me", {"text": "two"})
    await store.take_turns(player.decide, now, on_error=player.apologise)
    assert player.seen[1].session == '["one"]'


def test_an_upgrade_that_fails_changes_nothing(url: str, file: Path, longer_history: Path) -> None:
    script = longer_history
    script.write_text(script.read_text().replace("SELECT 1", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(Exception, match="no such table: nowhere"):
        migrate(url)
    assert tables(file) == set()
    script.write_text(script.read_text().replace("INSERT INTO nowhere VALUES (1)", "SELECT 1"))
    migrate(url)
    assert tables(file) == {*metadata.tables, "alembic_version"}


def test_a_newer_database_is_refused(url: str, file: Path) -> None:
    migrate(url)
    set_revision(file, "9999")
    for function in (migrate, upgrade, check):
        with pytest.raises(NewDatabaseError, match=r"newer version of attune \(revision 9999, unknown here\)"):
            function(url)


def test_a_shared_database_is_checked_only(url: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.migration.is_sqlite", lambda _url: False)
    with pytest.raises(OldDatabaseError, match=r"at revision none.*attune db upgrade"):
        migrate(url)
    assert tables(file) == set()
    upgrade(url)
    migrate(url)


def test_logging_is_left_alone(url: str) -> None:
    before = (logging.root.level, list(logging.root.handlers), logging.getLogger("alembic").level)
    migrate(url)
    assert (logging.root.level, list(logging.root.handlers), logging.getLogger("alembic").level) == before


def test_a_missing_folder_is_told() -> None:
    with pytest.raises(DataError, match=re.escape("The folder “nonsense” is missing")):
        data_folder("nonsense")


async def test_everything_can_be_said_to_postgresql(
    url: str, cipher: Cipher, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[ClauseElement] = [CreateTable(table) for table in metadata.tables.values()]

    def listening(address: str) -> Any:
        engine = open_engine(address)
        event.listen(engine, "before_execute", lambda _connection, clause, *_: said.append(clause))
        return engine

    monkeypatch.setattr("bot.store.store.open_engine", listening)
    migrate(url)
    player = Player()
    async with Store(url, cipher) as store:
        for text in ("one", "crash", "finish"):
            await store.receive("terminal", "me", {"text": text})
            await store.take_turns(player.decide, now, on_error=player.apologise)
        await store.settle([message.id for message in await store.unsent("terminal", 10)], "sent", now)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    statements = {str(clause.compile(dialect=dialect)) for clause in said}
    kinds = {statement.split()[0] for statement in statements}
    assert kinds == {"CREATE", "SELECT", "INSERT", "UPDATE", "DELETE", "SAVEPOINT", "RELEASE"}
    assert "TIMESTAMP WITH TIME ZONE" in "".join(statements)
