"""Guards: what a script can ask about a reply and about the learner."""

from __future__ import annotations

import json

import pytest

from dialogs.course import Course
from tests.unit.dialogs.support import HELP, MENU, PLAN, START, Learner, course

LESSON = """
script: lesson
version: 1
kind: lesson
title: The lesson
start: first
states:
  first:
    say: First.
    buttons: {left: Left, right: Right}
    when: {left: {go: second}, right: {go: second}}
  second:
    say: [{text: New here., if: {first_time: true}}, Second.]
    ask: {line: It rained., feelings: [sadness], facts: [rained]}
    buttons: {over: Enough, again: Again}
    when:
      reply:
        - {if: GUARD, say: It holds.}
        - {say: It does not.}
      again: {go: second}
      over: {go: over}
  over: {end: done}
"""


def guarded(guard: object) -> Course:
    return course(START, MENU, HELP, PLAN, LESSON.replace("GUARD", json.dumps(guard)))


@pytest.mark.parametrize(
    ("guard", "holding", "failing"),
    [
        ({"shows": ["listen", "validate"]}, "listen validate fixing", "listen"),
        ({"shows_any": ["empathize", "validate"]}, "validate", "listen"),
        ({"shows_count": 2}, "listen validate", "listen"),
        ({"avoids": "all"}, "listen", "but"),
        ({"avoids": "all"}, "listen", "listen joy"),
        ({"avoids": "fixing"}, "listen joy", "fixing"),
        ({"avoids": ["fixing", "but"]}, "judging", "judging fixing"),
        ({"falls_into": ["fixing", "but"]}, "but judging", "judging"),
        ({"shows": "listen", "avoids": "fixing"}, "listen but", "listen fixing"),
    ],
    ids=str,
)
def test_a_guard_about_a_reply(guard: object, holding: str, failing: str) -> None:
    learner = Learner(guarded(guard))
    learner.tap("left")
    assert "It holds." in learner.type(holding)
    assert "It does not." in learner.type(failing)


@pytest.mark.parametrize(
    ("guard", "holding", "failing"),
    [
        ({"knows": "partner"}, {"partner": "Sam"}, {"child": "Mia"}),
        ({"remembers": {"relation": "child"}}, {"relation": "child"}, {"relation": "friend"}),
        ({"remembers": {"relation": "child"}}, {"relation": "child", "partner": "Sam"}, {}),
    ],
    ids=str,
)
def test_a_guard_about_what_is_remembered(guard: object, holding: dict[str, str], failing: dict[str, str]) -> None:
    for memory, words in ((holding, "It holds."), (failing, "It does not.")):
        learner = Learner(guarded(guard))
        learner.session = learner.session.model_copy(update={"memory": memory})
        learner.tap("left")
        assert words in learner.type("mm")


def test_a_guard_about_a_choice_holds_long_after_it() -> None:
    for button, words in (("left", "It holds."), ("right", "It does not.")):
        learner = Learner(guarded({"chose": {"first": "left"}}))
        learner.tap(button)
        assert words in learner.type("mm")
        assert words in learner.type("mm"), "a reply is no choice"


def test_a_guard_about_tries_counts_those_of_this_visit() -> None:
    learner = Learner(guarded({"try": 2}))
    learner.tap("left")
    assert "It does not." in learner.type("mm")
    learner.tap("again")
    assert "It does not." in learner.type("mm")
    assert "It holds." in learner.type("mm")


def test_a_guard_about_what_is_done_needs_all_of_it() -> None:
    learner = Learner(guarded({"done": ["hello", "lesson"]}))
    learner.tap("left")
    assert "It does not." in learner.type("mm")
    learner.tap("over")
    learner.tap("lesson")
    learner.tap("left")
    assert "It holds." in learner.type("mm")


def test_a_first_time_is_the_first_visit_and_no_other() -> None:
    learner = Learner(guarded({"try": 1}))
    assert "New here." in learner.tap("left")
    for _ in range(3):
        assert learner.tap("again") == "Second. It rained."
