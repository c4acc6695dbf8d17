"""What is said: variants, sequences, plurals, placeholders, emphasis, cards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogs.effect import Say
from dialogs.event import Command, Return
from dialogs.reading import Context, Reading
from dialogs.text import Mark, TemplateError, outermost, placeholders, render, units
from tests.unit.dialogs.support import BASE, LESSON, Learner, WordReader, course

TALK = """
script: lesson
version: 1
kind: lesson
title: Talk
start: round
states:
  round:
    say:
      - any: [one, two, three]
      - then: [first, second, later]
      - {text: only once, once: true}
      - {text: for the done, if: {done: lesson}}
      - plural: tries_week
        zero: no tries
        one: "{tries_week} try"
        other: "{tries_week} tries"
    buttons: {again: Again, over: Enough}
    when: {again: {go: round}, over: {go: over}}
  over: {end: done}
"""
TWO_SEQUENCES = """
script: lesson
version: 1
kind: lesson
title: Two
start: both
states:
  both:
    say: Which?
    buttons: {left: Left, right: Right, over: Enough}
    when:
      left: {say: {then: [left one, left two]}}
      right: {say: {then: [right one, right two]}}
      over: {go: over}
  over: {end: done}
"""
CARDS = """
script: lesson
version: 1
kind: lesson
title: Cards
start: card
states:
  card:
    say: "{card.setting}"
    ask: {deck: cards, aim: listen}
    when: {reply: {go: answer}}
  answer:
    say: [{model: "{card.model}"}, "{card.why}"]
    buttons: {again: Again, over: Enough}
    when: {again: {go: card}, over: {go: over}}
  over: {end: done}
"""
DECK = "deck: cards\nversion: 1\ncards:\n" + "".join(
    f"  {who}{n}: {{speaker: {who}, mood: hard, setting: 'In {who}{n} {{Person}} says', line: Line {who}{n}.,"
    f" feelings: [sadness], facts: [line], model: Model {who}{n}., why: Why.}}\n"
    for who in ("partner", "child", "friend")
    for n in (1, 2)
)


def said(learner: Learner) -> list[str]:
    return [effect.text for effect in learner.effects if isinstance(effect, Say)]


@pytest.fixture
def talker() -> Learner:
    base = [text for text in BASE if "script: lesson" not in text]
    return Learner(course(*base, TALK))


def test_a_variant_never_comes_twice_running(talker: Learner) -> None:
    before = said(talker)[0]
    for _ in range(30):
        talker.tap("again")
        assert said(talker)[0] != before
        before = said(talker)[0]


def test_a_sequence_goes_on_and_stays_at_its_end(talker: Learner) -> None:
    heard = [said(talker)[1]]
    for _ in range(3):
        talker.tap("again")
        heard.append(said(talker)[1])
    assert heard == ["first", "second", "later", "later"]


def test_showing_a_step_again_repeats_it_and_moves_nothing_on(talker: Learner) -> None:
    first = said(talker)
    assert "only once" in first
    talker.do(Return())
    assert said(talker) == ["[welcome_back Talk]", *[text for text in first if text != "only once"]]
    talker.tap("again")
    assert said(talker)[1] == "second"
    assert "only once" not in said(talker)


def test_showing_a_step_again_repeats_whatever_it_said_last(talker: Learner) -> None:
    for _ in range(8):
        talker.tap("again")
        before = said(talker)
        talker.do(Return())
        assert said(talker) == ["[welcome_back Talk]", *before]


def test_every_place_goes_on_with_its_own_sequence() -> None:
    base = [text for text in BASE if "script: lesson" not in text]
    learner = Learner(course(*base, TWO_SEQUENCES))
    heard = [learner.tap(button) for button in ("left", "right", "left", "right")]
    assert heard == ["left one", "right one", "left two", "right two"]


def test_guards_and_plurals_follow_what_the_store_counts(talker: Learner) -> None:
    assert said(talker)[-1] == "no tries"
    for count, words in ((1, "1 try"), (5, "5 tries")):
        talker.progress = replace(talker.progress, tries_week=count)
        talker.tap("again")
        assert said(talker)[-1] == words
    talker.tap("over")
    talker.do(Command("start", "lesson"))
    assert "for the done" in said(talker)


def test_cards_are_all_dealt_before_one_comes_again_those_chosen_first() -> None:
    base = [text for text in BASE if "script: lesson" not in text]
    learner = Learner(course(*base, CARDS, DECK), relation="child", child="Mia")
    dealt = [said(learner)[0].split()[1]]
    for _ in range(11):
        learner.type("listen")
        assert said(learner)[-2] == f"Model {dealt[-1]}."
        learner.tap("again")
        dealt.append(said(learner)[0].split()[1])
    assert {card[:-1] for card in dealt[:2]} == {"child"}
    assert sorted(dealt[:6]) == sorted(set(dealt))
    assert dealt[6:] == dealt[:6], "the one seen longest ago comes next"
    assert "Mia says" in said(learner)[0]
    assert said(learner)[1:] == [f"Line {dealt[-1]}."]
    learner.type("listen")
    assert learner.attempt.card == dealt[-1]


def test_the_other_persons_line_is_told_apart_and_may_be_emphasized() -> None:
    base = [text for text in BASE if "script: lesson" not in text]
    learner = Learner(course(*base, LESSON.replace("line: It rained.", 'line: "It *rained*."')))
    learner.tap("yes_")
    assert learner.effects[-2] == Say("It rained.", "line", (Mark(3, 9, "strong"),))


class Attentive(WordReader):
    """Notes what a reply is an answer to."""

    def __init__(self) -> None:
        self.heard: list[Context] = []

    def read(self, reply: str, context: Context) -> Reading:
        self.heard.append(context)
        return super().read(reply, context)


@pytest.mark.parametrize(
    ("speaker", "relation", "expected"),
    [("", "partner", "partner"), ("", "child", "child"), ("speaker: friend, ", "child", "friend")],
)
def test_a_reply_is_read_as_an_answer_to_the_line(speaker: str, relation: str, expected: str) -> None:
    base = [text for text in BASE if "script: lesson" not in text]
    lesson = LESSON.replace("{line: It rained.,", f'{{line: "It rained on {{person}}.", {speaker}')
    reader = Attentive()
    learner = Learner(replace(course(*base, lesson), reader=reader), relation=relation, **{relation: "Kim"})
    learner.tap("yes_")
    learner.type("listen")
    assert reader.heard == [Context("It rained on Kim.", ("sadness",), ("rained",), expected)]


def test_a_reply_is_read_as_an_answer_to_the_card() -> None:
    base = [text for text in BASE if "script: lesson" not in text]
    reader = Attentive()
    learner = Learner(replace(course(*base, CARDS, DECK), reader=reader), relation="child")
    card = said(learner)[0].split()[1]
    learner.type("listen")
    assert reader.heard == [Context(f"Line {card}.", ("sadness",), ("line",), "child")]


# ---------------------------------------------------------------------- templates
def test_placeholders_take_the_learners_words_and_a_capital_where_asked() -> None:
    values = {"partner": "your partner", "plan": "*not bold* {x}"}
    assert render("{Partner} and {partner}", values.__getitem__).text == "Your partner and your partner"
    assert render("{plan}", values.__getitem__).text == "*not bold* {x}", "their words are not markup"
    assert placeholders("{Partner}, {card.model}") == {"partner", "card.model"}


def test_emphasis_is_marked_by_characters() -> None:
    styled = render(r"🙂 *so {name}* \* {{x}}", {"name": "Zoë"}.__getitem__)
    assert styled.text == "🙂 so Zoë * {x}"
    assert [styled.text[mark.start : mark.end] for mark in styled.marks] == ["so ", "Zoë"]


@pytest.mark.parametrize("template", ["*open", "a { b", "a } b", "{Not A Name}", "{}"])
def test_bad_markup_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        render(template, str)


def test_units_count_as_telegram_does() -> None:
    assert [units(text) for text in ("", "a", "é", "🙂")] == [0, 1, 1, 2]


def test_of_marks_that_overlap_the_first_and_longest_stays() -> None:
    marks = [Mark(3, 5, "b"), Mark(0, 4, "a"), Mark(0, 2, "c"), Mark(6, 6, "empty"), Mark(5, 7, "d")]
    assert [mark.label for mark in outermost(marks)] == ["a", "d"]
