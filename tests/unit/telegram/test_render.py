"""Effects as Telegram messages."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery import Delivery
from bot.telegram.render import LIMIT, Message, render, split
from dialogs.effect import Button, Effect, Offer, Say
from dialogs.text import Mark, units


def messages(*effects: Effect) -> list[Message]:
    return list(render([Delivery(number, effect) for number, effect in enumerate(effects, start=1)]))


def test_buttons_go_under_the_text_before_them() -> None:
    first, second = messages(Say("One."), Say("Two."), Offer(7, (Button("a", "Yes"), Button("b", "No"))))
    assert first.keyboard is None
    assert second.keyboard is not None
    rows = second.keyboard.inline_keyboard
    assert [[(button.text, button.callback_data) for button in row] for row in rows] == [
        [("Yes", "7:0")],
        [("No", "7:1")],
    ]
    assert (first.ids, second.ids) == ((1,), (2, 3))


def test_marks_become_entities_in_utf16_units() -> None:
    (message,) = messages(
        Say("🙂 so tough, just fix it", "feedback", (Mark(2, 10, "empathize"), Mark(12, 23, "fixing")))
    )
    coded = message.text.encode("utf-16-le")
    words = [coded[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le") for e in message.entities]
    assert [(entity.type, word) for entity, word in zip(message.entities, words, strict=True)] == [
        ("bold", "so tough"),
        ("underline", "just fix it"),
    ]


def test_the_other_person_and_the_model_answer_are_quotations() -> None:
    line, model = messages(Say("It rained.", "line"), Say("All that rain!", "model"))
    assert line.text == "“It rained.”"
    assert [entity.type for entity in line.entities] == ["blockquote"]
    assert [entity.type for entity in model.entities] == ["expandable_blockquote"]


def test_marks_that_overlap_become_one() -> None:
    (message,) = messages(Say("so tough", marks=(Mark(0, 8, "listen"), Mark(3, 8, "empathize"))))
    assert len(message.entities) == 1


def test_a_long_text_is_cut_between_sentences() -> None:
    sentence = "This is one of very many sentences. "
    parts = messages(Say(sentence * 200), Offer(1, (Button("a", "Yes"),)))
    assert len(parts) == 2
    assert all(part.text.endswith(".") and units(part.text) <= LIMIT for part in parts)
    assert [part.keyboard is None for part in parts] == [True, False]
    assert [part.ids for part in parts] == [(), (1, 2)]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(alphabet="ab. \n🙂", min_size=1, max_size=300), st.integers(min_value=4, max_value=40))
def test_cutting_loses_nothing_but_spaces(text: str, limit: int) -> None:
    parts = [text[start:end] for start, end in split(text, limit)]
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
