"""Guards: pure predicates over what is known at a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialogs.reading import Reading
from dialogs.script import Guard


@dataclass(frozen=True)
class View:
    """What guards can see. ``tries`` counts the reply at hand."""

    reading: Reading | None
    tries: int
    chose: Mapping[str, str]
    done: frozenset[str]
    memory: Mapping[str, str]
    first_time: bool
    paused: bool


def holds(guard: Guard | None, view: View) -> bool:
    """Whether every condition of the guard holds."""
    if guard is None:
        return True
    return _about_reply(guard, view.reading or Reading()) and _about_learner(guard, view)


def _about_reply(guard: Guard, reading: Reading) -> bool:
    shown = {finding.label for finding in reading.skills}
    fallen = {finding.label for finding in reading.pitfalls}
    amiss = fallen or reading.misfits  # a guess that misses is no pitfall, and yet something to put right
    return (
        (guard.shows is None or shown.issuperset(guard.shows))
        and (guard.shows_any is None or not shown.isdisjoint(guard.shows_any))
        and (guard.shows_count is None or len(shown) >= guard.shows_count)
        and (guard.avoids is None or not (amiss if "all" in guard.avoids else fallen.intersection(guard.avoids)))
        and (guard.falls_into is None or not fallen.isdisjoint(guard.falls_into))
    )


def _about_learner(guard: Guard, view: View) -> bool:
    return (
        (guard.try_ is None or view.tries >= guard.try_)
        and (guard.chose is None or guard.chose.items() <= view.chose.items())
        and (guard.done is None or view.done.issuperset(guard.done))
        and (guard.knows is None or guard.knows in view.memory)
        and (guard.remembers is None or guard.remembers.items() <= view.memory.items())
        and (guard.first_time is None or view.first_time)
        and (guard.paused is None or view.paused == guard.paused)
    )
