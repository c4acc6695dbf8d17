"""What authors are told: the rarer diagnostics, each with its code and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.check import check
from dialogs.coverage import cover
from dialogs.diagnostic import Diagnostic
from dialogs.reader import load_reader
from dialogs.script import Script
from dialogs.shape import shaped
from dialogs.source import MAX_BYTES, parse_source, read_source
from dialogs.transcript import TranscriptFile, play_all
from tests.unit.dialogs.support import BASE, HELP, LESSON, MENU, PLAN, START, course, material

CONTENT = Path(__file__).resolve().parents[3] / "content" / "en"


# ---------------------------------------------------------------------- files
def parsed(text: str) -> list[tuple[str, int, int]]:
    problems: list[Diagnostic] = []
    assert parse_source(text, "f.yaml", problems) is None
    return [(problem.code, problem.line, problem.column) for problem in problems]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\nb: *x\n", [("Y004", 2, 4)]),
        ("a: &x 1\n", [("Y004", 1, 4)]),
        ("", [("Y006", 1, 1)]),
        ("a:\n  - yes\non: 21:30\n", [("Y005", 2, 5), ("Y005", 3, 1), ("Y005", 3, 5)]),
        ("a: 1\nb: 2\na: 3\n", [("Y002", 3, 1)]),
        ("a:\n\t- b\n", [("Y003", 2, 1)]),
        ("a: 'open\nb: 2\n", [("Y001", 1, 4)]),
        ("? [a, b]\n: 1\n", [("S003", 1, 3)]),
    ],
)
def test_files_that_cannot_be_used(text: str, found: list[tuple[str, int, int]]) -> None:
    assert parsed(text) == found


def test_scalars_follow_yaml_1_2() -> None:
    source = parse_source('a: "yes"\nb: true\nc: 1_000\nd: 0\ne: ~\nf: 1.5\ng: 0o7\n', "f.yaml", [])
    assert source
    assert source.data == {"a": "yes", "b": True, "c": "1_000", "d": 0, "e": None, "f": 1.5, "g": "0o7"}
    assert source.at(("b",)) == (2, 4)
    assert source.at(("b",), key=True) == (2, 1)


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"a: b\n" * (MAX_BYTES // 5 + 1)])
def test_files_that_are_no_text_or_huge(tmp_path: Path, raw: bytes) -> None:
    problems: list[Diagnostic] = []
    (tmp_path / "f.yaml").write_bytes(raw)
    assert read_source(tmp_path / "f.yaml", "f.yaml", problems) is None
    assert [problem.code for problem in problems] == ["Y006"]


# ---------------------------------------------------------------------- scripts
def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), start=1) if words in line)


BROKEN = [
    ("G005", LESSON.replace("third}", "loop}").replace("go: third", "go: loop")
        + "  loop: {say: Again., buttons: {x_: X}, when: {x_: {go: loop}}}\n", "  first:"),
    ("G007", LESSON.replace("- {if: {try: 2}, say: Twice.", "- {say: Twice."), "- {say: Once more.}"),
    ("G009", LESSON.replace("    say: First.", "    say: First.", 1).replace("start: first", "start: pass_")
        + "  pass_: {when: {always: {go: pass_}}}\n", "  pass_:"),
    ("G004", LESSON.replace('"Yes, please!", no_: "No"', "{if: {done: plan}, text: A}, no_: {if: {try: 9}, text: B}"),
        "buttons: {yes_"),
    ("G011", LESSON.replace("    say: First.\n", ""), "  first:"),
    ("T005", LESSON.replace("home: Menu}", "home: a PLAN}"), "a PLAN"),
    ("W003", LESSON.replace("{say: Once more.}", "{say: [{text: Hm., if: {chose: {third: skip}}}]}"), "chose"),
    ("W003", LESSON.replace("{line: It rained., feelings: [sadness], facts: [rained], aim: listen}", "{deck: none_}"),
        "deck: none_"),
    ("S004", LESSON.replace("      home: {begin: menu}", "      home: {if: {shows: listen}, begin: menu}\n")
        .replace("{if: {shows: listen}, begin: menu}", "[{if: {shows: listen}, begin: menu}, {begin: menu}]"),
        "home: [{if"),
    ("T002", LESSON.replace("    say: Third.", "    say: [{plural: tries_week, one: One.}]"), "plural"),
    ("T002", LESSON.replace("say: Third.", "say: [{plural: tries_week, one: One., few: Few., other: Some.}]"), "few"),
    ("T001", LESSON.replace("    say: Third.", "    say: [{plural: tries, one: One., other: Some.}]"), "plural"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "lesson", "words"), BROKEN, ids=[f"{row[0]}-{n}" for n, row in enumerate(BROKEN)])
def test_a_broken_script(code: str, lesson: str, words: str) -> None:
    found, problems = material(START, MENU, HELP, PLAN, lesson)
    check(found, problems)
    mine = [problem for problem in problems if problem.code not in ("G003", "W004") and problem.file == "4.yaml"]
    assert [(problem.code, problem.line) for problem in mine[:1]] == [(code, line_of(lesson, words))]
    assert mine[0].fix


@pytest.mark.parametrize(
    ("key", "lesson"),
    [
        ("S004", LESSON.replace("    end: done", "    end: done\n    buttons: {a: A}")),
        ("S004", LESSON.replace("say: Heard., go: third", "say: Heard., begin: menu, go: third")),
        ("S004", LESSON.replace("{call: plan, go: last}", "{call: plan}")),
        ("S004", LESSON.replace("aim: listen}", "remember: x}")),
        ("S004", LESSON.replace("{shows: listen, avoids: all}", "{}")),
        ("S003", LESSON.replace("start: first", "start: First!")),
    ],
)
def test_keys_that_do_not_go_together(key: str, lesson: str) -> None:
    problems: list[Diagnostic] = []
    source = parse_source(lesson, "f.yaml", problems)
    assert source
    assert shaped(Script, source, problems) is None
    assert [problem.code for problem in problems] == [key]
    assert problems[0].line > 1


def test_scripts_that_call_each_other_for_ever() -> None:
    circle = PLAN.replace("reply: {go: kept}", "reply: {call: plan, go: kept}")
    found, problems = material(START, MENU, HELP, LESSON, circle)
    check(found, problems)
    assert [problem.code for problem in problems] == ["G009"]


def test_a_course_has_one_start_and_one_menu() -> None:
    for texts in (
        (START, HELP),
        (START, MENU, MENU.replace("script: menu", "script: menu2").replace("name: menu", "name: m")),
    ):
        found, problems = material(*texts)
        check(found, problems)
        assert "G012" in {problem.code for problem in problems}


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.integers(0, 40), st.sampled_from(["", "x", "  - a", "\t", "a: b", "'", "{", "- yes", "  first:", "&a *b"]))
def test_no_text_is_too_broken_for_a_diagnostic(at: int, becomes: str) -> None:
    lines = LESSON.split("\n")
    lines[at % len(lines)] = becomes
    problems: list[Diagnostic] = []
    source = parse_source("\n".join(lines), "f.yaml", problems)
    if source is None or shaped(Script, source, problems) is None:
        assert problems
        assert all(problem.line >= 1 and problem.message and problem.fix for problem in problems)


# ---------------------------------------------------------------------- the reader's rules
RULES = """
lists:
  kind_: [kind]
rules:
  praise_:
    shows: [validate]
    phrases: ["{phrase}"]
    finds: ["{finds}"]
    leaves: ["{leaves}"]
"""


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("R001", {"phrase": "how ("}),
        ("R004", {"phrase": "how <knid_>"}),
        ("R002", {"finds": "something else entirely"}),
        ("R003", {"leaves": "how wondrously kind"}),
    ],
)
def test_a_rule_is_proved_by_its_examples(tmp_path: Path, code: str, changes: dict[str, str]) -> None:
    for file in (CONTENT / "reader").glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    words = {"phrase": "how wondrously <kind_>", "finds": "how wondrously kind", "leaves": "how odd", **changes}
    rules = RULES
    for name, value in words.items():
        rules = rules.replace("{" + name + "}", value)
    (tmp_path / "mine.yaml").write_text(rules, "utf-8")
    problems: list[Diagnostic] = []
    assert load_reader(tmp_path, "reader", problems) is None
    assert [(problem.code, problem.file) for problem in problems] == [(code, "reader/mine.yaml")]


# ---------------------------------------------------------------------- transcripts
TEST = """
tests:
  - name: a learner
    script: lesson
    done: [hello]
    steps:
      - tap: yes_
        expect: Second.
        state: second
        buttons: [skip]
      - say: listen
        skills: [listen]
        pitfalls: []
        state: third
      - wait: 2 days
      - command: help
        expect: This is help.
      - tap: plan
        state: plan.ask
      - send: sticker
      - say: When it rains
        unexpected: Nothing like that
        state: ended
"""


def played(text: str) -> list[Diagnostic]:
    source = parse_source(text, "lesson.test.yaml", [])
    assert source
    file = shaped(TranscriptFile, source, [])
    assert file
    return play_all(course(*BASE), [(file, source)]).failures


def test_a_transcript_that_holds() -> None:
    assert played(TEST) == []


@pytest.mark.parametrize(
    ("code", "was", "becomes"),
    [
        ("X001", "expect: Second.", "expect: Third."),
        ("X001", "state: second", "state: third"),
        ("X001", "buttons: [skip]", "buttons: [go]"),
        ("X001", "skills: [listen]", "skills: [listen, validate]"),
        ("X001", "pitfalls: []", "pitfalls: [fixing]"),
        ("X001", "unexpected: Nothing like that", "unexpected: Your plan"),
        ("X001", "state: plan.ask", "state: ended"),
        ("X002", "tap: plan", "tap: plann"),
        ("X002", "script: lesson", "script: lessen"),
    ],
)
def test_a_transcript_that_fails_names_its_line(code: str, was: str, becomes: str) -> None:
    text = TEST.replace(was, becomes)
    if becomes == "state: ended":
        text = text.replace("- tap: plan\n        state: ended", "- tap: plan\n        expect: nothing of the kind")
        becomes = "expect: nothing of the kind"
    (failure,) = played(text)
    assert (failure.code, failure.line) == (code, line_of(text, becomes))


def test_what_no_transcript_visits_is_listed_by_line() -> None:
    source = parse_source(TEST, "lesson.test.yaml", [])
    assert source
    file = shaped(TranscriptFile, source, [])
    assert file
    found, _ = material(*BASE)
    visited = play_all(course(*BASE), [(file, source)]).visited
    coverage = cover([(script, where) for script, where in found.scripts if script.script == "lesson"], visited)
    assert (coverage.states, coverage.states_visited) == (4, 4)
    missing = {(problem.code, problem.line) for problem in coverage.missing}
    assert missing == {
        ("X004", line_of(LESSON, words)) for words in ("Stay then", "try: 2", "Once more", "skip: {go", "begin: menu")
    }
