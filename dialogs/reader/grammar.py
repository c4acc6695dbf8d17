"""The notation of phrase patterns, e.g. ``that must (be|feel) [so|really] <hard>``.

==========  =================================================
``word``    this word (``that's`` is read as two words)
``(a|b)``   one of these; each may be several words
``[a|b]``   one of these or nothing
``<hard>``  a word or phrase of the list “hard”
``..3``     up to three words, not over a pause, a negation or a “but”
``^``       here a clause begins
``$``       here the sentence ends
==========  =================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from dialogs.reader.pattern import (
    Begins,
    Choice,
    Finishes,
    Gap,
    Listed,
    Node,
    PatternError,
    Phrases,
    Sequence,
    Word,
    empty,
    leading,
)

_PART = re.compile(r"\s*(?:(<)([a-z_]*)(>)|(\.\.)(\d*)|([()\[\]|^$])|([^\s()\[\]|<>^$]+))")
_WIDEST = 8

Split = Callable[[str], Iterable[str]]


class Grammar:
    """Reads patterns; needs the word lists and the way words are made regular."""

    def __init__(self, lists: Mapping[str, Phrases], split: Split) -> None:
        self.names = lists.keys()
        self.words: set[str] = set()
        """Every single word that was written in a pattern."""
        self._lists = lists
        self._split = split
        self._known: dict[str, tuple[Node, ...]] = {}

    def parse(self, text: str) -> Sequence:
        """The pattern written in ``text``; raises :class:`PatternError`."""
        parts = self._parts(text)
        node, rest = self._sequence(parts, 0)
        if rest < len(parts):
            raise PatternError(f"“{parts[rest]}” closes nothing.")
        if empty(node) or any(isinstance(first, Gap) for first in leading(node)):
            raise PatternError("A pattern needs a word that is not optional, and no gap before it.")
        return node

    def _parts(self, text: str) -> list[str]:
        parts: list[str] = []
        at, end = 0, len(text.rstrip())
        while at < end:
            found = _PART.match(text, at)
            if not found:
                raise PatternError(f"“{text[at:].strip()[:12]}” cannot be read.")
            parts.append(found.group().lstrip())
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
                nodes.extend(self._known.get(part) or self._single(part))
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

    def _single(self, part: str) -> tuple[Node, ...]:
        """The pieces that one part stands for; the same parts stand in many patterns."""
        self._known[part] = found = tuple(self._pieces(part))
        return found

    def _pieces(self, part: str) -> Iterable[Node]:
        if part == "^":
            return [Begins()]
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
            return [Gap(int(width))]
        words = tuple(self._split(part))
        self.words.update(words)
        return [Word(word) for word in words]
