"""Phrase patterns over words, e.g. ``that must (be|feel) [so|really] <hard>``.

==========  =================================================
``word``    this word (``that's`` is read as two words)
``(a|b)``   one of these; each may be several words
``[a|b]``   one of these or nothing
``<hard>``  a word or phrase of the list “hard”
``..3``     up to three words, not over a pause, a negation or a “but”
``^``       here a clause begins
``$``       here the sentence ends
==========  =================================================

A match walks sets of positions, so no pattern can make it slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from dialogs.reader.sentence import Sentence

_PART = re.compile(r"\s*(?:(<)([a-z_]*)(>)|(\.\.)(\d*)|([()\[\]|^$])|([^\s()\[\]|<>^$]+))")
_WIDEST = 8

Split = Callable[[str], Iterable[str]]
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


class Node:
    """A piece of a pattern."""

    def ends(self, sentence: Sentence, at: int) -> set[int]:
        """Where a match that begins at ``at`` may end."""
        raise NotImplementedError

    def firsts(self) -> tuple[set[str], bool]:
        """The words it can begin with, and whether it can match nothing."""
        raise NotImplementedError

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


class Grammar:
    """Reads patterns; needs the word lists and the way words are made regular."""

    def __init__(self, lists: Mapping[str, Phrases], small: Small, split: Split) -> None:
        self.names = lists.keys()
        self._lists = lists
        self._small = small
        self._split = split

    def parse(self, text: str) -> Sequence:
        """The pattern written in ``text``; raises :class:`PatternError`."""
        parts = self._parts(text)
        node, rest = self._sequence(parts, 0)
        if rest < len(parts):
            raise PatternError(f"“{parts[rest]}” closes nothing.")
        words, empty = node.firsts()
        if empty or not words:
            raise PatternError("A pattern needs a word that is not optional, and no gap before it.")
        return node

    def _parts(self, text: str) -> list[str]:
        parts: list[str] = []
        at = 0
        while text[at:].strip():
            found = _PART.match(text, at)
            if not found:
                raise PatternError(f"“{text[at:].strip()[:12]}” cannot be read.")
            parts.append(found.group().strip())
            at = found.end()
        return parts

    def _sequence(self, parts: list[str], at: int) -> tuple[Sequence, int]:
        nodes: list[Node] = []
        while at < len(parts) and parts[at] not in ")]|":
            part = parts[at]
            if part in "([":
                node, at = self._choice(parts, at)
                nodes.append(node)
            else:
                nodes.extend(self._single(part))
                at += 1
        return Sequence(tuple(nodes)), at

    def _choice(self, parts: list[str], at: int) -> tuple[Node, int]:
        opening = parts[at]
        closing = ")" if opening == "(" else "]"
        forms: list[Sequence] = []
        while not forms or (at < len(parts) and parts[at] == "|"):
            form, at = self._sequence(parts, at + 1)
            if not form.parts:
                raise PatternError("There is nothing between two signs of a choice.")
            forms.append(form)
        if at >= len(parts) or parts[at] != closing:
            raise PatternError(f"“{opening}” is never closed with “{closing}”.")
        return Choice(tuple(forms), optional=opening == "["), at + 1

    def _single(self, part: str) -> list[Node]:
        if part == "^":
            return [Begins(self._small)]
        if part == "$":
            return [Finishes()]
        if part.startswith("<"):
            name = part[1:-1]
            if name not in self._lists:
                raise PatternError(f"There is no word list “{name}”.", unknown=name)
            return [Listed(self._lists[name])]
        if part.startswith(".."):
            width = part[2:]
            if not width.isdigit() or not 1 <= int(width) <= _WIDEST:
                raise PatternError(f"A gap is written ..1 to ..{_WIDEST}.")
            return [Gap(int(width), self._small)]
        return [Word(word) for word in self._split(part)]
