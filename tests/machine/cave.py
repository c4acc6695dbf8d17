"""A cave that says back whatever is called into it, and a reader who stumbles over thunder in a storm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dialogs.course import Course
from dialogs.reading import Context, Reading
from tests.unit.dialogs.support import WordReader, material, unchecked

START = """
script: hello
version: 1
kind: start
title: Hello
command: {name: start, about: Begin here}
start: hello
states:
  hello: {say: Hello., end: done}
"""
MENU = """
script: menu
version: 1
kind: menu
title: Menu
command: {name: menu, about: All there is}
start: home
states:
  home:
    say: This is the menu.
    buttons: {cave: Cave}
    when: {cave: {begin: cave}}
"""
CAVE = """
script: cave
version: 1
kind: lesson
title: Cave
start: echo
states:
  echo:
    say: Call into the cave.
    ask: {line: It rained., feelings: [sadness], facts: [rained], aim: listen}
    buttons: {stone: Throw a stone, leave: Leave}
    when:
      reply: {say: And again.}
      stone: {say: A stone falls.}
      leave: {go: outside}
  outside: {say: Daylight., end: done}
"""
ECHOED = "listen"
"""A reply with this word is shown again, whole: that tells which reply an answer belongs to."""
THUNDER = "thunder"


class MoodyReader(WordReader):
    """Raises at thunder while it storms, and reads it like anything else before and after."""

    storms = True

    def read(self, reply: str, context: Context) -> Reading:
        if self.storms and THUNDER in reply:
            raise LookupError(reply)
        return super().read(reply, context)


def cave(reader: Any) -> Course:
    """The course; every typed reply leaves an attempt."""
    found, problems = material(START, MENU, CAVE)
    assert problems == []
    return unchecked(replace(found, reader=reader))
