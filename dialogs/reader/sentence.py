"""Sentences of a reply: runs of words, with how they ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialogs.reader.token import Stop, Token

_LONGEST = 80
"""Words without any stop are cut here, so that no text makes the reader slow."""
_MOST = 100
"""Nothing is read after so many sentences: thousands of emoji take no longer than a long letter."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of one sentence; ``stop`` is the sign that ended it, or nothing."""

    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    stop: str
    first: int
    """The number of words of the reply before this sentence."""
    quotes: bool
    """Some of the words are somebody else's."""

    @property
    def asked(self) -> bool:
        return "?" in self.stop

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the words ``start`` to ``end`` (half-open)."""
        return self.tokens[start].start, self.tokens[end - 1].end


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
            words = tuple(token.text for token in run)
            out.append(Sentence(tuple(run), words, stop, count, any(token.quoted for token in run)))
            count += len(run)
            run = []
            if len(out) == _MOST:
                break
    return out
