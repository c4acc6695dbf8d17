"""Phrase patterns: the pieces that they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Phrases = Mapping[str, tuple[tuple[str, ...], ...]]
"""A word list by first words: each entry the words of one phrase."""


class PatternError(ValueError):
    """A pattern that cannot be read; ``unknown`` is a list that does not exist."""

    def __init__(self, message: str, unknown: str = "") -> None:
        super().__init__(message)
        self.unknown = unknown


@dataclass(frozen=True)
class Word:
    """One word."""

    text: str


@dataclass(frozen=True)
class Listed:
    """A word or phrase of a list."""

    phrases: Phrases


@dataclass(frozen=True)
class Gap:
    """Up to ``width`` words, not over a pause, a negation or a “but”."""

    width: int


@dataclass(frozen=True)
class Begins:
    """Here a clause begins."""


@dataclass(frozen=True)
class Finishes:
    """Here the sentence ends."""


@dataclass(frozen=True)
class Sequence:
    """One piece after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    """One of several forms, or nothing when it is optional."""

    forms: tuple[Sequence, ...]
    optional: bool


Node = Word | Listed | Gap | Begins | Finishes | Sequence | Choice


def empty(node: Node) -> bool:
    """Whether the piece can stand for no word at all."""
    match node:
        case Word() | Listed():
            return False
        case Sequence(parts):
            return all(empty(part) for part in parts)
        case Choice(forms, optional):
            return optional or any(empty(form) for form in forms)
    return True


def leading(node: Node) -> Iterator[Node]:
    """The pieces that a match can begin with."""
    match node:
        case Sequence(parts):
            for part in parts:
                yield from leading(part)
                if not empty(part) or isinstance(part, Gap):
                    return
        case Choice(forms):
            for form in forms:
                yield from leading(form)
        case _:
            yield node
