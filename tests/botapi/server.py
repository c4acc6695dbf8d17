"""The server: real HTTP on loopback, and a record of all that was asked of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.botapi import faults
from tests.botapi.messages import Messages
from tests.botapi.pace import Gate
from tests.botapi.profile import Profile
from tests.botapi.world import World

Json = dict[str, Any]

TOKEN = "123456789:TEST-token-of-nobody-0123456789abcd"  # noqa: S105 (opens nothing)
PACED = frozenset({"sendMessage", "sendPhoto"})
BODY_LIMIT = 50 * 2**20


@dataclass
class Request:
    """One request, as it came and as it was answered; status 0 is a connection broken off or still open."""

    method: str
    at: float
    params: Json = field(default_factory=dict)
    status: int = 0
    description: str = ""
    took: float = 0


@dataclass(frozen=True)
class Violation:
    """Something that the real server would refuse, or ignore to the bot's surprise."""

    method: str
    description: str
    params: Json


class BotApiServer:
    """A strict Bot API server.

    ``async with BotApiServer() as server`` runs it in the loop at hand, ``with BotApiServer() as server`` in a
    thread of its own. ``server.url`` is what the bot is given.
    """

    def __init__(
        self, token: str = TOKEN, username: str = "attune_test_bot", clock: Callable[[], float] = time.time
    ) -> None:
        self.token = token
        self.requests: list[Request] = []
        self.violations: list[Violation] = []
        bot_id = int(token.split(":")[0])
        bot = {"id": bot_id, "is_bot": True, "first_name": "Attune", "username": username}
        self.world = World(bot, clock)
        self.profile = Profile(self.world)
        self._gate = Gate(clock, self._remark)
        self._faults = faults.Faults()
        self._asked = Request("", 0)
        self._rooms = (self.world.updates, Messages(self.world, self._remark), self.profile)
        self._runner: web.AppRunner | None = None
        self._thread: threading.Thread | None = None
        self._loop = asyncio.new_event_loop
        self.url = ""
