"""Commands in the middle of things: help, menu, start, back, links."""

from __future__ import annotations

import pytest

from dialogs.event import Command
from tests.unit.dialogs.support import BASE, Learner, course

PRACTICE = """
script: drill
version: 1
kind: practice
title: Drill
command: {name: drill, about: Practise a bit, afterwards: AFTERWARDS}
start: go
states:
  go:
    say: Drill.
    buttons: {stop: Stop}
    when: {stop: {go: over}}
  over: {end: done}
"""


@pytest.fixture
def learner() -> Learner:
    learner = Learner(course(*BASE, PRACTICE.replace("AFTERWARDS", "resume")))
    learner.tap("yes_")
    return learner


def test_a_page_comes_back_to_the_step(learner: Learner) -> None:
    assert learner.do(Command("help")) == "This is help. [resumed The lesson] Second. It rained."
    assert learner.place == "lesson.second"


def test_the_menu_offers_to_carry_on(learner: Learner) -> None:
    learner.do(Command("menu"))
    assert learner.buttons == ["Carry on", "Lesson"]
    assert learner.tap("carry_on") == "[resumed The lesson] Second. It rained."


def test_practice_in_the_middle_resumes_the_lesson(learner: Learner) -> None:
    learner.do(Command("drill"))
    learner.do(Command("help"))
    assert learner.place == "drill.go", "help does not end the practice"
    learner.do(Command("menu"))
    assert [frame.script for frame in learner.session.frames] == ["lesson", "drill", "menu"]
    learner.tap("carry_on")
    assert learner.tap("stop") == "[resumed The lesson] Second. It rained."


def test_a_menu_that_was_passed_through_is_not_come_back_to(learner: Learner) -> None:
    learner.do(Command("menu"))
    learner.do(Command("drill"))
    assert learner.tap("stop") == "[resumed The lesson] Second. It rained."


def test_an_interrupted_part_is_come_back_to_and_then_its_caller_goes_on(learner: Learner) -> None:
    for button in ("skip", "plan"):
        learner.tap(button)
    assert learner.do(Command("help")) == "This is help. [resumed Plan] A plan?"
    assert learner.tap("none").startswith("Plan: nothing. Your plan is nothing.")


def test_a_script_that_begins_anew_takes_along_the_part_it_had_called(learner: Learner) -> None:
    for button in ("skip", "plan"):
        learner.tap(button)
    assert learner.do(Command("start", "lesson")) == "First."
    assert [frame.script for frame in learner.session.frames] == ["lesson"]


@pytest.mark.parametrize(("afterwards", "place"), [("restart", "lesson.first"), ("abandon", "menu.home")])
def test_what_becomes_of_the_interrupted_script(afterwards: str, place: str) -> None:
    learner = Learner(course(*BASE, PRACTICE.replace("AFTERWARDS", afterwards)))
    learner.tap("yes_")
    learner.do(Command("drill"))
    learner.tap("stop")
    assert learner.place == place


def test_the_same_command_over_and_over_does_not_pile_up(learner: Learner) -> None:
    for _ in range(5):
        for name in ("menu", "drill", "help", "start"):
            learner.do(Command(name))
    assert len(learner.session.frames) <= 3


def test_before_the_start_is_finished_only_pages_open() -> None:
    newcomer = Learner(course(*BASE), welcomed=False)
    newcomer.do(Command("start"))
    assert newcomer.do(Command("menu")) == "[first_things_first] Your name?"
    assert newcomer.do(Command("help")) == "This is help. [resumed Hello] Your name?"
    assert newcomer.do(Command("start")) == "Your name?"


def test_start_in_the_middle_welcomes_and_goes_on(learner: Learner) -> None:
    assert learner.do(Command("start")) == "Welcome back. [resumed The lesson] Second. It rained."


def test_an_unknown_command_changes_nothing(learner: Learner) -> None:
    assert learner.do(Command("nonsense")) == "[unknown_command] Second. It rained."


# ---------------------------------------------------------------------- links
def test_a_link_opens_a_lesson_at_once() -> None:
    learner = Learner(course(*BASE), at="menu")
    assert learner.do(Command("start", "lesson")) == "First."


def test_a_newcomers_link_opens_after_the_start() -> None:
    newcomer = Learner(course(*BASE), welcomed=False)
    assert newcomer.do(Command("start", "lesson")) == "Your name?"
    newcomer.do(Command("start", "lesson"))
    assert newcomer.type("Sam") == "Hello Sam. First."


def test_a_link_to_nothing_is_a_plain_start(learner: Learner) -> None:
    assert learner.do(Command("start", "nowhere")).startswith("Welcome back.")
    assert learner.do(Command("start", "plan")).startswith("Welcome back."), "parts cannot be opened by themselves"


# ---------------------------------------------------------------------- back
def test_back_undoes_step_by_step(learner: Learner) -> None:
    learner.tap("skip")
    assert learner.do(Command("back")) == "[undone] Second. It rained."
    assert learner.do(Command("back")) == "[undone] First."
    while "[undone]" in learner.do(Command("back")):
        pass
    assert "[nothing_to_undo]" in learner.said


def test_back_crosses_from_one_script_to_another(learner: Learner) -> None:
    for button in ("skip", "plan"):
        learner.tap(button)
    assert learner.do(Command("back")) == "[undone] Third."
    learner.tap("home")
    assert learner.do(Command("back")) == "[undone] Third."


def test_a_try_that_stays_is_not_a_step_to_undo(learner: Learner) -> None:
    learner.type("mm")
    assert learner.do(Command("back")) == "[undone] First."
