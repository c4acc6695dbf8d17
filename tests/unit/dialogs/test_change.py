"""Sessions outlive changes of content."""

from __future__ import annotations

import pytest

from dialogs.event import Command, Return
from tests.unit.dialogs.support import BASE, HELP, LESSON, MENU, PLAN, START, Learner, course

RENAMED = LESSON.replace("version: 1", "version: 2\nrenamed: {second: rainy}").replace("second", "rainy")
RENAMED = RENAMED.replace("renamed: {rainy: rainy}", "renamed: {second: rainy}")
NEW_ID = LESSON.replace("script: lesson", "script: rain\nwas: [lesson]")
GONE = LESSON.replace("second", "other")
SAFE = GONE.replace("start: first", "start: first\nsafe: third")


def changed(learner: Learner, lesson: str, menu: str = MENU) -> Learner:
    """The same learner, after a new release."""
    learner.course = course(START, menu, HELP, PLAN, lesson)
    return learner


@pytest.fixture
def learner() -> Learner:
    learner = Learner(course(*BASE))
    learner.tap("yes_")
    return learner


def test_a_new_version_goes_on_in_place(learner: Learner) -> None:
    changed(learner, LESSON.replace("version: 1", "version: 2").replace("Heard.", "Well heard."))
    assert "Well heard. Third." in learner.type("listen")
    assert learner.session.frames[-1].version == 2


def test_a_renamed_state_is_followed(learner: Learner) -> None:
    changed(learner, RENAMED)
    assert "Heard. Third." in learner.type("listen")


def test_a_renamed_script_is_followed(learner: Learner) -> None:
    changed(learner, NEW_ID, MENU.replace("begin: lesson", "begin: rain"))
    assert "Heard. Third." in learner.type("listen")
    assert learner.place == "rain.third"


@pytest.mark.parametrize(("lesson", "place"), [(GONE, "lesson.first"), (SAFE, "lesson.third")])
def test_a_state_that_is_gone_leads_to_a_safe_one_with_an_apology(learner: Learner, lesson: str, place: str) -> None:
    changed(learner, lesson)
    assert learner.type("listen").startswith("[moved]")
    assert learner.place == place


def test_a_script_that_is_gone_leads_home_with_an_apology(learner: Learner) -> None:
    other = LESSON.replace("script: lesson", "script: other")
    changed(learner, other, MENU.replace("begin: lesson", "begin: other"))
    assert learner.type("listen") == "[moved] This is the menu."


def other_lesson(learner: Learner) -> Learner:
    other = LESSON.replace("script: lesson", "script: other")
    return changed(learner, other, MENU.replace("begin: lesson", "begin: other"))


def test_what_was_interrupted_may_be_gone_and_what_interrupted_it_goes_on(learner: Learner) -> None:
    learner.do(Command("menu"))
    other_lesson(learner)
    assert learner.tap("lesson") == "First."
    assert [frame.script for frame in learner.session.frames] == ["other"]


def test_a_lost_place_below_does_not_disturb_the_script_on_top(learner: Learner) -> None:
    learner.do(Command("menu"))
    changed(learner, GONE)
    assert learner.do(Return()) == "This is the menu."
    assert learner.tap("carry_on") == "First."


def test_a_part_that_lost_its_place_still_belongs_to_its_caller(learner: Learner) -> None:
    for button in ("skip", "plan"):
        learner.tap(button)
    plan = PLAN.replace("start: ask", "start: question").replace("  ask:\n", "  question:\n", 1)
    learner.course = course(START, MENU, HELP, plan, LESSON)
    assert learner.do(Return()) == "[moved] A plan?"
    learner.do(Command("start", "lesson"))
    assert [frame.script for frame in learner.session.frames] == ["lesson"]


def test_a_button_that_is_gone_is_an_old_button(learner: Learner) -> None:
    changed(learner, LESSON.replace("skip", "pass_"))
    assert learner.tap("skip").startswith("[old_button] Second.")


def test_back_after_a_change_leads_to_places_that_are_there(learner: Learner) -> None:
    learner.tap("skip")
    changed(learner, GONE)
    assert learner.do(Command("back")) == "[undone] First."
    assert learner.do(Return()) == "[welcome_back The lesson] First."
