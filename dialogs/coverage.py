"""Which states and edges no transcript visits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialogs.diagnostic import Diagnostic
from dialogs.script import Script
from dialogs.source import Source
from dialogs.transcript import Visit
from dialogs.walk import edge_path, edges


@dataclass(frozen=True)
class Coverage:
    """How many of the states and edges of all scripts were visited, and a diagnostic for each that was not."""

    states: int
    states_visited: int
    edges: int
    edges_visited: int
    missing: tuple[Diagnostic, ...]


def cover(scripts: Iterable[tuple[Script, Source]], visited: set[Visit]) -> Coverage:
    """Hold what was visited against what there is."""
    states = seen_states = all_edges = seen_edges = 0
    missing: list[Diagnostic] = []
    for script, source in scripts:
        for name in script.states:
            states += 1
            if (script.script, name, "", 0) in visited:
                seen_states += 1
            else:
                missing.append(
                    source.problem(
                        ("states", name), "X003", f"No transcript visits “{name}”.", "Add a step that does.", key=True
                    )
                )
        for name, trigger, index, _ in edges(script):
            all_edges += 1
            if (script.script, name, trigger, index) in visited:
                seen_edges += 1
            else:
                missing.append(_unused(script, source, name, trigger, index))
    return Coverage(states, seen_states, all_edges, seen_edges, tuple(missing))


def _unused(script: Script, source: Source, state: str, trigger: str, index: int) -> Diagnostic:
    several = len(script.states[state].when[trigger]) > 1
    which = f"edge {index + 1} of “{trigger}”" if several else f"“{trigger}”"
    return source.problem(
        edge_path(state, trigger, index), "X004", f"No transcript takes {which} in “{state}”.", "Add a step that does."
    )
