"""Whether the keys fit what is stored.

A note names the keys that anybody has written with. Where all of them are here, what cannot be read is damaged, and
holds up one learner at most. Where one is missing, the key is lost, and nothing may be given up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from bot.store.cipher import Cipher
from bot.store.errors import DamagedError, WrongKeyError
from bot.store.reach import keep_note, read_note
from bot.store.schema import inbox, outbox, session

NOTE = "keys"


def check(connection: Connection, cipher: Cipher) -> None:
    """See at a start whether the keys fit, and note the one that is written with.

    A key that is not here any more is forgotten once there is something to read, and it can be read without it.
    """
    noted, here = _noted(connection), set(cipher.names)
    known = noted
    if not noted:  # a new database, or one of an earlier version
        _read_some(connection)
        known = here
    elif not noted <= here and _read_some(connection):
        known = noted & here
    if (known := known | {cipher.names[0]}) != noted:
        keep_note(connection, NOTE, " ".join(sorted(known)))


@contextmanager
def told_apart(connection: Connection, cipher: Cipher) -> Iterator[None]:
    """Raise WrongKeyError for what seems to be damaged, when a key is missing."""
    try:
        yield
    except DamagedError:
        noted = _noted(connection)
        if noted and noted <= set(cipher.names):
            raise
        raise WrongKeyError(cipher.origin) from None


def _noted(connection: Connection) -> set[str]:
    return set((read_note(connection, NOTE) or "").split())


def _read_some(connection: Connection) -> bool:
    """Read a secret of each kind, if there is any: of sessions the one that was written first, as its key is the
    oldest. Whether there was any."""
    secrets = (
        select(session.c.payload).order_by(session.c.updated_at),
        select(inbox.c.payload).where(inbox.c.payload.is_not(None)),
        select(outbox.c.payload).where(outbox.c.payload.is_not(None)),
    )
    return sum(len(connection.execute(query.limit(1)).all()) for query in secrets) > 0
