"""Templates: emphasis and placeholders, and the text they become."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"\\\*|\{\{|\}\}|\{[^{}]*\}|[*{}]|[^*{}\\]+|\\")
_NAME = re.compile(r"^[A-Za-z][a-z0-9_]*(\.[a-z_]+)?$")


class TemplateError(ValueError):
    """A template that cannot be read; the message says why."""


@dataclass(frozen=True)
class Mark:
    """A stretch ``[start, end)`` of a text, in characters, and what it is: strong, a skill or a pitfall."""

    start: int
    end: int
    label: str


def outermost(marks: Iterable[Mark]) -> list[Mark]:
    """The marks in order, without those that overlap an earlier or a longer one."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if mark.end > mark.start and (not kept or mark.start >= kept[-1].end):
            kept.append(mark)
    return kept


@dataclass(frozen=True)
class Styled:
    """A text with its marks."""

    text: str
    marks: tuple[Mark, ...] = ()

    def __add__(self, other: Styled) -> Styled:
        shift = len(self.text)
        moved = tuple(Mark(mark.start + shift, mark.end + shift, mark.label) for mark in other.marks)
        return Styled(self.text + other.text, self.marks + moved)


@dataclass(frozen=True)
class Piece:
    """Part of a template: literal words, or a placeholder."""

    words: str
    placeholder: bool
    strong: bool


@lru_cache(maxsize=8192)
def pieces(template: str) -> tuple[Piece, ...]:
    """The template taken apart. Raises TemplateError for a lone star or brace."""
    out: list[Piece] = []
    strong = False
    for token in _TOKEN.findall(template):
        if token == "*":  # noqa: S105 - not a password
            strong = not strong
        elif token in ("{", "}"):
            raise TemplateError("there is a lone brace; write {{ or }} for a brace")
        elif token.startswith("{") and token != "{{":  # noqa: S105
            name = token[1:-1].strip()
            if not _NAME.match(name):
                raise TemplateError(f"“{token}” is not a placeholder; write {{{{ for a brace")
            out.append(Piece(name, placeholder=True, strong=strong))
        else:
            literal = {"\\*": "*", "{{": "{", "}}": "}"}.get(token, token)
            out.append(Piece(literal, placeholder=False, strong=strong))
    if strong:
        raise TemplateError("a * opens emphasis that nothing closes; write \\* for a star")
    return tuple(out)


def placeholders(template: str) -> set[str]:
    """The names of a template's placeholders, in small letters."""
    return {piece.words.lower() for piece in pieces(template) if piece.placeholder}


def render(template: str, value: Callable[[str], str]) -> Styled:
    """Fill a template; ``value`` gives the words for a name. A name with a capital begins with a capital."""
    text, marks = "", []
    for piece in pieces(template):
        words = piece.words
        if piece.placeholder:
            words = value(piece.words.lower())
            if piece.words[0].isupper():
                words = words[:1].upper() + words[1:]
        if piece.strong and words:
            marks.append(Mark(len(text), len(text) + len(words), "strong"))
        text += words
    return Styled(text, tuple(marks))


def units(text: str) -> int:
    """The length of a text in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
