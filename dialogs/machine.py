"""A script compiled to one flat machine, shared by everybody who is in it.

The machine has no model of its own: each step triggers it with a throw-away cursor, which is far cheaper than
``add_model`` and keeps nothing. Callbacks only note which edge was taken.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from transitions import EventData, Machine

from dialogs.guard import View, holds
from dialogs.script import Edge, Script

logging.getLogger("transitions").setLevel(logging.WARNING)  # at INFO its logger costs five times the step


@dataclass(frozen=True)
class Taken:
    """An edge that was taken, with its place: trigger and index."""

    trigger: str
    index: int
    edge: Edge


class Cursor:
    """What a machine moves: a state, what the guards can see, and the edge that was taken."""

    __slots__ = ("state", "taken", "view")

    def __init__(self, state: str, view: View) -> None:
        self.state = state
        self.view = view
        self.taken: Taken | None = None


class ScriptMachine:
    """The compiled graph of one script."""

    def __init__(self, script: Script) -> None:
        self._machine = Machine(
            model=None,
            states=list(script.states),
            initial=script.start,
            auto_transitions=False,
            send_event=True,
        )
        for name, state in script.states.items():
            for trigger, edges in state.when.items():
                for index, edge in enumerate(edges):
                    # an edge without `go` is internal: it leaves the cursor where it is
                    self._machine.add_transition(
                        trigger,
                        name,
                        edge.go,
                        conditions=_guard(edge),
                        before=_note(Taken(trigger, index, edge)),
                    )

    def take(self, state: str, trigger: str, view: View) -> Taken | None:
        """The first edge of the trigger whose guards hold, or None when there is none."""
        event = self._machine.events.get(trigger)
        if event is None or state not in event.transitions:
            return None
        cursor = Cursor(state, view)
        event.trigger(cursor)
        return cursor.taken


def _guard(edge: Edge) -> Callable[[EventData], bool]:
    def guard(event: EventData) -> bool:
        return holds(edge.if_, _cursor(event).view)

    return guard


def _note(taken: Taken) -> Callable[[EventData], None]:
    def note(event: EventData) -> None:
        _cursor(event).taken = taken

    return note


def _cursor(event: EventData) -> Cursor:
    return cast(Cursor, event.model)
