"""Column types of our own: secret text and moments in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from sqlalchemy import DateTime, Dialect, Engine, LargeBinary
from sqlalchemy.types import TypeDecorator

from bot.store.cipher import Cipher

# The tables are shared, the cipher belongs to one store. What a type is told is the dialect, and every engine
# has a dialect of its own.
_ciphers: WeakKeyDictionary[Dialect, Cipher] = WeakKeyDictionary()


def use_cipher(engine: Engine, cipher: Cipher) -> None:
    """Encrypt and read the secret columns of ``engine`` with ``cipher``."""
    _ciphers[engine.dialect] = cipher


class Secret(TypeDecorator[str]):
    """Text that is only ever stored encrypted."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _ciphers[dialect].encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else _ciphers[dialect].decrypt(value)


class Moment(TypeDecorator[datetime]):
    """An aware time; stored and given back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
