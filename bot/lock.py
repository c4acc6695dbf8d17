"""One process for one job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.errors import PlainError


class AlreadyRunningError(PlainError):
    """Another process does this job."""


class LockError(PlainError):
    """A folder cannot hold our lock."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"{folder} cannot be used: {error.strerror}. Check ATTUNE_DATABASE_URL and its rights.")


@contextmanager
def only_one(folder: Path, name: str) -> Iterator[None]:
    """Hold the lock ``name`` in ``folder``; raises AlreadyRunningError when somebody else does."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / f"{name}.lock", mode=0o600)
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunningError("The coach runs for this bot already. Stop that process first.") from None
    except OSError as error:
        raise LockError(folder, error) from error
    try:
        yield
    finally:
        lock.release()
