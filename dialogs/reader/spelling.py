"""Regular words for what was typed: contractions, slang, lengthened words and slips of one letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

_LENGTHENED = re.compile(r"(.)\1{2,}")
_APOSTROPHES = str.maketrans("’ʼ`´", "''''")
_SHORTEST = 5
"""Shorter words have too many neighbours to guess a slip."""
_LONGEST = 24


_LONG = 8
_VOWELS = frozenset("aeiou")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {key: row[max(0, at - 1) : at + 2] for row in _ROWS for at, key in enumerate(row)}


class Spelling:
    """Turns one typed word into regular words. ``learn`` the vocabulary before the first use."""

    def __init__(
        self, expand: Mapping[str, tuple[str, ...]], endings: Mapping[str, str], common: Iterable[str]
    ) -> None:
        self._expand = dict(expand)
        self._endings = dict(endings)
        self._known: set[str] = set(common)
        self._targets: dict[str, str] = {}
        """Words by what is left of them without one letter; several in one text, which takes little memory."""
        self.regular = lru_cache(maxsize=20_000)(self._regular)

    def learn(self, words: Iterable[str]) -> None:
        """Words to recognise, also with one slip when they are long enough."""
        for word in words:
            self._known.add(word)
            if _SHORTEST <= len(word) <= _LONGEST:
                for shorter in {word, *_shorter(word)}:
                    others = self._targets.get(shorter)
                    self._targets[shorter] = f"{others} {word}" if others else word
        self.regular.cache_clear()

    def _regular(self, typed: str) -> tuple[str, ...]:
        word = typed.lower().translate(_APOSTROPHES)
        if found := self._contraction(word):
            return found
        word = word.replace("'", "")
        if _LENGTHENED.search(word):
            word = self._shortened(word)
        if word in self._expand:
            return self._expand[word]
        return (word if word in self._known else self._corrected(word),)

    def _contraction(self, word: str) -> tuple[str, ...] | None:
        if word in self._expand:
            return self._expand[word]
        stem, apostrophe, _ = word.rpartition("'")
        if not apostrophe:
            return None
        for ending, full in self._endings.items():
            if word.endswith(ending) and len(word) > len(ending):
                stem = word[: -len(ending)]
                return (*self._expand.get(stem, (stem,)), *full.split())
        return None

    def _shortened(self, word: str) -> str:
        double, single = _LENGTHENED.sub(r"\1\1", word), _LENGTHENED.sub(r"\1", word)
        known = (form for form in (single, double) if form in self._known or form in self._expand)
        return next(known, single)

    def _corrected(self, word: str) -> str:
        if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha() or self._inflected(word):
            return word
        near = {
            target
            for shorter in (word, *_shorter(word))
            for target in self._targets.get(shorter, "").split()
            if target[0] == word[0] and _one_slip(word, target)
        }
        near = {target for target in near if _swapped(word, target)} or near
        return near.pop() if len(near) == 1 else word

    def _inflected(self, word: str) -> bool:
        """Another form of a known word is no slip."""
        return any(
            word.endswith(ending) and (word.removesuffix(ending) in self._known)
            for ending in ("s", "es", "d", "ed", "ing", "ly", "er", "y", "n")
        )


def _shorter(word: str) -> Iterator[str]:
    return (word[:i] + word[i + 1 :] for i in range(len(word)))


def _one_slip(typed: str, meant: str) -> bool:
    """One letter left out, added or mistyped, or two neighbours swapped."""
    if len(typed) != len(meant):
        return abs(len(typed) - len(meant)) == 1
    changed = [(a, b) for a, b in zip(typed, meant, strict=True) if a != b]
    return (len(changed) == 1 and _mistyped(*changed[0], len(meant))) or _swapped(typed, meant)


def _mistyped(typed: str, meant: str, length: int) -> bool:
    """A key beside the right one, or in a long word the wrong vowel; any other letter makes another word."""
    if typed in _VOWELS and meant in _VOWELS:
        return length >= _LONG
    return length > _SHORTEST and meant in _BESIDE.get(typed, "")


def _swapped(typed: str, meant: str) -> bool:
    return any(typed[:i] + typed[i + 1] + typed[i] + typed[i + 2 :] == meant for i in range(len(typed) - 1))
