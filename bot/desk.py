"""The desk of one channel: what comes in there is kept and decided, and what goes out waits here."""

from __future__ import annotations

from collections.abc import Sequence

from bot.coach import Coach, utc_now
from bot.delivery import Delivery, Outcome, Received, Unread
from bot.store import Arrival, Cap, Store
from bot.trace import trace
from bot.wire import pack_event, unpack_effect
from dialogs.event import Event, TooFast

AT_ONCE = 100  # learners whose messages are looked at together


class Desk:
    """Joins a room such as the terminal to coach and store. ``channel`` is ``terminal`` or ``telegram:<bot id>``.

    ``most`` is how many updates of one learner may wait.
    """

    def __init__(self, coach: Coach, store: Store, channel: str, most: int) -> None:
        self._coach = coach
        self._store = store
        self._channel = channel
        self._cap = Cap(most, pack_event(TooFast()))

    # ------------------------------------------------------------------ coming in
    async def receive(self, learner: str, event: Event) -> None:
        """Keep what a learner did, under a number of the channel's own."""
        await self._store.receive(self._channel, learner, pack_event(event))

    async def receive_all(self, updates: Sequence[Received | Unread]) -> None:
        """Keep these updates, all or none; those that are known already change nothing."""
        await self._store.receive_all(self._channel, [_arrival(update) for update in updates], self._cap)

    async def take_turns(self) -> int:
        """Take turns that wait, of any channel; how many were taken."""
        return await self._coach.take_turns(self._store)

    # ------------------------------------------------------------------ going out
    async def waiting(self, without: Sequence[str] = ()) -> dict[str, list[Delivery]]:
        """What waits to be shown, by learner, replies before nudges, but for learners in ``without``."""
        found: dict[str, list[Delivery]] = {}
        for message in await self._store.unsent(self._channel, AT_ONCE, without):
            aside = message.nudge or message.is_apology
            try:
                effect = unpack_effect(message.payload)
            except ValueError as error:  # of another version: nobody else must wait for it
                await self.settle([message.id], "refused", trace(error))
                continue
            delivery = Delivery(message.id, effect, aside, message.nudge)
            found.setdefault(message.external_id, []).append(delivery)
        return found

    async def claim(self, ids: Sequence[int]) -> bool:
        """Claim what is about to be sent; False when some of it does not wait any more."""
        return await self._store.claim(ids, utc_now())

    async def settle(self, ids: Sequence[int], outcome: Outcome, error: str | None = None) -> None:
        """Note what became of these; with an ``error`` they are dead letters."""
        await self._store.settle(ids, outcome, utc_now(), error)

    async def give_up_claims(self) -> None:
        """Settle what a sender that is gone had claimed."""
        await self._store.give_up_claims(self._channel, utc_now())

    # ------------------------------------------------------------------ learners, and our own affairs
    async def swap_keyboard(self, learner: str, message: int | None) -> int | None:
        """Note which message shows the buttons in force; the one that did until now."""
        return await self._store.swap_keyboard(self._channel, learner, message)

    async def change_reach(self, learner: str, update: int, *, blocked: bool) -> None:
        """Note what an update says of whether a learner can be reached."""
        await self._store.change_reach(self._channel, learner, update, utc_now(), blocked=blocked)

    async def blocked(self, learner: str) -> None:
        """Note that a learner cannot be reached until they are back."""
        await self._store.mark_blocked(self._channel, learner, utc_now())

    async def prune(self) -> None:
        """Forget what nobody can repeat any more."""
        await self._store.prune(utc_now())

    async def profile_set(self, fingerprint: str) -> bool:
        """Whether this profile was the last one told to the messenger."""
        return await self._store.note(f"profile:{self._channel}") == fingerprint

    async def keep_profile(self, fingerprint: str) -> None:
        """Note that this profile was told to the messenger."""
        await self._store.keep_note(f"profile:{self._channel}", fingerprint)


def _arrival(update: Received | Unread) -> Arrival:
    if isinstance(update, Unread):
        return Arrival(update.update, None, update.body, update.error)
    return Arrival(update.update, update.learner, pack_event(update.event))
