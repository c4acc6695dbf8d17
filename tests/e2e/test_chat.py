"""The coach in a terminal, through pipes: what a learner meets, and that nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.app import ONLY_LEARNER, TERMINAL
from bot.store import Store, load_cipher, migrate
from bot.wire import pack_event
from dialogs.event import Typed

from .home import ATTUNE, ONBOARDING, REPLY, Home


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is on disk once somebody has told their name."""
    path = tmp_path_factory.mktemp("left")
    Home(path).chat(*ONBOARDING)
    return path


@pytest.fixture
def onboarded(left: Path, tmp_path: Path) -> Home:
    """The home of somebody who was here before."""
    return Home(Path(shutil.copytree(left, tmp_path / "onboarded")))


def database(home: Home) -> Path:
    return next(home.path.rglob("attune.db"))


def test_a_newcomer_practises_and_sees_their_own_words(home: Home) -> None:
    said = home.chat(*ONBOARDING, REPLY)
    assert "Sam comes to the door" in said
    assert "[That must have been tough]" in said
    assert "[How did that make you feel]?" in said
    assert "“That must have been tough”" in said
    assert "What" in said.split(REPLY)[-1], "the menu follows"


def test_a_reply_of_one_letter_is_marked_as_well(onboarded: Home) -> None:
    assert "› k [k] →" in onboarded.chat("k")


def test_a_whole_lesson_leads_back_to_the_menu_with_a_tick(onboarded: Home) -> None:
    tries = ("So you cooked for eight, and only three came?", "Another one", "You ran all ten, up the hill?")
    lesson = (
        "Show me an answer",
        "Listen",
        "Show me",
        "I see the difference",
        "3",
        *tries,
        "Take it into today",
        "When we eat, I will ask",
    )
    said = onboarded.chat(*lesson)
    assert "[So you cooked for eight, and only three came]" in said
    assert "Your plan: When we eat, I will ask" in said
    assert "✓ Listen" in said
    assert "Lessons finished: 1 of 6" in onboarded.chat("/progress")


def test_the_next_start_goes_on_where_it_was(home: Home) -> None:
    home.chat("1", "1")
    again = home.chat()
    assert "What do you call your partner?" in again
    assert "18 or older?" not in again


def test_a_name_with_odd_letters_is_kept_as_typed(home: Home) -> None:
    assert "Zoë-Mae 🦊 comes to the door" in home.chat("1", "1", "  Zoë-Mae 🦊 ")


def test_nonsense_is_answered_and_loses_nothing(home: Home) -> None:
    said = home.chat("blah", "", "/nonsense", "99", "\x1b[A\x07", "1", "1", "Sam")
    assert "Sam comes to the door" in said


def test_bytes_that_are_no_text_stop_nothing(home: Home) -> None:
    done = subprocess.run(
        [ATTUNE, "chat"],
        input=b"1\n1\n\xff\xfeSam\n\xff tough\n",
        capture_output=True,
        env={**home.env, "LC_ALL": "C", "PYTHONUTF8": "0"},
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Sam comes to the door" in done.stdout.decode()


def test_kill_between_two_inputs_loses_nothing(home: Home) -> None:
    chat = subprocess.Popen(
        [ATTUNE, "chat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=home.env, cwd=home.path, text=True
    )
    assert chat.stdin
    assert chat.stdout
    with chat.stdin, chat.stdout:
        for line in ONBOARDING:
            chat.stdin.write(line + "\n")
        chat.stdin.flush()
        for line in chat.stdout:
            if "Show me an answer" in line:
                break
        chat.send_signal(signal.SIGKILL)
        assert chat.wait(10) == -signal.SIGKILL
    assert "Sam comes to the door" in home.chat()


async def test_words_that_were_taken_in_are_answered_after_a_crash(onboarded: Home) -> None:
    file = database(onboarded)
    migrate(f"sqlite:///{file}")
    cipher = load_cipher(None, next(onboarded.path.rglob("secret.key")))
    async with Store(f"sqlite:///{file}", cipher) as store:  # received, and then the machine fails
        await store.receive(TERMINAL, ONLY_LEARNER, pack_event(Typed(REPLY)))
    said = onboarded.chat()
    assert "“That must have been tough”" in said


def test_what_people_type_is_not_readable_on_disk(home: Home) -> None:
    home.chat("1", "1", "Maximilian-Xaver", "That must have been so miserable for Maximilian-Xaver")
    raw = b"".join(path.read_bytes() for path in home.path.rglob("*") if path.is_file())
    assert b"Maximilian" not in raw
    assert b"miserable for" not in raw


def test_files_are_for_their_owner_only(home: Home) -> None:
    home.chat("1")
    for path in home.path.rglob("*"):
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize("mistake", ["lost", "other"])
def test_a_lost_key_is_explained_and_destroys_nothing(onboarded: Home, mistake: str) -> None:
    key = next(onboarded.path.rglob("secret.key"))
    right = key.read_bytes()
    key.unlink()
    if mistake == "other":
        key.write_bytes(Fernet.generate_key())
    failed = onboarded.run("chat")
    assert failed.returncode == 1
    assert "key" in failed.stderr
    assert "Traceback" not in failed.stderr
    key.write_bytes(right)
    assert "Sam comes to the door" in onboarded.chat()


def test_two_terminals_at_once_do_not_trip_over_each_other(onboarded: Home) -> None:
    chats = [
        subprocess.Popen(
            [ATTUNE, "chat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=onboarded.env,
            cwd=onboarded.path,
            text=True,
        )
        for _ in range(2)
    ]
    for number, chat in enumerate(chats):
        _, errors = chat.communicate("".join(f"/help\nwords {number} {n}\n" for n in range(5)), timeout=60)
        assert (chat.returncode, errors) == (0, "")


def test_output_that_nobody_reads_is_no_error(home: Home) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as out:
        done = subprocess.run(
            [ATTUNE, "chat"],
            input="1\n",
            stdout=out,
            stderr=subprocess.PIPE,
            env=home.env,
            text=True,
            timeout=60,
            check=False,
        )
    assert "Traceback" not in done.stderr
