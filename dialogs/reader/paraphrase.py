"""Listening: does a sentence give back what the other person said?"""

from __future__ import annotations

from dialogs.reader.lexicon import Lexicon
from dialogs.reader.sentence import Sentence

_ECHO = 4
_STEM = 4
_REST = 3


class Paraphrase:
    """Compares the words that carry the content."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._small = lexicon.words("small")
        self._own = lexicon.words("own")
        self._you = lexicon.words("you")

    def content(self, words: tuple[str, ...]) -> set[str]:
        """The words that are not small."""
        return {word for word in words if word not in self._small and (word.isalnum())}

    def strength(self, sentence: Sentence, line: frozenset[str], facts: frozenset[str]) -> int:
        """2 when the sentence plainly gives back the line, 1 when it echoes it, else 0."""
        words = sentence.words
        if words[0] in self._own:
            return 0
        mine = self.content(words)
        shared = {word for word in mine if any(same(word, other) for other in line)}
        if not any(word.isalpha() for word in shared):
            return 0
        if len(shared) >= 2:
            return 2
        stressed = {word for word in shared if any(same(word, fact) for fact in facts)}
        return 1 if stressed or len(mine) <= _ECHO or words[0] in self._you else 0


def same(one: str, other: str) -> bool:
    """Two forms of one word, roughly: a common beginning and short different endings."""
    if one == other:
        return True
    common = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        common += 1
    return common >= _STEM and max(len(one), len(other)) - common <= _REST
