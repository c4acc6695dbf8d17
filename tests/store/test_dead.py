"""Dead letters: one failure harms nobody else, and nothing of it is lost."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.store import Arrival, Decision, NoSuchLetterError, Store, Waiting
from bot.store.inbox import REMEMBERED
from bot.store.schema import inbox, outbox
from tests.store.player import Player

CHANNEL = "telegram:1"


class Moody(Player):
    """Fails on “crash” until it is mended."""

    mended = False

    def decide(self, waiting: Waiting) -> Decision:
        if self.mended and waiting.payload["text"] == "crash":
            return Decision("[]", [{"say": "mended"}])
        return super().decide(waiting)


async def take(store: Store, player: Player, now: datetime) -> int:
    return await store.take_turns(player.decide, now, on_error=player.apologise)


async def said(store: Store) -> list[Any]:
    return [message.payload["say"] for message in await store.unsent(CHANNEL, 100)]


async def test_a_turn_that_raised_can_be_looked_at_and_tried_again(store: Store, now: datetime) -> None:
    player = Moody()
    await store.receive(CHANNEL, "me", {"text": "crash"}, 7)
    assert await take(store, player, now) == 1
    (letter,) = await store.dead_letters()
    assert (letter.kind, letter.channel, letter.external_id, letter.at) == ("turn", CHANNEL, "me", now)
    assert letter.payload == {"text": "crash"}
    assert letter.error.splitlines()[:2][0] == "LookupError"
    assert "secret" not in letter.error

    await store.revive(letter.id)
    with pytest.raises(NoSuchLetterError):
        await store.drop(letter.id)  # somebody may be at it
    assert await take(store, player, now) == 1
    assert await said(store) == ["sorry"], "one apology, however often it fails"

    player.mended = True
    await store.revive(letter.id)
    assert await take(store, player, now) == 1
    assert await said(store) == ["sorry", "mended"]
    assert await store.dead_letters() == []


async def test_a_dropped_letter_is_gone_for_good(store: Store, now: datetime) -> None:
    await store.receive(CHANNEL, "me", {"text": "crash"}, 7)
    await take(store, Player(), now)
    (letter,) = await store.dead_letters()
    await store.drop(letter.id)
    assert await store.dead_letters() == []
    for work in (store.drop, store.revive, store.dead_letter):
        with pytest.raises(NoSuchLetterError, match=rf"“{letter.id}”.*attune dead list"):
            await work(letter.id)
    await store.receive(CHANNEL, "me", {"text": "again"}, 7)
    assert await take(store, Player(), now) == 0, "its number is still known"


async def test_an_update_that_cannot_be_read_is_set_aside_and_can_be_taken_in_later(
    store: Store, now: datetime
) -> None:
    before = datetime.now(UTC)
    odd = Arrival(8, None, {"update_id": 8, "telepathy": {}}, "an update of a new kind")
    await store.receive_all(CHANNEL, [Arrival(7, "me", {"text": "one"}), odd, Arrival(9, "me", {"text": "two"})])
    player = Player()
    assert await take(store, player, now) == 2
    (letter,) = await store.dead_letters()
    assert (letter.kind, letter.external_id, letter.error) == ("update", None, "an update of a new kind")
    assert letter.payload == {"update_id": 8, "telepathy": {}}
    assert before <= letter.at <= datetime.now(UTC)
    await store.replace(letter.id, "me", {"text": "three"})
    assert await take(store, player, now) == 1
    assert [waiting.update_id for waiting in player.seen] == [7, 9, 8]
    assert await store.dead_letters() == []


async def test_a_message_that_is_refused_waits_again_after_a_retry(store: Store, now: datetime) -> None:
    await store.receive(CHANNEL, "me", {"text": "one"})
    await take(store, Player(), now)
    ids = [message.id for message in await store.unsent(CHANNEL, 10)]
    await store.claim(ids, now)
    await store.settle(ids, "refused", now, "refused: Bad Request")
    (letter,) = await store.dead_letters()
    assert (letter.kind, letter.channel, letter.external_id, letter.at) == ("message", CHANNEL, "me", now)
    assert (letter.error, letter.payload) == ("refused: Bad Request", [{"say": "you said"}, {"say": "one"}])
    await store.revive(letter.id)
    assert await said(store) == ["you said", "one"]


async def test_what_several_turns_said_and_was_refused_at_once_are_several_letters(store: Store, now: datetime) -> None:
    for who, text in (("me", "one"), ("me", "two"), ("you", "three")):
        await store.receive(CHANNEL, who, {"text": text})
    await take(store, Player(), now)
    await store.settle(
        [message.id for message in await store.unsent(CHANNEL, 10)], "refused", now, "refused: Bad Request"
    )
    letters = await store.dead_letters()
    assert [(letter.external_id, letter.payload[-1]["say"]) for letter in letters] == [
        ("me", "one"),
        ("me", "two"),
        ("you", "three"),
    ]
    await store.revive(letters[1].id)
    assert await said(store) == ["you said", "two"]


@pytest.mark.parametrize("poison", ["not JSON", '"no object"'])
async def test_a_row_that_cannot_be_read_stops_nobody(store: Store, now: datetime, poison: str) -> None:
    for who in ("me", "you", "me"):
        await store.receive(CHANNEL, who, {"text": "hello"})
    await store._run(lambda c: c.execute(update(inbox).where(inbox.c.update_id == 2).values(payload=poison)))
    player = Player()
    assert await take(store, player, now) == 3
    assert [waiting.update_id for waiting in player.seen if waiting.external_id == "me"][-2:] == [1, 3]
    assert await said(store) == ["you said", "hello", "sorry", "you said", "hello"]
    assert await take(store, player, now) == 0
    (letter,) = await store.dead_letters()
    assert letter.payload in ("not JSON", "no object")
    await store.drop(letter.id)
    assert await store.dead_letters() == []


async def test_a_turn_that_cannot_be_written_stops_nobody(store: Store, now: datetime) -> None:
    """The key of its answer is taken: nothing that could be found out by deciding."""
    for who in ("me", "they", "you"):
        await store.receive(CHANNEL, who, {"text": "hello"})
    for number in (1, 2):
        row = {"learner_id": number, "key": f"re:{number}:1", "payload": '{"say": "there already"}'}
        await store._run(lambda c, row=row: c.execute(insert(outbox).values(**row, created_at=now)))
    assert await take(store, Player(), now) == 3
    expected = ["there already", "there already", "sorry", "sorry", "you said", "hello"]
    assert await said(store) == expected
    letters = await store.dead_letters()
    assert [letter.error.startswith("IntegrityError") for letter in letters] == [True, True]
    apologies = [message for message in await store.unsent(CHANNEL, 100) if message.payload["say"] == "sorry"]
    assert [(message.key, message.external_id, message.payload["to"]) for message in apologies] == [
        ("sorry:1:1", "me", "me"),
        ("sorry:2:1", "they", "they"),
    ]
    for letter in letters:
        await store.revive(letter.id)
    assert await take(store, Player(), now) == 2
    assert await said(store) == expected, "one apology, however often it fails"


async def test_an_update_that_can_never_be_read_gets_one_apology_and_it_goes_to_the_right_learner(
    store: Store, now: datetime
) -> None:
    await store.receive(CHANNEL, "you", {"text": "hello"})
    await store.receive(CHANNEL, "me", {"text": "hello"})
    odd = update(inbox).where(inbox.c.update_id == 2).values(payload='"no object"')
    await store._run(lambda c: c.execute(odd))
    for _ in range(3):
        await take(store, Player(), now)
        (letter,) = await store.dead_letters()
        await store.revive(letter.id)
    (*_, sorry) = await store.unsent(CHANNEL, 100)
    assert await said(store) == ["you said", "hello", "sorry"]
    assert (sorry.external_id, sorry.payload["to"]) == ("me", "me")


async def test_one_failing_turn_is_left_out_of_its_batch(store: Store, now: datetime) -> None:
    player = Player()
    for who, text in (("me", "one"), ("me", "crash"), ("you", "uno"), ("me", "two")):
        await store.receive(CHANNEL, who, {"text": text})
    assert await take(store, player, now) == 4
    assert await said(store) == ["you said", "one", "sorry", "you said", "uno", "you said", "two"]
    assert [waiting.session for waiting in player.seen] == [None, '["one"]', None, '["one"]']


async def test_a_second_apology_never_comes_however_late_the_retry(store: Store, now: datetime) -> None:
    await store.receive(CHANNEL, "me", {"text": "crash"})
    await take(store, Player(), now)
    await store.settle([message.id for message in await store.unsent(CHANNEL, 10)], "sent", now)
    later = now + 2 * REMEMBERED
    await store.prune(later)
    (letter,) = await store.dead_letters()
    await store.revive(letter.id)
    assert await take(store, Player(), later) == 1
    assert await said(store) == []


async def test_an_update_that_can_be_read_may_be_somebodys_who_is_new(store: Store, now: datetime) -> None:
    await store.receive_all(CHANNEL, [Arrival(8, None, {"update_id": 8}, "odd")])
    (letter,) = await store.dead_letters()
    await store.replace(letter.id, "new", {"text": "hello"})
    assert await take(store, Player(), now) == 1
    assert [message.external_id for message in await store.unsent(CHANNEL, 10)] == ["new", "new"]


async def test_nudges_that_are_refused_at_once_are_letters_of_their_own(store: Store, now: datetime) -> None:
    await store.receive(CHANNEL, "me", {"text": "hello"})
    for number in (1, 2):
        await store.add_nudge(CHANNEL, "me", f"nudge:me:{number}", {"say": "hello"}, now)
    ids = [message.id for message in await store.unsent(CHANNEL, 10)]
    await store.settle(ids, "refused", now, "refused: Bad Request")
    assert [letter.payload for letter in await store.dead_letters()] == [[{"say": "hello"}], [{"say": "hello"}]]
