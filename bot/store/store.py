"""The store as the rest of the coach sees it: asynchronous outside, one thread inside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError

from bot.delivery import Outcome
from bot.store import dead, inbox, keyring, outbox, reach
from bot.store.cipher import Cipher
from bot.store.columns import use_cipher
from bot.store.decision import Decide, OnError
from bot.store.engine import open_engine
from bot.store.errors import DamagedError, UnusableDatabaseError, WrongKeyError
from bot.store.turns import fail_turn, take_turns
from bot.trouble import Trouble

LONGEST_PAUSE = 5.0  # seconds between tries
ROW_ERRORS = (IntegrityError, DataError, ProgrammingError)
ERRORS_FOR_ALL = (UnusableDatabaseError, WrongKeyError)

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Store:
    """A database made ready by ``migrate``. Every method is one transaction: all of it happens, or nothing.

    All work is done on one thread: a database writes one thing at a time anyway, and the event loop never
    waits. A ``patient`` store, once open, waits until a full disk or a locked file lets it go on.
    """

    def __init__(self, url: str, cipher: Cipher, *, patient: bool = False) -> None:
        self._url = url
        self._cipher = cipher
        self._patient = patient
        self._is_open = False
        self._trouble = Trouble("The database", LONGEST_PAUSE)
        self._thread = ThreadPoolExecutor(1, "store")
        self._engine: Engine | None = None

    async def open(self) -> None:
        """Connect; raises ``WrongKeyError`` when the key does not fit what is stored."""
        try:
            await self._run(keyring.check, self._cipher)
        except BaseException:
            await self.close()
            raise
        self._is_open = True

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

    async def receive_all(self, channel: str, arrivals: Sequence[inbox.Arrival], cap: inbox.Cap | None = None) -> None:
        """Keep these updates, in order; for a learner with more than ``cap`` waiting, none any more."""
        await self._run(inbox.receive_all, channel, arrivals, cap)

    async def take_turns(self, decide: Decide, now: datetime, limit: int = 64, *, on_error: OnError) -> int:
        """Take the turns of the updates that have waited longest, in order; returns how many were taken.

        A turn that raises becomes a dead letter, and ``on_error`` gives the apology; the other updates go on as
        if it had not been there.
        """
        ids = await self._run(inbox.waiting_rows, limit)
        if not ids:
            return 0
        try:
            await self._run(take_turns, decide, now, ids, on_error)
        except ERRORS_FOR_ALL:
            raise
        except Exception:  # something in this batch cannot be read or written: find out what
            for one in ids:
                await self._take_turn(decide, now, one, on_error)
        return len(ids)

    async def _take_turn(self, decide: Decide, now: datetime, row: int, on_error: OnError) -> None:
        try:
            await self._run(take_turns, decide, now, [row], on_error)
        except ERRORS_FOR_ALL:
            raise
        except Exception as error:
            await self._run(fail_turn, row, error, now, on_error)

    async def unsent(self, channel: str, limit: int, without: Collection[str] = ()) -> list[outbox.OutboxMessage]:
        """What waits for the first ``limit`` learners of ``channel`` but ``without``, replies before nudges."""
        while True:
            try:
                return await self._run(outbox.unsent, channel, limit, without)
            except (DamagedError, ValueError):  # of one message: nobody else must wait for it
                await self._run(outbox.bury_unreadable, datetime.now(UTC))

    async def add_nudge(
        self, channel: str, external_id: str, key: str, payload: Mapping[str, Any], now: datetime
    ) -> bool:
        """Put a message that nobody asked for in the outbox; False when its key is there, or nobody to get it."""
        return await self._run(outbox.add_nudge, channel, external_id, key, payload, now)

    async def claim(self, ids: Sequence[int], now: datetime) -> bool:
        """Claim these messages before sending them, all or none: False when one does not wait any more."""
        return await self._run(outbox.claim, ids, now)

    async def settle(self, ids: Sequence[int], outcome: Outcome, now: datetime, error: str | None = None) -> None:
        """Note what became of messages, and forget what they said; with an ``error`` they are dead letters."""
        await self._run(outbox.settle, ids, outcome, now, error)

    async def give_up_claims(self, channel: str, now: datetime) -> None:
        """Settle what a sender that is gone had claimed: replies wait again, of nudges nobody knows."""
        await self._run(outbox.give_up_claims, channel, now)

    async def dead_letters(self) -> list[dead.DeadLetter]:
        """All dead letters, the oldest first."""
        return await self._run(dead.letters)

    async def dead_letter(self, name: str) -> dead.DeadLetter:
        """One of them; raises NoSuchLetterError."""
        return await self._run(dead.letter, name)

    async def revive(self, name: str) -> None:
        """Let a dead turn or message wait again; raises NoSuchLetterError."""
        await self._run(dead.revive, name)

    async def replace(self, name: str, external_id: str, payload: Mapping[str, Any]) -> None:
        """Take in a dead update that can be read now; raises NoSuchLetterError."""
        await self._run(dead.replace, name, external_id, payload)

    async def drop(self, name: str) -> None:
        """Forget a dead letter; raises NoSuchLetterError."""
        await self._run(dead.drop, name)

    async def prune(self, now: datetime) -> None:
        """Forget which updates and messages there were, once nobody can repeat them or wait for them any more."""
        await self._run(_prune, now - inbox.REMEMBERED)

    async def swap_keyboard(self, channel: str, external_id: str, message: int | None) -> int | None:
        """Note which message of a learner now shows the buttons; returns the one that did until now."""
        return await self._run(reach.swap_keyboard, channel, external_id, message)

    async def mark_blocked(self, channel: str, external_id: str, now: datetime) -> None:
        """Note that a learner cannot be reached, and drop what waits for them; ``receive`` undoes it."""
        await self._run(reach.mark_blocked, channel, external_id, now)

    async def mark_back(self, channel: str, external_id: str) -> None:
        """Note that a learner can be reached again."""
        await self._run(reach.mark_back, channel, external_id)

    async def change_reach(
        self, channel: str, external_id: str, update_id: int, now: datetime, *, blocked: bool
    ) -> None:
        """Note what an update says of whether a learner can be reached; a repeated one changes nothing."""
        await self._run(reach.change, channel, external_id, update_id, now, blocked=blocked)

    async def note(self, name: str) -> str | None:
        """What was noted under ``name``."""
        return await self._run(reach.read_note, name)

    async def keep_note(self, name: str, value: str) -> None:
        """Note something of our own: no learner's words."""
        await self._run(reach.keep_note, name, value)

    async def _run(self, work: Callable[Concatenate[Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        def transaction() -> _T:
            try:
                with self._connected().begin() as connection, keyring.told_apart(connection, self._cipher):
                    return work(connection, *args, **kwargs)
            except ROW_ERRORS:  # of what was to be written, not of the database
                raise
            except DBAPIError as error:
                raise UnusableDatabaseError(error.orig, passing=isinstance(error, OperationalError)) from error

        call = object()
        while True:
            try:
                result = await asyncio.get_running_loop().run_in_executor(self._thread, transaction)
            except UnusableDatabaseError as error:
                if not (self._patient and self._is_open and error.passing):
                    raise
                await self._trouble.wait(call, error.reason)
            except BaseException:
                self._trouble.forget(call)
                raise
            else:
                self._trouble.over(call)
                return result

    def _connected(self) -> Engine:
        if self._engine is None:
            self._engine = open_engine(self._url)
            use_cipher(self._engine, self._cipher)
        return self._engine

    def _disconnect(self) -> None:
        if self._engine is not None:
            self._engine.dispose()


def _prune(connection: Connection, before: datetime) -> None:
    outbox.prune(connection, before)
    inbox.prune(connection, before)
