"""Rules made ready to run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dialogs.reader.automaton import Automaton, Small
from dialogs.reader.pattern import Sequence
from dialogs.reader.sentence import Sentence
from dialogs.reader.shape import RuleShape

_NEGATION_REACH = 3


@dataclass(frozen=True, eq=False, slots=True)
class Rule:
    """One rule of the files."""

    id: str
    shape: RuleShape


@dataclass(frozen=True, eq=False, slots=True)
class Phrased:
    """A rule with its phrases, to be learned and then forgotten: the automaton knows them all."""

    rule: Rule
    phrases: tuple[Sequence, ...]
    unless: tuple[Sequence, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Words of a sentence, from ``start`` to ``end``, that a rule found."""

    rule: Rule
    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What conditions of a rule look at beside the words themselves."""

    sentences: list[Sentence]
    questions: frozenset[int]
    """The sentences that ask."""
    hints: frozenset[str] | None
    """What the other person's line is like; None when there is no line."""


class Rules:
    """All rules at once."""

    def __init__(self, phrased: Iterable[Phrased], small: Small, turns: frozenset[str]) -> None:
        self._small = small
        self._turns = turns
        self._rules: list[Rule] = []
        self._automaton = Automaton(small)
        for number, one in enumerate(phrased):
            self._rules.append(one.rule)
            for phrase in one.phrases:
                self._automaton.add(phrase, 2 * number)
            for phrase in one.unless:
                self._automaton.add(phrase, 2 * number + 1)
        numbers = {rule.id: number for number, rule in enumerate(self._rules)}
        self._barring = {
            number: frozenset(numbers[other] for other in rule.shape.unless_rules if other in numbers)
            for number, rule in enumerate(self._rules)
            if rule.shape.unless_rules
        }

    def find(self, scene: Scene) -> Iterator[Match]:
        """What the rules find; within one rule nothing twice."""
        for number, sentence in enumerate(scene.sentences):
            found, barred = self._longest(sentence)
            for owner, ends in found.items():
                rule = self._rules[owner]
                if owner in barred or not self._may(rule.shape, scene, number):
                    continue
                if owner in self._barring and any(one in found and one not in barred for one in self._barring[owner]):
                    continue
                done = 0
                for start, end in ends.items():
                    if end > done and self._holds(rule.shape, scene, number, start, end):
                        done = self._marked(rule.shape, sentence, end)
                        yield Match(rule, number, start, done)

    def _longest(self, sentence: Sentence) -> tuple[dict[int, dict[int, int]], set[int]]:
        """For every rule the longest match from each place, and the rules that an “unless” rules out."""
        found: dict[int, dict[int, int]] = {}
        barred: set[int] = set()
        for owner, start, end in self._automaton.find(sentence):
            rule, unless = divmod(owner, 2)
            if unless:
                barred.add(rule)
            elif rule in found:
                found[rule][start] = max(end, found[rule].get(start, 0))
            else:
                found[rule] = {start: end}
        return found, barred

    def _marked(self, shape: RuleShape, sentence: Sentence, end: int) -> int:
        """Where the marked words end."""
        last = len(sentence.words)
        if shape.marks == "clause":
            return next((at for at in range(end, last) if self._parts(sentence, at)), last)
        return last if shape.marks == "sentence" else end

    def _parts(self, sentence: Sentence, at: int) -> bool:
        return sentence.tokens[at].pause or sentence.words[at] in self._small.buts

    def _may(self, shape: RuleShape, scene: Scene, number: int) -> bool:
        """Whether the rule fits the sentence and the other person's line; without a line every rule does."""
        if shape.sentence and (shape.sentence == "question") != (number in scene.questions):
            return False
        hints = scene.hints
        return hints is None or ((not shape.to or shape.to in hints) and shape.not_to not in hints)

    def _holds(self, shape: RuleShape, scene: Scene, number: int, start: int, end: int) -> bool:
        sentence = scene.sentences[number]
        if shape.alone and (len(scene.sentences) > 1 or (start, end) != (0, len(sentence.words))):
            return False
        if sentence.quotes and all(token.quoted for token in sentence.tokens[start:end]):
            return False
        return bool(shape.negated) or not self._denied(sentence, start)

    def _denied(self, sentence: Sentence, start: int) -> bool:
        reach = range(start - 1, max(-1, start - 1 - _NEGATION_REACH), -1)
        for at in reach:
            if sentence.tokens[at + 1].pause or sentence.words[at] in self._turns:
                return False
            if sentence.words[at] in self._small.negators:
                return True
        return False
