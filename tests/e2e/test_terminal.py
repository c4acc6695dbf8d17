"""The coach in a pseudo-terminal: colours, keys and leaving."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pexpect
import pytest

from .conftest import ATTUNE, ONBOARDING, Home

COLOUR = re.compile(r"\x1b\[[0-9;]*3[1-7]")


@pytest.fixture
def terminal(home: Home) -> Iterator[pexpect.spawn]:
    child = start(home)
    yield child
    child.close(force=True)


def start(home: Home, **env: str) -> pexpect.spawn:
    child = pexpect.spawn(
        ATTUNE,
        ["chat"],
        env={**home.env, "TERM": "xterm-256color", **env},
        cwd=str(home.path),
        dimensions=(50, 100),
        timeout=30,
        encoding="utf-8",
    )
    child.expect("18 or older")
    child.expect("› ")
    return child


def talk(child: pexpect.spawn, *lines: str) -> str:
    """Type the lines one after the other; what is written until the last is answered."""
    written = ""
    for line in lines:
        child.send(line + "\r")
        child.expect("› ")  # our own line, written again
        child.expect("› ")
        written += child.before
    return written


def test_the_words_that_work_are_coloured(terminal: pexpect.spawn) -> None:
    talk(terminal, *ONBOARDING)
    terminal.send("That must have been tough. How did that make you feel?\r")
    terminal.expect("All that time in the rain")
    assert "\x1b[1;35mThat must have been tough" in terminal.before
    assert "\x1b[1;32mHow did that make you feel" in terminal.before


def test_no_color_marks_with_brackets(home: Home) -> None:
    child = start(home, NO_COLOR="1")
    talk(child, *ONBOARDING)
    child.send("That must have been tough. How did that make you feel?\r")
    child.expect("All that time in the rain")
    assert "[That must have been tough]" in child.before
    assert not COLOUR.search(child.before)
    child.close(force=True)


@pytest.mark.parametrize("key", ["\x03", "\x04", "/quit\r"], ids=["Ctrl-C", "Ctrl-D", "/quit"])
def test_leaving_is_clean_and_the_next_start_resumes(home: Home, key: str) -> None:
    child = start(home)
    talk(child, "1", "1")
    child.send(key)
    child.expect("I keep your place")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "What do you call your partner?" in home.chat()


def test_the_up_key_brings_back_what_was_typed(terminal: pexpect.spawn) -> None:
    talk(terminal, "1")
    terminal.send("blah blah")
    terminal.expect("blah blah")
    terminal.send("\r")
    terminal.expect("› ")
    terminal.send("\x1b[A")
    terminal.expect("blah blah")
