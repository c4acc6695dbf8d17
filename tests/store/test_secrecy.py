"""Nobody but the owner of the key reads what a learner wrote."""

import os
import stat
import threading
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.store import Cipher, KeyFormatError, Store, StoreError, WrongKeyError, load_cipher, migrate
from tests.store.player import Player

WORDS = "rhubarb and custard"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_no_free_text_in_any_file(store: Store, file: Path, now: datetime) -> None:
    player = Player()

    def raw() -> bytes:
        return b"".join(path.read_bytes() for path in file.parent.iterdir())

    await store.receive("terminal", "me", {"text": WORDS})
    assert b"rhubarb" not in raw()
    await store.take_turns(player.decide, now, on_error=player.apologise)
    await store.receive("terminal", "me", {"text": "crash", "quoted": WORDS})
    await store.take_turns(player.decide, now, on_error=player.apologise)
    assert [message.payload["say"] for message in await store.unsent("terminal", 10)][1] == WORDS
    assert player.seen[1].session == f'["{WORDS}"]'
    assert b"rhubarb" not in raw()
    assert b"custard" not in raw()
    assert b"a secret in the message" not in raw()
    assert b"terminal" in raw()  # the files looked at are the right ones


@pytest.fixture
def loose_umask() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("loose_umask")
async def test_files_are_for_the_owner_alone(url: str, file: Path, cipher: Cipher, tmp_path: Path) -> None:
    migrate(url)
    async with Store(url, cipher) as store:
        await store.receive("terminal", "me", {"text": WORDS})
        names = {path.name: mode(path) for path in file.parent.iterdir()}
    assert names == {"attune.db": 0o600, "attune.db-wal": 0o600, "attune.db-shm": 0o600}
    assert mode(file.parent) == 0o700
    key_file = tmp_path / "config" / "secret.key"
    load_cipher(None, key_file)
    assert (mode(key_file), mode(key_file.parent)) == (0o600, 0o700)
    assert list(key_file.parent.iterdir()) == [key_file]


def test_the_key_file_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "config" / "secret.key"
    token = load_cipher(None, file).encrypt(WORDS)
    assert load_cipher(None, file).decrypt(token) == WORDS


def test_many_first_uses_at_once_agree_on_one_key(tmp_path: Path) -> None:
    file = tmp_path / "config" / "secret.key"
    gate = threading.Barrier(8)
    ciphers: list[Cipher] = []

    def first_use() -> None:
        gate.wait()
        ciphers.append(load_cipher(None, file))

    threads = [threading.Thread(target=first_use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [cipher.decrypt(ciphers[0].encrypt(WORDS)) for cipher in ciphers] == [WORDS] * 8


def test_the_variable_goes_before_the_file(tmp_path: Path, key: str) -> None:
    file = tmp_path / "secret.key"
    assert load_cipher(key, file).origin == "ATTUNE_SECRET_KEY"
    assert not file.exists()


def test_a_new_key_in_front_reads_what_the_earlier_wrote(key: str) -> None:
    new = Fernet.generate_key().decode()
    both = Cipher(f"{new}, {key}", "the test")
    assert both.decrypt(Cipher(key, "the test").encrypt(WORDS)) == WORDS
    assert Cipher(new, "the test").decrypt(both.encrypt(WORDS)) == WORDS


@pytest.mark.parametrize("wrong", ["", "short", "ä" * 44, "x" * 44 + ",", "\x00\xff" * 22])
def test_what_is_no_key_is_told_with_its_place(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "secret.key"
    file.write_text(wrong)
    with pytest.raises(KeyFormatError, match="is not a key") as told:
        load_cipher(None, file)
    assert str(file) in str(told.value)
    assert not wrong or wrong not in str(told.value)


def test_a_key_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.mkdir()
    with pytest.raises(StoreError, match=r"secret.key cannot be read or made.*ATTUNE_SECRET_KEY"):
        load_cipher(None, file)


@pytest.mark.parametrize("progress", ["received", "decided", "sent"])
async def test_a_wrong_key_stops_at_the_door(
    store: Store, url: str, cipher: Cipher, now: datetime, progress: str
) -> None:
    player = Player()
    await store.receive("terminal", "me", {"text": WORDS})
    if progress != "received":
        await store.take_turns(player.decide, now, on_error=player.apologise)
    if progress == "sent":
        await store.settle([message.id for message in await store.unsent("terminal", 10)], "sent", now)
    other = Cipher(Fernet.generate_key().decode(), "ATTUNE_SECRET_KEY")
    with pytest.raises(WrongKeyError, match=r"key in ATTUNE_SECRET_KEY.*Nothing was changed"):
        await Store(url, other).open()
    async with Store(url, cipher):
        pass  # nothing was lost: the right key still opens it


async def test_a_key_that_is_lost_midway_leaves_everything_waiting(
    store: Store, cipher: Cipher, url: str, now: datetime
) -> None:
    player = Player()
    async with Store(url, Cipher(Fernet.generate_key().decode(), "the other")) as other:
        await store.receive("terminal", "me", {"text": WORDS})
        with pytest.raises(WrongKeyError):
            await other.take_turns(player.decide, now, on_error=player.apologise)
    assert await store.take_turns(player.decide, now, on_error=player.apologise) == 1
