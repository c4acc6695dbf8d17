"""The reader on our own labelled replies: the figures that later changes must not fall below.

What is asserted are floors for a regression, a little under today's figures; docs/reader-figures.md has the figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from dialogs.reader import Reader
from dialogs.reading import PITFALLS, SKILLS, Context
from tests.unit.reader.conftest import reader

__all__ = ["reader"]

FOLDER = Path(__file__).parent


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


def mean_f1(reader: Reader, some: list[dict[str, Any]], kind: str, labels: Iterable[str]) -> float:
    found = [
        {one.label for one in getattr(reader.read(line["reply"], Context(line["context"])), kind)} for line in some
    ]
    figures = []
    for label in labels:
        pairs = [
            (label in line[kind], label in one)
            for line, one in zip(some, found, strict=True)
            if label not in line["maybe"]
        ]
        both = sum(gold and said for gold, said in pairs)
        figures.append(2 * both / sum(gold + said for gold, said in pairs))
    return sum(figures) / len(figures)


@pytest.mark.parametrize(
    ("name", "kind", "labels", "floor"),
    [
        ("dev", "skills", SKILLS, 0.92),
        ("dev", "pitfalls", PITFALLS, 0.93),
        ("heldout", "skills", SKILLS, 0.80),
        ("heldout", "pitfalls", PITFALLS, 0.71),
    ],
)
def test_figures_do_not_fall(reader: Reader, name: str, kind: str, labels: tuple[str, ...], floor: float) -> None:
    assert mean_f1(reader, lines(name), kind, labels) >= floor


def test_the_lines_are_well_formed() -> None:
    both = lines("dev") + lines("heldout")
    assert len({line["id"] for line in both}) == len({line["reply"] for line in both}) == len(both) >= 400
    assert not {line["context"] for line in lines("dev")} & {line["context"] for line in lines("heldout")}
    for line in both:
        assert set(line["skills"]) <= set(SKILLS)
        assert set(line["pitfalls"]) <= set(PITFALLS)
        assert set(line["maybe"]) <= {*SKILLS, *PITFALLS} - {*line["skills"], *line["pitfalls"]}
