"""The other person's line, as far as it decides what a reply does."""

from __future__ import annotations

from dataclasses import dataclass

from dialogs.reader.lexicon import Lexicon, holds
from dialogs.reading import Context

OPPOSITE = {"pleasant": "unpleasant", "unpleasant": "pleasant"}


@dataclass(frozen=True)
class Line:
    """What is known of the line: hints (None without a line), its words, content words, facts, and its mood."""

    hints: frozenset[str] | None
    words: tuple[str, ...]
    content: frozenset[str]
    facts: frozenset[str]
    own: bool
    """Whether the other person speaks of themselves."""
    mood: str | None
    """``pleasant``, ``unpleasant``, or None when it is neither or both."""

    def says(self, words: tuple[str, ...]) -> bool:
        """Whether these words stand in it, one after the other."""
        return any(self.words[at : at + len(words)] == words for at in range(len(self.words) - len(words) + 1))


def mood(lexicon: Lexicon, context: Context, words: tuple[str, ...], hints: frozenset[str]) -> str | None:
    """From the feelings that fit when they are given, else from the words of the line."""
    if context.feelings:
        known = {lexicon.feelings[name].valence for name in context.feelings if name in lexicon.feelings}
        plain = known - {"either"}
        return plain.pop() if len(plain) == 1 else None
    hard = not hints.isdisjoint(("bad_news", "complaint")) or any(
        holds(lexicon.lists[name], words) for name in ("unpleasant", "hard")
    )
    good = "good_news" in hints or any(holds(lexicon.lists[name], words) for name in ("pleasant", "good"))
    if hard == good:
        return None
    return "unpleasant" if hard else "pleasant"
