"""Why a reply was read as it was, for people."""

from __future__ import annotations

from dataclasses import dataclass

from dialogs.reader.question import Question
from dialogs.reader.rule import Match
from dialogs.reader.sentence import Sentence
from dialogs.reader.verdict import Change
from dialogs.reader.weight import Score
from dialogs.reading import Reading


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence: its question, the rules that found something, its cues, and the labels with enough points."""

    sentence: Sentence
    question: Question | None
    matches: tuple[Match, ...]
    cues: frozenset[str]
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The notes on every sentence, what the verdict changed, and the reading that came of it."""

    notes: tuple[Note, ...]
    changes: tuple[Change, ...]
    reading: Reading
