"""Processes that are killed, and several that write at once."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from datetime import datetime
from pathlib import Path

from bot.store import Cipher, Store, migrate
from tests.store.player import Player

RECEIVE = """
import asyncio, sys
from bot.store import Cipher, Store, migrate

async def main(url, key, who, count):
    migrate(url)
    async with Store(url, Cipher(key, "the test")) as store:
        print("open", flush=True)
        sys.stdin.readline()
        for number in range(int(count)):
            await store.receive("terminal", who, {"text": f"{who} {number}"})
        print("done", flush=True)
        sys.stdin.readline()

asyncio.run(main(*sys.argv[1:]))
"""


async def start(url: str, key: str, who: str, count: int) -> Process:
    arguments = ("-c", RECEIVE, url, key, who, str(count))
    root = Path(__file__).parents[2]
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=PIPE, stdout=PIPE, cwd=root)


async def hears(process: Process, word: str) -> None:
    assert process.stdout is not None
    assert (await process.stdout.readline()).decode().strip() == word


def go_on(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")


async def test_what_was_received_outlives_a_kill(url: str, key: str, cipher: Cipher, now: datetime) -> None:
    victim = await start(url, key, "me", 3)
    await hears(victim, "open")
    go_on(victim)
    await hears(victim, "done")
    victim.kill()
    await victim.communicate()
    player = Player()
    async with Store(url, cipher) as store:
        assert await store.take_turns(player.decide, now, on_error=player.apologise) == 3
    assert [waiting.payload["text"] for waiting in player.seen] == ["me 0", "me 1", "me 2"]


async def test_processes_that_start_and_write_at_once_lose_nothing(
    url: str, key: str, cipher: Cipher, now: datetime
) -> None:
    writers = [await start(url, key, who, 20) for who in ("me", "you")]
    for writer in writers:
        await hears(writer, "open")
    for writer in writers:
        go_on(writer)
    for writer in writers:
        await hears(writer, "done")
        await writer.communicate(b"\n")
    player = Player()
    async with Store(url, cipher) as store:
        assert await store.take_turns(player.decide, now, on_error=player.apologise) == 40
    assert [waiting.update_id for waiting in player.seen] == list(range(1, 41))
    for who in ("me", "you"):
        texts = [waiting.payload["text"] for waiting in player.seen if waiting.external_id == who]
        assert texts == [f"{who} {number}" for number in range(20)]


async def test_two_that_take_turns_at_once_take_each_once(url: str, cipher: Cipher, now: datetime) -> None:
    migrate(url)
    player = Player()

    async def work(store: Store) -> None:
        while await store.take_turns(player.decide, now, 3, on_error=player.apologise):
            pass

    async with Store(url, cipher) as one, Store(url, cipher) as other:
        for number in range(30):
            await one.receive("terminal", f"learner {number % 4}", {"text": "x"})
        await asyncio.gather(work(one), work(other))
        assert Counter(waiting.update_id for waiting in player.seen) == Counter(range(1, 31))
        assert len(await one.unsent("terminal", 100)) == 60
