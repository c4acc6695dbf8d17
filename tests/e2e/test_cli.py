"""The commands besides chat."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from bot import __version__

from .home import ONBOARDING, ROOT, Home


def test_read_answers_a_line_for_a_line(home: Home) -> None:
    reply = "That must have been tough. How did that make you feel?"
    lines = [{"context": "My boss laughed at my report.", "reply": reply}, {"context": "", "reply": ""}]
    done = home.run("read", typed="".join(json.dumps(line) + "\n" for line in lines))
    first, second = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert {found["label"] for found in first["skills"]} == {"empathize", "turn_toward"}
    for found in first["skills"]:
        assert set(found) == {"label", "start", "end", "strength", "rule"}
    marked = {found["label"]: reply[found["start"] : found["end"]] for found in first["skills"]}
    assert marked["empathize"].startswith("That must have been tough")
    assert marked["turn_toward"].startswith("How did that make you feel")
    assert second == {"skills": [], "pitfalls": [], "acts": []}


@pytest.mark.parametrize("line", ["nonsense", "[1]", '{"reply": 3}', '{"context": "x"}'])
def test_read_names_a_line_it_cannot_read(home: Home, line: str) -> None:
    done = home.run("read", typed=f'{{"reply": "ok"}}\n{line}\n')
    assert done.returncode == 2
    assert "line 2" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("read",), ("content", "check"), ("--help",)], ids=" ".join)
def test_authors_wait_for_no_database_and_no_messenger(home: Home, command: tuple[str, ...]) -> None:
    done = home.run(*command, env={"PYTHONPROFILEIMPORTTIME": "1"})
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert {"dialogs", "typer"} <= loaded, "this is where imports are told"
    assert not {"alembic", "telegram", "aiohttp", "prompt_toolkit"} & loaded


def test_settings_hide_secrets(home: Home) -> None:
    secret = "xIxV8mGkL0sJ5ogcVLpSMlyqhZVgb4PNYGbtgk7uOZs="
    done = home.run(
        "settings",
        env={"ATTUNE_SECRET_KEY": secret, "ATTUNE_DATABASE_URL": "postgresql+psycopg://me:hush@localhost/attune"},
    )
    assert done.returncode == 0
    assert "ATTUNE_SECRET_KEY" in done.stdout
    assert secret not in done.stdout
    assert "hush" not in done.stdout


def test_wrong_settings_are_named_with_an_example(home: Home) -> None:
    done = home.run("chat", env={"ATTUNE_LOG": "loud", "ATTUNE_CONTENT": "/nowhere"})
    assert done.returncode == 1
    assert "ATTUNE_LOG" in done.stderr
    assert "Example: ATTUNE_LOG=info" in done.stderr
    assert "ATTUNE_CONTENT" in done.stderr
    assert "Traceback" not in done.stderr


def test_version_and_help(home: Home) -> None:
    assert home.run("--version").stdout == f"attune {__version__}\n"
    help_text = home.run("--help").stdout
    for command in ("chat", "read", "settings", "content", "db"):
        assert command in help_text


def test_db_upgrade_says_when_it_is_done(home: Home) -> None:
    done = home.run("db", "upgrade")
    assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")


def test_a_backup_is_made_while_somebody_writes_and_can_be_gone_back_to(home: Home) -> None:
    home.chat(*ONBOARDING)
    [database] = home.path.rglob("attune.db")
    copy = home.path / "copy.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM session")
        done = home.run("db", "backup", str(copy))
        other.execute("COMMIT")
    assert (done.returncode, done.stderr) == (0, "")
    assert str(copy) in done.stdout
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "18 or older?" in home.chat(), "without the copy, all is lost"
    for file in (Path(f"{database}-wal"), Path(f"{database}-shm")):
        file.unlink(missing_ok=True)
    copy.replace(database)
    assert "Sam comes to the door" in home.chat()


def test_a_backup_that_cannot_be_made_is_one_line_and_leaves_everything(home: Home) -> None:
    there = home.path / "there"
    there.write_text("my diary")
    missing, nowhere = str(home.path / "copy.db"), str(home.path / "there" / "copy.db")
    postgres = {"ATTUNE_DATABASE_URL": "postgresql://localhost/attune"}

    def told(target: str, env: dict[str, str] | None = None) -> str:
        done = home.run("db", "backup", target, env=env)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        return done.stderr

    assert "There is no database yet" in told(missing)
    assert not list(home.path.rglob("*.db"))
    home.chat("1")
    assert "is there already" in told(str(there))
    assert there.read_text() == "my diary"
    assert f"The copy cannot be made: {nowhere}" in told(nowhere)
    [database] = home.path.rglob("attune.db")
    database.write_text("my diary " * 100)
    assert "not a database" in told(missing)
    assert not Path(missing).exists()
    assert "pg_dump" in told(missing, postgres)


def test_an_author_works_on_a_copy_of_the_content(home: Home) -> None:
    own = home.path / "own"
    shutil.copytree(ROOT / "content", own)
    assert home.run("--content", str(own), "content", "check").returncode == 0
    menu = own / "en" / "menu" / "menu.yaml"
    menu.write_text(menu.read_text("utf-8").replace("begin: listen", "begin: lisen"), "utf-8")
    done = home.run("content", "check", env={"ATTUNE_CONTENT": str(own)})
    line = menu.read_text("utf-8").splitlines().index("      listen: {begin: lisen}") + 1
    assert done.returncode == 1
    assert f"own/en/menu/menu.yaml:{line}:" in done.stderr
    assert "Did you mean “listen”?" in done.stderr


def test_content_that_is_not_there_is_named(home: Home) -> None:
    empty = home.path / "empty"
    empty.mkdir()
    done = home.run("--content", str(empty), "content", "check")
    assert done.returncode == 1
    assert str(empty) in done.stderr


def test_transcripts_show_what_they_do_not_visit(home: Home, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(ROOT / "content", own)
    (own / "en" / "parts" / "plan.test.yaml").unlink()
    for path in (own / "en" / "lessons").glob("*.test.yaml"):
        path.unlink()
    done = home.run("--content", str(own), "content", "test")
    assert done.returncode == 1
    assert "X003" in done.stderr
    assert "parts/plan.yaml" in done.stderr
