"""Steps: buttons, words, replies, calls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialogs.effect import Attempt, Complete, Offer
from dialogs.event import Command, Return, Sent, Tap, TooFast, Typed
from tests.unit.dialogs.support import BASE, HELP, LESSON, MENU, PLAN, Learner, course

LONG_START = """
script: hello
version: 1
kind: start
title: Hello
command: {name: start, about: Begin here}
start: again
states:
  again:
    when:
      always:
        - {if: {done: hello}, say: Welcome back., go: known}
        - {go: name}
  known: {end: left}
  name:
    say: Your name?
    ask: {remember: partner, limit: 10}
    when: {reply: {go: ready}}
  ready:
    say: Ready, {partner}?
    buttons: {yes_: "Yes"}
    when: {yes_: {go: over}}
  over: {end: done}
"""


@pytest.fixture
def learner() -> Learner:
    return Learner(course(*BASE))


def test_a_tap_takes_the_edge_and_shows_the_next_state(learner: Learner) -> None:
    assert learner.tap("yes_") == "Good. Second. It rained."
    assert learner.place == "lesson.second"
    assert learner.buttons == ["Skip"]


@pytest.mark.parametrize("words", ["Yes, please!", "yes please", " YES PLEASE ", "1"])
def test_typing_a_label_or_its_number_is_a_tap(learner: Learner, words: str) -> None:
    learner.type(words)
    assert learner.place == "lesson.second"


@pytest.mark.parametrize("words", ["yeah", "SURE thing.", "yes", "please"])
def test_other_words_for_a_label_or_a_part_of_it_are_a_tap(learner: Learner, words: str) -> None:
    learner.type(words)
    assert learner.place == "lesson.second"


def test_a_part_that_two_labels_share_chooses_none_and_a_whole_label_goes_first() -> None:
    two = LESSON.replace('yes_: "Yes, please!", no_: "No"', 'yes_: Now and then, no_: "Now"')
    learner = Learner(course(*(text for text in BASE if text is not LESSON), two))
    assert learner.type("no") == "[choose]"
    assert learner.type("now") == "Stay then."
    assert learner.type("and then").startswith("Good.")


def test_where_a_reply_is_asked_for_only_whole_labels_and_other_words_for_them_are_a_tap() -> None:
    learner = Learner(course(*(text for text in BASE if text is not LESSON), LESSON.replace("Skip}", "I listen}")))
    learner.tap("yes_")
    learner.type("listen")
    assert learner.attempt.skills == ("listen",)
    learner = Learner(course(*BASE))
    learner.tap("yes_")
    learner.type("No idea")
    assert learner.place == "lesson.third"


@pytest.mark.parametrize("words", ["0", "3", "11", "perhaps", "yes no", "es", "lease"])
def test_other_words_where_only_buttons_wait_change_nothing(learner: Learner, words: str) -> None:
    assert learner.type(words) == "[choose]"
    assert learner.place == "lesson.first"
    assert learner.buttons == ["Yes, please!", "No"]


def test_buttons_carry_the_number_that_a_press_on_them_brings_back(learner: Learner) -> None:
    (offer,) = [effect for effect in learner.effects if isinstance(effect, Offer)]
    learner.do(Tap(offer.epoch, 0))
    assert learner.place == "lesson.second"


def test_an_edge_without_a_target_stays_and_offers_again(learner: Learner) -> None:
    assert learner.tap("no_") == "Stay then."
    assert learner.buttons == ["Yes, please!", "No"]
    learner.tap("yes_")
    assert learner.place == "lesson.second"


def test_a_reply_is_judged_by_guards_in_order(learner: Learner) -> None:
    learner.tap("yes_")
    said = learner.type("I listen to you")
    assert "[listen: I listen to you]" in said
    assert said.endswith("Heard. Third.")
    assert (learner.attempt.skills, learner.attempt.pitfalls, learner.attempt.number) == (("listen",), (), 1)


def test_what_is_noted_of_a_try_and_of_a_finished_script() -> None:
    learner = Learner(course(*BASE[:-2], LESSON.replace("version: 1", "version: 3"), PLAN))
    learner.tap("yes_")
    learner.type("listen but fixing")
    assert learner.attempt == Attempt("lesson", "second", None, 1, ("listen",), ("but", "fixing"))
    for button in ("skip", "plan", "none"):
        learner.tap(button)
    done = [effect for effect in learner.effects if isinstance(effect, Complete)]
    assert done == [Complete("plan", 1), Complete("lesson", 3)]


def test_a_pitfall_beside_the_skill_is_named_and_asks_for_another_try(learner: Learner) -> None:
    learner.tap("yes_")
    said = learner.type("listen fixing")
    assert "[change fixing: fixing]" in said
    assert said.endswith("Once more.")
    assert learner.place == "lesson.second"


def test_the_second_weak_try_goes_on(learner: Learner) -> None:
    learner.tap("yes_")
    assert learner.type("mm").endswith("Once more.")
    assert learner.type("mm").endswith("Twice. Third.")
    assert learner.attempt.number == 2


def test_a_missing_aim_is_hinted_at(learner: Learner) -> None:
    learner.tap("yes_")
    assert "[missing listen]" in learner.type("validate")


def test_a_call_comes_back_to_where_the_caller_said(learner: Learner) -> None:
    for button in ("yes_", "skip", "plan"):
        learner.tap(button)
    assert learner.place == "plan.ask"
    said = learner.type("When it rains, I will ask")
    assert said == "Your plan is When it rains, I will ask. This is the menu."
    assert "lesson" in learner.progress.done


def test_an_edge_remembers_before_it_speaks(learner: Learner) -> None:
    for button in ("yes_", "skip", "plan"):
        learner.tap(button)
    assert "Plan: nothing." in learner.tap("none")


def test_begin_leaves_everything_behind(learner: Learner) -> None:
    for button in ("yes_", "skip", "home"):
        learner.tap(button)
    assert [frame.script for frame in learner.session.frames] == ["menu"]
    assert learner.buttons == ["Lesson"], "nothing is paused"


# ---------------------------------------------------------------------- what does not fit
def test_an_old_button_is_answered_and_shows_the_present_step(learner: Learner) -> None:
    old = learner.session.epoch
    learner.tap("yes_")
    for index in (0, 1):
        assert learner.do(Tap(old, index)) == "[old_button] Second. It rained."
        assert learner.place == "lesson.second"
    for epoch, index in ((learner.session.epoch, 5), (learner.session.epoch, -1), (10**9, 0)):
        assert "[old_button]" in learner.do(Tap(epoch, index))


def test_a_sticker_is_answered_as_fits(learner: Learner) -> None:
    assert learner.do(Sent("sticker")) == "[choose]"
    learner.tap("yes_")
    assert "[type_it] Second. It rained." in learner.do(Sent("voice"))


def test_empty_and_endless_words_are_no_tries(learner: Learner) -> None:
    learner.tap("yes_")
    assert learner.type(" \n ") == "[nothing_typed] Second. It rained."
    assert learner.type("a" * 1001) == "[too_long] Second. It rained."
    assert learner.session.frames[-1].tries == {}
    assert "[too_long]" not in learner.type("a" * 1000)


def test_what_cannot_be_read_is_no_try(learner: Learner) -> None:
    learner.tap("yes_")
    for _ in range(3):
        assert learner.type("quoi") == "[foreign]"
        assert learner.buttons == ["Skip"]
        assert not any(isinstance(effect, Attempt) for effect in learner.effects)
    assert learner.type("mm").endswith("Once more.")


@pytest.mark.parametrize("words", ["\u200b", "\u200b \u200e\u2028\u200b\u2029\u200b", "\x00", "\ud83d"])
def test_words_that_nobody_can_see_are_no_try(learner: Learner, words: str) -> None:
    learner.tap("yes_")
    assert learner.type(words) == "[nothing_typed] Second. It rained."


def test_more_than_the_coach_takes_in_is_answered_with_the_present_step(learner: Learner) -> None:
    learner.tap("yes_")
    assert learner.do(TooFast()) == "[slow_down] Second. It rained."
    assert learner.buttons == ["Skip"]


def test_names_are_cleaned_and_have_a_limit() -> None:
    newcomer = Learner(course(*BASE), welcomed=False)
    newcomer.do(Return())
    assert newcomer.type("A very long name") == "[too_long_to_keep 10] Your name?"
    assert newcomer.type(" S\x00am\n  Lee ").startswith("Hello Sam Lee.")
    assert newcomer.place == "menu.home"


@pytest.mark.parametrize(("typed", "kept"), [("Sam \ud83dLee", "Sam Lee"), ("\u202eSam", "Sam"), ("x" * 10, "x" * 10)])
def test_what_is_said_again_holds_nothing_that_breaks_a_sentence(typed: str, kept: str) -> None:
    newcomer = Learner(course(*BASE), welcomed=False)
    newcomer.do(Return())
    assert newcomer.type(typed).startswith(f"Hello {kept}.")


# ---------------------------------------------------------------------- coming back
def test_after_a_long_silence_the_coach_says_where_we_were(learner: Learner) -> None:
    learner.tap("yes_")
    said = learner.type("listen", later=timedelta(hours=7))
    assert said.startswith("[welcome_back The lesson]")
    assert said.endswith("Heard. Third.")


def test_where_only_buttons_wait_the_step_is_shown_again_after_a_long_silence(learner: Learner) -> None:
    assert learner.type("mm", later=timedelta(hours=7)) == "[welcome_back The lesson] [choose] First."
    assert learner.type("mm") == "[choose]"


def test_a_greeting_after_a_long_silence_is_no_try(learner: Learner) -> None:
    learner.tap("yes_")
    assert learner.type("Good morning!", later=timedelta(days=3)) == "[welcome_back The lesson] Second. It rained."
    assert "[nothing]" in learner.type("good morning")


def test_return_shows_the_step_again(learner: Learner) -> None:
    learner.tap("yes_")
    assert learner.do(Return()) == "[welcome_back The lesson] Second. It rained."


def test_the_menu_has_a_greeting_of_its_own() -> None:
    assert Learner(course(*BASE), at="menu").do(Return()) == "This is the menu."


def test_start_in_the_middle_of_the_start_goes_on_where_it_was() -> None:
    newcomer = Learner(course(LONG_START, MENU, HELP, LESSON, PLAN), welcomed=False)
    newcomer.do(Command("start"))
    newcomer.type("Sam")
    assert newcomer.do(Command("start")) == "Ready, Sam?"


def test_the_first_contact_begins_the_start_whatever_it_is() -> None:
    for event in (Typed("hello"), Tap(3, 1), Sent("photo"), Return(), Command("start"), Command("nonsense")):
        newcomer = Learner(course(*BASE), welcomed=False)
        assert "Your name?" in newcomer.do(event)
