"""Phrase patterns: the pieces they are made of, and how they match.

A match walks sets of positions, so no pattern can make it slow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dialogs.reader.sentence import Sentence

Phrases = Mapping[str, tuple[tuple[str, ...], ...]]
"""A word list by first words: each entry the words of one phrase."""


class PatternError(ValueError):
    """A pattern that cannot be read; ``unknown`` is a list that does not exist."""

    def __init__(self, message: str, unknown: str = "") -> None:
        super().__init__(message)
        self.unknown = unknown


@dataclass(frozen=True)
class Small:
    """The words that matching itself must know."""

    negators: frozenset[str]
    openers: frozenset[str]
    buts: frozenset[str]

    def stops(self, word: str) -> bool:
        """Whether a gap ends before ``word``."""
        return word in self.negators or word in self.buts


class Node(ABC):
    """A piece of a pattern."""

    @abstractmethod
    def ends(self, sentence: Sentence, at: int) -> set[int]:
        """Where a match that begins at ``at`` may end."""

    @abstractmethod
    def firsts(self) -> tuple[set[str], bool]:
        """The words it can begin with, and whether it can match nothing."""

    def words(self) -> set[str]:
        """Every single word written in it."""
        return set()


@dataclass(frozen=True)
class Word(Node):
    text: str

    def ends(self, sentence: Sentence, at: int) -> set[int]:
        words = sentence.words
        return {at + 1} if at < len(words) and words[at] == self.text else set()

    def firsts(self) -> tuple[set[str], bool]:
        return {self.text}, False

    def words(self) -> set[str]:
        return {self.text}


@dataclass(frozen=True)
class Listed(Node):
    phrases: Phrases

    def ends(self, sentence: Sentence, at: int) -> set[int]:
        words = sentence.words
        if at >= len(words):
            return set()
        found = self.phrases.get(words[at], ())
        return {at + len(phrase) for phrase in found if words[at : at + len(phrase)] == phrase}

    def firsts(self) -> tuple[set[str], bool]:
        return set(self.phrases), False


@dataclass(frozen=True)
class Gap(Node):
    width: int
    small: Small

    def ends(self, sentence: Sentence, at: int) -> set[int]:
        out = {at}
        for end in range(at, min(at + self.width, len(sentence.words))):
            if self.small.stops(sentence.words[end]) or (end > at and sentence.tokens[end].pause):
                break
            out.add(end + 1)
        return out

    def firsts(self) -> tuple[set[str], bool]:
        raise PatternError("A pattern cannot begin with a gap.")


@dataclass(frozen=True)
class Begins(Node):
    small: Small

    def ends(self, sentence: Sentence, at: int) -> set[int]:
        words, start = sentence.words, at
        while start > 0 and not sentence.tokens[start].pause and words[start - 1] in self.small.openers:
            start -= 1
            if words[start] in self.small.buts:
                return {at}
        return {at} if start == 0 or (start < len(words) and sentence.tokens[start].pause) else set()

    def firsts(self) -> tuple[set[str], bool]:
        return set(), True


class Finishes(Node):
    def ends(self, sentence: Sentence, at: int) -> set[int]:
        return {at} if at == len(sentence.words) else set()

    def firsts(self) -> tuple[set[str], bool]:
        return set(), True


@dataclass(frozen=True)
class Sequence(Node):
    parts: tuple[Node, ...]

    def ends(self, sentence: Sentence, at: int) -> set[int]:
        places = {at}
        for part in self.parts:
            places = {end for place in places for end in part.ends(sentence, place)}
            if not places:
                break
        return places

    def firsts(self) -> tuple[set[str], bool]:
        words: set[str] = set()
        for part in self.parts:
            more, empty = part.firsts()
            words |= more
            if not empty:
                return words, False
        return words, True

    def words(self) -> set[str]:
        return set().union(*(part.words() for part in self.parts))


@dataclass(frozen=True)
class Choice(Node):
    forms: tuple[Sequence, ...]
    optional: bool

    def ends(self, sentence: Sentence, at: int) -> set[int]:
        out = {at} if self.optional else set()
        return out.union(*(form.ends(sentence, at) for form in self.forms))

    def firsts(self) -> tuple[set[str], bool]:
        words: set[str] = set()
        empty = self.optional
        for form in self.forms:
            more, nothing = form.firsts()
            words |= more
            empty |= nothing
        return words, empty

    def words(self) -> set[str]:
        return set().union(*(form.words() for form in self.forms))


def branches(phrase: Sequence) -> list[Sequence]:
    """The phrase once for every way it can begin, so that each is found by few first words."""
    for place, part in enumerate(phrase.parts):
        if isinstance(part, Choice):
            before, rest = phrase.parts[:place], phrase.parts[place + 1 :]
            forms = (*part.forms, Sequence(())) if part.optional else part.forms
            return [branch for form in forms for branch in branches(Sequence((*before, *form.parts, *rest)))]
        if not isinstance(part, Begins):
            break
    return [phrase]


def openings(phrase: Sequence) -> Iterator[tuple[str, str | None, Sequence]]:
    """Every branch with its first word and its second; None when the second can be anything or nothing."""
    for branch in branches(phrase):
        parts = branch.parts
        while isinstance(parts[0], Begins):
            parts = parts[1:]
        head, following = parts[0], _following(Sequence(parts[1:]))
        for words in _forms(head):
            for second in words[1:2] or following:
                yield words[0], second, branch


def _forms(head: Node) -> Iterable[tuple[str, ...]]:
    if isinstance(head, Listed):
        return [form for forms in head.phrases.values() for form in forms]
    return [(word,) for word in head.firsts()[0]]


def _following(rest: Sequence) -> tuple[str | None, ...]:
    try:
        words, empty = rest.firsts()
    except PatternError:  # a gap
        return (None,)
    return (None,) if empty else tuple(words)
