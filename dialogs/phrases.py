"""The coach's standard sentences and the words of its feedback: ``phrases.yaml`` and ``feedback.yaml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dialogs.script import Id, Part, Texts, Words


class Phrases(Part):
    """What the coach says when no script speaks. Every entry is a text as in a script."""

    names: dict[Id, Words]
    """How to speak of a partner, child or friend whose name is not known, in the middle of a sentence."""
    greetings: list[Words]
    """Words that are a hello and not an answer, in small letters."""
    also: dict[Id, list[Words]] = {}
    """Other words that a button answers to, by the button's id."""
    choose: Texts
    """Typed words where only buttons were offered."""
    type_it: Texts
    """A picture or sticker where words were asked for."""
    nothing_typed: Texts
    too_long: Texts
    """A try over 1,000 characters."""
    too_long_to_keep: Texts
    """More than can be remembered; {limit} is the number of characters."""
    old_button: Texts
    moved: Texts
    """The script has changed and the learner's place is gone."""
    welcome_back: Texts
    """After a long silence; {title} is where they were."""
    resumed: Texts
    """Going on after an interruption; {title} is where they were."""
    nothing_to_undo: Texts
    undone: Texts
    unknown_command: Texts
    first_things_first: Texts
    """A lesson or practice was asked for before the start is finished."""
    sorry: Texts
    """Something broke on our side; the learner can go on."""
    slow_down: Texts
    """More messages at once than the coach takes in; the last of them are not kept."""
    description: Words
    """What somebody sees who opens the chat for the first time."""
    short_description: Annotated[Words, Field(max_length=120)]
    """What stands in the profile."""
    back: Words
    """What /back does, in a few words."""
    private_only: Words
    """The answer to a command in a group."""
    go_on: Texts
    """When a step would otherwise say nothing."""


class SkillWords(Part):
    """One skill: its name, what to say when a reply shows it, and the hint when it is missing."""

    name: Words
    hinted: Texts
    """{words} are the learner's own."""
    spelt_out: Texts
    missing: Texts


class PitfallWords(Part):
    """One pitfall: its name, and the one thing to change; {words} are the learner's own."""

    name: Words
    change: Texts


class Feedback(Part):
    """What the coach says about a typed reply. It speaks of the words, never of the person."""

    skills: dict[Id, SkillWords]
    pitfalls: dict[Id, PitfallWords]
    nothing: Texts
    """No skill and no pitfall was found."""
    foreign: Texts
    """The reply seems to be in a language that the reader does not know."""
    wordless: Texts
    """The reply has no words, and no emoji that says something."""
    misfit: Texts
    """A feeling was named that does not fit: {words} are the learner's, {feeling} its name."""
    feelings: Annotated[dict[Id, Words], Field(default_factory=dict)]
    joins: list[Words] = []
    """Words between two clauses: where the learner's words are said again, they begin and end there."""
