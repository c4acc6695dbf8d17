"""Why a reply was read as it was, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dialogs.reader.found import Found
from dialogs.reader.question import Question
from dialogs.reader.rule import Match
from dialogs.reader.sentence import Sentence
from dialogs.reader.verdict import Change
from dialogs.reader.weight import Score
from dialogs.reading import Finding, Reading


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence: its question, the rules that found something, its cues, and what the points say."""

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


def told(reply: str, explained: Explanation) -> Iterator[str]:
    """The explanation in lines of text."""
    for number, note in enumerate(explained.notes, start=1):
        yield f"{number}  “{_words(reply, note.sentence, 0, len(note.sentence.words))}”  {_kind(note.question)}"
        for match in note.matches:
            shows = ", ".join(match.rule.shape.shows or ("a cue",))
            yield f"     {match.rule.id}: “{_words(reply, note.sentence, match.start, match.end)}” ({shows})"
        for score in note.scores:
            cues = sorted(score.cues.items(), key=lambda cue: (-abs(cue[1]), cue[0]))
            because = ", ".join(f"{cue} {points:+}" for cue, points in cues)
            yield f"     {score.label}, {score.points} of {score.needs} points: {because}"
    for change in explained.changes:
        yield f"Because {change.why}:"
        yield from (f"     not {_short(reply, one, explained.notes)}" for one in change.gone)
        yield from (f"     but {_short(reply, one, explained.notes)}" for one in change.added)
    yield from _verdict(reply, explained.reading)


def _verdict(reply: str, reading: Reading) -> Iterator[str]:
    parts: dict[str, Iterable[Finding]] = {
        "Skills": reading.skills,
        "Pitfalls": reading.pitfalls,
        "Acts": reading.acts,
        "Feelings that do not fit": reading.misfits,
    }
    for name, findings in parts.items():
        yield f"{name}:{'' if findings else ' none'}"
        for one in findings:
            how = "spelt out" if one.strength > 1 else "hinted"
            yield f"     {one.label}: “{_one_line(reply[one.start : one.end])}” ({how}, {one.rule})"


def _kind(question: Question | None) -> str:
    if question is None:
        return "says"
    return "checks" if question.checks else "asks openly" if question.open else "asks"


def _short(reply: str, one: Found, notes: tuple[Note, ...]) -> str:
    return f"{one.label}: “{_words(reply, notes[one.sentence].sentence, one.start, one.end)}” ({one.rule})"


def _words(reply: str, sentence: Sentence, start: int, end: int) -> str:
    a, b = sentence.span(start, end)
    return _one_line(reply[a:b])


def _one_line(text: str) -> str:
    return " ".join(text.split())
