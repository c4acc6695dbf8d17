"""Effects as Telegram messages: texts with entities in UTF-16 units, and inline keyboards. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.delivery import Delivery
from dialogs.effect import Offer, Say
from dialogs.reading import SKILLS
from dialogs.text import Mark, outermost, units

LIMIT = 4096  # UTF-16 units in one message
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Message:
    """One message to send; ``ids`` are the deliveries that are done once it is sent."""

    text: str
    entities: tuple[MessageEntity, ...]
    keyboard: InlineKeyboardMarkup | None
    ids: tuple[int, ...]


def render(deliveries: Sequence[Delivery]) -> Iterator[Message]:
    """The messages for what one learner is to get; buttons go under the text before them."""
    for index, delivery in enumerate(deliveries):
        effect = delivery.effect
        if not isinstance(effect, Say):
            continue
        following = deliveries[index + 1] if index + 1 < len(deliveries) else None
        keyboard: InlineKeyboardMarkup | None = None
        ids: tuple[int, ...] = (delivery.id,)
        if following is not None and isinstance(following.effect, Offer):
            keyboard, ids = _keyboard(following.effect), (delivery.id, following.id)
        yield from _messages(effect, keyboard, ids)


def _messages(say: Say, keyboard: InlineKeyboardMarkup | None, ids: tuple[int, ...]) -> Iterator[Message]:
    parts = list(split(say.text, LIMIT - 2))  # two quotation marks may come round it
    for number, (start, end) in enumerate(parts, start=1):
        last = number == len(parts)
        marks = [Mark(m.start - start, m.end - start, m.label) for m in say.marks if start <= m.start and m.end <= end]
        text, entities = _decorated(say, say.text[start:end], marks)
        yield Message(text, entities, keyboard if last else None, ids if last else ())


def _decorated(say: Say, text: str, marks: Sequence[Mark]) -> tuple[str, tuple[MessageEntity, ...]]:
    if say.style == "line":
        text = f"“{text}”"
        return text, (MessageEntity(MessageEntity.BLOCKQUOTE, 0, units(text)),)
    if say.style == "model":
        return text, (MessageEntity(MessageEntity.EXPANDABLE_BLOCKQUOTE, 0, units(text)),)
    return text, tuple(_entity(text, mark) for mark in outermost(marks))


def _entity(text: str, mark: Mark) -> MessageEntity:
    """Skills and emphasis are bold, what gets in the way is underlined."""
    kind = MessageEntity.BOLD if mark.label in (*SKILLS, "strong") else MessageEntity.UNDERLINE
    return MessageEntity(kind, units(text[: mark.start]), units(text[mark.start : mark.end]))


def _keyboard(offer: Offer) -> InlineKeyboardMarkup:
    rows = [
        [InlineKeyboardButton(button.label, callback_data=f"{offer.epoch}:{index}")]
        for index, button in enumerate(offer.buttons)
    ]
    return InlineKeyboardMarkup(rows)


def split(text: str, limit: int) -> Iterator[tuple[int, int]]:
    """Stretches ``[start, end)`` of the text that fit in ``limit`` units: cut between sentences, else words."""
    start = 0
    while start < len(text):
        end = _fitting(text, start, limit)
        if end < len(text):
            end = _cut(text, start, end)
        yield start, len(text[:end].rstrip()) if text[start:end].strip() else end
        start = end + (len(text[end:]) - len(text[end:].lstrip()))


def _fitting(text: str, start: int, limit: int) -> int:
    """The farthest end that fits."""
    end = min(len(text), start + limit)
    while units(text[start:end]) > limit:
        end -= max(1, (units(text[start:end]) - limit) // 2)
    return end


def _cut(text: str, start: int, end: int) -> int:
    for pattern in (_SENTENCE, _SPACE):
        places = [match.start() for match in pattern.finditer(text, start + 1, end)]
        if places:
            return places[-1]
    return end
