"""What cannot be read: one that is damaged harms one learner, and a key that is lost costs nobody anything."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.store import Cipher, Store, WrongKeyError, migrate
from tests.store.player import Player

CHANNEL = "telegram:1"


@pytest.fixture
def other_key() -> str:
    return Fernet.generate_key().decode()


def tell(file: Path, words: str, *values: object) -> None:
    with closing(sqlite3.connect(file, timeout=10)) as database, database:
        assert database.execute(words, values).rowcount == 1


def damage_place(file: Path, who: str) -> None:
    """The first byte of a learner's session is lost."""
    theirs = "learner_id = (SELECT id FROM learner WHERE external_id = ?)"
    tell(file, f"UPDATE session SET payload = substr(payload, 2) WHERE {theirs}", who)  # noqa: S608


async def say(store: Store, now: datetime, *words: str, player: Player | None = None) -> None:
    """Learners say something, ``who: words``, and the turns are taken."""
    player = player or Player()
    for who, text in (one.split(": ") for one in words):
        await store.receive(CHANNEL, who, {"text": text})
    assert await store.take_turns(player.decide, now, on_error=player.apologise) == len(words)


async def heard(store: Store, now: datetime) -> list[tuple[str, str]]:
    """What waits is sent; who was told what."""
    messages = await store.unsent(CHANNEL, 100)
    await store.settle([message.id for message in messages], "sent", now)
    return [(one.external_id, one.payload["say"]) for one in messages if one.payload["say"] != "you said"]


# ---------------------------------------------------------------------- damage
@pytest.mark.parametrize("others", [["you"], []], ids=["others", "alone"])
async def test_a_place_that_is_damaged_holds_up_its_learner_alone(
    store: Store, url: str, file: Path, cipher: Cipher, now: datetime, others: list[str]
) -> None:
    """Though it is the one that waited longest, and even if it is the only one."""
    await say(store, now - timedelta(days=1), "me: one")
    await say(store, now, *[f"{who}: uno" for who in others])
    await heard(store, now)
    damage_place(file, "me")
    async with Store(url, cipher) as later:
        await say(later, now, "me: two", *[f"{who}: due" for who in others], "me: three")
        assert await heard(later, now) == [("me", "sorry"), *[(who, "due") for who in others]]
        letters = await later.dead_letters()
    assert [(one.external_id, one.payload["text"]) for one in letters] == [("me", "two"), ("me", "three")]
    assert {one.error.splitlines()[0] for one in letters} == {"DamagedError"}


async def test_who_writes_again_is_told_again_and_begins_anew_once_the_letter_is_dropped(
    store: Store, file: Path, now: datetime
) -> None:
    await say(store, now, "you: uno", "me: one")
    await heard(store, now)
    damage_place(file, "me")
    for _ in range(2):
        await say(store, now, "me: hello")
        assert await heard(store, now) == [("me", "sorry")]
    player = Player()
    for letter in await store.dead_letters():
        await store.drop(letter.id)
    await say(store, now, "me: two", "you: due", player=player)
    assert [waiting.session for waiting in player.seen] == [None, '["uno"]']


async def test_one_apology_stands_for_a_burst_also_behind_an_answer_that_waits(
    store: Store, file: Path, now: datetime
) -> None:
    await say(store, now, "me: one")
    damage_place(file, "me")
    await say(store, now, "me: two", "me: three")
    assert await heard(store, now) == [("me", "one"), ("me", "sorry")]


async def test_to_drop_a_letter_costs_nobody_a_place_that_can_be_read(store: Store, now: datetime) -> None:
    await say(store, now, "me: one", "me: crash")
    (letter,) = await store.dead_letters()
    await store.drop(letter.id)
    player = Player()
    await say(store, now, "me: two", player=player)
    assert player.seen[0].session == '["one"]'


async def test_words_that_are_damaged_are_one_dead_letter(store: Store, file: Path, now: datetime) -> None:
    for who in ("me", "you", "me"):
        await store.receive(CHANNEL, who, {"text": f"hello from {who}"})
    tell(file, "UPDATE inbox SET payload = x'00' WHERE id = 1")
    player = Player()
    assert await store.take_turns(player.decide, now, on_error=player.apologise) == 3
    assert await heard(store, now) == [("me", "sorry"), ("you", "hello from you"), ("me", "hello from me")]
    (letter,) = await store.dead_letters()
    assert (letter.external_id, letter.payload) == ("me", None)
    await store.revive(letter.id)
    assert await store.take_turns(player.decide, now, on_error=player.apologise) == 1
    await store.drop(letter.id)
    assert await store.dead_letters() == []


@pytest.mark.parametrize("poison", ["no JSON", "damaged", "text"])
async def test_an_answer_that_cannot_be_read_holds_up_no_other(
    store: Store, file: Path, cipher: Cipher, now: datetime, poison: str
) -> None:
    await say(store, now, "me: one", "you: two")
    odd = {"no JSON": cipher.encrypt("no JSON"), "damaged": b"damaged", "text": "damaged"}[poison]
    tell(file, "UPDATE outbox SET payload = ? WHERE id = 2", odd)
    assert await heard(store, now) == [("you", "two")]
    (letter,) = await store.dead_letters()
    assert (letter.kind, letter.external_id) == ("message", "me")
    assert letter.payload == (["no JSON"] if poison == "no JSON" else [None])
    await store.drop(letter.id)
    assert await store.dead_letters() == []


# ---------------------------------------------------------------------- keys
async def test_an_earlier_key_that_is_missed_too_soon_stops_at_the_door(
    url: str, file: Path, key: str, other_key: str, now: datetime
) -> None:
    """Not everybody has come back since: their places are not damaged."""
    migrate(url)
    async with Store(url, Cipher(key, "the test")) as store:
        await say(store, now - timedelta(days=3), "me: one", "you: uno")
        await heard(store, now)
    both, new = Cipher(f"{other_key},{key}", "the test"), Cipher(other_key, "the new one")
    async with Store(url, both) as store:
        await say(store, now - timedelta(days=2), "me: two")
        await heard(store, now)
    with pytest.raises(WrongKeyError, match="key in the new one"):
        await Store(url, new).open()
    async with Store(url, both) as store:
        await say(store, now - timedelta(days=1), "you: due")
        await heard(store, now)
    async with Store(url, new):
        pass  # everybody has been back
    damage_place(file, "me")
    async with Store(url, new) as store:
        await say(store, now, "me: three", "you: tre")
        assert await heard(store, now) == [("me", "sorry"), ("you", "tre")]
        assert len(await store.dead_letters()) == 1


async def test_who_misses_a_key_that_another_process_writes_with_gives_up_nothing(
    store: Store, url: str, key: str, other_key: str, now: datetime
) -> None:
    await say(store, now, "me: one")
    async with Store(url, Cipher(f"{other_key},{key}", "the test")) as newer:
        await newer.receive(CHANNEL, "me", {"text": "two"})
        with pytest.raises(WrongKeyError):
            await store.take_turns(Player().decide, now, on_error=Player().apologise)
        assert await store.dead_letters() == []
        assert await newer.take_turns(Player().decide, now, on_error=Player().apologise) == 1
        with pytest.raises(WrongKeyError):
            await store.unsent(CHANNEL, 10)
        assert await heard(newer, now) == [("me", "one"), ("me", "two")]


async def test_while_nothing_is_stored_any_key_will_do(store: Store, url: str, other_key: str, now: datetime) -> None:
    async with Store(url, Cipher(other_key, "the test")) as other:
        await say(other, now, "me: one")


async def test_a_database_of_an_earlier_version_is_tried_before_its_key_is_noted(
    store: Store, url: str, file: Path, cipher: Cipher, other_key: str, now: datetime
) -> None:
    await say(store, now, "me: one")
    tell(file, "DELETE FROM note WHERE name = 'keys'")
    with pytest.raises(WrongKeyError):
        await Store(url, Cipher(other_key, "the test")).open()
    damage = "UPDATE session SET payload = substr(payload, 2)"
    async with Store(url, cipher) as later:
        tell(file, damage)
        await say(later, now, "me: two")
        assert [letter.error.splitlines()[0] for letter in await later.dead_letters()] == ["DamagedError"]
