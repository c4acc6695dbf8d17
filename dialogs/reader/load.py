"""The reader from its files, with every mistake as a diagnostic."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from dialogs.diagnostic import Diagnostic, nearest
from dialogs.reader.gather import Files, gather
from dialogs.reader.grammar import Grammar
from dialogs.reader.lexicon import build
from dialogs.reader.pattern import PatternError, Sequence
from dialogs.reader.reader import Reader
from dialogs.reader.rule import Phrased, Rule, Rules
from dialogs.reader.shape import HINTS, LABELS, RuleShape
from dialogs.reader.sign import SIGNS
from dialogs.reader.spelling import Spelling
from dialogs.reader.token import Token, tokens
from dialogs.reader.weight import Weights
from dialogs.source import Path_, Source


def load_reader(folder: Path, name: str, problems: list[Diagnostic], *, prove: bool = True) -> Reader | None:
    """The reader that the files of ``folder`` describe, or None with the reasons in ``problems``.

    To ``prove`` it is to run the examples of every rule, which is needed once after a change and takes a third of
    the time.
    """
    with _uncollected():
        return _load(folder, name, problems, prove=prove)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: nearly all that is built here stays, and looking takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _load(folder: Path, name: str, problems: list[Diagnostic], *, prove: bool) -> Reader | None:
    files = gather(folder, name, problems)
    if files is None:
        return None
    before = len(problems)
    spelling = Spelling(files.expand, files.endings, files.common)
    split = _splitter(spelling)
    lexicon = build(files.lists, files.feelings, split)
    grammar = Grammar(lexicon.lists, split)
    compiler = _Compiler(grammar, problems)
    phrased = (compiler.rule(rule, shape, files.at["rules", rule]) for rule, shape in files.rules.items())
    rules = Rules(phrased, lexicon.small, lexicon.words("turns"))  # one after the other: together they are large
    _check_references(files, problems)
    _check_weights(files, problems)
    if len(problems) > before:
        return None
    spelling.learn(lexicon.vocabulary() | grammar.words)
    reader = Reader(lexicon, rules, Weights(files.weights), spelling)
    if prove:
        _prove(reader, files, problems)
    return reader if len(problems) == before else None


def _splitter(spelling: Spelling) -> Callable[[str], tuple[str, ...]]:
    """The regular words of a text; the same words stand in many phrases."""
    return cache(lambda text: tuple(one.text for one in tokens(text, spelling.regular) if isinstance(one, Token)))


class _Compiler:
    """Makes rules ready."""

    def __init__(self, grammar: Grammar, problems: list[Diagnostic]) -> None:
        self._grammar = grammar
        self._problems = problems

    def rule(self, name: str, shape: RuleShape, source: Source) -> Phrased:
        place: Path_ = ("rules", name)
        for index, label in enumerate(shape.shows or ()):
            if label not in LABELS:
                self._add(source, (*place, "shows", index), f"No rule can show “{label}”.", nearest(label, LABELS))
        for key, hint in (("to", shape.to), ("not_to", shape.not_to)):
            if hint and hint not in HINTS:
                self._add(source, (*place, key), f"“{hint}” is no hint.", nearest(hint, HINTS))
        phrases = self._phrases(shape.phrases, (*place, "phrases"), source)
        unless = self._phrases(shape.unless, (*place, "unless"), source)
        return Phrased(Rule(name, shape), phrases, unless)

    def _phrases(self, texts: list[str], place: Path_, source: Source) -> tuple[Sequence, ...]:
        found = [self._phrase(text, (*place, number), source) for number, text in enumerate(texts)]
        return tuple(phrase for phrase in found if phrase)

    def _phrase(self, text: str, place: Path_, source: Source) -> Sequence | None:
        try:
            return self._grammar.parse(text)
        except PatternError as error:
            fix = "See docs/reader.md for what a phrase may hold."
            if error.unknown:
                fix = nearest(error.unknown, self._grammar.names)
            self._problems.append(source.problem(place, "R004" if error.unknown else "R001", str(error), fix))
            return None

    def _add(self, source: Source, place: Path_, message: str, fix: str) -> None:
        self._problems.append(source.problem(place, "W001", message, fix))


def _check_references(files: Files, problems: list[Diagnostic]) -> None:
    """Every rule that another one names must be known."""
    for rule, shape in files.rules.items():
        for index, other in enumerate(shape.unless_rules):
            if other not in files.rules:
                place: Path_ = ("rules", rule, "unless_rules", index)
                message, fix = f"There is no rule “{other}”.", nearest(other, files.rules)
                problems.append(files.at["rules", rule].problem(place, "R005", message, fix))


def _check_weights(files: Files, problems: list[Diagnostic]) -> None:
    """Every label and every cue must be known."""
    cues = {*SIGNS, *files.rules}
    for label, weight in files.weights.items():
        source = files.at["weights", label]
        if label not in LABELS:
            fix = nearest(label, LABELS)
            problems.append(source.problem(("weights", label), "W001", f"Nothing can show “{label}”.", fix, key=True))
        named = [(("cues", cue), cue) for cue in weight.cues] + [(("one_of",), cue) for cue in weight.one_of or ()]
        for place, cue in named:
            if cue not in cues:
                message = f"There is no rule or sign “{cue}”."
                problems.append(
                    source.problem(("weights", label, *place), "R005", message, nearest(cue, cues), key=True)
                )


def _prove(reader: Reader, files: Files, problems: list[Diagnostic]) -> None:
    """Run the examples of every rule."""
    for rule, shape in files.rules.items():
        source = files.at["rules", rule]
        for index, text in enumerate(shape.finds):
            if rule not in reader.rules_found(text, shape.line or ""):
                message = f"“{rule}” does not find this."
                place = ("rules", rule, "finds", index)
                problems.append(source.problem(place, "R002", message, "Change a phrase or the example."))
        for index, text in enumerate(shape.leaves):
            if rule in reader.rules_found(text, shape.line or ""):
                message = f"“{rule}” finds this."
                place = ("rules", rule, "leaves", index)
                problems.append(source.problem(place, "R003", message, "Narrow a phrase, or add an “unless”."))
