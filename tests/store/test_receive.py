"""Receiving, taking turns and sending."""

import json
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Table, select
from sqlalchemy.exc import StatementError

from bot.store import AttemptRow, Cipher, Decision, Store, UnusableDatabaseError, Waiting
from bot.store.schema import attempt, inbox, outbox
from dialogs.session import Progress
from tests.store.player import Player


async def take(store: Store, player: Player, now: datetime, limit: int = 64) -> int:
    return await store.take_turns(player.decide, now, limit, on_error=player.apologise)


async def said(store: Store, channel: str = "terminal") -> list[str]:
    return [message.payload["say"] for message in await store.unsent(channel, 100)]


async def test_a_turn_from_the_inbox_to_the_outbox(store: Store, now: datetime) -> None:
    player = Player()
    assert await store.receive("terminal", "me", {"text": "hello"}, 7) == 7
    assert await take(store, player, now) == 1
    assert player.seen == [Waiting(7, "terminal", "me", {"text": "hello"}, None, Progress())]
    messages = await store.unsent("terminal", 10)
    assert [(m.key, m.external_id, m.payload) for m in messages] == [
        ("re:1:1", "me", {"say": "you said"}),
        ("re:1:2", "me", {"say": "hello"}),
    ]
    await store.settle([messages[0].id], "sent", now)
    assert await store.unsent("terminal", 10) == messages[1:]
    assert await take(store, player, now) == 0


async def test_a_repeated_update_does_nothing(store: Store, now: datetime) -> None:
    player = Player()
    for text in ("hello", "hello again"):
        await store.receive("terminal", "me", {"text": text}, 7)
    assert await take(store, player, now) == 1
    await store.receive("terminal", "me", {"text": "and again"}, 7)
    assert await take(store, player, now) == 0
    assert [w.payload["text"] for w in player.seen] == ["hello"]


async def test_the_same_number_on_another_channel_is_another_update(store: Store, now: datetime) -> None:
    await store.receive("terminal", "me", {"text": "here"}, 7)
    await store.receive("telegram:1", "me", {"text": "there"}, 7)
    assert await take(store, Player(), now) == 2
    assert await said(store, "telegram:1") == ["you said", "there"]


async def test_a_channel_counts_its_own_updates(store: Store, now: datetime) -> None:
    assert [await store.receive("terminal", "me", {"text": "x"}) for _ in range(3)] == [1, 2, 3]
    assert await take(store, Player(), now) == 3
    assert await store.receive("terminal", "you", {"text": "x"}) == 4
    assert await store.receive("telegram:1", "me", {"text": "x"}) == 1


async def test_turns_are_taken_in_order_and_chain(store: Store, now: datetime) -> None:
    player = Player()
    for who, text in (("me", "one"), ("you", "uno"), ("me", "finish"), ("me", "three"), ("you", "due")):
        await store.receive("terminal", who, {"text": text})
    assert await take(store, player, now, limit=4) == 4
    assert await take(store, player, now, limit=4) == 1
    assert [(w.external_id, json.loads(w.session or "[]")) for w in player.seen] == [
        ("me", []),
        ("you", []),
        ("me", ["one"]),
        ("me", ["one", "finish"]),
        ("you", ["uno"]),
    ]
    assert [w.progress.tries_week for w in player.seen] == [0, 0, 1, 2, 1]
    assert player.seen[3].progress == Progress(frozenset({"listen"}), {"listen": 2}, 2)
    assert player.seen[4].progress == Progress(frozenset(), {"listen": 1}, 1)


async def test_everybody_goes_on_with_their_own_session_from_batch_to_batch(store: Store, now: datetime) -> None:
    player = Player()
    await store.receive("terminal", "quiet", {"text": "crash"})  # is known first, and has no session
    for texts in ({"me": "one", "you": "uno"}, {"you": "due"}, {"you": "tre", "me": "two"}, {"me": "three"}):
        for who, text in texts.items():
            await store.receive("terminal", who, {"text": text})
        await take(store, player, now)
    sessions = [(w.external_id, json.loads(w.session or "[]")) for w in player.seen[1:]]
    assert sessions == [
        ("me", []),
        ("you", []),
        ("you", ["uno"]),
        ("you", ["uno", "due"]),
        ("me", ["one"]),
        ("me", ["one", "two"]),
    ]


async def test_everything_that_is_finished_in_one_batch_is_kept(store: Store, now: datetime) -> None:
    player = Player()
    for text in ("finish", "one"):
        for who in ("me", "you"):
            await store.receive("terminal", who, {"text": text})
        await take(store, player, now)
    assert [w.progress.done for w in player.seen[2:]] == [frozenset({"listen"})] * 2


async def test_what_is_kept_of_a_try(store: Store, now: datetime) -> None:
    tried = AttemptRow("practice", "try_two", "card_7", 2, ("listen", "validate"), ("but",))
    await store.receive("terminal", "me", {"text": "hello"})
    await store.take_turns(lambda _: Decision("{}", [], [tried]), now, on_error=Player().apologise)
    (row,) = await store._run(lambda c: c.execute(select(attempt)).all())
    assert (row.script, row.state, row.card, row.try_number) == ("practice", "try_two", "card_7", 2)
    assert (row.skills, row.pitfalls, row.at) == (["listen", "validate"], ["but"], now)


async def test_progress_counts_the_last_seven_days(store: Store, now: datetime) -> None:
    player = Player()
    for days, text in ((0, "finish"), (3, "two"), (7, "three")):
        await store.receive("terminal", "me", {"text": text})
        await take(store, player, now + timedelta(days=days))
    assert [w.progress.tries_week for w in player.seen] == [0, 1, 1]
    assert player.seen[2].progress == Progress(frozenset({"listen"}), {"listen": 1}, 1)


async def test_a_failing_turn_leaves_an_apology_and_no_other_trace(store: Store, now: datetime) -> None:
    player = Player()
    for who, text in (("me", "one"), ("me", "crash"), ("you", "uno"), ("me", "two"), ("new", "crash")):
        await store.receive("terminal", who, {"text": text})
    assert await take(store, player, now) == 5
    assert await said(store) == ["you said", "one", "sorry", "you said", "uno", "you said", "two", "sorry"]
    assert await take(store, player, now) == 0
    await store.receive("terminal", "me", {"text": "three"})
    await store.receive("terminal", "new", {"text": "crash no more"})
    await take(store, player, now)
    mine, new = player.seen[-2:]
    assert (mine.session, mine.progress.tries_week) == ('["one", "two"]', 2)
    assert (new.session, new.progress) == (None, Progress())


async def test_a_failed_update_keeps_where_it_failed_and_not_the_text_of_its_error(store: Store, now: datetime) -> None:
    await store.receive("terminal", "me", {"text": "crash"})
    await take(store, Player(), now)
    rows = await store._run(lambda c: c.execute(select(inbox)).all())
    (row,) = rows
    assert row.error.splitlines()[0] == "LookupError"
    assert "player.py" in row.error
    assert "secret" not in row.error
    assert row.done_at == now


async def test_an_answer_that_cannot_be_kept_is_a_failure_of_its_turn(store: Store, now: datetime) -> None:
    for text in ("odd", "even"):
        await store.receive("terminal", "me", {"text": text})

    def decide(waiting: Waiting) -> Decision:
        return Decision("{}", [{"say": object() if waiting.payload["text"] == "odd" else "fine"}])

    assert await store.take_turns(decide, now, on_error=Player().apologise) == 2
    assert await said(store) == ["sorry", "fine"]


async def test_half_a_character_is_kept_like_any_other(store: Store, now: datetime) -> None:
    player = Player()
    half = "\ud83d and \x00"
    await store.receive("terminal", "me", {"text": half})
    await store.take_turns(lambda _: Decision(half), now, on_error=player.apologise)
    await store.receive("terminal", "me", {"text": half})
    await store.take_turns(lambda w: Decision("", [{"say": w.session}]), now, on_error=player.apologise)
    assert await said(store) == [half]


async def test_a_batch_is_one_transaction(store: Store, now: datetime) -> None:
    """What stops the batch itself, here the operator's Ctrl-C, leaves everything waiting."""
    for text in ("one", "two"):
        await store.receive("terminal", "me", {"text": text})
    player = Player()

    def decide(waiting: Waiting) -> Decision:
        if waiting.payload["text"] == "two":
            raise KeyboardInterrupt
        return player.decide(waiting)

    with pytest.raises(KeyboardInterrupt):
        await store.take_turns(decide, now, on_error=player.apologise)
    assert await said(store) == []
    assert await take(store, Player(), now) == 2


@pytest.mark.parametrize("table", [inbox, outbox])
async def test_what_is_done_or_sent_is_forgotten(store: Store, now: datetime, table: Table) -> None:
    await store.receive("terminal", "me", {"text": "hello"})
    await take(store, Player(), now)
    await store.settle([message.id for message in await store.unsent("terminal", 10)], "sent", now)
    payloads = await store._run(lambda c: c.scalars(select(table.c.payload)).all())
    assert payloads
    assert set(payloads) == {None}


async def test_times_are_kept_in_utc_and_need_a_zone(store: Store, now: datetime) -> None:
    await store.receive("terminal", "me", {"text": "hello"})
    elsewhere = now.astimezone(timezone(timedelta(hours=9)))
    await take(store, Player(), elsewhere)
    (made,) = await store._run(lambda c: c.scalars(select(outbox.c.created_at).distinct()).all())
    assert (made, made.tzinfo) == (now, UTC)
    (not_sent,) = await store._run(lambda c: c.scalars(select(outbox.c.done_at).distinct()).all())
    assert not_sent is None
    with pytest.raises(StatementError, match="a time without a zone"):
        await store.settle([1], "sent", now.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("switch", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)]
)
async def test_the_switches_of_sqlite(store: Store, switch: str, value: object) -> None:
    assert await store._run(lambda c: c.exec_driver_sql(f"PRAGMA {switch}").scalar()) == value


async def test_a_broken_file_is_told_plainly(file: Path, url: str, cipher: Cipher) -> None:
    file.parent.mkdir()
    file.write_text("this is a diary, not a database " * 100)
    with pytest.raises(UnusableDatabaseError, match=r"file is not a database.*ATTUNE_DATABASE_URL"):
        await Store(url, cipher).open()


async def test_a_folder_that_cannot_be_made_is_told_plainly(tmp_path: Path, cipher: Cipher) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(UnusableDatabaseError, match="data"):
        await Store(f"sqlite:///{tmp_path}/data/attune.db", cipher).open()


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true"])
async def test_a_database_needs_a_file(address: str, cipher: Cipher) -> None:
    with pytest.raises(UnusableDatabaseError, match="needs a plain path"):
        await Store(address, cipher).open()


async def test_a_missing_driver_is_told_plainly(cipher: Cipher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UnusableDatabaseError, match="package psycopg is not installed"):
        await Store("postgresql://localhost/attune", cipher).open()
