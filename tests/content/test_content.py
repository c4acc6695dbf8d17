"""The shipped content is sound, and an author who breaks it is told one thing, at the right line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from dialogs.contract import treat_all
from dialogs.course import ContentError, load_course
from dialogs.coverage import cover
from dialogs.diagnostic import CODES, Diagnostic
from dialogs.material import read_material
from dialogs.transcript import play_all, read_transcripts

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "content" / "en"
LESSON = "lessons/listen.yaml"


def test_the_shipped_content_is_clean_and_covered() -> None:
    course, problems = load_course(CONTENT), list[Diagnostic]()
    files = read_transcripts(CONTENT, problems)
    result = play_all(course, files)
    coverage = cover(read_material(CONTENT, problems).scripts, result.visited)
    assert [*problems, *result.failures, *coverage.missing] == []
    assert result.played > 50
    given, broken = treat_all(course)
    assert broken == []
    assert given > 500


def test_the_practice_deck_is_varied() -> None:
    cards = load_course(CONTENT).decks["everyday"].cards.values()
    assert len(cards) >= 16
    assert {card.speaker for card in cards} == {"partner", "child", "friend"}
    assert {card.mood for card in cards} == {"hard", "good"}


def problems_of(folder: Path) -> list[Diagnostic]:
    """What is wrong with content whose rules for reading are sound, which takes longest to prove."""
    try:
        load_course(folder, prove=False)
    except ContentError as error:
        return error.problems
    return []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT, tmp_path / "content" / "en")
    return tmp_path / "content" / "en"


BROKEN = {
    # what was done: (code, the line as it is, the line as it becomes, words of the fix)
    "a typo in a target": ("G001", "      go_on: {go: example}", "      go_on: {go: exmaple}", "example"),
    "a typo in the first state": ("G001", "start: idea", "start: ideal", "idea"),
    "a duplicate id": ("Y002", "  example:", "  idea:", "another name"),
    "a tab": ("Y003", "      go_on: {go: example}", "\tgo_on: {go: example}", "spaces"),
    "yes as a label": ("Y005", "      go_on: Show me", "      go_on: yes", '"yes"'),
    "an unknown key": ("S001", "    buttons:", "    butons:", "buttons"),
    "a missing key": ("S002", "title: Listen", "# title: Listen", "title"),
    "a text as version": ("S003", "version: 1", "version: one", ""),
    "an unknown kind": ("S003", "kind: lesson", "kind: leson", "lesson"),
    "a text where edges belong": ("S003", "      go_on: {go: example}", "      go_on: example", "key: value"),
    "an unknown skill": (
        "W001",
        "        - if: {shows: listen, avoids: all}",
        "        - if: {shows: lisen, avoids: all}",
        "listen",
    ),
    "an unknown feeling": (
        "W002",
        "      feelings: [disappointment, hurt, sadness, anger, annoyance, frustration]",
        "      feelings: [disapointment, hurt]",
        "disappointment",
    ),
    "an unknown pitfall": ("W001", "        - if: {falls_into: fixing}", "        - if: {falls_into: fixin}", "fixing"),
    "an unknown script": (
        "G002",
        "      go_on: {call: plan, go: close}",
        "      go_on: {call: plann, go: close}",
        "plan",
    ),
    "an unknown placeholder": (
        "T001",
        "    say: Good news wants to arrive, too. {Friend} rings, still out of breath. Type what you would say.",
        '    say: "{Freind} rings."',
        "friend",
    ),
    "a lone star": ("T004", "      - Which of these gives it back?", '      - "Which *of these?"', "docs/authors.md"),
    "a quote that is not closed": (
        "Y001",
        "      - Which of these gives it back?",
        '      - "Which of these gives it back?',
        "quotes",
    ),
    "a text that begins with a brace": (
        "Y001",
        "    say: Good news wants to arrive, too. {Friend} rings, still out of breath. Type what you would say.",
        "    say: {Friend} rings.",
        "double quotes",
    ),
    "a label that is too long": ("T003", "      go_on: Take it into today", "      go_on: " + "Take it " * 9, "60"),
    "a way that ends nowhere": ("G004", "    end: done", "    # end: done", "end: done"),
    "a button nobody answers": ("G008", "      go_on: Another one", "      gone: Another one", "gone"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_lesson_gives_one_diagnostic_at_its_line(copy: Path, what: str) -> None:
    code, was, becomes, fix = BROKEN[what]
    lesson = copy / LESSON
    lines = lesson.read_text("utf-8").split("\n")
    at = lines.index(was)
    lines[at] = becomes
    lesson.write_text("\n".join(lines), "utf-8")
    found = problems_of(copy)
    if what == "a button nobody answers":  # the button and its answer no longer know each other
        assert {problem.code for problem in found} == {"G008"}
        found = found[:1]
    (problem,) = found
    assert (problem.code, problem.file) == (code, f"content/en/{LESSON}")
    expected = {"a missing key": 1, "a way that ends nowhere": lines.index("  close:") + 1}.get(what, at + 1)
    assert problem.line == expected, str(problem)
    assert fix in problem.fix + problem.message


def test_a_state_that_nothing_leads_to(copy: Path) -> None:
    lesson = copy / LESSON
    lesson.write_text(lesson.read_text("utf-8") + "\n  lost:\n    say: Hello?\n    end: done\n", "utf-8")
    (problem,) = problems_of(copy)
    assert problem.code == "G003"
    assert lesson.read_text("utf-8").split("\n")[problem.line - 1] == "  lost:"


def test_a_reply_without_a_fallback(copy: Path) -> None:
    lesson = copy / LESSON
    text = lesson.read_text("utf-8")
    last = "        - say: You have the eight, the three, the hour. Take one of them and try again.\n"
    assert last in text
    lesson.write_text(text.replace(last, ""), "utf-8")
    (problem,) = problems_of(copy)
    assert (problem.code, problem.file) == ("G006", f"content/en/{LESSON}")


def test_two_scripts_with_one_id(copy: Path) -> None:
    lesson = copy / LESSON
    lesson.write_text(lesson.read_text("utf-8").replace("script: listen", "script: empathize"), "utf-8")
    assert "G010" in {problem.code for problem in problems_of(copy)}


def test_a_model_answer_the_coach_could_not_praise(copy: Path) -> None:
    deck = copy / "decks" / "everyday.yaml"
    text = deck.read_text("utf-8")
    was = re.search(r"    model: (.+)", text)
    assert was
    deck.write_text(text.replace(was[1], "You should tell your boss to stop.", 1), "utf-8")
    (problem,) = problems_of(copy)
    assert problem.code == "W004"
    assert "You should tell your boss" in deck.read_text("utf-8").split("\n")[problem.line - 1]


def test_every_code_is_explained_and_no_other() -> None:
    page = (ROOT / "docs" / "diagnostics.md").read_text("utf-8")
    assert set(re.findall(r"^\| ([A-Z]\d{3}) \|", page, re.MULTILINE)) == set(CODES)
