"""What may be kept of an error: its kind and its places in the code. Never its text, which may quote a learner."""

from __future__ import annotations

import traceback
from pathlib import Path


def trace(error: BaseException) -> str:
    """The kind of an error, then where it came from, the innermost place first, a line each."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
    return "\n".join([type(error).__name__, *places])
