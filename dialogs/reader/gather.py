"""All files of the reader's folder as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialogs.diagnostic import Diagnostic
from dialogs.reader.lexicon import NEEDED
from dialogs.reader.shape import Feeling, ReaderFile, RuleShape, Weight
from dialogs.shape import shaped
from dialogs.source import Source, read_source


@dataclass
class Files:
    """What all files hold together; ``at`` says in which file an id was written."""

    lists: dict[str, list[str]] = field(default_factory=dict)
    feelings: dict[str, Feeling] = field(default_factory=dict)
    rules: dict[str, RuleShape] = field(default_factory=dict)
    weights: dict[str, Weight] = field(default_factory=dict)
    expand: dict[str, tuple[str, ...]] = field(default_factory=dict)
    endings: dict[str, str] = field(default_factory=dict)
    common: list[str] = field(default_factory=list)
    at: dict[tuple[str, str], Source] = field(default_factory=dict)


def gather(folder: Path, name: str, problems: list[Diagnostic]) -> Files | None:
    """The files of ``folder``; None when one of them cannot be used."""
    before = len(problems)
    files = Files()
    for path in sorted(folder.glob("*.yaml")):
        source = read_source(path, f"{name}/{path.name}", problems)
        shape = source and shaped(ReaderFile, source, problems)
        if source and shape:
            _add(files, source, shape, problems)
    if len(problems) == before:
        problems += [
            Diagnostic(name, 1, 1, "R004", f"The reader needs a word list “{word}”.", f"Add “{word}” under “lists”.")
            for word in NEEDED
            if word not in files.lists
        ]
    return files if len(problems) == before else None


def _add(files: Files, source: Source, shape: ReaderFile, problems: list[Diagnostic]) -> None:
    parts: tuple[tuple[str, dict[str, Any], Mapping[str, Any]], ...] = (
        ("lists", files.lists, shape.lists),
        ("feelings", files.feelings, shape.feelings),
        ("rules", files.rules, shape.rules),
        ("weights", files.weights, shape.weights),
    )
    for part, known, new in parts:
        for key, value in new.items():
            if key in known:
                first = f"“{key}” is also in {files.at[part, key].file}."
                problems.append(source.problem((part, key), "G010", first, "Rename one of the two.", key=True))
            known[key] = value
            files.at[part, key] = source
    if shape.spelling:
        files.expand.update({word: tuple(full.split()) for word, full in shape.spelling.expand.items()})
        files.endings.update(shape.spelling.endings)
        files.common += shape.spelling.common
