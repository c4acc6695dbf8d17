"""A text as words and signs: what people type, made regular, with the place of every word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_PIECE = re.compile(
    r"(?P<word>[^\W\d_]+(?:['’ʼ`´][^\W\d_]+)*|\d+(?:[.:,]\d+)*)"
    r"|(?P<stop>[.!?…]+|;|\n)"
    r"|(?P<pause>,|:|—|–|\(|\)|(?<!\S)-+(?!\S)|--+)"
    r"|(?P<sign>[^\s\w!-/:-@\[-`{-~])"
)
_QUOTED = re.compile(r"[\"“][^\"“”\n]{1,120}[\"”]|(?<!\w)['‘][^'‘’\n]{1,60}['’](?!\w)")
_JOINERS = frozenset("\u200d\ufe0f\ufe0e")
_QUOTES = frozenset("“”‘’«»´")
_SKIN_TONES = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True, slots=True)
class Token:
    """One regular word. A word that stands for two (don't) gives two tokens with the same place."""

    text: str
    start: int
    end: int
    pause: bool
    """A comma, dash or bracket stands before it."""
    quoted: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """The end of a sentence: a full stop and its like, a new line or an emoji."""

    text: str


Expand = Callable[[str], tuple[str, ...]]


def tokens(text: str, expand: Expand) -> Iterator[Token | Stop]:
    """The words and stops of ``text``; ``expand`` gives the regular words for one typed word."""
    quotes = _quotations(text)
    pause = False
    for piece in _PIECE.finditer(text):
        kind, typed = piece.lastgroup, piece.group()
        start, end = piece.span()
        if kind == "pause":
            pause = True
        elif kind == "stop":
            yield Stop(typed)
            pause = False
        elif kind == "word":
            quoted = any(a <= start < b for a, b in quotes)
            for word in expand(typed):
                yield Token(word, start, end, pause, quoted)
                pause = False
        elif typed not in _JOINERS and typed not in _QUOTES and ord(typed) not in _SKIN_TONES:
            yield Token(typed, start, end, pause, quoted=False)
            yield Stop(typed)
            pause = False


def _quotations(text: str) -> list[tuple[int, int]]:
    """Where somebody else's words stand. A reply that is all in quotes is the learner's own."""
    spans = [found.span() for found in _QUOTED.finditer(text)][:20]
    return [(a, b) for a, b in spans if b - a < 0.8 * len(text.strip())]
