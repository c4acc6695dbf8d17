"""Texts as Telegram counts and keeps them: in UTF-16 units, with entities that fit."""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations
from typing import Any

from tests.botapi.errors import BadRequest

MESSAGE_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITIES_LIMIT = 100
"""More than these are ignored by the real server."""

STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
CODE = frozenset({"code", "pre"})
NEEDS = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id", "date_time": "unix_time"}
BLANK = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")

Entity = dict[str, Any]


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def covered(text: str, entity: Entity) -> str:
    """The words that an entity marks."""
    start, end = _span(entity)
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")


def compose(text: str, entities: list[Entity], limit: int) -> tuple[str, list[Entity]]:
    """The text and entities that will stand in the chat, or ``BadRequest``."""
    _check_entities(text, entities)
    text, entities = _trim(text, entities)
    if all(unicodedata.category(character) in BLANK for character in text) and limit == MESSAGE_LIMIT:
        raise BadRequest("message text is empty")
    if units(text) > limit:
        raise BadRequest("message is too long" if limit == MESSAGE_LIMIT else "message caption is too long")
    return text, with_commands(text, entities)


def with_commands(text: str, entities: list[Entity]) -> list[Entity]:
    """The entities and the ``/commands`` that Telegram itself finds in a text."""
    found = [
        {"type": "bot_command", "offset": units(text[: match.start()]), "length": units(match[0])}
        for match in COMMAND.finditer(text)
    ]
    free = [one for one in found if not any(_touch(one, other) for other in entities)]
    return sorted([*entities, *free], key=lambda one: (one["offset"], -one["length"]))


def _span(entity: Entity) -> tuple[int, int]:
    return entity["offset"], entity["offset"] + entity["length"]


def _touch(one: Entity, other: Entity) -> bool:
    (start, end), (begin, stop) = _span(one), _span(other)
    return start < stop and begin < end


def _check_entities(text: str, entities: list[Entity]) -> None:
    bounds = _boundaries(text)
    for entity in entities:
        _check_bounds(entity, bounds, units(text))
        need = NEEDS.get(entity["type"])
        if need and need not in entity:
            raise BadRequest(f"entity of type {entity['type']} needs {need}")
    for one, other in combinations(entities, 2):
        _check_nesting(one, other)


def _boundaries(text: str) -> set[int]:
    """Where a character begins or ends: anywhere else is the middle of a surrogate pair."""
    at, found = 0, {0}
    for character in text:
        at += 2 if character > "\uffff" else 1
        found.add(at)
    return found


def _check_bounds(entity: Entity, bounds: set[int], size: int) -> None:
    start, end = _span(entity)
    if entity["length"] <= 0:
        raise BadRequest(f"entity beginning at UTF-16 offset {start} is empty")
    if not 0 <= start < size:
        raise BadRequest(f"entity begins after the end of the text at UTF-16 offset {start}")
    if end > size:
        raise BadRequest(f"entity beginning at UTF-16 offset {start} ends after the end of the text at {end}")
    if start not in bounds:
        raise BadRequest(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {start}")
    if end not in bounds:
        raise BadRequest(f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol at {end}")


def _check_nesting(one: Entity, other: Entity) -> None:
    """The real server repairs or drops what is badly nested, so it never looks as it was meant."""
    if not _touch(one, other):
        return
    (start, end), (begin, stop) = _span(one), _span(other)
    inside = (start <= begin and stop <= end) or (begin <= start and end <= stop)
    kinds = {one["type"], other["type"]}
    fine = bool(kinds & STYLES) and not kinds & CODE if not kinds & QUOTES else not kinds <= QUOTES
    if not inside or not fine or len(kinds) == 1:
        raise BadRequest(f"entities {one['type']} at {start} and {other['type']} at {begin} are badly nested")


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Telegram cuts blank ends off; in front only as far as the first entity."""
    text = text.rstrip()
    first = min((entity["offset"] for entity in entities), default=units(text))
    gone = min(len(text) - len(text.lstrip(" \n")), first)
    text, size = text[gone:], units(text[gone:])
    kept = []
    for entity in entities:
        start, end = entity["offset"] - gone, min(entity["offset"] + entity["length"] - gone, size)
        if start < end:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, kept
