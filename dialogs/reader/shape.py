"""What the files of the reader may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from dialogs.reading import ACTS, PITFALLS, SKILLS
from dialogs.script import Id, Names, Part, Words

Valence = Literal["pleasant", "unpleasant", "either"]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=1500, strip_whitespace=True)]
Phrases = Annotated[list[Phrase], Field(min_length=1)]

HINTS = ("concession", "owning", "disputes", "complaint", "asks_advice", "bad_news", "good_news", "matters")
"""Labels that only other judgements use: a half validation, owning up, arguing, and what the line is like."""
LABELS = (*SKILLS, *PITFALLS, *ACTS, *HINTS)


class Feeling(Part):
    """A family of words for one feeling."""

    valence: Valence
    words: Phrases


class Slips(Part):
    """How typed words become regular ones."""

    expand: dict[str, Words] = {}
    endings: dict[str, Words] = {}
    common: list[Words] = []


class RuleShape(Part):
    """One rule, with examples that prove it."""

    shows: Names | None = None
    """A rule that shows nothing by itself is a cue: it only gives points."""
    strength: Literal[1, 2] = 2
    phrases: Phrases
    unless: list[Phrase] = []
    unless_rules: Names = ()
    """It does not hold where one of these rules finds its phrases in the same sentence."""
    sentence: Literal["question", "statement"] | None = None
    alone: Literal[True] | None = None
    negated: Literal[True] | None = None
    """It also holds after a negation."""
    to: Id | None = None
    """A hint that the other person's line must give, when a line is known."""
    not_to: Id | None = None
    """A hint that the line must not give."""
    marks: Literal["phrase", "clause", "sentence"] = "phrase"
    """How far the marked words reach: what the phrase matched, or on to the end of clause or sentence."""
    line: Words | None = None
    """What the examples answer."""
    finds: Phrases
    leaves: Phrases


class Weight(Part):
    """How cues speak together for one label, sentence by sentence."""

    needs: int
    """The points that a sentence needs."""
    strength: Literal[1, 2] = 2
    one_of: Names | None = None
    """Without one of these cues, no points are enough."""
    cues: dict[Id, int]
    """Rules and signs, each with its points: below nought they speak against the label."""


class ReaderFile(Part):
    """Any file in the folder of the reader: each part may stand in any file."""

    lists: dict[Id, Phrases] = {}
    feelings: dict[Id, Feeling] = {}
    spelling: Slips | None = None
    rules: dict[Id, RuleShape] = {}
    weights: dict[Id, Weight] = {}
