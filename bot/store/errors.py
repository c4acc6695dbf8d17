"""What can go wrong with the store. The text of an error is what its reader sees.

StoreError
├── KeyFormatError          a key is no key
├── WrongKeyError           a key does not fit what is stored
├── DamagedError            the key fits, and something cannot be read all the same
├── OldDatabaseError        the database waits for ``attune db upgrade``
├── NewDatabaseError        the database belongs to a newer version
├── UnusableDatabaseError   the database cannot be reached, read or written
├── BackupError             a copy cannot be made as it was asked for
└── NoSuchLetterError       there is no such dead letter
"""

from __future__ import annotations

from bot.errors import PlainError


class StoreError(PlainError):
    """Base of everything the store raises for its user."""


class KeyFormatError(StoreError):
    """``origin`` holds something that is not a key."""

    def __init__(self, origin: str) -> None:
        super().__init__(
            f"What stands in {origin} is not a key. A key has 44 characters and ends with “=”; several keys are "
            f"separated by commas. Put the right key back. If nothing is stored yet, a new one will do: "
            f"docs/operators.md shows how to make it."
        )


class WrongKeyError(StoreError):
    """What is stored was encrypted with another key than that of ``origin``."""

    def __init__(self, origin: str) -> None:
        super().__init__(
            f"What is stored cannot be read with the key in {origin}: it was written with another key, or it "
            f"is damaged. Nothing was changed. Put the earlier key back there; to change keys, keep the earlier "
            f"one behind the new one, after a comma."
        )


class DamagedError(StoreError):
    """Something stored cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            "The key is the right one, and still a part of what is stored cannot be read: it is damaged. "
            "Put back a backup: docs/operators.md."
        )


class OldDatabaseError(StoreError):
    """The database is at an earlier revision than the code."""

    def __init__(self, current: str | None, newest: str) -> None:
        super().__init__(
            f"The database is at revision {current or 'none'}, this version needs {newest}. "
            f"Make a backup, then run: attune db upgrade"
        )


class NewDatabaseError(StoreError):
    """The database is at a revision the code does not know."""

    def __init__(self, current: str) -> None:
        super().__init__(
            f"The database was written by a newer version of attune (revision {current}, unknown here). "
            f"Install that version again, or put back the copy that was made before it: docs/operators.md."
        )


class UnusableDatabaseError(StoreError):
    """The database cannot be reached, read or written; ``passing`` when it may be possible again later."""

    def __init__(self, reason: object, *, passing: bool = False) -> None:
        super().__init__(f"The database cannot be used: {reason}. Check ATTUNE_DATABASE_URL, its rights and the disk.")
        self.reason = str(reason)
        self.passing = passing


class BackupError(StoreError):
    """A copy of the database cannot be made as it was asked for."""


class NoSuchLetterError(StoreError):
    """There is no dead letter of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no dead letter “{name}”. attune dead list shows those there are.")
