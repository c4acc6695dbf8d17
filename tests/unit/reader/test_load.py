"""Mistakes in the files of the reader become diagnostics at their line."""

import shutil
from pathlib import Path

import pytest

from dialogs.diagnostic import Diagnostic
from dialogs.reader import load_reader
from dialogs.reading import Context
from tests.unit.reader.conftest import FOLDER


def problems_with(tmp_path: Path, text: str) -> list[tuple[str, int, str]]:
    folder = tmp_path / "reader"
    shutil.copytree(FOLDER, folder)
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    problems: list[Diagnostic] = []
    assert load_reader(folder, "reader", problems) is None
    assert all(one.fix for one in problems)
    return [(one.file, one.line, one.code) for one in problems]


def rule(phrase: str = "purple rain", finds: str = "purple rain", leaves: str = "rain", shows: str = "listen") -> str:
    return (
        f'rules:\n  mine:\n    shows: [{shows}]\n    phrases: ["{phrase}"]\n'
        f'    finds: ["{finds}"]\n    leaves: ["{leaves}"]\n'
    )


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        (rule(phrase="(purple rain"), 4, "R001"),
        (rule(phrase="..3 rain"), 4, "R001"),
        (rule(phrase="[purple]"), 4, "R001"),
        (rule(phrase="purple ..99 rain"), 4, "R001"),
        (rule(phrase="purple ) rain"), 4, "R001"),
        (rule(phrase="purple (|rain)"), 4, "R001"),
        (rule(phrase="purple <rian>"), 4, "R004"),
        (rule(finds="green rain"), 5, "R002"),
        (rule(leaves="oh purple rain"), 6, "R003"),
        (rule(shows="lisen"), 3, "W001"),
        (rule() + "    to: nobody\n", 7, "W001"),
        (rule() + "    too: nobody\n", 7, "S001"),
        (rule() + "    unless_rules: [nobody_there]\n", 7, "R005"),
        ("rules:\n  mine:\n    shows: [listen]\n    phrases: [a]\n    finds: [a]\n", 3, "S002"),
        ("feelings:\n  anger:\n    valence: pleasant\n    words: [x]\n", 2, "G010"),
        ("feelings:\n  dread:\n    valence: nasty\n    words: [x]\n", 3, "S003"),
        ("lists: [\n", 2, "Y001"),
        ("weights:\n  sympathy:\n    needs: 2\n    cues: {no_such_cue: 3}\n", 4, "R005"),
        ("weights:\n  sympathy:\n    needs: 2\n    one_of: [no_such]\n    cues: {mark: 3}\n", 4, "R005"),
        ("weights:\n  sympathi:\n    needs: 2\n    cues: {mark: 3}\n", 2, "W001"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, line: int, code: str) -> None:
    assert ("reader/mine.yaml", line, code) in problems_with(tmp_path, text)


def test_a_folder_without_the_lists_it_needs(tmp_path: Path) -> None:
    problems: list[Diagnostic] = []
    assert load_reader(tmp_path, "reader", problems) is None
    assert {one.code for one in problems} == {"R004"}


def test_a_rule_of_ones_own_is_used(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(FOLDER, folder)
    (folder / "mine.yaml").write_text(rule(), encoding="utf-8")
    problems: list[Diagnostic] = []
    reader = load_reader(folder, "reader", problems)
    assert reader, problems
    assert [one.rule for one in reader.read("Purple rain", Context()).skills] == ["mine"]


def test_who_only_uses_the_reader_need_not_run_its_examples(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(FOLDER, folder)
    (folder / "mine.yaml").write_text(rule().replace("finds: [", "finds: [yellow snow, "), encoding="utf-8")
    problems: list[Diagnostic] = []
    assert load_reader(folder, "reader", problems, prove=False)
    assert load_reader(folder, "reader", problems) is None
    assert [problem.code for problem in problems] == ["R002"]


def test_a_rule_gives_way_where_another_one_stands(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(FOLDER, folder)
    shared = 'rules:\n  shared:\n    phrases: ["green rain"]\n    finds: [green rain]\n    leaves: [rain]\n'
    mine = rule(leaves="green rain and purple rain").removeprefix("rules:\n") + "    unless_rules: [shared]\n"
    (folder / "mine.yaml").write_text(shared + mine, encoding="utf-8")
    problems: list[Diagnostic] = []
    assert load_reader(folder, "reader", problems), problems
