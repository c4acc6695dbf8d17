"""The store as the rest of the coach sees it: asynchronous outside, one thread inside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from bot.store import inbox, outbox, reach, schema
from bot.store.cipher import Cipher
from bot.store.columns import use_cipher
from bot.store.decision import Decide, OnError
from bot.store.engine import open_engine
from bot.store.errors import UnusableDatabaseError
from bot.store.turns import take_turns

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Store:
    """A database made ready by ``migrate``. Every method is one transaction: all of it happens, or nothing.

    All work is done on one thread: a database writes one thing at a time anyway, and the event loop never
    waits.
    """

    def __init__(self, url: str, cipher: Cipher) -> None:
        self._url = url
        self._cipher = cipher
        self._thread = ThreadPoolExecutor(1, "store")
        self._engine: Engine | None = None

    async def open(self) -> None:
        """Connect; raises ``WrongKeyError`` when the key does not fit what is stored."""
        try:
            await self._run(_check_key)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what is under way, and disconnect."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def receive(
        self, channel: str, external_id: str, payload: Mapping[str, Any], update_id: int | None = None
    ) -> int:
        """Keep one update of a learner, who may be new; one that is known already changes nothing.

        Without ``update_id`` the channel counts its own. Returns the update id.
        """
        return await self._run(inbox.receive, channel, external_id, payload, update_id)

    async def take_turns(self, decide: Decide, now: datetime, limit: int = 64, *, on_error: OnError) -> int:
        """Take the turns of the updates that have waited longest, in order; returns how many were taken.

        Where ``decide`` raises, the update counts as done, its error's name is kept, and ``on_error`` gives
        the apology; the other updates go on as if it had not been there.
        """
        return await self._run(take_turns, decide, now, limit, on_error)

    async def unsent(self, channel: str, limit: int, without: Collection[str] = ()) -> list[outbox.OutboxMessage]:
        """The first messages of ``channel`` that are not sent yet, in order, for others than ``without``."""
        return await self._run(outbox.unsent, channel, limit, without)

    async def mark_sent(self, ids: Sequence[int], now: datetime) -> None:
        """Note that these messages were sent, and forget what they said."""
        await self._run(outbox.mark_sent, ids, now)

    async def swap_keyboard(self, channel: str, external_id: str, message: int | None) -> int | None:
        """Note which message of a learner now shows the buttons; returns the one that did until now."""
        return await self._run(reach.swap_keyboard, channel, external_id, message)

    async def mark_blocked(self, channel: str, external_id: str, now: datetime) -> None:
        """Note that a learner cannot be reached, and drop what waits for them; ``receive`` undoes it."""
        await self._run(reach.mark_blocked, channel, external_id, now)

    async def note(self, name: str) -> str | None:
        """What was noted under ``name``."""
        return await self._run(reach.read_note, name)

    async def keep_note(self, name: str, value: str) -> None:
        """Note something of our own: no learner's words."""
        await self._run(reach.keep_note, name, value)

    async def _run(self, work: Callable[Concatenate[Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        def transaction() -> _T:
            try:
                with self._connected().begin() as connection:
                    return work(connection, *args, **kwargs)
            except DBAPIError as error:
                raise UnusableDatabaseError(error.orig) from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)

    def _connected(self) -> Engine:
        if self._engine is None:
            self._engine = open_engine(self._url)
            use_cipher(self._engine, self._cipher)
        return self._engine

    def _disconnect(self) -> None:
        if self._engine is not None:
            self._engine.dispose()


def _check_key(connection: Connection) -> None:
    """Read one secret of each kind, the session that has waited longest: it has the oldest key."""
    oldest = select(schema.session.c.payload).order_by(schema.session.c.updated_at).limit(1)
    connection.execute(oldest).all()
    for payload in (schema.inbox.c.payload, schema.outbox.c.payload):
        connection.execute(select(payload).where(payload.is_not(None)).limit(1)).all()
