"""The store: what the coach remembers, in one database.

``migrate(url)`` makes a database ready; ``Store(url, cipher)`` works with it. Everything that can go wrong
for an operator is a ``StoreError``, whose text says what to do.
"""

from bot.store.cipher import Cipher, load_cipher
from bot.store.decision import AttemptRow, Decision, Waiting
from bot.store.errors import (
    KeyFormatError,
    NewDatabaseError,
    OldDatabaseError,
    StoreError,
    UnusableDatabaseError,
    WrongKeyError,
)
from bot.store.migration import check, migrate, upgrade
from bot.store.outbox import OutboxMessage
from bot.store.store import Store

__all__ = [
    "AttemptRow",
    "Cipher",
    "Decision",
    "KeyFormatError",
    "NewDatabaseError",
    "OldDatabaseError",
    "OutboxMessage",
    "Store",
    "StoreError",
    "UnusableDatabaseError",
    "Waiting",
    "WrongKeyError",
    "check",
    "load_cipher",
    "migrate",
    "upgrade",
]
