"""Sentences of a reply: runs of words, with how they ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dialogs.reader.token import Stop, Token

_LONGEST = 80
"""Words without any stop are cut here, so that no text makes the reader slow."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of one sentence; ``stop`` is the sign that ended it, or nothing."""

    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    stop: str
    first: int
    """The number of words of the reply before this sentence."""

    @property
    def pairs(self) -> Iterator[tuple[int, str, str | None]]:
        """Every place with its word and the word after it."""
        return zip(range(len(self.words)), self.words, (*self.words[1:], None), strict=True)

    @property
    def asked(self) -> bool:
        return "?" in self.stop

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the words ``start`` to ``end`` (half-open)."""
        return self.tokens[start].start, self.tokens[end - 1].end

    def clause(self, at: int, turns: frozenset[str]) -> int:
        """Where the clause that holds the word ``at`` begins."""
        while at > 0 and not self.tokens[at].pause and self.words[at - 1] not in turns:
            at -= 1
        return at


def sentences(pieces: Iterable[Token | Stop]) -> list[Sentence]:
    """Cut into sentences; a question mark after an emoji still belongs to the words before."""
    out: list[Sentence] = []
    run: list[Token] = []
    count = 0
    for piece in (*pieces, Stop("")):
        if isinstance(piece, Token):
            run.append(piece)
        if run and (isinstance(piece, Stop) or len(run) == _LONGEST):
            stop = piece.text if isinstance(piece, Stop) else ""
            out.append(Sentence(tuple(run), tuple(t.text for t in run), stop, count))
            count += len(run)
            run = []
    return out
