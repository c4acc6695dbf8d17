"""The queue of updates, and the long poll that waits for them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from threading import Condition
from typing import Any

from tests.botapi.errors import BadRequest, Conflict
from tests.botapi.schema import FACTS

Json = dict[str, Any]

KINDS = frozenset(FACTS["updates"])
DEFAULT_KINDS = KINDS - {"chat_member", "message_reaction", "message_reaction_count"}
LONGEST_POLL = 50
FUTURE = 10
"""An offset further than this beyond the last update is taken for a mistake: it confirms nothing."""


@dataclass
class Poll:
    """A request that waits; whoever has news for it wakes it, from whatever thread."""

    loop: asyncio.AbstractEventLoop
    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended: str = ""

    def wake(self) -> None:
        self.loop.call_soon_threadsafe(self.news.set)


class Updates:
    """What happened, in order, until the bot has confirmed it."""

    def __init__(self, changed: Condition) -> None:
        self.next_id = 700_000_001
        self.confirmed_offset = 0
        self.pending: list[Json] = []
        self.allowed = DEFAULT_KINDS
        self.tapped_again: Counter[str] = Counter()
        """By query: how often its tap was handed out once more, and not yet answered once more."""
        self._changed = changed
        self._confirmed: list[Json] = []
        self._again: list[Json] = []
        self._shuffle: Random | None = None
        self._last_id = 0
        self._webhook = ""
        self._poll: Poll | None = None

    def add(self, kind: str, body: Json) -> None:
        """Queue an update, unless the bot did not ask for its kind."""
        with self._changed:
            if kind in self.allowed:
                self.put({"update_id": self.next_id, kind: deepcopy(body)})

    def put(self, update: Json) -> None:
        """Queue an update as it stands."""
        with self._changed:
            self.pending.append(update)
            self._last_id = update["update_id"]
            self.next_id = self._last_id + 1
            if self._poll:
                self._poll.wake()

    def redeliver(self, n: int) -> list[int]:
        """Hand out the last ``n`` confirmed updates once more, with the next answer; their ids."""
        with self._changed:
            self._again = self._confirmed[-n:] if n else []
            if self._again and self._poll:
                self._poll.wake()
            return [update["update_id"] for update in self._again]

    def shuffle_next(self, chance: Random | None) -> None:
        """Hand out the next several updates that go together in another order."""
        with self._changed:
            self._shuffle = chance

    @property
    def is_polled(self) -> bool:
        """Whether somebody waits for news."""
        return self._poll is not None

    @property
    def webhook(self) -> str:
        """The address of the webhook; while there is one, nobody can poll."""
        return self._webhook

    @webhook.setter
    def webhook(self, url: str) -> None:
        with self._changed:
            self._webhook = url
            self._end_poll("terminated by setWebhook request")

    async def get_updates(
        self, offset: int = 0, limit: int = 100, timeout: int = 0, allowed_updates: list[str] | None = None
    ) -> list[Json]:
        with self._changed:
            if self._webhook:
                raise Conflict(
                    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
                )
            if timeout < 0:
                raise BadRequest("timeout must not be negative")
            self._allow(allowed_updates)
            self._end_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
            found = self._read(offset, limit)
            if found or not timeout:
                return found
            poll = self._poll = Poll(asyncio.get_running_loop())
        try:
            await asyncio.wait_for(poll.news.wait(), min(timeout, LONGEST_POLL))
        except TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None
        if poll.ended:
            raise Conflict(poll.ended)
        with self._changed:
            return self._read(offset, limit)

    def delete_webhook(self, *, drop_pending_updates: bool = False) -> bool:
        self._webhook = ""
        if drop_pending_updates:
            self.pending.clear()
        return True

    def get_webhook_info(self) -> Json:
        return {"url": self._webhook, "has_custom_certificate": False, "pending_update_count": len(self.pending)}

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._end_poll("the server stops")

    def _allow(self, kinds: list[str] | None) -> None:
        if kinds is None:
            return
        if strange := set(kinds) - KINDS:
            raise BadRequest(f"there are no updates of kind {', '.join(sorted(strange))}")
        self.allowed = frozenset(kinds) or DEFAULT_KINDS

    def _end_poll(self, reason: str) -> None:
        if self._poll:
            self._poll.ended = reason
            self._poll.wake()
            self._poll = None

    def _read(self, offset: int, limit: int) -> list[Json]:
        if offset < 0:
            self._confirm(self.pending[:offset])
        elif 0 < offset <= self._last_id + FUTURE:
            self._confirm([update for update in self.pending if update["update_id"] < offset])
            self.confirmed_offset = offset
        again, self._again = self._again[:limit], self._again[limit:]
        self.tapped_again.update(_taps(again))
        found = [*again, *self.pending][:limit]
        return deepcopy(self._ordered(found))

    def _confirm(self, gone: list[Json]) -> None:
        self._confirmed += gone
        ids = {update["update_id"] for update in gone}
        self.pending = [update for update in self.pending if update["update_id"] not in ids]

    def _ordered(self, updates: list[Json]) -> list[Json]:
        if self._shuffle is None or len(updates) < 2:
            return updates
        chance, self._shuffle = self._shuffle, None
        order = list(range(len(updates)))
        while order == sorted(order):  # a shuffle that changes nothing would try nothing
            chance.shuffle(order)
        return [updates[place] for place in order]


def _taps(updates: Iterable[Json]) -> Iterator[str]:
    """The queries of those that are taps; anything may have been queued."""
    for update in updates:
        match update:
            case {"callback_query": {"id": str(query)}}:
                yield query
