"""Feedback: the words it says again, and the one thing it asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogs.quote import LIMIT, Quotes
from dialogs.reading import Context, Finding, Reading
from tests.unit.dialogs.support import BASE, LESSON, Learner, WordReader, course

AIM = "aim: listen}"
CARD = """
deck: cards
version: 1
cards:
  rain: {speaker: friend, mood: hard, setting: Sam says, line: It rained., feelings: [sadness], facts: [rained],
    aim: [validate, empathize], model: Oh., why: Why.}
"""


def quoted(marked: str, *, others: tuple[str, ...] = ()) -> str:
    """What is quoted of a reply when the reader marks the words in brackets; ``others`` are marked as well."""
    reply = marked.replace("[", "").replace("]", "")
    start = marked.index("[")
    found = Finding("listen", start, marked.index("]") - 1, 2, "rule")
    rest = [Finding("but", at := reply.index(words), at + len(words), 2, "rule") for words in others]
    return Quotes(reply, [found, *rest], ["and", "but"]).words(found)


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("[That must have been tough].", "That must have been tough"),
        ("[You're right, I] don't see it. Sorry.", "You're right, I don't see it"),
        ("[You're right, I]", "You're right"),
        ("Yes. Come over and [tell me all of] it.", "tell me all of it"),
        ("I was late. [What happened] then?", "What happened then?"),
        ("[Do you want to talk about it or not, and] so on", "Do you want to talk about it or not"),
        ("It [makes total sense] you feel pushed aside, Mum.", "It makes total sense you feel pushed aside"),
        ("I know, [but it was] only rain", "but it was only rain"),
        ("[gutted for you] bro 😞 want a tea?", "gutted for you bro"),
        ("😞 [gutted]", "gutted"),
        ("[😞] gutted", "😞"),
        ("oh mate [😞]", "😞"),
        ("[And]", "And"),
        ("[What did he say and]", "What did he say"),
        ("You waited [until 2:30 with] 3.5 degrees outside", "You waited until 2:30 with 3.5 degrees outside"),
        ("[you poor\n thing], come", "you poor thing"),
    ],
)
def test_whole_clauses_are_said_again(marked: str, words: str) -> None:
    assert quoted(marked) == words


def test_a_quotation_does_not_run_into_the_next_finding() -> None:
    assert quoted("[that must be] hard you should sue", others=("you should sue",)) == "that must be hard"
    assert quoted("you should sue [it is bad] anyway", others=("you should sue",)) == "it is bad anyway"


def test_praise_leaves_out_the_clauses_that_are_found_fault_with() -> None:
    assert quoted("[That's awful, you should talk to] them", others=("you should talk",)) == "That's awful"
    assert quoted("[you should go, I know that it hurts]", others=("you should go",)) == "I know that it hurts"
    assert quoted("[However, you should] wait", others=("you should",)) == "However, you should wait"
    assert quoted("[That sounds like an awful day]", others=("awful",)) == "That sounds like an awful day"


def test_a_long_clause_stays_as_it_was_marked() -> None:
    assert quoted("well " * 40 + "[you poor thing]" + " really" * 40) == "you poor thing"


@pytest.mark.parametrize(
    ("reply", "ends"),
    [("They left, " + "and so did you " * 9, "so did you"), ("word " * 30, "word…"), ("x" * 200, "x…")],
)
def test_a_long_quotation_is_cut_between_clauses_or_words(reply: str, ends: str) -> None:
    words = quoted(f"[{reply.strip()}]")
    assert words.endswith(ends)
    assert len(words) <= LIMIT


class SameWords(WordReader):
    """Finds listening in the first words of a reply, and empathy in the same and in the last."""

    def read(self, reply: str, context: Context) -> Reading:
        at = reply.index("so sad")
        return Reading(
            (
                Finding("listen", 0, 8, 2, "rule"),
                Finding("empathize", 0, 8, 2, "rule"),
                Finding("empathize", at, at + 6, 2, "rule"),
            )
        )


def test_each_skill_is_shown_by_words_of_its_own() -> None:
    learner = Learner(replace(course(*BASE), reader=SameWords()))
    learner.tap("yes_")
    said = learner.type("It rained! That is so sad.")
    assert "[listen: It rained!]" in said
    assert "[empathize: That is so sad]" in said


# ---------------------------------------------------------------------- the next move
def practising(aim: str, *more: str) -> Learner:
    lesson = LESSON.replace(AIM, aim).replace("try: 2", "try: 9")
    learner = Learner(course(*(text for text in BASE if text is not LESSON), lesson, *more))
    learner.tap("yes_")
    return learner


def test_what_the_try_was_for_is_the_next_move_when_it_is_missing() -> None:
    learner = practising("aim: [listen, validate]}")
    assert "[missing listen]" in learner.type("turn_toward")


def test_one_of_the_skills_aimed_at_is_enough() -> None:
    learner = practising("aim: [listen, validate]}")
    assert "[missing" not in learner.type("validate")


def test_the_next_try_names_another_move() -> None:
    learner = practising("aim: [listen, validate]}")
    hints = [learner.type("mm").partition("[missing ")[2][:6] for _ in range(3)]
    assert hints == ["listen", "valida", "listen"]


def test_a_pitfall_is_the_only_thing_to_change() -> None:
    said = practising("aim: [listen]}").type("validate fixing")
    assert "[change fixing: fixing]" in said
    assert "[missing" not in said


@pytest.mark.parametrize(("feelings", "fits"), [("sadness", False), ("sadness, joy", True), ("joy, sadness", True)])
def test_a_guess_at_any_of_the_feelings_fits(feelings: str, fits: bool) -> None:
    lesson = LESSON.replace("feelings: [sadness]", f"feelings: [{feelings}]")
    learner = Learner(course(*(text for text in BASE if text is not LESSON), lesson))
    learner.tap("yes_")
    said = learner.type("listen joy")
    assert ("[misfit joy]" in said, learner.place) == ((False, "lesson.third") if fits else (True, "lesson.second"))


def test_without_an_aim_the_script_says_what_is_next() -> None:
    assert "[missing" not in practising("}").type("mm")


def test_a_card_has_its_own_aim_unless_the_script_says_otherwise() -> None:
    of_card = LESSON.replace("{line: It rained., feelings: [sadness], facts: [rained], aim: listen}", "{deck: cards}")
    for ask, hint in (("{deck: cards}", "validate"), ("{deck: cards, aim: listen}", "listen")):
        learner = Learner(
            course(*(text for text in BASE if text is not LESSON), of_card.replace("{deck: cards}", ask), CARD)
        )
        learner.tap("yes_")
        assert f"[missing {hint}]" in learner.type("mm")
