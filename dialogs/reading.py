"""What the reader of replies finds, as values, so that anything can be built on them; and how it is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

SKILLS = ("listen", "empathize", "turn_toward", "validate")
PITFALLS = (
    "contempt",
    "judging",
    "minimizing",
    "dismissing",
    "defending",
    "but",
    "interrogating",
    "hijacking",
    "fixing",
)
ACTS = (
    "open_question",
    "closed_question",
    "reflection",
    "names_feeling",
    "sympathy",
    "affirmation",
    "self_disclosure",
    "information",
    "advice",
)


@dataclass(frozen=True)
class Finding:
    """A label with the half-open span ``[start, end)`` of the reply, in characters, that shows it.

    ``strength`` is 1 (hinted) or 2 (spelt out); ``rule`` is the id of the rule that found it.
    """

    label: str
    start: int
    end: int
    strength: int
    rule: str


@dataclass(frozen=True)
class Reading:
    """All that was found in one reply, each group in the order of the text, one finding a label and span."""

    skills: tuple[Finding, ...] = ()
    pitfalls: tuple[Finding, ...] = ()
    acts: tuple[Finding, ...] = ()
    misfits: tuple[Finding, ...] = ()
    """Feelings that the reply names and that do not fit what was said; the label is the feeling."""
    unread: Literal["foreign", "wordless"] | None = None
    """Why nothing could be read: another language, or no words at all."""


@dataclass(frozen=True)
class Context:
    """What the reply answers: the other person's line, the feelings that fit, the facts to give back.

    The first of the feelings says what the mood is.
    """

    line: str = ""
    feelings: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    speaker: str = "partner"


class Reads(Protocol):
    """Anything that can read a reply."""

    def read(self, reply: str, context: Context) -> Reading: ...


def read_fitting(reader: Reads, reply: str, context: Context) -> Reading:
    """Read a reply so that a guess at any of the feelings fits, also at one of the other kind than the first.

    The reader itself takes pleasant and unpleasant feelings together for no mood at all, in which every guess fits.
    """
    reading = reader.read(reply, replace(context, feelings=context.feelings[:1]))
    if any(misfit.label in context.feelings for misfit in reading.misfits):
        return reader.read(reply, context)
    return reading
