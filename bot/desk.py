"""The desk of one channel: what comes in there is kept and decided, and what goes out waits here."""

from __future__ import annotations

from collections.abc import Sequence

from bot.coach import Coach, utc_now
from bot.delivery import Delivery
from bot.store import Store
from bot.wire import pack_event, unpack_effect
from dialogs.event import Event

AT_ONCE = 200  # messages looked at together


class Desk:
    """Joins a room such as the terminal to coach and store. ``channel`` is ``terminal`` or ``telegram:<bot id>``."""

    def __init__(self, coach: Coach, store: Store, channel: str) -> None:
        self._coach = coach
        self._store = store
        self._channel = channel

    async def receive(self, learner: str, event: Event, update: int | None = None) -> None:
        """Keep what a learner did; without ``update``, the channel counts its own."""
        await self._store.receive(self._channel, learner, pack_event(event), update)

    async def take_turns(self) -> int:
        """Take turns that wait, of any channel; how many were taken."""
        return await self._coach.take_turns(self._store)

    async def waiting(self, without: Sequence[str] = ()) -> dict[str, list[Delivery]]:
        """What waits to be shown, in order, by learner, but for learners in ``without``."""
        found: dict[str, list[Delivery]] = {}
        for message in await self._store.unsent(self._channel, AT_ONCE, without):
            found.setdefault(message.external_id, []).append(Delivery(message.id, unpack_effect(message.payload)))
        return found

    async def sent(self, ids: Sequence[int]) -> None:
        """Note that these were shown."""
        await self._store.mark_sent(ids, utc_now())

    async def swap_keyboard(self, learner: str, message: int | None) -> int | None:
        """Note which message shows the buttons in force; the one that did until now."""
        return await self._store.swap_keyboard(self._channel, learner, message)

    async def blocked(self, learner: str) -> None:
        """Note that a learner cannot be reached until they are back."""
        await self._store.mark_blocked(self._channel, learner, utc_now())

    async def profile_set(self, fingerprint: str) -> bool:
        """Whether this profile was the last one told to the messenger."""
        return await self._store.note(f"profile:{self._channel}") == fingerprint

    async def keep_profile(self, fingerprint: str) -> None:
        """Note that this profile was told to the messenger."""
        await self._store.keep_note(f"profile:{self._channel}", fingerprint)
