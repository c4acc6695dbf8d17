"""One step of a conversation: what the learner does, and what follows from it.

``step`` is a pure function: the same course, session, event, time and seed give the same result, so that a turn
can be replayed. Nothing here waits, writes or looks at a clock.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from random import Random

from dialogs.course import Course
from dialogs.effect import Effect
from dialogs.event import Command, Event, Return, Sent, Tap, TooFast, Typed
from dialogs.relocate import relocate
from dialogs.script import REPLY, Ask, Script
from dialogs.session import Frame, Progress, Session
from dialogs.turn import Turn

SILENCE = 6 * 3600  # seconds after which the coach says where you were
LINKED = ("lesson", "practice", "page")  # kinds of scripts that a deep link can open
TRY_LIMIT = 1000  # characters of a reply that is worth reading as one
SHORTEST_PART = 3  # characters of a label that are typed for the whole

_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
_SPACES = re.compile(r"\s+")
_NOT_WORDS = re.compile(r"[^\w\s]|_")


def step(
    course: Course,
    session: Session,
    event: Event,
    now: datetime,
    rng: Random,
    progress: Progress | None = None,
) -> tuple[Session, list[Effect]]:
    """Take one step. ``progress`` is what the store counts of this learner; ``now`` is aware. Never raises."""
    return run(course, session, event, now, rng, progress or Progress()).close()


def run(course: Course, session: Session, event: Event, now: datetime, rng: Random, progress: Progress) -> Turn:
    """Like :func:`step`, but gives the turn with its trace; ``close()`` yields session and effects."""
    turn = Turn(course, session, progress, now, rng)
    frames, lost = relocate(course, session.frames)
    turn.frames = list(frames)
    if not turn.frames or not turn.top.entered:
        _restart(turn, event, lost=lost)
        return turn
    if session.quiet_for(now) > SILENCE and not isinstance(event, Command | Return | TooFast):
        _welcome(turn)
        if isinstance(event, Typed) and _is_greeting(course, event.text):
            turn.present()
            return turn
    _handle(turn, event)
    return turn


def _restart(turn: Turn, event: Event, *, lost: bool) -> None:
    """A conversation that begins, or whose place is gone: the event has nothing to answer."""
    if lost:
        turn.phrase("moved")
    if not turn.frames:
        turn.home()
    if isinstance(event, Command) and event.name in turn.course.commands:
        _command(turn, event.name, event.argument)
    else:
        turn.enter()


def _handle(turn: Turn, event: Event) -> None:
    match event:
        case Command(name, argument):
            _command(turn, name, argument)
        case Tap(epoch, index):
            _tap(turn, epoch, index)
        case Typed(text):
            _typed(turn, text)
        case Sent() if turn.state.ask:
            turn.phrase("type_it")
            turn.present()
        case Sent():
            turn.ask_to_choose()
        case TooFast():
            turn.phrase("slow_down")
            turn.present()
        case Return():
            _welcome(turn)
            turn.present()


def _welcome(turn: Turn) -> None:
    """Say where they were; the menu has its own greeting."""
    if turn.script.kind != "menu":
        turn.phrase("welcome_back", title=turn.script.title)


# ---------------------------------------------------------------------- commands
def _command(turn: Turn, name: str, argument: str) -> None:
    script = turn.course.commands.get(name)
    linked = turn.course.scripts.get(argument)
    if name == "back":
        turn.phrase("undone" if turn.undo() else "nothing_to_undo")
        turn.present()
    elif script is None:
        turn.phrase("unknown_command")
        turn.present()
    elif not turn.welcomed and script.kind not in ("page", "start"):
        turn.phrase("first_things_first")
        _speak(turn)
    elif script.kind == "start" and linked and linked.kind in LINKED:
        _link(turn, linked)
    elif script.kind == "start" and turn.top.script == script.script:
        _speak(turn)
    else:
        _interrupt(turn, script)


def _link(turn: Turn, script: Script) -> None:
    """A deep link to a script: it opens at once, or as soon as the start is finished."""
    if turn.welcomed:
        _interrupt(turn, script)
        return
    if all(frame.script != script.script for frame in turn.frames):
        turn.frames.insert(0, Frame(script=script.script, version=script.version, state=script.start))
    _speak(turn)


def _speak(turn: Turn) -> None:
    """Present the step, or enter it if it has not spoken yet."""
    if turn.top.entered:
        turn.present()
    else:
        turn.enter()


def _interrupt(turn: Turn, script: Script) -> None:
    """Put a command's script on top; what it interrupts resumes, restarts or is abandoned afterwards."""
    before = tuple(turn.frames)
    _close(turn, script.script)
    _close(turn, turn.course.menu.script)  # everything returns there anyway
    afterwards = script.command.afterwards if script.command else "resume"
    if afterwards == "abandon":
        turn.frames = []
    elif afterwards == "restart" and turn.frames:
        interrupted = turn.top.script
        turn.frames.pop()
        turn.open(interrupted)
    turn.open(script.script)
    turn.enter()
    turn.keep(before)


def _close(turn: Turn, script: str) -> None:
    """Take a script's frame, and whatever it called, off the stack."""
    kept, dropping = [], False
    for frame in turn.frames:
        dropping = frame.script == script or (dropping and frame.called)
        if not dropping:
            kept.append(frame)
    turn.frames = kept


# ---------------------------------------------------------------------- buttons and words
def _tap(turn: Turn, epoch: int, index: int) -> None:
    current = epoch == turn.epoch and 0 <= index < len(turn.offered)
    if current and turn.offered[index].id in turn.state.buttons:
        turn.fire(turn.offered[index].id)
    else:
        turn.phrase("old_button")
        turn.present()


def _typed(turn: Turn, text: str) -> None:
    text = text.strip()
    ask = turn.state.ask
    chosen = _chosen(turn, text)
    if all(_is_invisible(character) for character in text):
        turn.phrase("nothing_typed")
        turn.present()
    elif chosen is not None:
        turn.fire(chosen)
    elif ask is None:
        turn.ask_to_choose()
    elif ask.remember:
        _remember(turn, ask, text)
    elif len(text) > TRY_LIMIT:
        turn.phrase("too_long")
        turn.present()
    elif turn.judge(text):
        turn.fire(REPLY)


def _remember(turn: Turn, ask: Ask, text: str) -> None:
    words = _SPACES.sub(" ", "".join(c for c in text if c.isspace() or not _is_unfit(c)))
    if len(words) > ask.limit:
        turn.phrase("too_long_to_keep", limit=str(ask.limit))
        turn.present()
        return
    turn.memory[str(ask.remember)] = words.strip()
    turn.count_try()
    turn.fire(REPLY)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")


def _is_unfit(character: str) -> bool:
    """Unfit to be said again in a sentence of the coach's: controls, half characters, and what turns text around."""
    return unicodedata.category(character) in ("Cc", "Cs") or unicodedata.bidirectional(character) in _TURNS


def _chosen(turn: Turn, text: str) -> str | None:
    """The button that typed words mean: its number, its label but for case and punctuation, or other words for it.

    Where nothing else is asked, some words of one label alone will do.
    """
    said = _plain(text)
    parts = []
    for number, button in enumerate(turn.offered, start=1):
        if not said or button.id not in turn.state.buttons:
            continue
        label = _plain(button.label)
        if said in (str(number), label, *map(_plain, turn.course.phrases.also.get(button.id, ()))):
            return button.id
        if f" {said} " in f" {label} ":
            parts.append(button.id)
    clear = len(parts) == 1 and len(said) >= SHORTEST_PART and turn.state.ask is None
    return parts[0] if clear else None


def _is_greeting(course: Course, text: str) -> bool:
    return _plain(text) in {_plain(greeting) for greeting in course.phrases.greetings}


def _plain(text: str) -> str:
    return _SPACES.sub(" ", _NOT_WORDS.sub("", text.casefold())).strip()
