"""A course: all the content of one language, checked and compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from dialogs.check import check
from dialogs.diagnostic import Diagnostic
from dialogs.machine import ScriptMachine
from dialogs.material import read_material
from dialogs.phrases import Feedback, Phrases
from dialogs.reading import Reads
from dialogs.script import Card, Deck, Script


class ContentError(Exception):
    """The content has mistakes; ``problems`` lists them."""

    def __init__(self, problems: list[Diagnostic]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Course:
    """What the engine runs on. Machines are compiled when first needed, and shared from then on."""

    language: str
    scripts: Mapping[str, Script]
    decks: Mapping[str, Deck]
    phrases: Phrases
    feedback: Feedback
    reader: Reads
    _machines: dict[str, ScriptMachine] = field(default_factory=dict, repr=False, compare=False)

    def machine(self, script: str) -> ScriptMachine:
        """The compiled machine of a script."""
        if script not in self._machines:
            self._machines[script] = ScriptMachine(self.scripts[script])
        return self._machines[script]

    @cached_property
    def commands(self) -> Mapping[str, Script]:
        """Scripts by the command that opens them."""
        return {script.command.name: script for script in self.scripts.values() if script.command}

    @cached_property
    def start(self) -> Script:
        """The first conversation."""
        return next(script for script in self.scripts.values() if script.kind == "start")

    @cached_property
    def menu(self) -> Script:
        """Where everything returns to."""
        return next(script for script in self.scripts.values() if script.kind == "menu")

    @cached_property
    def lessons(self) -> frozenset[str]:
        """The ids of the lessons."""
        return frozenset(name for name, script in self.scripts.items() if script.kind == "lesson")

    @cached_property
    def former(self) -> Mapping[str, str]:
        """Today's script for every earlier id."""
        return {old: name for name, script in self.scripts.items() for old in script.was}

    def card(self, deck: str | None, name: str | None) -> Card | None:
        """A card of a deck, or None when either is gone."""
        found = self.decks.get(deck or "")
        return found.cards.get(name or "") if found else None


def load_course(folder: Path, *, prove: bool = True) -> Course:
    """Load, check and compile a language's folder, such as ``content/en``; to ``prove`` is for authors.

    Raises ContentError with every mistake found.
    """
    problems: list[Diagnostic] = []
    material = read_material(folder, problems, prove=prove)
    check(material, problems)
    if problems or not (material.phrases and material.feedback and material.reader):
        raise ContentError(sorted(set(problems)))
    return Course(
        material.language,
        {script.script: script for script, _ in material.scripts},
        {deck.deck: deck for deck, _ in material.decks},
        material.phrases[0],
        material.feedback[0],
        material.reader,
    )
