"""Checks of one script's graph: targets, fallbacks, reachability, ways to an end."""

from __future__ import annotations

from collections.abc import Iterator

from dialogs.diagnostic import Diagnostic, nearest
from dialogs.script import ALWAYS, REPLY, Edge, Script, State
from dialogs.source import Path_, Source
from dialogs.walk import edge_path, edges


def check_graph(script: Script, source: Source) -> Iterator[Diagnostic]:
    """Everything that is wrong with the graph of one script."""
    targets = list(_check_targets(script, source))
    yield from targets
    for name, state in script.states.items():
        yield from _check_state(name, state, source)
    if not targets:  # with a broken target, what can be reached is not known
        yield from _check_reach(script, source)


def _check_targets(script: Script, source: Source) -> Iterator[Diagnostic]:
    named: list[tuple[Path_, str | None]] = [(("start",), script.start), (("safe",), script.safe)]
    named += [(("renamed", old), new) for old, new in script.renamed.items() if new not in script.renamed]
    named += [((*edge_path(name, trigger, i), "go"), edge.go) for name, trigger, i, edge in edges(script)]
    for path, target in named:
        if target is not None and target not in script.states:
            yield source.problem(path, "G001", f"There is no state “{target}”.", nearest(target, script.states))
    for old in script.renamed:
        if old in script.states:
            message = f"“{old}” is said to be renamed, but it is still here."
            yield source.problem(("renamed", old), "G010", message, "Remove the line or the state.", key=True)


# ---------------------------------------------------------------------- one state
def _check_state(name: str, state: State, source: Source) -> Iterator[Diagnostic]:
    here: Path_ = ("states", name)
    if not (state.waits or state.when or state.end):
        message = f"“{name}” is a dead end: it neither waits, passes on nor ends."
        yield source.problem(here, "G004", message, "Add “when”, “buttons” or “end: done”.", key=True)
    if state.waits and not state.say and not (state.ask and (state.ask.line or state.ask.deck)):
        yield source.problem(here, "G011", f"“{name}” waits but says nothing.", "Add “say”.", key=True)
    if state.buttons and not state.ask and all(labels[-1].if_ for labels in state.buttons.values()):
        message = f"In “{name}” every button may be hidden."
        yield source.problem((*here, "buttons"), "G004", message, "Let one label have no “if”.", key=True)
    yield from _check_triggers(name, state, source)
    for trigger, having in state.when.items():
        yield from _check_edges(trigger, having, source, (*here, "when", trigger))


def _check_triggers(name: str, state: State, source: Source) -> Iterator[Diagnostic]:
    here: Path_ = ("states", name)
    answered = set(state.when) - {REPLY, ALWAYS}
    for button in state.buttons:
        if button not in answered:
            message = f"Nothing happens when “{button}” is pressed."
            yield source.problem(
                (*here, "buttons", button), "G008", message, f"Add “{button}:” under “when”.", key=True
            )
    for trigger in answered - set(state.buttons):
        message = f"“{name}” has no button “{trigger}”."
        fix = nearest(trigger, [*state.buttons, REPLY, ALWAYS])
        yield source.problem((*here, "when", trigger), "G008", message, fix, key=True)
    if state.ask and REPLY not in state.when:
        message = "A question waits for typed words, but no “reply” follows."
        yield source.problem((*here, "ask"), "G006", message, "Add “reply:” under “when”.", key=True)
    if REPLY in state.when and not state.ask:
        message = "“reply” without a question is never reached."
        yield source.problem((*here, "when", REPLY), "G008", message, "Add “ask” to this state.", key=True)


def _check_edges(trigger: str, having: list[Edge], source: Source, path: Path_) -> Iterator[Diagnostic]:
    for index, edge in enumerate(having):
        last = index == len(having) - 1
        if edge.if_ is None and not last:
            message = f"Edge {index + 2} of “{trigger}” can never be taken: edge {index + 1} has no “if”."
            yield source.problem((*path, index + 1), "G007", message, "Put the edge without “if” last.")
        if edge.if_ is not None and last:
            message = f"“{trigger}” has no fallback for when no “if” fits."
            yield source.problem((*path, index), "G006", message, "Add a last edge without “if”.")
        if trigger == ALWAYS and not (edge.go or edge.begin):
            yield source.problem((*path, index), "G009", "“always” must lead on.", "Add “go” or “begin”.")


# ---------------------------------------------------------------------- reaching
def _check_reach(script: Script, source: Source) -> Iterator[Diagnostic]:
    forward: dict[str, set[str]] = {name: set() for name in script.states}
    passing: dict[str, set[str]] = {name: set() for name in script.states}
    # a dead end has its own diagnostic: here it counts as a way out
    leaving = {name for name, state in script.states.items() if state.end or not (state.waits or state.when)}
    for name, trigger, _, edge in edges(script):
        if edge.go:
            forward[name].add(edge.go)
            if trigger == ALWAYS:
                passing[name].add(edge.go)
        if edge.begin:
            leaving.add(name)
    reached = _closure(forward, {script.start, script.refuge})
    for name in script.states:
        if name not in reached:
            message = f"Nothing leads to “{name}”."
            yield source.problem(("states", name), "G003", message, "Add an edge to it, or remove it.", key=True)
        elif name in _closure(passing, passing[name]):
            message = f"“{name}” passes on to itself for ever."
            yield source.problem(("states", name), "G009", message, "Let one of the states wait.", key=True)
    if script.kind != "menu":
        yield from _check_ends(script, source, forward, reached, leaving)


def _check_ends(
    script: Script, source: Source, forward: dict[str, set[str]], reached: set[str], leaving: set[str]
) -> Iterator[Diagnostic]:
    backward: dict[str, set[str]] = {name: set() for name in script.states}
    for name, targets in forward.items():
        for target in targets:
            backward[target].add(name)
    ending = _closure(backward, leaving)
    for name in script.states:
        if name in reached and name not in ending and script.states[name].when:
            message = f"From “{name}” there is no way to an end."
            yield source.problem(("states", name), "G005", message, "Lead it to a state with “end”.", key=True)
            return  # one is enough: the others hang together with it


def _closure(graph: dict[str, set[str]], start: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(graph.get(name, ()))
    return found
