"""Static checks of the content: everything that can be known to be wrong before anybody talks to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialogs.diagnostic import Diagnostic, nearest
from dialogs.graph import check_graph
from dialogs.material import Material
from dialogs.reading import PITFALLS, SKILLS, Context, read_fitting
from dialogs.script import Deck, Guard, Script
from dialogs.source import Path_, Source
from dialogs.walk import edge_path, edges, guards
from dialogs.wording import check_wording

BUILT_IN = "back"  # the one command that no script opens


def check(material: Material, problems: list[Diagnostic]) -> None:
    """Add to ``problems`` whatever is wrong. What needs all files to be readable waits until they are."""
    whole = not problems
    for script, source in material.scripts:
        problems.extend(check_graph(script, source))
        problems.extend(_check_words(script, source, material))
    if not whole:
        return
    problems.extend(_check_ids(material))
    problems.extend(_check_roles(material))
    problems.extend(_check_links(material))
    problems.extend(check_wording(material))
    problems.extend(_check_feedback(material))
    if not problems:
        problems.extend(_check_models(material))


# ---------------------------------------------------------------------- ids and roles
def _check_ids(material: Material) -> Iterator[Diagnostic]:
    yield from _twice("script", [(script.script, source, ("script",)) for script, source in material.scripts])
    yield from _twice("deck", [(deck.deck, source, ("deck",)) for deck, source in material.decks])
    current = {script.script for script, _ in material.scripts}
    for script, source in material.scripts:
        for index, old in enumerate(script.was):
            if old in current:
                yield source.problem(
                    ("was", index), "G010", f"“{old}” is still the id of a script.", "Remove it from “was”."
                )
    commands = [
        (script.command.name, source, ("command", "name")) for script, source in material.scripts if script.command
    ]
    yield from _twice("command", commands)
    for name, source, path in commands:
        if name == BUILT_IN:
            yield source.problem(path, "G010", f"/{BUILT_IN} is built in.", "Choose another command.")


def _twice(what: str, found: Sequence[tuple[str, Source, Path_]]) -> Iterator[Diagnostic]:
    first: dict[str, Source] = {}
    for name, source, path in found:
        if name in first:
            message = f"The {what} “{name}” is also in {first[name].file}."
            yield source.problem(path, "G010", message, "Give one of them another id.")
        first.setdefault(name, source)


def _check_roles(material: Material) -> Iterator[Diagnostic]:
    for role in ("start", "menu"):
        having = [(script, source) for script, source in material.scripts if script.kind == role]
        for script, source in having[1:]:
            message = f"“{script.script}” is a second script of kind {role}."
            yield source.problem(("kind",), "G012", message, "Keep exactly one.")
        if not having:
            yield Diagnostic(
                f"content/{material.language}", 1, 1, "G012", f"No script is of kind {role}.", "Write one."
            )


# ---------------------------------------------------------------------- links between files
def _check_links(material: Material) -> Iterator[Diagnostic]:
    scripts = {script.script: script for script, _ in material.scripts}
    decks = {deck.deck for deck, _ in material.decks}
    for script, source in material.scripts:
        for path, name in _script_names(script):
            if name not in scripts:
                yield source.problem(path, "G002", f"There is no script “{name}”.", nearest(name, scripts))
        for state_name, state in script.states.items():
            if state.ask and state.ask.deck and state.ask.deck not in decks:
                path = ("states", state_name, "ask", "deck")
                yield source.problem(
                    path, "W003", f"There is no deck “{state.ask.deck}”.", nearest(state.ask.deck, decks)
                )
    yield from _check_calls(material, scripts)


def _script_names(script: Script) -> Iterator[tuple[Path_, str]]:
    for name, trigger, index, edge in edges(script):
        for key in ("call", "begin"):
            if target := getattr(edge, key):
                yield (*edge_path(name, trigger, index), key), target
    for path, guard in guards(script):
        for done in guard.done or ():
            yield (*path, "done"), done


def _check_calls(material: Material, scripts: dict[str, Script]) -> Iterator[Diagnostic]:
    """Scripts that call each other in a circle would never come back."""
    called = {name: {edge.call for *_, edge in edges(script) if edge.call} for name, script in scripts.items()}

    def reached(name: str) -> set[str]:
        found: set[str] = set()
        waiting = list(called[name])
        while waiting:
            target = waiting.pop()
            if target not in found and target in called:
                found.add(target)
                waiting.extend(called[target])
        return found

    for script, source in material.scripts:
        if script.script in reached(script.script):
            message = f"“{script.script}” calls itself, perhaps through other scripts."
            yield source.problem(("script",), "G009", message, "Use “begin” in one place instead of “call”.")


# ---------------------------------------------------------------------- the words of the language
def _check_words(script: Script, source: Source, material: Material) -> Iterator[Diagnostic]:
    for path, guard in guards(script):
        yield from _check_guard(script, source, path, guard)
    for name, state in script.states.items():
        if state.ask:
            path = ("states", name, "ask")
            yield from _check_aim(source, (*path, "aim"), state.ask.aim or ())
            yield from _check_feelings(source, (*path, "feelings"), state.ask.feelings, material)


def _check_guard(script: Script, source: Source, path: Path_, guard: Guard) -> Iterator[Diagnostic]:
    for key, known in (
        ("shows", SKILLS),
        ("shows_any", SKILLS),
        ("avoids", (*PITFALLS, "all")),
        ("falls_into", PITFALLS),
    ):
        for name in getattr(guard, key) or ():
            if name not in known:
                what = "skill" if known is SKILLS else "pitfall"
                yield source.problem((*path, key), "W001", f"There is no {what} “{name}”.", nearest(name, known))
    for state, button in (guard.chose or {}).items():
        if state not in script.states:
            message = f"There is no state “{state}” here."
            yield source.problem((*path, "chose", state), "W003", message, nearest(state, script.states), key=True)
        elif button not in script.states[state].buttons:
            message = f"“{state}” has no button “{button}”."
            yield source.problem(
                (*path, "chose", state), "W003", message, nearest(button, script.states[state].buttons)
            )
    if guard.about_reply and "reply" not in path:
        yield source.problem(path, "S004", "This asks about a reply, but no reply was typed here.", "Remove it.")


def _check_aim(source: Source, path: Path_, aim: Sequence[str]) -> Iterator[Diagnostic]:
    for index, skill in enumerate(aim):
        if skill not in SKILLS:
            yield source.problem((*path, index), "W001", f"There is no skill “{skill}”.", nearest(skill, SKILLS))


def _check_feelings(source: Source, path: Path_, feelings: list[str], material: Material) -> Iterator[Diagnostic]:
    known = material.reader.feelings if material.reader else {}
    for index, feeling in enumerate(feelings):
        if known and feeling not in known:
            yield source.problem((*path, index), "W002", f"There is no feeling “{feeling}”.", nearest(feeling, known))


# ---------------------------------------------------------------------- feedback and model answers
def _check_feedback(material: Material) -> Iterator[Diagnostic]:
    """Every skill, pitfall and feeling the reader can find has its words."""
    if not material.feedback or not material.reader:
        return
    feedback, source = material.feedback
    for key, needed in (
        ("skills", SKILLS),
        ("pitfalls", PITFALLS),
        ("feelings", tuple(material.reader.feelings)),
    ):
        having = getattr(feedback, key)
        for name in needed:
            if name not in having:
                yield source.problem((key,), "S002", f"“{name}” is missing.", f"Add “{name}: …” under “{key}”.")
        for name in having:
            if name not in needed:
                yield source.problem((key, name), "W001", f"“{name}” is not one of the {key}.", nearest(name, needed))


def _check_models(material: Material) -> Iterator[Diagnostic]:
    """Model answers are read as a learner's would be: the coach must be able to praise them."""
    for script, source in material.scripts:
        for name, state in script.states.items():
            for index, text in enumerate(state.say):
                if text.model and "{" not in text.model:
                    yield from _check_model(material, source, ("states", name, "say", index), text.model, Context(), 0)
    for deck, source in material.decks:
        yield from _check_deck(material, deck, source)


def _check_deck(material: Material, deck: Deck, source: Source) -> Iterator[Diagnostic]:
    for name, card in deck.cards.items():
        path: Path_ = ("cards", name)
        yield from _check_feelings(source, (*path, "feelings"), card.feelings, material)
        yield from _check_aim(source, (*path, "aim"), card.aim or ())
        context = Context(card.line, tuple(card.feelings), tuple(card.facts), card.speaker)
        yield from _check_model(material, source, (*path, "model"), card.model, context, 2, card.aim or ())


def _check_model(
    material: Material,
    source: Source,
    path: Path_,
    model: str,
    context: Context,
    least: int,
    aim: Sequence[str] = (),
) -> Iterator[Diagnostic]:
    if not material.reader:
        return
    reading = read_fitting(material.reader, model, context)
    shown = {finding.label for finding in reading.skills}
    if reading.pitfalls or reading.misfits:
        worst = (*reading.pitfalls, *reading.misfits)[0]
        words = model[worst.start : worst.end]
        message = f"The reader takes “{words}” in this model answer for {worst.label} (rule {worst.rule})."
        yield source.problem(path, "W004", message, "Reword it, or mend the rule.")
    elif len(shown) < least:
        found = ", ".join(sorted(shown)) or "none"
        message = f"The reader finds too few skills in this model answer: {found}."
        yield source.problem(path, "W004", message, f"It must show at least {least}.")
    elif missing := [skill for skill in aim if skill not in shown]:
        message = f"The reader does not find “{missing[0]}”, which the card aims at, in this model answer."
        yield source.problem(path, "W004", message, "Reword it, or take the skill out of “aim”.")
