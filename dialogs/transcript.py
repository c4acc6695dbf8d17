"""Transcript tests: what a learner does, and what must happen; written in YAML beside the script."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from dialogs.course import Course
from dialogs.diagnostic import Diagnostic, nearest
from dialogs.effect import Attempt, Complete, Effect, Offer, Say
from dialogs.event import Command, Event, Sent, Tap, Typed
from dialogs.material import TRANSCRIPT, shown_name
from dialogs.script import Id, Part, Words
from dialogs.session import Frame, Progress, Session
from dialogs.shape import shaped
from dialogs.source import Path_, Source, read_source
from dialogs.step import run
from dialogs.turn import Turn

EPOCH = datetime(2030, 1, 1, 9, tzinfo=UTC)  # when every transcript begins
ENDED = "ended"
_WAIT = re.compile(r"^(\d+) (minute|hour|day)s?$")

Several = Annotated[list[str], BeforeValidator(lambda value: value if isinstance(value, list) else [value])]
Visit = tuple[str, str, str, int]
"""(script, state, trigger, index of the edge); a state itself has the trigger "" and index 0."""


class Step(Part):
    """One thing the learner does, and what must follow."""

    tap: Id | None = None
    say: str | None = None
    command: Id | None = None
    send: Id | None = None
    wait: Annotated[str, Field(pattern=_WAIT.pattern)] | None = None
    expect: Several = []
    unexpected: Several = []
    state: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")] | None = None
    skills: list[Id] | None = None
    pitfalls: list[Id] | None = None
    buttons: list[Id] | None = None

    @model_validator(mode="after")
    def _one_deed(self) -> Self:
        deeds = [name for name in ("tap", "say", "command", "send", "wait") if getattr(self, name) is not None]
        if len(deeds) != 1:
            raise ValueError("a step needs exactly one of tap, say, command, send, wait")
        return self


class Transcript(Part):
    """One learner's way through a script."""

    name: Words
    script: Id
    knows: dict[Id, Words] = {}
    done: list[Id] = []
    steps: Annotated[list[Step], Field(min_length=1)]


class TranscriptFile(Part):
    """A ``.test.yaml``."""

    tests: Annotated[list[Transcript], Field(min_length=1)]


@dataclass
class Result:
    """What playing transcripts gave."""

    played: int = 0
    failures: list[Diagnostic] = field(default_factory=list)
    visited: set[Visit] = field(default_factory=set)


def read_transcripts(folder: Path, problems: list[Diagnostic]) -> list[tuple[TranscriptFile, Source]]:
    """Every transcript file of a language."""
    found = []
    for path in sorted(folder.rglob("*" + TRANSCRIPT)):
        source = read_source(path, shown_name(folder, path), problems)
        shape = shaped(TranscriptFile, source, problems) if source else None
        if source and shape:
            found.append((shape, source))
    return found


def play_all(course: Course, files: Iterable[tuple[TranscriptFile, Source]]) -> Result:
    """Play every transcript; a failed expectation is a diagnostic at its line."""
    result = Result()
    for file, source in files:
        for index, transcript in enumerate(file.tests):
            result.played += 1
            result.failures.extend(_Player(course, transcript, source, ("tests", index), result.visited).play())
    return result


class _Player:
    def __init__(
        self, course: Course, transcript: Transcript, source: Source, path: Path_, visited: set[Visit]
    ) -> None:
        self.course = course
        self.transcript = transcript
        self.source = source
        self.path = path
        self.visited = visited
        self.now = EPOCH
        self.progress = Progress(done=frozenset(transcript.done))
        self.session = Session()
        self.script = transcript.script

    def play(self) -> list[Diagnostic]:
        if self.script not in self.course.scripts:
            message = f"There is no script “{self.script}”."
            return [self._problem(("script",), "X002", message, nearest(self.script, self.course.scripts))]
        self._begin()
        for index, step in enumerate(self.transcript.steps):
            path: Path_ = ("steps", index)
            event = self._event(step)
            if event is None:
                if step.tap:
                    offered = [button.id for button in self.session.offered]
                    message = f"No button “{step.tap}” is offered here."
                    return [self._problem((*path, "tap"), "X002", message, nearest(step.tap, offered))]
                continue
            effects = self._take(event, index)
            failures = list(self._compare(step, effects, path))
            if failures:
                return failures  # what follows would only fail with it
        return []

    def _begin(self) -> None:
        """Enter the script as its command or another script would."""
        script = self.course.scripts[self.script]
        memory = dict(self.transcript.knows)
        frame = Frame(script=script.script, version=script.version, state=script.start)
        self.session = Session(memory=memory, last=self.now)
        turn = Turn(self.course, self.session, self.progress, self.now, Random(0))
        turn.frames = [frame]
        turn.enter()
        self._keep(turn)

    def _event(self, step: Step) -> Event | None:
        if step.say is not None:
            return Typed(step.say)
        if step.command:
            return Command(step.command)
        if step.send:
            return Sent(step.send)
        if step.wait:
            count, unit = _WAIT.match(step.wait).groups()  # type: ignore[union-attr]  # the pattern was checked
            self.now += timedelta(**{unit + "s": int(count)})
            return None
        at = next((i for i, button in enumerate(self.session.offered) if button.id == step.tap), None)
        return None if at is None else Tap(self.session.epoch, at)

    def _take(self, event: Event, index: int) -> list[Effect]:
        self.now += timedelta(seconds=30)
        return self._keep(run(self.course, self.session, event, self.now, Random(index), self.progress))

    def _keep(self, turn: Turn) -> list[Effect]:
        self.visited.update(turn.trace)
        self.session, effects = turn.close()
        # what the store would count
        done = {effect.script for effect in effects if isinstance(effect, Complete)}
        tries = [effect for effect in effects if isinstance(effect, Attempt)]
        week = dict(self.progress.week)
        for attempt in tries:
            for skill in attempt.skills:
                week[skill] = week.get(skill, 0) + 1
        self.progress = Progress(self.progress.done | done, week, self.progress.tries_week + len(tries))
        return effects

    def _compare(self, step: Step, effects: list[Effect], path: Path_) -> Iterable[Diagnostic]:
        said = "\n".join(effect.text for effect in effects if isinstance(effect, Say))
        for words in step.expect:
            if _plain(words) not in _plain(said):
                yield self._problem((*path, "expect"), "X001", f"“{words}” was not said.", f"The coach said:\n{said}")
        for words in step.unexpected:
            if _plain(words) in _plain(said):
                yield self._problem((*path, "unexpected"), "X001", f"“{words}” was said.", f"The coach said:\n{said}")
        where = self._where()
        wanted = f"{self.script}.{step.state}" if step.state and "." not in step.state else step.state
        if step.state == ENDED:
            if any(frame.script == self.script for frame in self.session.frames):
                yield self._problem((*path, "state"), "X001", f"The script goes on: {where}.", "It should have ended.")
        elif wanted and wanted != where:
            yield self._problem((*path, "state"), "X001", f"The learner is in {where}.", f"It should be {wanted}.")
        yield from self._compare_reading(step, effects, path)
        offered = [button.id for effect in effects if isinstance(effect, Offer) for button in effect.buttons]
        if step.buttons is not None and offered != step.buttons:
            shown = ", ".join(offered) or "none"
            yield self._problem((*path, "buttons"), "X001", f"The buttons are: {shown}.", "Others were expected.")

    def _compare_reading(self, step: Step, effects: list[Effect], path: Path_) -> Iterable[Diagnostic]:
        attempt = next((effect for effect in effects if isinstance(effect, Attempt)), None)
        for key in ("skills", "pitfalls"):
            wanted = getattr(step, key)
            found = sorted(getattr(attempt, key)) if attempt else []
            if wanted is not None and sorted(wanted) != found:
                shown = ", ".join(found) or "none"
                fix = f"Expected: {', '.join(wanted) or 'none'}."
                yield self._problem((*path, key), "X001", f"The reader found {key}: {shown}.", fix)

    def _where(self) -> str:
        if not self.session.frames:
            return ENDED
        top = self.session.frames[-1]
        return f"{top.script}.{top.state}"

    def _problem(self, inside: Path_, code: str, message: str, fix: str) -> Diagnostic:
        path = (*self.path, *inside)
        return self.source.problem(path, code, f"[{self.transcript.name}] {message}", fix)


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()
