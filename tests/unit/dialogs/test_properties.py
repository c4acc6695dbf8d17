"""Whatever the script and whatever the learner does: an answer, no error, and the same again on replay."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.course import Course
from dialogs.effect import Complete, Effect, Say
from dialogs.event import Command, Event, Return, Sent, Tap, Typed
from dialogs.session import Progress, Session
from dialogs.step import step
from tests.unit.dialogs.support import HELP, MENU, NOON, PLAN, START, course

GUARDS = st.sampled_from(
    [
        {"shows": "listen"},
        {"shows_any": ["empathize", "validate"]},
        {"shows_count": 2},
        {"avoids": "all"},
        {"falls_into": ["fixing", "but"]},
        {"try": 2},
    ]
)
PLAIN_GUARDS = st.sampled_from(
    [
        {"done": "hello"},
        {"knows": "partner"},
        {"remembers": {"relation": "child"}},
        {"first_time": True},
        {"paused": True},
    ]
)
SAY = st.sampled_from(
    [
        "Words.",
        "Hello {Partner}.",
        {"any": ["a", "b", "c"]},
        {"then": ["first", "second"]},
        {"text": "once", "once": True},
        {"text": "maybe", "if": {"done": "lesson"}},
        {"model": "So it rained?"},
        {"plural": "tries_week", "one": "one", "other": "{tries_week} of them"},
    ]
)


@st.composite
def lessons(draw: st.DrawFn) -> str:
    """A lesson of several states in a chain, with edges back and forth, that always reaches its end."""
    letter = draw(st.sampled_from("abc"))  # so that two courses seldom have the same states
    names = [f"{letter}{number}" for number in range(draw(st.integers(2, 5)))]
    states: dict[str, Any] = {}
    for at, name in enumerate(names):
        onward = [*names, "over"][at + 1]
        anywhere = st.sampled_from([*names, "over"])
        kind = draw(st.sampled_from(["buttons", "ask", "always", "keep"]))
        say = ["Here.", *draw(st.lists(SAY, max_size=3))]
        if kind == "always":
            maybe = {"if": draw(PLAIN_GUARDS), "go": onward, "say": "On."}
            states[name] = {"say": say, "when": {"always": [maybe, {"go": onward}]}}
        elif kind == "keep":
            states[name] = {"say": say, "ask": {"remember": "partner", "limit": 9}, "when": {"reply": {"go": onward}}}
        elif kind == "ask":
            edges = [{"if": draw(GUARDS), "go": draw(anywhere)} for _ in range(draw(st.integers(0, 3)))]
            ask = {"line": "It rained.", "feelings": ["sadness"], "facts": ["rained"]}
            states[name] = {"say": say, "ask": ask, "when": {"reply": [*edges, {"say": "Hm.", "go": onward}]}}
        else:
            call = {"call": "plan", "go": onward} if draw(st.booleans()) else {"go": onward}
            states[name] = {
                "say": say,
                "buttons": {"on_": "Onward", "back_": "Elsewhere", "stay_": "Stay", "leave_": "Leave"},
                "when": {
                    "on_": call,
                    "back_": {"go": draw(anywhere)},
                    "stay_": {"say": "All right."},
                    "leave_": {"begin": "menu", "remember": {"relation": "child"}},
                },
            }
    states["over"] = {"say": "Over.", "end": draw(st.sampled_from(["done", "left"]))}
    script = {"script": "lesson", "version": 1, "kind": "lesson", "title": "L", "start": names[0], "states": states}
    return json.dumps(script)  # JSON is YAML, and has no aliases


COURSES = lessons().map(lambda lesson: course(START, MENU, HELP, PLAN, lesson))
WORDS = st.sampled_from(
    ["1", "2", "onward", "hi", "listen", "listen fixing", "validate empathize", "", " \n", "x" * 1200]
)
EVENTS = st.one_of(
    st.builds(Typed, WORDS | st.text(max_size=20)),
    st.builds(Tap, st.integers(-2, 12), st.integers(-1, 6)),
    st.builds(Tap, st.just(0), st.integers(0, 4)).map(lambda tap: ("current", tap.index)),
    st.builds(Command, st.sampled_from(["start", "menu", "help", "back", "odd"]), st.sampled_from(["", "lesson", "x"])),
    st.builds(Sent, st.just("sticker")),
    st.just(Return()),
    st.integers(1, 100).map(lambda hours: timedelta(hours=hours)),
)
FORWARD = st.sampled_from([("current", 0), Typed("listen"), Typed("some words")])
DEEDS = st.lists(st.one_of(FORWARD, FORWARD, EVENTS), min_size=1, max_size=25)
MODEST = settings(max_examples=120, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def begun(deeds: list[Any]) -> list[Any]:
    """Begin in the lesson: what is tested is not the way there."""
    return [Command("start", "lesson"), *deeds]


def talk(course: Course, deeds: list[Any], session: Session | None = None) -> tuple[Session, list[Effect]]:
    """Do everything; what must hold after each step is checked here."""
    session, now, all_effects = session or Session(), NOON, list[Effect]()
    progress = Progress(done=frozenset({"hello"}))
    for turn, deed in enumerate(deeds):
        now += deed if isinstance(deed, timedelta) else timedelta(seconds=5)
        if isinstance(deed, timedelta):
            continue
        event: Event = Tap(session.epoch, deed[1]) if isinstance(deed, tuple) else deed
        session, effects = step(course, session, event, now, Random(turn), progress)
        assert any(isinstance(effect, Say) and effect.text.strip() for effect in effects)
        top = session.frames[-1]
        assert top.entered
        assert course.scripts[top.script].states[top.state].waits
        assert Session.model_validate_json(session.model_dump_json()) == session
        all_effects += effects
        done = {effect.script for effect in effects if isinstance(effect, Complete)}
        progress = Progress(done=progress.done | done, tries_week=turn)
    return session, all_effects


@MODEST
@given(COURSES, DEEDS.map(begun))
def test_every_step_answers_and_replays_the_same(course: Course, deeds: list[Any]) -> None:
    assert talk(course, deeds) == talk(course, deeds)


@MODEST
@given(COURSES, COURSES, DEEDS.map(begun), DEEDS)
def test_content_may_change_under_a_running_session(
    before: Course, after: Course, deeds: list[Any], more: list[Any]
) -> None:
    session, _ = talk(before, deeds)
    talk(after, more, session)
