"""Walking through a script: its edges, texts and guards, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator

from dialogs.script import Edge, Guard, Script, Text
from dialogs.source import Path_


def edges(script: Script) -> Iterator[tuple[str, str, int, Edge]]:
    """Every edge as (state, trigger, index, edge)."""
    for name, state in script.states.items():
        for trigger, having in state.when.items():
            for index, edge in enumerate(having):
                yield name, trigger, index, edge


def edge_path(state: str, trigger: str, index: int) -> Path_:
    """Where an edge stands."""
    return ("states", state, "when", trigger, index)


def texts(script: Script) -> Iterator[tuple[Path_, Text]]:
    """Every text that is said."""
    for name, state in script.states.items():
        for index, text in enumerate(state.say):
            yield ("states", name, "say", index), text
    for name, trigger, number, edge in edges(script):
        for index, text in enumerate(edge.say):
            yield (*edge_path(name, trigger, number), "say", index), text


def guards(script: Script) -> Iterator[tuple[Path_, Guard]]:
    """Every guard: of texts, of labels and of edges."""
    for path, text in texts(script):
        if text.if_:
            yield (*path, "if"), text.if_
    for name, state in script.states.items():
        for button, labels in state.buttons.items():
            for index, label in enumerate(labels):
                if label.if_:
                    yield ("states", name, "buttons", button, index, "if"), label.if_
    for name, trigger, number, edge in edges(script):
        if edge.if_:
            yield (*edge_path(name, trigger, number), "if"), edge.if_
