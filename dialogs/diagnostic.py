"""What is wrong with a file an author wrote, and where.

A diagnostic never raises: loading collects them all, so that an author sees every problem at once.
Every code is explained in ``docs/diagnostics.md``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

CODES: dict[str, str] = {
    # files and YAML
    "Y001": "not readable YAML",
    "Y002": "the same key twice",
    "Y003": "a tab in the indentation",
    "Y004": "anchors and aliases are not used here",
    "Y005": "a word that some YAML tools read as yes/no, a time or another number",
    "Y006": "a file that is empty, too large or not UTF-8",
    # the shape of a file
    "S001": "a key that is not part of the language",
    "S002": "a key that is missing",
    "S003": "a value of the wrong kind",
    "S004": "keys that do not go together",
    # the graph of a script
    "G001": "a target that does not exist",
    "G002": "a script that does not exist",
    "G003": "a state that nothing leads to",
    "G004": "a dead end",
    "G005": "no way to an end",
    "G006": "a reply or a passing state without a fallback",
    "G007": "an edge that can never be taken",
    "G008": "a button that nothing answers, or an answer to no button",
    "G009": "states that pass on to each other for ever",
    "G010": "the same id twice",
    "G011": "a state that says nothing",
    "G012": "a course without exactly one start and one menu",
    # texts
    "T001": "an unknown placeholder",
    "T002": "a missing or needless plural form",
    "T003": "a text that is too long",
    "T004": "a text that is empty or badly marked up",
    "T005": "buttons that do not fit",
    # words of the language
    "W001": "an unknown skill or pitfall",
    "W002": "an unknown feeling",
    "W003": "an unknown deck, state or button in a guard or question",
    "W004": "a model answer that the reader would not praise",
    # rules of the reader
    "R001": "a rule that cannot be read",
    "R002": "an example that its rule does not find",
    "R003": "a counter-example that its rule finds",
    "R004": "a name of a word list that does not exist",
    "R005": "points for a cue that does not exist",
    # transcripts
    "X001": "something else happened than a transcript expects",
    "X002": "a transcript that cannot be played",
    "X003": "a state that no transcript visits",
    "X004": "an edge that no transcript takes",
    "X005": "a state that does not stand rough treatment",
}


@dataclass(frozen=True, order=True)
class Diagnostic:
    """One problem: ``line`` and ``column`` count from 1; ``fix`` is a sentence the author can act on."""

    file: str
    line: int
    column: int
    code: str
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.message} {self.fix}"


def nearest(word: str, known: Iterable[str]) -> str:
    """A sentence that offers the nearest right name, or lists the names when none is near."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean “{close[0]}”?"
    if not names:
        return "There is none to choose from."
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Use one of: {shown}."
