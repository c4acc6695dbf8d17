"""How fast a bot may send."""

from __future__ import annotations

from tests.botapi.pace import Pace
from tests.botapi.server import BotApiServer
from tests.botapi.user import FakeUser

from .conftest import Client, Clock


async def test_the_pace_is_for_each_chat_and_for_all(client: Client, server: BotApiServer, clock: Clock) -> None:
    for number in (1, 2, 3):
        server.user(number).send("/start")
    server.keep_pace(Pace(per_chat=1, burst=2, overall=4))
    assert [(await client("sendMessage", chat_id=1, text="x"))["ok"] for _ in range(3)] == [True, True, False]
    assert [(await client("sendMessage", chat_id=2, text="x"))["ok"] for _ in range(2)] == [True, True]
    answer = await client("sendMessage", chat_id=3, text="x")
    assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 1})
    clock.now += 1
    await client.accepts("sendMessage", chat_id=1, text="x")
    assert server.violations == [], "too fast is no mistake yet"


async def test_who_does_not_wait_after_429_is_remembered(
    client: Client, user: FakeUser, server: BotApiServer, clock: Clock
) -> None:
    server.flood_next(1, 5)
    assert "retry after 5" in await client.refuses("sendMessage", chat_id=7, text="x")
    assert "retry after 5" in await client.refuses("sendMessage", chat_id=7, text="x")  # may have been on its way
    assert server.violations == []
    clock.now += 4
    assert "retry after 1" in await client.refuses("sendMessage", chat_id=7, text="x")
    assert "before the time of retry_after" in server.violations[0].description
    clock.now += 1
    await client.accepts("sendMessage", chat_id=7, text="x")
