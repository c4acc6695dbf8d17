"""One process for one job on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout
from platformdirs import user_data_path


class AlreadyRunningError(Exception):
    """Another process does this job."""


@contextmanager
def only_one(name: str) -> Iterator[None]:
    """Hold the lock ``name`` for this user; raises AlreadyRunningError when somebody else does."""
    file = user_data_path("attune", appauthor=False, ensure_exists=True) / f"{name}.lock"
    lock = FileLock(file, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunningError("The coach runs for this bot already. Stop that process first.") from None
    try:
        yield
    finally:
        lock.release()
