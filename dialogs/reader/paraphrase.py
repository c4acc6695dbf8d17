"""Listening: does a sentence give back what the other person said?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from dialogs.reader.lexicon import Lexicon
from dialogs.reader.sentence import Sentence

_ECHO = 4
_BARE = 2
_STEM = 4
_REST = 3


class Paraphrase:
    """Compares the words that carry the content."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._small = lexicon.words("small")
        self._alike = {word: row[0] for rows in lexicon.lists["alike"].values() for row in rows for word in row}
        self._own = lexicon.words("own")
        self._you = lexicon.words("you")
        self._people = lexicon.words("about_other") | {"you"}

    def content(self, words: Iterable[str]) -> set[str]:
        """The words that are not small; of words that say the same, the first stands for all."""
        return {self._alike.get(word, word) for word in words if word not in self._small and word.isalnum()}

    def strength(self, sentence: Sentence, line: frozenset[str], facts: frozenset[str]) -> int:
        """2 when the sentence plainly gives back the line, 1 when it echoes it, else 0."""
        words = sentence.words
        if words[0] in self._own:
            return 0
        mine = self.content(words)
        shared = self.shared(mine, line)
        if not any(word.isalpha() for word in shared):
            return 0
        if len(shared) >= 2:
            return 2
        if self.shared(shared, facts):
            return 1
        told = not self._people.isdisjoint(words) or len(words) <= _BARE
        return 1 if told and (len(mine) <= _ECHO or words[0] in self._you) else 0

    def shared(self, mine: Iterable[str], line: frozenset[str]) -> set[str]:
        """The words of ``mine`` that stand in the line, perhaps in another form."""
        beginnings = _beginnings(line)
        return {
            word
            for word in mine
            if word in line or any(same(word, other) for other in beginnings.get(word[:_STEM], ()))
        }


@lru_cache(maxsize=64)
def _beginnings(line: frozenset[str]) -> dict[str, list[str]]:
    """The words of a line by their first letters."""
    out: dict[str, list[str]] = {}
    for word in line:
        out.setdefault(word[:_STEM], []).append(word)
    return out


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
