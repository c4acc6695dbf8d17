"""A server with a clock of its own, and the two sides that talk through it: a bot and a user."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from tests.botapi.server import TOKEN, BotApiServer
from tests.botapi.user import FakeUser

Json = dict[str, Any]


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """Plain HTTP, with bodies of any kind."""

    def __init__(self, session: aiohttp.ClientSession, server: BotApiServer) -> None:
        self._session = session
        self._url = f"{server.url}/bot{TOKEN}"

    async def __call__(self, method: str, **params: Any) -> Json:
        return await self.send(method, json=params)

    async def send(self, method: str, verb: str = "POST", **body: Any) -> Json:
        async with self._session.request(verb, f"{self._url}/{method}", **body) as answer:
            found: Json = await answer.json()
            assert answer.status == found.get("error_code", 200)
            assert found["ok"] == (answer.status == 200)
            return found

    async def raw(self, method: str, seconds: float = 10, **params: Any) -> tuple[int, bytes]:
        """Status and body, whatever they are; TimeoutError for a client that gives up."""
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with self._session.post(f"{self._url}/{method}", json=params, timeout=timeout) as answer:
            return answer.status, await answer.read()

    async def accepts(self, method: str, **params: Any) -> Any:
        """The result."""
        answer = await self(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refuses(self, method: str, **params: Any) -> str:
        """Why."""
        answer = await self(method, **params)
        assert not answer["ok"], answer
        return str(answer["description"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(clock=clock) as server:
        yield server


@pytest.fixture
async def client(server: BotApiServer) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, server)


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    """PTB with its own HTTP client, which sends forms."""
    async with Bot(TOKEN, f"{server.url}/bot") as bot:
        yield bot


@pytest.fixture
def user(server: BotApiServer) -> FakeUser:
    user = server.user(7)
    user.send("/start")
    return user


def mark(kind: str, offset: int, length: int, **more: Any) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


def keyboard(*buttons: Json) -> Json:
    return {"inline_keyboard": [[button] for button in buttons]}
