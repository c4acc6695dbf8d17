"""Sessions outlive changes of content: frames move to where their places are now."""

from __future__ import annotations

from collections.abc import Iterable

from dialogs.course import Course
from dialogs.session import Frame


def relocate(course: Course, frames: Iterable[Frame]) -> tuple[tuple[Frame, ...], bool]:
    """The frames in today's content, and whether a place was lost on the way.

    A renamed script or state is followed. A state that is gone becomes the script's safe state; a script that
    is gone is left out.
    """
    moved, lost = [], False
    for frame in frames:
        name = frame.script if frame.script in course.scripts else course.former.get(frame.script)
        if name is None:
            lost = True
            continue
        script = course.scripts[name]
        state = frame.state
        for _ in script.renamed:  # a renamed state may have been renamed again
            state = state if state in script.states else script.renamed.get(state, state)
        if state not in script.states:
            lost = True
            moved.append(Frame(script=name, version=script.version, state=script.refuge, called=frame.called))
            continue
        stays = script.states[state].waits or not frame.entered
        moved.append(
            frame.model_copy(
                update={
                    "script": name,
                    "version": script.version,
                    "state": state,
                    "entered": frame.entered and stays,
                }
            )
        )
    return tuple(moved), lost
