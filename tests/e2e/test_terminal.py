"""The coach in a pseudo-terminal: colours, keys and leaving."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pexpect
import pytest

from .home import ATTUNE, REPLY, Home

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
        env={**home.env, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", **env},
        cwd=str(home.path),
        dimensions=(50, 100),
        timeout=30,
        encoding="utf-8",
    )
    child.expect("I'm under 18")
    return child


def say(child: pexpect.spawn, line: str, answer: str) -> str:
    """Type a line and wait for the answer; what was written before it."""
    child.send(line + "\r")
    child.expect(answer)
    return str(child.before)


def practise(child: pexpect.spawn) -> str:
    """Go through the onboarding and give a good reply; what the coach writes about it."""
    say(child, "1", "A friend")
    say(child, "1", "Skip")
    say(child, "Sam", "Show me an answer")
    return say(child, REPLY, "All that time in the rain")


def test_the_words_that_work_are_coloured(terminal: pexpect.spawn) -> None:
    written = practise(terminal)
    assert "\x1b[1;35mThat must have been tough" in written
    assert "\x1b[1;32mHow did that make you feel" in written


def test_no_color_marks_with_brackets(home: Home) -> None:
    child = start(home, NO_COLOR="1")
    written = practise(child)
    assert "[That must have been tough]" in written
    assert not COLOUR.search(written)
    child.close(force=True)


@pytest.mark.parametrize("key", ["\x03", "\x04", "/quit\r"], ids=["Ctrl-C", "Ctrl-D", "/quit"])
def test_leaving_is_clean_and_the_next_start_resumes(home: Home, key: str) -> None:
    child = start(home)
    say(child, "1", "A friend")
    say(child, "1", "Skip")
    child.send(key)
    child.expect("I keep your place")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "What do you call your partner?" in home.chat()


def test_the_up_key_brings_back_what_was_typed(terminal: pexpect.spawn) -> None:
    say(terminal, "blah blah", "I'm under 18")
    terminal.send("\x1b[A")
    terminal.expect("blah blah")
