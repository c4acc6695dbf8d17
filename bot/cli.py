"""The command line: ``attune``.

What only some commands need, and takes long to load, is imported where it is needed: an author who checks content
again and again waits for no database and no messenger.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot import __version__
from bot.content import content_folder
from bot.errors import PlainError
from bot.settings import load_settings, show
from bot.trace import trace
from dialogs.contract import treat_all
from dialogs.course import ContentError, load_course
from dialogs.coverage import cover
from dialogs.diagnostic import Diagnostic
from dialogs.material import read_material
from dialogs.reader import Reader, load_reader, told
from dialogs.reading import Context, Finding
from dialogs.transcript import play_all, read_transcripts

if TYPE_CHECKING:
    from bot.store import Store

_Found = TypeVar("_Found")

MISTAKE = (
    "This is a mistake in the coach and none of yours; what it has taken in is kept. "
    "Where it happened, to report it (nobody's words are in it):"
)

cli = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="A coach that teaches people to listen, empathize, turn toward and validate. Begin with: attune chat",
)
content_cli = typer.Typer(no_args_is_help=True, help="Check and test what the coach says.")
db_cli = typer.Typer(no_args_is_help=True, help="Look after the database.")
dead_cli = typer.Typer(no_args_is_help=True, help="Look after dead letters: what went wrong for good, and is kept.")
cli.add_typer(content_cli, name="content")
cli.add_typer(db_cli, name="db")
cli.add_typer(dead_cli, name="dead")


def main() -> None:
    """Entry point; an error that a person can mend is one message, and of any other only its places are shown."""
    try:
        cli()
    except PlainError as error:
        typer.echo(f"attune: {error}", err=True)
        sys.exit(1)
    except ContentError as error:
        _report(error.problems)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output has gone
        sys.exit(0)
    except Exception as error:  # a traceback would show its text, which may quote a learner
        typer.echo(f"attune: {MISTAKE}\n{trace(error)}", err=True)
        sys.exit(1)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"attune {__version__}")
        raise typer.Exit


@cli.callback()
def options(
    context: typer.Context,
    content: Annotated[
        Path | None,
        typer.Option(
            help="The folder with the content, instead of ATTUNE_CONTENT or the one that comes with the coach."
        ),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Keep what holds for every command."""
    context.obj = content


@cli.command()
def chat(context: typer.Context) -> None:
    """Talk with the coach in this terminal. It keeps your place: leave with Ctrl-D and come back."""
    from bot import app

    settings = load_settings()
    try:
        asyncio.run(app.chat(settings, context.obj))
    except KeyboardInterrupt:
        typer.echo()


@cli.command()
def run(context: typer.Context) -> None:
    """Run the coach on Telegram, until it is told to stop. Needs ATTUNE_TELEGRAM_TOKEN."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)  # while nothing has begun; then the coach does better
    settings = load_settings()
    if settings.telegram_token is None:
        typer.echo(
            "Ask @BotFather on Telegram for a bot (/newbot) and set ATTUNE_TELEGRAM_TOKEN to its token.", err=True
        )
        typer.echo("To try the coach without Telegram, no token is needed: attune chat (make chat).", err=True)
        raise typer.Exit(1)
    from bot import app

    asyncio.run(app.run(settings, context.obj, settings.telegram_token.get_secret_value()))


def _leave(*_: object) -> None:
    sys.exit(0)


@cli.command()
def read(
    context: typer.Context,
    reply: Annotated[str | None, typer.Argument(help="A reply to read; without it, JSON lines from the input.")] = None,
    to: Annotated[str, typer.Option(help="What the reply answers.")] = "",
    explain: Annotated[bool, typer.Option(help="Show for a person how it was read.")] = False,
) -> None:
    """Read replies: a JSON object {"context", "reply"} a line in, {"skills", "pitfalls", "acts"} a line out."""
    reader = _reader(_folder(context))
    requests = [(to, reply)] if reply is not None else _requests()
    for said, text in requests:
        explained = reader.explain(text, Context(line=said))
        if explain:
            typer.echo("\n".join(told(text, explained)) + "\n")
        else:
            found = {key: _plain(getattr(explained.reading, key)) for key in ("skills", "pitfalls", "acts")}
            typer.echo(json.dumps(found, ensure_ascii=False))


def _reader(folder: Path) -> Reader:
    problems: list[Diagnostic] = []
    reader = load_reader(folder / "reader", f"{folder.name}/reader", problems, prove=False)
    if reader is None:
        raise ContentError(problems)
    return reader


def _requests() -> Iterator[tuple[str, str]]:
    for number, line in enumerate(sys.stdin, start=1):
        if line.strip():
            yield _request(number, line)


@cli.command()
def settings() -> None:
    """Show every setting: its value, where it comes from and what it is for."""
    for shown in show(load_settings()):
        typer.echo(f"{shown.variable} = {shown.value}\n    {shown.about} (from the {shown.source})")


@db_cli.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the shape this version needs; an SQLite file is copied first."""
    from bot.store import upgrade

    upgrade(load_settings().database_url)
    typer.echo("The database is up to date.")


@db_cli.command("backup")
def db_backup(file: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Copy an SQLite database, also while the coach runs."""
    from bot.store import back_up

    back_up(load_settings().database_url, file)
    typer.echo(f"{file} is a copy of the database. Keep it apart from the key.")


@dead_cli.command("list")
def dead_list() -> None:
    """Show all dead letters: id, time, channel, learner and what kind of error it was."""
    letters = asyncio.run(_in_store(lambda store: store.dead_letters()))
    for letter in letters:
        error = letter.error.partition("\n")[0]
        typer.echo(f"{letter.id}\t{letter.at:%Y-%m-%d %H:%M}\t{letter.channel}\t{letter.external_id or '-'}\t{error}")
    if not letters:
        typer.echo("There are none.")


@dead_cli.command("show")
def dead_show(
    name: str,
    words: Annotated[bool, typer.Option(help="Also what it holds, with the words of the learner.")] = False,
) -> None:
    """Show where in the code a dead letter went wrong."""
    letter = asyncio.run(_in_store(lambda store: store.dead_letter(name)))
    typer.echo(f"{letter.id}, {letter.at:%Y-%m-%d %H:%M:%S} UTC, {letter.channel}, {letter.external_id or 'nobody'}")
    typer.echo(letter.error)
    shown = json.dumps(letter.payload if words else _without_words(letter.payload), ensure_ascii=False)
    typer.echo(shown.encode("utf-8", "backslashreplace").decode())  # half a character cannot be shown


@dead_cli.command("retry")
def dead_retry(name: str) -> None:
    """Give a dead letter another try: its turn is taken, or its message sent, by whoever runs the coach."""
    from bot import app

    asyncio.run(app.retry(load_settings(), name))
    typer.echo(f"{name} waits again.")


@dead_cli.command("drop")
def dead_drop(name: str) -> None:
    """Forget a dead letter."""
    asyncio.run(_in_store(lambda store: store.drop(name)))
    typer.echo(f"{name} is forgotten.")


async def _in_store(work: Callable[[Store], Awaitable[_Found]]) -> _Found:
    from bot import app

    async with app.opened(load_settings()) as store:
        return await work(store)


def _without_words(payload: Any) -> Any:
    """The same shape, with every text but a kind left out."""
    if isinstance(payload, dict):
        return {key: value if key == "type" else _without_words(value) for key, value in payload.items()}
    if isinstance(payload, list):
        return [_without_words(value) for value in payload]
    return "…" if isinstance(payload, str) else payload


@content_cli.command("check")
def content_check(context: typer.Context) -> None:
    """Find mistakes in the content: file, line, what is wrong and the fix."""
    course = load_course(_folder(context))
    typer.echo(f"{len(course.scripts)} scripts, {len(course.decks)} decks: no mistakes.")


@content_cli.command("test")
def content_test(context: typer.Context) -> None:
    """Play the transcripts, show what they do not visit, and treat every state roughly."""
    folder = _folder(context)
    course = load_course(folder, prove=False)
    problems: list[Diagnostic] = []
    files = read_transcripts(folder, problems)
    result = play_all(course, files)
    coverage = cover(read_material(folder, problems, prove=False).scripts, result.visited)
    given, broken = treat_all(course)
    problems += [*result.failures, *coverage.missing]
    _report(problems)
    for one in broken:
        typer.echo(f"X005 {one.script}.{one.state} does not stand {one.treatment}: {one.why}.", err=True)
    typer.echo(
        f"{result.played} transcripts, {len(result.failures)} failed. "
        f"States visited: {coverage.states_visited} of {coverage.states}. "
        f"Edges taken: {coverage.edges_visited} of {coverage.edges}. "
        f"Rough treatments: {given}, {len(broken)} not stood."
    )
    if problems or broken:
        raise typer.Exit(1)


def _folder(context: typer.Context) -> Path:
    return content_folder(context.obj or load_settings().content)


def _report(problems: list[Diagnostic]) -> None:
    for problem in sorted(set(problems)):
        typer.echo(str(problem), err=True)
    if problems:
        typer.echo(f"{len(set(problems))} found; docs/diagnostics.md explains each code.", err=True)


def _request(number: int, line: str) -> tuple[str, str]:
    try:
        request: Any = json.loads(line)
        said, reply = request.get("context") or "", request["reply"]
    except (ValueError, KeyError, TypeError, AttributeError):
        said = reply = None
    if not (isinstance(said, str) and isinstance(reply, str)):
        typer.echo(f'attune: line {number} is not a JSON object like {{"context": "…", "reply": "…"}}', err=True)
        raise typer.Exit(2)
    return said, reply


def _plain(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    return [asdict(finding) for finding in findings]
