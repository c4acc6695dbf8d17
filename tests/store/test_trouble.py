"""A database that is locked, full or read-only for a time: nothing is half done, and it goes on by itself."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.store import Cipher, Store, UnusableDatabaseError, migrate
from bot.store import sqlite as sqlite_module
from tests.store.player import Player


@pytest.fixture(autouse=True)
def impatient_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_module, "WAIT", 0.05)


async def take(store: Store, now: datetime) -> int:
    player = Player()
    return await store.take_turns(player.decide, now, on_error=player.apologise)


async def told(store: Store, words: str) -> None:
    """Tell the driver something outside of any transaction, on the store's own thread."""

    def tell() -> None:
        with closing(store._connected().raw_connection()) as connection:
            connection.cursor().execute(words)

    await asyncio.get_running_loop().run_in_executor(store._thread, tell)


async def test_a_patient_store_waits_for_a_lock_and_says_so_once(
    url: str, file: Path, cipher: Cipher, now: datetime
) -> None:
    migrate(url)
    async with Store(url, cipher, patient=True) as store:
        with capture_logs() as logs, closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waits = asyncio.create_task(store.receive("terminal", "me", {"text": "hello"}))
            await asyncio.sleep(1)
            assert not waits.done()
            other.execute("COMMIT")
            assert await waits == 1
        assert await take(store, now) == 1
    assert [line["event"] for line in logs] == [
        "The database cannot be reached, trying again",
        "The database can be reached again",
    ]
    assert logs[0]["why"] == "database is locked"


async def test_any_other_store_says_so_and_gives_up(url: str, file: Path, cipher: Cipher) -> None:
    migrate(url)
    async with Store(url, cipher) as store:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(UnusableDatabaseError, match="database is locked"):
                await store.receive("terminal", "me", {"text": "hello"})
        assert await store.receive("terminal", "me", {"text": "hello"}) == 1


def test_a_migration_waits_for_several_times_as_long(url: str, file: Path) -> None:
    migrate(url)
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        soon = threading.Timer(4 * sqlite_module.WAIT, other.execute, ["COMMIT"])
        soon.start()
        migrate(url)
        soon.join()
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnusableDatabaseError, match="database is locked"):
            migrate(url)


@pytest.mark.parametrize(
    ("trouble", "mended", "why"),
    [
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF", "attempt to write a readonly database"),
        ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000", "database or disk is full"),
    ],
)
async def test_no_half_turn_on_a_full_or_read_only_disk(
    url: str, cipher: Cipher, now: datetime, trouble: str, mended: str, why: str
) -> None:
    """SQLite's own switches give the errors that a disk would."""
    migrate(url)
    async with Store(url, cipher) as store:
        for number in range(20):
            await store.receive("terminal", "me", {"text": f"{number} " + "x" * 2000})
        await told(store, trouble)
        with pytest.raises(UnusableDatabaseError, match=why) as raised:
            await take(store, now)
        assert raised.value.passing
        await told(store, mended)
        assert await store.unsent("terminal", 100) == []
        assert await take(store, now) == 20
        assert len(await store.unsent("terminal", 100)) == 40
