"""Whether a reply that says nothing to the rules could be read at all."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Literal

from dialogs.reader.sentence import Sentence

_LAST_LATIN = "\u024f"

Unread = Literal["foreign", "wordless"]


def unread(cut: list[Sentence], foreign: AbstractSet[str], english: AbstractSet[str]) -> Unread | None:
    """Another language, no words at all, or None: it can be read.

    ``foreign`` are small words of other languages, ``english`` small words of this one.
    """
    words = [word for sentence in cut for word in sentence.words if word[0].isalpha()]
    if not words:
        return "wordless"
    if sum(word[0] > _LAST_LATIN for word in words) * 2 > len(words):
        return "foreign"
    strange = sum(word in foreign for word in words)
    return "foreign" if strange > sum(word in english for word in words) and len(words) > 1 else None
