"""The store: what the coach remembers, in one database.

``migrate(url)`` makes a database ready; ``Store(url, cipher)`` works with it. Everything that can go wrong
for an operator is a ``StoreError``, whose text says what to do.
"""

from bot.store.backup import back_up
from bot.store.cipher import Cipher, load_cipher
from bot.store.dead import DeadLetter
from bot.store.decision import AttemptRow, Decision, Waiting
from bot.store.engine import is_sqlite
from bot.store.errors import (
    BackupError,
    DamagedError,
    KeyFormatError,
    NewDatabaseError,
    NoSuchLetterError,
    OldDatabaseError,
    StoreError,
    UnusableDatabaseError,
    WrongKeyError,
)
from bot.store.inbox import Arrival, Cap
from bot.store.migration import check, migrate, upgrade
from bot.store.outbox import OutboxMessage
from bot.store.store import Store

__all__ = [
    "Arrival",
    "AttemptRow",
    "BackupError",
    "Cap",
    "Cipher",
    "DamagedError",
    "DeadLetter",
    "Decision",
    "KeyFormatError",
    "NewDatabaseError",
    "NoSuchLetterError",
    "OldDatabaseError",
    "OutboxMessage",
    "Store",
    "StoreError",
    "UnusableDatabaseError",
    "Waiting",
    "WrongKeyError",
    "back_up",
    "check",
    "is_sqlite",
    "load_cipher",
    "migrate",
    "upgrade",
]
