"""Effects as Telegram messages: texts with entities in UTF-16 units, and inline keyboards. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.delivery import Delivery
from dialogs.effect import Offer, Say
from dialogs.reading import SKILLS
from dialogs.text import Mark, Styled, outermost, units

LIMIT = 4096  # UTF-16 units in one message
KINDS = {
    "line": MessageEntity.BLOCKQUOTE,
    "model": MessageEntity.EXPANDABLE_BLOCKQUOTE,
    **dict.fromkeys((*SKILLS, "strong"), MessageEntity.BOLD),
}
"""How marks are shown; pitfalls, which are the rest, are underlined."""
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Message:
    """One message to send, or a part of one that is too long; the deliveries ``ids`` are done with the last part."""

    text: str
    entities: tuple[MessageEntity, ...]
    keyboard: InlineKeyboardMarkup | None
    ids: tuple[int, ...]
    is_last: bool


def render(deliveries: Sequence[Delivery]) -> Iterator[Message]:
    """The messages for what one learner is to get, as few as possible: Telegram takes about one a second.

    Feedback stands alone; buttons go under the text before them.
    """
    text, ids, keyboard, alone = Styled(""), list[int](), None, False
    for delivery in deliveries:
        effect = delivery.effect
        if isinstance(effect, Say):
            part = _styled(effect)
            full = units(text.text) + units(part.text) + 2 > LIMIT
            if text.text and (keyboard or full or alone or effect.style == "feedback"):
                yield from _messages(text, keyboard, ids)
                text, ids, keyboard = Styled(""), [], None
            text = text + Styled("\n\n" if text.text else "") + part
            alone = effect.style == "feedback"
        elif isinstance(effect, Offer):
            keyboard = _keyboard(effect)
        ids.append(delivery.id)
    if text.text:
        yield from _messages(text, keyboard, ids)


def _styled(say: Say) -> Styled:
    """The text of an effect; what the other person says and model answers are marked as a whole."""
    if say.style == "line":
        text = f"“{say.text}”"
        return Styled(text, (Mark(0, len(text), "line"),))
    if say.style == "model":
        return Styled(say.text, (Mark(0, len(say.text), "model"),))
    return Styled(say.text, say.marks)


def _messages(styled: Styled, keyboard: InlineKeyboardMarkup | None, ids: Sequence[int]) -> Iterator[Message]:
    parts = list(split(styled.text, LIMIT))
    for number, (start, end) in enumerate(parts, start=1):
        last = number == len(parts)
        text = styled.text[start:end]
        inside = [mark for mark in styled.marks if start <= mark.start and mark.end <= end]
        entities = tuple(_entity(text, Mark(m.start - start, m.end - start, m.label)) for m in outermost(inside))
        yield Message(text, entities, keyboard if last else None, tuple(ids), last)


def _entity(text: str, mark: Mark) -> MessageEntity:
    kind = KINDS.get(mark.label, MessageEntity.UNDERLINE)
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
