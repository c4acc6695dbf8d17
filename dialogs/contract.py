"""Rough treatment that every waiting state of every script must stand, without an author asking for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from dialogs.course import Course
from dialogs.effect import Say
from dialogs.event import Command, Event, Return, Sent, Tap, Typed
from dialogs.session import Frame, Progress, Session
from dialogs.step import SILENCE, step
from dialogs.transcript import EPOCH
from dialogs.turn import Turn

TREATMENTS: dict[str, Event] = {
    "/start": Command("start"),
    "/help": Command("help"),
    "/back": Command("back"),
    "an unknown command": Command("frobnicate"),
    "empty text": Typed("  \n "),
    "nonsense": Typed("qwrtp zxcvb 🙃 \x00 \u202e"),
    "4096 characters": Typed("word " * 819 + "!"),
    "a sticker": Sent("sticker"),
    "an old button": Tap(-1, 0),
    "a button that never was": Tap(1, 99),
    "a restart": Return(),
}


@dataclass(frozen=True)
class Broken:
    """A state that did not stand a treatment."""

    script: str
    state: str
    treatment: str
    why: str


def treat_all(course: Course) -> tuple[int, list[Broken]]:
    """How many treatments were given, and those that went wrong."""
    given, broken = 0, []
    for script, state, welcomed in _places(course):
        for treatment, event in TREATMENTS.items():
            given += 1
            why = _treat(course, _placed(course, script, state), event, welcomed=welcomed)
            if why:
                broken.append(Broken(script, state, treatment, why))
    return given, broken


def _places(course: Course) -> Iterator[tuple[str, str, bool]]:
    for name, script in course.scripts.items():
        for state, shape in script.states.items():
            if shape.waits:
                yield name, state, script.kind != "start"


def _placed(course: Course, script: str, state: str) -> Session:
    """A session of somebody who has just arrived in the state."""
    turn = Turn(course, Session(), Progress(), EPOCH, Random(1))
    turn.frames = [Frame(script=script, version=course.scripts[script].version, state=state)]
    turn.enter()
    return turn.close()[0]


def _treat(course: Course, session: Session, event: Event, *, welcomed: bool) -> str:
    """Why the state did not stand it, or nothing."""
    progress = Progress(done=frozenset({course.start.script} if welcomed else ()))
    for later in (timedelta(minutes=1), timedelta(seconds=SILENCE + 60)):
        after, effects = step(course, session, event, EPOCH + later, Random(2), progress)
        if not any(isinstance(effect, Say) and effect.text.strip() for effect in effects):
            return "nothing was answered"
        if Session.model_validate_json(after.model_dump_json()) != after:
            return "the session cannot be stored"
        top = after.frames[-1]
        if not (top.entered and course.scripts[top.script].states[top.state].waits):
            return f"the conversation stands still in {top.script}.{top.state}"
    return ""
