"""The files of one language as typed values with their sources, not yet checked against each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from dialogs.diagnostic import Diagnostic
from dialogs.phrases import Feedback, Phrases
from dialogs.reader import Reader, load_reader
from dialogs.script import Deck, Script
from dialogs.shape import shaped
from dialogs.source import Source, read_source

Shape = TypeVar("Shape", bound=BaseModel)
TRANSCRIPT = ".test.yaml"


@dataclass(frozen=True)
class Material:
    """Everything that could be read. A missing part has been reported as a problem."""

    language: str
    scripts: list[tuple[Script, Source]]
    decks: list[tuple[Deck, Source]]
    phrases: tuple[Phrases, Source] | None
    feedback: tuple[Feedback, Source] | None
    reader: Reader | None


def read_material(folder: Path, problems: list[Diagnostic], *, prove: bool = True) -> Material:
    """Read the files of ``folder`` (such as ``content/en``); what cannot be used is added to ``problems``.

    With ``prove``, the examples of the reader's rules are run, too.
    """
    scripts: list[tuple[Script, Source]] = []
    decks: list[tuple[Deck, Source]] = []
    for path in sorted(folder.rglob("*.yaml")):
        inside = path.relative_to(folder)
        if path.name.endswith(TRANSCRIPT) or inside.parts[0] == "reader" or len(inside.parts) == 1:
            continue
        source = read_source(path, shown_name(folder, path), problems)
        if source is None:
            continue
        if isinstance(source.data, dict) and "deck" in source.data:
            decks.extend(_read(Deck, source, problems))
        else:
            scripts.extend(_read(Script, source, problems))
    return Material(
        folder.name,
        scripts,
        decks,
        _only(Phrases, folder / "phrases.yaml", folder, problems),
        _only(Feedback, folder / "feedback.yaml", folder, problems),
        load_reader(folder / "reader", shown_name(folder, folder / "reader"), problems, prove=prove),
    )


def shown_name(folder: Path, path: Path) -> str:
    """How diagnostics call a file: from the content folder's name on, as in ``content/en/menu/menu.yaml``."""
    return path.resolve().relative_to(folder.resolve().parent.parent).as_posix()


def _read(model: type[Shape], source: Source, problems: list[Diagnostic]) -> list[tuple[Shape, Source]]:
    value = shaped(model, source, problems)
    return [] if value is None else [(value, source)]


def _only(model: type[Shape], path: Path, folder: Path, problems: list[Diagnostic]) -> tuple[Shape, Source] | None:
    name = shown_name(folder, path)
    if not path.is_file():
        problems.append(Diagnostic(name, 1, 1, "S002", "This file is missing.", "Write it, or copy it from the coach."))
        return None
    source = read_source(path, name, problems)
    found = _read(model, source, problems) if source else []
    return found[0] if found else None
