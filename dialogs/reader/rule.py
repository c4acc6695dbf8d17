"""Rules made ready to run, found by the first word of their phrases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dialogs.reader.pattern import Sequence, Small, openings
from dialogs.reader.sentence import Sentence
from dialogs.reader.shape import RuleShape

_NEGATION_REACH = 3


class Index:
    """Phrases by their first and second word."""

    def __init__(self, phrases: Iterable[Sequence]) -> None:
        self.openings = [opening for phrase in phrases for opening in openings(phrase)]
        self._table: dict[str, dict[str | None, list[Sequence]]] = {}
        for first, second, phrase in self.openings:
            self._table.setdefault(first, {}).setdefault(second, []).append(phrase)

    def anywhere(self, sentence: Sentence) -> bool:
        """Whether any phrase stands in the sentence."""
        return any(
            phrase.ends(sentence, at)
            for at, word, following in sentence.pairs
            if word in self._table
            for second in (following, None)
            for phrase in self._table[word].get(second, ())
        )


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of the files."""

    id: str
    shape: RuleShape
    phrases: Index
    unless: Index


@dataclass(frozen=True, slots=True)
class Found:
    """A label on the words ``start`` to ``end`` of a sentence."""

    label: str
    strength: int
    rule: str
    sentence: int
    start: int
    end: int

    def meets(self, other: Found) -> bool:
        """Whether the two share a word."""
        return self.sentence == other.sentence and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Scene:
    """What conditions of a rule look at beside the words themselves."""

    sentences: list[Sentence]
    questions: frozenset[int]
    """The sentences that ask."""
    hints: frozenset[str] | None
    """What the other person's line is like; None when there is no line."""


class Rules:
    """All rules, indexed."""

    def __init__(self, rules: Iterable[Rule], small: Small, turns: frozenset[str]) -> None:
        self._small = small
        self._turns = turns
        self._table: dict[str, dict[str | None, dict[Rule, list[Sequence]]]] = {}
        for rule in rules:
            for first, second, phrase in rule.phrases.openings:
                self._table.setdefault(first, {}).setdefault(second, {}).setdefault(rule, []).append(phrase)

    def find(self, scene: Scene) -> Iterator[Found]:
        """What the rules find; within one rule nothing twice."""
        for number, sentence in enumerate(scene.sentences):
            done: dict[Rule, int] = {}
            for at, word, following in sentence.pairs:
                if word not in self._table:
                    continue
                for second in (following, None):
                    for rule, phrases in self._table[word].get(second, {}).items():
                        end = max((max(phrase.ends(sentence, at), default=0) for phrase in phrases), default=0)
                        if end > max(at, done.get(rule, 0)) and self._holds(rule, scene, number, at, end):
                            done[rule] = end = self._marked(rule, sentence, end)
                            for label in rule.shape.shows:
                                yield Found(label, rule.shape.strength, rule.id, number, at, end)

    def _marked(self, rule: Rule, sentence: Sentence, end: int) -> int:
        """Where the marked words end."""
        last = len(sentence.words)
        if rule.shape.marks == "clause":
            return next((at for at in range(end, last) if self._parts(sentence, at)), last)
        return last if rule.shape.marks == "sentence" else end

    def _parts(self, sentence: Sentence, at: int) -> bool:
        return sentence.tokens[at].pause or sentence.words[at] in self._small.buts

    def _holds(self, rule: Rule, scene: Scene, number: int, start: int, end: int) -> bool:
        sentence, shape = scene.sentences[number], rule.shape
        if shape.sentence and (shape.sentence == "question") != (number in scene.questions):
            return False
        if shape.alone and (len(scene.sentences) > 1 or (start, end) != (0, len(sentence.words))):
            return False
        if not _answers(shape, scene.hints) or all(token.quoted for token in sentence.tokens[start:end]):
            return False
        if not shape.negated and self._denied(sentence, start):
            return False
        return not rule.unless.anywhere(sentence)

    def _denied(self, sentence: Sentence, start: int) -> bool:
        clause = sentence.clause(start, self._turns)
        reach = sentence.words[max(clause, start - _NEGATION_REACH) : start]
        return any(word in self._small.negators for word in reach)


def _answers(shape: RuleShape, hints: frozenset[str] | None) -> bool:
    """Whether the rule fits the other person's line; without a line every rule does."""
    return hints is None or ((not shape.to or shape.to in hints) and shape.not_to not in hints)
