"""What waits to be sent: claims, outcomes, nudges and what is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select, update

from bot.store import Arrival, Cap, Decision, Store
from bot.store.inbox import REMEMBERED
from bot.store.schema import inbox, outbox
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
    said = select(outbox.c.payload).where(outbox.c.key == "nudge:1")
    assert await store._run(lambda c: c.scalar(said)) is None, "what it said is forgotten"
    await store.prune(now + REMEMBERED * 2)
    assert "nudge:1" not in await outcomes(store), "and in time, that it was"


async def test_those_who_have_to_wait_are_passed_over_and_of_the_others_all_is_read(
    store: Store, now: datetime
) -> None:
    for who in ("me", "you", "they"):
        await say(store, now, "one", who=who)
    waiting = await store.unsent(CHANNEL, 100, {"me", "they"})
    assert {message.external_id for message in waiting} == {"you"}
    first = await store.unsent(CHANNEL, 2)
    assert [message.external_id for message in first] == ["me", "me", "you", "you"], "a turn is never cut in two"


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


async def test_of_those_who_wait_the_ones_who_asked_come_first_and_then_the_ones_who_wait_longest(
    store: Store, now: datetime
) -> None:
    for who in ("nudged", "late", "first"):
        await store.receive(CHANNEL, who, {"text": "hello"})
    await take(store, now)
    await store.settle([one.id for one in await store.unsent(CHANNEL, 10)], "sent", now)
    await nudge(store, "nudge:1", now, who="nudged")
    await say(store, now, "one", who="first")
    await say(store, now, "two", who="late")
    order: list[str] = []
    while found := await store.unsent(CHANNEL, 1, without=order):
        order.append(found[0].external_id)
    assert order == ["first", "late", "nudged"]


async def test_a_nudge_is_put_there_once_and_only_for_who_can_be_reached(store: Store, now: datetime) -> None:
    assert not await nudge(store, "nudge:0", now), "nobody is known"
    await say(store, now, "one")
    assert await nudge(store, "nudge:1", now)
    assert not await nudge(store, "nudge:1", now)
    await store.mark_blocked(CHANNEL, "me", now)
    assert await keys(store) == []
    assert not await nudge(store, "nudge:2", now)
    await store.mark_back(CHANNEL, "me")
    assert await keys(store) == [], "what waited for them is gone"
    assert await nudge(store, "nudge:2", now)
    assert set((await outcomes(store)).values()) == {"unreachable", None}


async def test_a_nudge_is_for_one_learner_of_one_channel(store: Store, now: datetime) -> None:
    await store.receive("telegram:2", "me", {"text": "elsewhere"})
    await say(store, now, "one", who="you")
    await say(store, now, "one")
    await store.settle([message.id for message in await store.unsent(CHANNEL, 100)], "sent", now)
    assert await nudge(store, "nudge:1", now)
    assert not await nudge(store, "nudge:2", now, who="they"), "nobody is known by this name"
    (message,) = await store.unsent(CHANNEL, 100)
    assert (message.external_id, message.payload, message.nudge) == ("me", {"say": "How did it go?"}, True)


# ---------------------------------------------------------------------- how learners are reached
async def test_who_blocked_us_loses_what_waits_and_nobody_else_does(store: Store, now: datetime) -> None:
    await store.receive("telegram:2", "me", {"text": "elsewhere"})
    await say(store, now, "one")
    (first, _) = await store.unsent(CHANNEL, 10)
    await store.settle([first.id], "sent", now)
    await say(store, now, "two", who="you")
    await store.mark_blocked(CHANNEL, "me", now)
    assert {message.external_id for message in await store.unsent(CHANNEL, 10)} == {"you"}
    assert len(await store.unsent("telegram:2", 10)) == 2
    assert (await outcomes(store))[first.key] == "sent", "what has arrived has arrived"
    gone = select(outbox.c.payload).where(outbox.c.outcome == "unreachable")
    assert await store._run(lambda c: c.scalars(gone).all()) == [None], "what it said is forgotten"
    assert await nudge(store, "nudge:1", now, who="you")


async def test_who_writes_again_can_be_reached_again_and_nobody_else(store: Store, now: datetime) -> None:
    await say(store, now, "one")
    await say(store, now, "one", who="you")
    for who in ("me", "you"):
        await store.mark_blocked(CHANNEL, who, now)
    await store.receive(CHANNEL, "me", {"text": "back"})
    assert await nudge(store, "nudge:1", now)
    assert not await nudge(store, "nudge:2", now, who="you")


async def test_the_message_that_shows_the_buttons_is_noted_for_each_learner(store: Store, now: datetime) -> None:
    for channel, who in ((CHANNEL, "me"), (CHANNEL, "you"), ("telegram:2", "me")):
        await store.receive(channel, who, {"text": "hello"})
    assert await store.swap_keyboard(CHANNEL, "me", 7) is None
    assert await store.swap_keyboard(CHANNEL, "you", 8) is None
    assert await store.swap_keyboard("telegram:2", "me", 9) is None
    assert await store.swap_keyboard(CHANNEL, "me", 10) == 7
    assert await store.swap_keyboard(CHANNEL, "me", None) == 10
    assert await store.swap_keyboard(CHANNEL, "me", None) is None
    assert await store.swap_keyboard(CHANNEL, "you", None) == 8


async def test_a_note_stays_until_another_takes_its_place(store: Store) -> None:
    assert await store.note("profile") is None
    await store.keep_note("profile", "first")
    await store.keep_note("other", "stays")
    await store.keep_note("profile", "second")
    assert (await store.note("profile"), await store.note("other")) == ("second", "stays")


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


async def test_each_channel_counts_on_after_all_of_it_was_forgotten(store: Store, now: datetime) -> None:
    for channel, times in (("terminal", 2), ("telegram:1", 1)):
        for _ in range(times):
            await store.receive(channel, "me", {"text": "x"})
    await take(store, now - REMEMBERED * 2)
    await store.prune(now)
    assert await store.receive("terminal", "me", {"text": "x"}) == 3
    assert await store.receive("telegram:1", "me", {"text": "x"}) == 2


async def test_messages_that_wait_or_are_young_or_dead_letters_are_never_forgotten(store: Store, now: datetime) -> None:
    old = now - REMEMBERED * 2
    await say(store, old, "one", "two")
    (refused, sent, waits, claimed) = await store.unsent(CHANNEL, 10)
    await store.settle([refused.id], "refused", old, "refused: Bad Request")
    await store.settle([sent.id], "sent", now - timedelta(days=1))
    await store.claim([claimed.id], old)
    await store.prune(now)
    assert set(await outcomes(store)) == {refused.key, sent.key, waits.key, claimed.key}
    assert [letter.error for letter in await store.dead_letters()] == ["refused: Bad Request"]


async def test_dead_letters_and_what_waits_are_never_forgotten(store: Store, now: datetime) -> None:
    old = now - REMEMBERED * 2
    await store.receive(CHANNEL, "me", {"text": "crash"})
    await take(store, old)
    await store.receive(CHANNEL, "me", {"text": "two"})
    await store._run(lambda c: c.execute(update(inbox).values(received_at=old)))
    await store.prune(now)
    assert len(await store.dead_letters()) == 1
    assert await take(store, now) == 1


@pytest.mark.parametrize("end", ["dropped", "mended"])
async def test_an_apology_is_forgotten_with_its_turn(store: Store, now: datetime, end: str) -> None:
    """Until then it is known, so that it is not repeated."""
    for _ in range(12):  # 1 is how 11 and 12 begin
        await store.receive(CHANNEL, "me", {"text": "crash"})
    old = now - REMEMBERED * 2
    await take(store, old)
    await store.settle([message.id for message in await store.unsent(CHANNEL, 100)], "sent", old)
    first, *others = await store.dead_letters()
    for letter in others:
        await store.drop(letter.id)
    await store.prune(now)
    assert set(await outcomes(store)) == {"sorry:1:1"}
    if end == "dropped":
        await store.drop(first.id)
    else:
        await store.revive(first.id)
        await store.prune(now)
        assert set(await outcomes(store)) == {"sorry:1:1"}, "it has another try"
        await store.take_turns(lambda _: Decision("[]"), old, on_error=Player().apologise)
    await store.prune(now)
    assert await outcomes(store) == {}


async def test_what_waits_for_somebody_who_left_is_forgotten_in_time(store: Store, now: datetime) -> None:
    long_ago, lately = now - REMEMBERED * 2, now - timedelta(days=1)
    for who, left, said in (
        ("gone", long_ago, long_ago),
        ("gone and heard of lately", long_ago, lately),
        ("just gone", lately, long_ago),
        ("there", None, long_ago),
    ):
        await store.receive(CHANNEL, who, {"text": "hello"})
        if left:
            await store.mark_blocked(CHANNEL, who, left)
        await take(store, said)
    await store.prune(now)
    kept = await store._run(lambda c: c.scalars(select(outbox.c.learner_id).order_by(outbox.c.id)).all())
    assert kept == [2, 2, 3, 3, 4, 4]
    assert await keys(store) == ["re:4:1", "re:4:2"]
    await store.receive(CHANNEL, "gone", {"text": "back"})
    await take(store, now)
    assert [key for key in await keys(store) if key not in ("re:4:1", "re:4:2")] == ["re:5:1", "re:5:2"]


async def test_an_update_that_was_only_noted_is_forgotten_in_time(store: Store, now: datetime) -> None:
    await say(store, now, "hello")
    await store.change_reach(CHANNEL, "me", 1001, now - REMEMBERED * 2, blocked=True)
    await store.receive(CHANNEL, "me", {"text": "back"}, 1002)
    await store.prune(now)
    assert await store._run(lambda c: c.scalars(select(inbox.c.update_id)).all()) == [1, 1002]


async def test_a_dead_letter_of_somebody_who_left_is_kept(store: Store, now: datetime) -> None:
    long_ago = now - REMEMBERED * 2
    await say(store, long_ago, "refused")
    await store.settle([one.id for one in await store.unsent(CHANNEL, 10)], "refused", long_ago, "refused: Bad Request")
    await store.mark_blocked(CHANNEL, "me", long_ago)
    await store.prune(now)
    assert [letter.kind for letter in await store.dead_letters()] == ["message"]


# ---------------------------------------------------------------------- numbers that begin anew
async def age(store: Store, by: timedelta) -> None:
    """Let so much time pass since everything came in."""

    def change(connection: Connection) -> None:
        for row in connection.execute(select(inbox.c.id, inbox.c.received_at)).all():
            earlier = update(inbox).where(inbox.c.id == row.id).values(received_at=row.received_at - by)
            connection.execute(earlier)

    await store._run(change)


async def test_a_number_that_a_dead_letter_has_had_is_a_new_update_after_a_quiet_week(
    store: Store, now: datetime
) -> None:
    await store.receive(CHANNEL, "me", {"text": "crash"}, 7)
    await store.receive(CHANNEL, "me", {"text": "refused"}, 8)
    await take(store, now)
    ids = {message.key: message.id for message in await store.unsent(CHANNEL, 10)}
    await store.settle([ids.pop("sorry:1:1")], "sent", now)
    await store.settle([*ids.values()], "refused", now, "refused: Bad Request")

    await age(store, REMEMBERED - timedelta(minutes=1))
    for number in (7, 8):
        await store.receive(CHANNEL, "you", {"text": "too soon"}, number)
    assert await take(store, now) == 0

    await age(store, timedelta(minutes=2))
    arrivals = [Arrival(7, "you", {"text": "crash"}), Arrival(8, "you", {"text": "new"})]
    for _ in range(2):
        await store.receive_all(CHANNEL, arrivals)
    assert await take(store, now) == 2
    told = [(message.external_id, message.payload["say"]) for message in await store.unsent(CHANNEL, 10)]
    assert told == [("you", "sorry"), ("you", "you said"), ("you", "new")]

    letters = await store.dead_letters()
    assert sorted((one.kind, one.external_id, str(one.payload)) for one in letters) == [
        ("message", "me", "[{'say': 'you said'}, {'say': 'refused'}]"),
        ("turn", "me", "{'text': 'crash'}"),
        ("turn", "you", "{'text': 'crash'}"),
    ]
    (first,) = [one for one in letters if (one.kind, one.external_id) == ("turn", "me")]
    await store.revive(first.id)
    assert await take(store, now) == 1, "an earlier one can still be tried again"


async def test_a_number_that_is_kept_to_count_on_is_a_new_update_after_a_quiet_week(
    store: Store, now: datetime
) -> None:
    await store.receive(CHANNEL, "me", {"text": "one"}, 7)
    await take(store, now)
    await age(store, REMEMBERED + timedelta(minutes=1))
    await store.change_reach(CHANNEL, "me", 7, datetime.now(UTC), blocked=True)
    assert await keys(store) == []
    await age(store, REMEMBERED + timedelta(minutes=1))
    await store.receive(CHANNEL, "me", {"text": "two"}, 7)
    assert await take(store, now) == 1


async def test_a_number_is_known_for_each_bot(store: Store, now: datetime) -> None:
    for channel in (CHANNEL, "telegram:2", CHANNEL):
        await store.receive(channel, "me", {"text": "hello"}, 7)
    assert await take(store, now) == 2, "the other bot's is another, and ours is not forgotten for it"


# ---------------------------------------------------------------------- who cannot be reached
async def test_who_left_gets_nothing_until_they_are_heard_from(store: Store, now: datetime) -> None:
    await store.receive(CHANNEL, "me", {"text": "one"}, 1)
    await store.mark_blocked(CHANNEL, "me", now)
    await take(store, now)
    assert await keys(store) == []
    await store.receive(CHANNEL, "me", {"text": "one"}, 1)
    assert await keys(store) == [], "what Telegram only repeats is no sign of life"
    await store.receive(CHANNEL, "me", {"text": "two"}, 2)
    assert await keys(store) == ["re:1:1", "re:1:2"]


async def test_a_repeated_block_drops_nothing_that_came_since(store: Store, now: datetime) -> None:
    await say(store, now, "hello")
    await store.change_reach(CHANNEL, "me", 1001, now, blocked=True)
    await store.change_reach(CHANNEL, "me", 1002, now, blocked=False)
    await say(store, now, "I am back")
    waiting = await keys(store)
    await store.change_reach(CHANNEL, "me", 1001, now, blocked=True)
    assert await keys(store) == waiting != []


async def test_who_unblocks_us_can_be_reached_again(store: Store, now: datetime) -> None:
    await say(store, now, "hello")
    await say(store, now, "hello", who="you")
    for who, number in (("me", 1001), ("you", 1002)):
        await store.change_reach(CHANNEL, who, number, now, blocked=True)
    await store.change_reach(CHANNEL, "me", 1003, now, blocked=False)
    assert await nudge(store, "nudge:me", now)
    assert not await nudge(store, "nudge:you", now, who="you")
