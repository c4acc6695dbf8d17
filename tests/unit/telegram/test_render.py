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


def test_a_turn_is_one_message_with_its_buttons_below() -> None:
    (message,) = messages(Say("One."), Say("Two."), Offer(7, (Button("a", "Yes"), Button("b", "No"))))
    assert message.text == "One.\n\nTwo."
    assert message.keyboard is not None
    rows = message.keyboard.inline_keyboard
    assert [[(button.text, button.callback_data) for button in row] for row in rows] == [
        [("Yes", "7:0")],
        [("No", "7:1")],
    ]
    assert message.ids == (1, 2, 3)


def test_feedback_stands_alone() -> None:
    found = messages(Say("Before."), Say("✓ Good.", "feedback"), Say("After."), Say("More."))
    assert [message.text for message in found] == ["Before.", "✓ Good.", "After.\n\nMore."]


def test_two_turns_that_wait_together_keep_their_buttons() -> None:
    first, second = messages(Say("One."), Offer(1, (Button("a", "Yes"),)), Say("Two."), Offer(2, (Button("a", "Yes"),)))
    assert first.keyboard
    assert second.keyboard
    assert (first.ids, second.ids) == ((1, 2), (3, 4))


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
    (message,) = messages(Say("They say"), Say("It rained.", "line"), Say("All that rain!", "model"))
    assert message.text == "They say\n\n“It rained.”\n\nAll that rain!"
    found = [(entity.type, entity.offset, entity.length) for entity in message.entities]
    assert found == [("blockquote", 10, 12), ("expandable_blockquote", 24, 14)]


def test_marks_that_overlap_become_one() -> None:
    (message,) = messages(Say("so tough", marks=(Mark(0, 8, "listen"), Mark(3, 8, "empathize"))))
    assert len(message.entities) == 1


def test_a_long_text_is_cut_between_sentences() -> None:
    sentence = "This is one of very many sentences. "
    parts = messages(Say(sentence * 200), Offer(1, (Button("a", "Yes"),)))
    assert len(parts) == 2
    assert all(part.text.endswith(".") and units(part.text) <= LIMIT for part in parts)
    assert [part.keyboard is None for part in parts] == [True, False]
    assert [(part.ids, part.is_last) for part in parts] == [((1, 2), False), ((1, 2), True)]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(alphabet="ab. \n🙂", min_size=1, max_size=300), st.integers(min_value=4, max_value=40))
def test_cutting_loses_nothing_but_spaces(text: str, limit: int) -> None:
    parts = [text[start:end] for start, end in split(text, limit)]
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
