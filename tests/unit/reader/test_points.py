"""Cues speak together: what no single rule shows, points may."""

from __future__ import annotations

from dialogs.reader import Reader
from dialogs.reader.explanation import told
from dialogs.reader.shape import Weight
from dialogs.reader.weight import Weights
from dialogs.reading import Context

WEIGHTS = Weights(
    {
        "advice": Weight(needs=5, cues={"imperative": 4, "statement": 1, "mark": -3}),
        "sympathy": Weight(needs=2, one_of="sorry", cues={"statement": 2, "sorry": 1}),
    }
)


def shown(*cues: str) -> dict[str, int]:
    return {score.label: score.points for score in WEIGHTS.shown(set(cues))}


def test_enough_points_show_a_label() -> None:
    assert shown("imperative", "statement") == {"advice": 5}
    assert shown("imperative") == {}


def test_cues_speak_against_a_label() -> None:
    assert shown("imperative", "statement", "mark") == {}


def test_a_label_may_need_one_of_some_cues() -> None:
    assert shown("statement") == {}
    assert shown("statement", "sorry") == {"sympathy": 3}


def test_unknown_cues_say_nothing() -> None:
    assert shown("imperative", "statement", "whatever") == {"advice": 5}


def test_a_finding_is_named_after_the_cue_that_says_most() -> None:
    (score,) = WEIGHTS.shown({"imperative", "statement"})
    assert score.leading == "imperative"


def test_an_explanation_tells_what_led_to_a_reading(reader: Reader) -> None:
    reply = "I get why you're upset, but you should just call her. Maybe knitting?"
    lines = list(told(reply, reader.explain(reply, Context("My boss laughed at my report."))))
    text = "\n".join(lines)
    assert lines[0] == "1  “I get why you're upset, but you should just call her”  says"
    assert "understand_why: “I get why you're upset” (validate)" in text
    assert "points: " in text
    assert "“Maybe knitting” (a cue)" in text
    assert "Because a “but” takes it back:" in text
    assert "not validate: “I get why you're upset” (understand_why)" in text
    assert "fixing: “you should just call her” (spelt out, advise)" in text
    assert text.endswith("Feelings that do not fit: none")


def test_an_explanation_ends_in_the_same_reading(reader: Reader) -> None:
    context = Context("They moved the deadline.")
    for reply in ("So they moved it?", "At least you know now", "", "tell me everything!!"):
        assert reader.explain(reply, context).reading == reader.read(reply, context)
