"""What waits to be sent: claims, outcomes, nudges and what is forgotten."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.store import Arrival, Cap, Store
from bot.store.schema import inbox, outbox
from bot.store.store import REMEMBERED
from tests.store.player import Player

CHANNEL = "telegram:1"


async def take(store: Store, now: datetime) -> int:
    player = Player()
    return await store.take_turns(player.decide, now, on_error=player.apologise)


async def say(store: Store, now: datetime, *texts: str, who: str = "me") -> None:
    for text in texts:
        await store.receive(CHANNEL, who, {"text": text})
    await take(store, now)


async def keys(store: Store) -> list[str]:
    return [message.key for message in await store.unsent(CHANNEL, 100)]


async def nudge(store: Store, key: str, now: datetime, who: str = "me") -> bool:
    return await store.add_nudge(CHANNEL, who, key, {"say": "How did it go?"}, now)


async def outcomes(store: Store) -> dict[str, str | None]:
    rows = await store._run(lambda c: c.execute(select(outbox.c.key, outbox.c.outcome)).all())
    return {row.key: row.outcome for row in rows}


# ---------------------------------------------------------------------- claims
async def test_what_is_claimed_is_nobody_elses(store: Store, now: datetime) -> None:
    await say(store, now, "one", "two")
    ids = [message.id for message in await store.unsent(CHANNEL, 10)]
    assert await store.claim(ids[:2], now)
    assert not await store.claim(ids[1:3], now), "all or none"
    assert [message.id for message in await store.unsent(CHANNEL, 10)] == ids[2:]
    assert await store.claim(ids[2:], now)


async def test_after_a_crash_replies_wait_again_and_nudges_are_never_repeated(store: Store, now: datetime) -> None:
    await say(store, now, "one")
    await nudge(store, "nudge:1", now)
    await nudge(store, "nudge:2", now)
    messages = await store.unsent(CHANNEL, 10)
    assert await store.claim([message.id for message in messages if message.key != "nudge:2"], now)
    await store.give_up_claims("telegram:2", now)
    assert await keys(store) == ["nudge:2"], "another bot's claims are its own"
    await store.give_up_claims(CHANNEL, now)
    assert await keys(store) == [messages[0].key, messages[1].key, "nudge:2"]
    assert (await outcomes(store))["nudge:1"] == "unknown"


async def test_what_is_settled_stays_settled(store: Store, now: datetime) -> None:
    await say(store, now, "one")
    (first, second) = await store.unsent(CHANNEL, 10)
    await store.settle([first.id], "sent", now)
    await store.settle([first.id], "unknown", now)
    await store.settle([second.id], "refused", now, "BadRequest")
    assert await outcomes(store) == {first.key: "sent", second.key: "refused"}
    payloads = await store._run(lambda c: c.scalars(select(outbox.c.payload).order_by(outbox.c.id)).all())
    assert payloads[0] is None
    assert payloads[1] is not None, "a dead letter keeps what it says"


# ---------------------------------------------------------------------- nudges
async def test_replies_go_before_nudges(store: Store, now: datetime) -> None:
    await say(store, now, "one")
    await nudge(store, "nudge:1", now)
    await say(store, now, "two", who="you")
    messages = await store.unsent(CHANNEL, 10)
    assert [message.nudge for message in messages] == [False, False, False, False, True]


async def test_a_nudge_is_put_there_once_and_only_for_who_can_be_reached(store: Store, now: datetime) -> None:
    assert not await nudge(store, "nudge:0", now), "nobody is known"
    await say(store, now, "one")
    assert await nudge(store, "nudge:1", now)
    assert not await nudge(store, "nudge:1", now)
    await store.mark_blocked(CHANNEL, "me", now)
    assert await keys(store) == []
    assert not await nudge(store, "nudge:2", now)
    await store.mark_back(CHANNEL, "me")
    assert await nudge(store, "nudge:2", now)
    assert set((await outcomes(store)).values()) == {"unreachable", None}


# ---------------------------------------------------------------------- what comes in
async def test_more_than_may_wait_is_not_kept_and_one_answer_says_so(store: Store, now: datetime) -> None:
    arrivals = [Arrival(number, who, {"text": f"{number}"}) for number, who in enumerate("mmmymm", start=1)]
    cap = Cap(2, {"text": "too much"})
    await store.receive_all(CHANNEL, arrivals[:5], cap)
    await store.receive_all(CHANNEL, arrivals[5:], cap)
    player = Player()
    assert await store.take_turns(player.decide, now, on_error=player.apologise) == 4
    texts = [(waiting.external_id, waiting.payload["text"]) for waiting in player.seen]
    assert texts == [("m", "1"), ("m", "2"), ("m", "too much"), ("y", "4")]
    await store.receive_all(CHANNEL, [Arrival(7, "m", {"text": "7"})], cap)
    assert await take(store, now) == 1


async def test_all_or_nothing_of_a_batch_is_kept(store: Store, now: datetime) -> None:
    with pytest.raises(TypeError):
        await store.receive_all(CHANNEL, [Arrival(1, "me", {"text": "x"}), Arrival(2, "me", {"text": object()})])
    assert await take(store, now) == 0


# ---------------------------------------------------------------------- what is forgotten
async def test_old_updates_and_messages_are_forgotten_and_young_ones_known(store: Store, now: datetime) -> None:
    async def numbers() -> list[int]:
        return list(await store._run(lambda c: c.scalars(select(inbox.c.update_id).order_by(inbox.c.id)).all()))

    for number, age in ((5, REMEMBERED * 2), (6, REMEMBERED + timedelta(minutes=1)), (7, timedelta(days=1))):
        await store.receive(CHANNEL, "me", {"text": f"{number}"}, number)
        await take(store, now - age)
    for message in await store.unsent(CHANNEL, 10):
        await store.settle([message.id], "sent", now - REMEMBERED * 2)
    await store.receive(CHANNEL, "me", {"text": "waits"}, 8)
    await store.prune(now)
    assert await numbers() == [7, 8]
    assert await outcomes(store) == {}
    await store.receive(CHANNEL, "me", {"text": "again"}, 7)
    assert await take(store, now) == 1, "what is remembered is still known"


async def test_the_numbers_of_a_channel_go_on_after_it_was_forgotten(store: Store, now: datetime) -> None:
    for _ in range(3):
        await store.receive("terminal", "me", {"text": "x"})
    await take(store, now - REMEMBERED * 2)
    await store.prune(now)
    assert await store.receive("terminal", "me", {"text": "x"}) == 4
    await take(store, now)


async def test_dead_letters_and_what_waits_are_never_forgotten(store: Store, now: datetime) -> None:
    old = now - REMEMBERED * 2
    await store.receive(CHANNEL, "me", {"text": "crash"})
    await take(store, old)
    await store.receive(CHANNEL, "me", {"text": "two"})
    await store._run(lambda c: c.execute(update(inbox).values(received_at=old)))
    await store.prune(now)
    assert len(await store.dead_letters()) == 1
    assert await take(store, now) == 1
