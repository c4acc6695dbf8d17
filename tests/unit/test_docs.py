"""The documents tell the truth: what they name exists, and what exists they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.main import get_command

from bot.cli import cli
from bot.settings import PREFIX, Settings
from dialogs.course import load_course
from dialogs.diagnostic import Diagnostic
from dialogs.guard import Guard
from dialogs.numbers import CARD_TEXTS, NUMBERS
from dialogs.reader.shape import RuleShape, Weight
from dialogs.reader.sign import SIGNS
from dialogs.reading import PITFALLS, SKILLS
from dialogs.script import Ask, Card, Deck, Edge, Script, State
from dialogs.shape import shaped
from dialogs.source import parse_source
from dialogs.transcript import TranscriptFile

ROOT = Path(__file__).resolve().parents[2]


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_setting_is_explained_to_operators() -> None:
    for name in Settings.model_fields:
        assert f"`{PREFIX}{name.upper()}`" in page("docs/operators.md")


def test_every_key_of_the_language_is_explained_to_authors() -> None:
    text = page("docs/authors.md")
    for model in (Script, State, Ask, Edge, Guard, Card):
        for name, field in model.model_fields.items():
            assert re.search(rf"\b{field.alias or name}\b", text), f"{model.__name__}.{field.alias or name}"
    for name in (*SKILLS, *PITFALLS, *NUMBERS, *CARD_TEXTS):
        assert name in text


@pytest.mark.parametrize(("first", "shape"), [("script: listen", Script), ("deck:", Deck), ("tests:", TranscriptFile)])
def test_the_examples_for_authors_are_right(first: str, shape: type[BaseModel]) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", page("docs/authors.md"), re.DOTALL)
    problems: list[Diagnostic] = []
    source = parse_source(next(block for block in blocks if block.startswith(first)), "authors.md", problems)
    assert source, problems
    assert shaped(shape, source, problems), problems


def test_every_key_and_sign_of_the_reader_is_explained() -> None:
    text = page("docs/reader.md")
    for model in (RuleShape, Weight):
        for name in model.model_fields:
            assert f"`{name}`" in text or f"{name}:" in text, name
    for sign in SIGNS:
        assert f"`{sign}`" in text, sign


def test_every_command_line_command_is_in_the_readme() -> None:
    root = get_command(cli)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        for words in [f"{name} {inner}" for inner in getattr(command, "commands", {})] or [name]:
            assert f"attune {words}" in page("README.md"), words


def test_every_chat_command_is_in_the_help_page() -> None:
    course = load_course(ROOT / "content" / "en")
    said = " ".join(item.text or "" for item in course.scripts["help"].states["help"].say)
    for command in {*course.commands, "back"} - {"start"}:
        assert f"/{command}" in said


def test_links_between_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"
