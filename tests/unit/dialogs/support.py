"""Small courses for tests, and a learner who talks to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from dialogs.check import check
from dialogs.course import Course
from dialogs.diagnostic import Diagnostic
from dialogs.effect import Attempt, Complete, Effect, Offer, Say
from dialogs.event import Command, Event, Tap, Typed
from dialogs.material import Material
from dialogs.phrases import Feedback, Phrases
from dialogs.reading import PITFALLS, SKILLS, Context, Finding, Reading
from dialogs.script import Deck, Script
from dialogs.session import Progress, Session
from dialogs.shape import shaped
from dialogs.source import Source, parse_source
from dialogs.step import step

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

START = """
script: hello
version: 1
kind: start
title: Hello
command: {name: start, about: Begin here}
start: again
states:
  again:
    when:
      always:
        - {if: {done: hello}, say: Welcome back., go: known}
        - {go: name}
  known: {end: left}
  name:
    say: Your name?
    ask: {remember: partner, limit: 10}
    when: {reply: {go: over}}
  over:
    say: Hello {partner}.
    end: done
"""
MENU = """
script: menu
version: 1
kind: menu
title: Menu
command: {name: menu, about: All there is}
start: home
states:
  home:
    say: This is the menu.
    buttons:
      carry_on: {if: {paused: true}, text: Carry on}
      lesson: Lesson
    when:
      carry_on: {go: back}
      lesson: {begin: lesson}
  back: {end: left}
"""
HELP = """
script: help
version: 1
kind: page
title: Help
command: {name: help, about: How it works}
start: page
states:
  page: {say: This is help., end: done}
"""
LESSON = """
script: lesson
version: 1
kind: lesson
title: The lesson
start: first
states:
  first:
    say: First.
    buttons: {yes_: "Yes, please!", no_: "No"}
    when:
      yes_: {say: Good., go: second}
      no_: {say: Stay then.}
  second:
    say: Second.
    ask: {line: It rained., feelings: [sadness], facts: [rained], aim: listen}
    buttons: {skip: Skip}
    when:
      reply:
        - {if: {shows: listen, avoids: all}, say: Heard., go: third}
        - {if: {try: 2}, say: Twice., go: third}
        - {say: Once more.}
      skip: {go: third}
  third:
    say: Third.
    buttons: {plan: A plan, home: Menu}
    when:
      plan: {call: plan, go: last}
      home: {begin: menu}
  last:
    say: Your plan is {plan}.
    end: done
"""
PLAN = """
script: plan
version: 1
kind: part
title: Plan
start: ask
states:
  ask:
    say: A plan?
    ask: {remember: plan, limit: 50}
    buttons: {none: No plan}
    when:
      reply: {go: kept}
      none: {remember: {plan: nothing}, say: "Plan: {plan}.", go: kept}
  kept: {end: done}
"""
BASE = (START, MENU, HELP, LESSON, PLAN)


class WordReader:
    """Finds the labels that stand in a reply as words.

    Joy fits only where it is among the feelings, and “quoi” is another language.
    """

    feelings = dict.fromkeys(("sadness", "joy"), None)

    def read(self, reply: str, context: Context) -> Reading:
        def found(labels: tuple[str, ...]) -> tuple[Finding, ...]:
            return tuple(
                Finding(label, reply.index(label), reply.index(label) + len(label), 2, "word")
                for label in labels
                if label in reply.split()
            )

        if reply == "quoi":
            return Reading(unread="foreign")
        misfits = () if "joy" in context.feelings else found(("joy",))
        return Reading(skills=found(SKILLS), pitfalls=found(PITFALLS), misfits=misfits)


def phrases() -> tuple[Phrases, Source]:
    """Every phrase says its own name in brackets."""
    words: dict[str, Any] = {name: f"[{name}]" for name in Phrases.model_fields}
    words["welcome_back"] = "[welcome_back {title}]"
    words["resumed"] = "[resumed {title}]"
    words["too_long_to_keep"] = "[too_long_to_keep {limit}]"
    words["names"] = {"partner": "your partner", "child": "your child", "friend": "your friend"}
    words["greetings"] = ["hi", "good morning"]
    words["also"] = {"yes_": ["Yeah!", "sure thing"], "skip": ["no idea"]}
    return Phrases.model_validate(words), Source("phrases.yaml", {}, {}, {})


def feedback() -> tuple[Feedback, Source]:
    """Says the label and the learner's words."""
    words = {
        "skills": {
            skill: {
                "name": skill,
                "hinted": f"[hinted {skill}: {{words}}]",
                "spelt_out": f"[{skill}: {{words}}]",
                "missing": f"[missing {skill}]",
            }
            for skill in SKILLS
        },
        "pitfalls": {name: {"name": name, "change": f"[change {name}: {{words}}]"} for name in PITFALLS},
        "nothing": "[nothing]",
        "foreign": "[foreign]",
        "wordless": "[wordless]",
        "misfit": "[misfit {feeling}]",
        "feelings": {"sadness": "sadness", "joy": "joy"},
    }
    return Feedback.model_validate(words), Source("feedback.yaml", {}, {}, {})


def material(*texts: str) -> tuple[Material, list[Diagnostic]]:
    """The scripts and decks written in ``texts``, with everything else a course needs."""
    problems: list[Diagnostic] = []
    scripts, decks = [], []
    for number, text in enumerate(texts):
        source = parse_source(text, f"{number}.yaml", problems)
        assert source, problems
        if "deck" in source.data:
            deck = shaped(Deck, source, problems)
            assert deck, problems
            decks.append((deck, source))
        else:
            script = shaped(Script, source, problems)
            assert script, problems
            scripts.append((script, source))
    reader: Any = WordReader()
    return Material("en", scripts, decks, phrases(), feedback(), reader), problems


def course(*texts: str) -> Course:
    """A course that checks clean, but for what the word reader cannot read in model answers."""
    found, problems = material(*texts)
    check(found, problems)
    assert [problem for problem in problems if problem.code != "W004"] == []
    return unchecked(found)


def unchecked(found: Material) -> Course:
    """A course from material as it stands."""
    assert found.phrases
    assert found.feedback
    assert found.reader
    return Course(
        "en",
        {script.script: script for script, _ in found.scripts},
        {deck.deck: deck for deck, _ in found.decks},
        found.phrases[0],
        found.feedback[0],
        found.reader,
    )


class Learner:
    """Somebody talking to a course; keeps what the store would keep."""

    def __init__(self, course: Course, *, welcomed: bool = True, at: str | None = "lesson", **memory: str) -> None:
        self.course = course
        self.now = NOON
        self.progress = Progress(done=frozenset({"hello"} if welcomed else ()))
        self.session = Session(memory=memory)
        self.effects: list[Effect] = []
        self.turns = 0
        if welcomed and at:
            self.do(Command("start", at) if at != "menu" else Command("menu"))

    def do(self, event: Event, *, later: timedelta = timedelta(seconds=10)) -> str:
        """Take a step; all that was said."""
        self.now += later
        self.turns += 1
        before = self.session.model_dump_json()
        after, self.effects = step(self.course, self.session, event, self.now, Random(self.turns), self.progress)
        assert self.session.model_dump_json() == before, "the session that was given is not changed"
        assert Session.model_validate_json(after.model_dump_json()) == after
        self.session = after
        done = {effect.script for effect in self.effects if isinstance(effect, Complete)}
        self.progress = replace(self.progress, done=self.progress.done | done)
        return self.said

    def type(self, text: str, **more: Any) -> str:
        return self.do(Typed(text), **more)

    def tap(self, button: str) -> str:
        index = [button.id for button in self.session.offered].index(button)
        return self.do(Tap(self.session.epoch, index))

    @property
    def said(self) -> str:
        return " ".join(effect.text for effect in self.effects if isinstance(effect, Say))

    @property
    def place(self) -> str:
        top = self.session.frames[-1]
        return f"{top.script}.{top.state}"

    @property
    def buttons(self) -> list[str]:
        return [button.label for effect in self.effects if isinstance(effect, Offer) for button in effect.buttons]

    @property
    def attempt(self) -> Attempt:
        return next(effect for effect in self.effects if isinstance(effect, Attempt))
