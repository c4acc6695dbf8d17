"""The server: real HTTP on loopback, and a record of all that was asked of it."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from random import Random
from typing import Any, Self

from aiohttp import web

from tests.botapi import faults
from tests.botapi.body import read_body
from tests.botapi.errors import ApiError, BadRequest, TooOld
from tests.botapi.messages import Messages
from tests.botapi.pace import Gate, Pace
from tests.botapi.profile import Profile
from tests.botapi.schema import METHODS, read_params
from tests.botapi.user import FakeUser
from tests.botapi.world import World

Json = dict[str, Any]

HOST = "127.0.0.1"
TOKEN = "123456789:TEST-token-of-nobody-0123456789abcd"
PACED = frozenset({"sendMessage", "sendPhoto"})
STORMY = ("sendMessage", "editMessageReplyMarkup", "answerCallbackQuery", "getUpdates")
BODY_LIMIT = 50 * 2**20
SHUTDOWN = 0.5
"""Seconds for what is under way when the server closes. To aiohttp, 0 would be as long as it takes."""


@dataclass
class Request:
    """One request, as it came and as it was answered.

    ``status`` 0 means that no whole answer went out: the connection broke, or is still open. ``fault`` is the word
    or the status of the trouble on demand that it met. ``abandoned``: the client left while we were at it; one that
    dies just when the answer is out cannot be told from one that has read it.
    """

    method: str
    at: float
    params: Json = field(default_factory=dict)
    status: int = 0
    description: str = ""
    took: float = 0
    fault: str = ""
    effect: bool = False
    abandoned: bool = False

    @property
    def unheard(self) -> bool:
        """Was the client left without the true answer?"""
        return bool(self.fault) or self.abandoned

    @property
    def unnoticed(self) -> bool:
        """Did it have an effect that the client cannot know of?"""
        return self.effect and self.unheard

    def repeats(self, other: Request) -> bool:
        """Is the same asked for?"""
        return other is not self and (other.method, other.params) == (self.method, self.params)


@dataclass(frozen=True)
class Violation:
    """Something that the real server would refuse, or ignore to the bot's surprise."""

    method: str
    description: str
    params: Json


class BotApiServer:
    """A strict Bot API server.

    ``async with BotApiServer() as server`` runs it in the loop at hand, ``with BotApiServer() as server`` in a
    thread of its own. ``server.url`` is what the bot is given. One that was left can be entered again: it comes back
    at the same address, and knows what it knew.
    """

    def __init__(
        self,
        token: str = TOKEN,
        username: str = "attune_test_bot",
        clock: Callable[[], float] = time.time,
        port: int = 0,
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
        self._loop: asyncio.AbstractEventLoop | None = None
        self._port = port
        self.url = _url(port)
        self._callers = {name: _snake(name) for name in METHODS}

    # ------------------------------------------------------------------ on demand
    @property
    def confirmed_offset(self) -> int:
        """Every update below it is gone for good."""
        return self.world.updates.confirmed_offset

    def keep_pace(self, pace: Pace | None = None) -> None:
        """From now on, refuse whoever sends faster."""
        self._gate.pace = pace or Pace()

    def flood_next(self, n: int, retry_after: int) -> None:
        """Refuse the next messages with 429."""
        self._gate.close_next(n, retry_after)

    def fail_next(self, method: str, n: int, how: faults.How) -> None:
        """Let the next requests of a method go wrong."""
        self._faults.plan(method, n, how)

    def spare_next(self, method: str, n: int) -> None:
        """Let the next requests of a method go well, before those that are to go wrong."""
        self._faults.plan(method, n, None)

    def storm(self, chance: Random, odds: faults.Odds, methods: Iterable[str] = STORMY) -> None:
        """From now on, let each request of these methods go wrong with these probabilities.

        The n-th request of a method meets the same trouble in each run, whatever the other methods do. Call it again
        to give other methods other odds.
        """
        for method in methods:
            self._faults.storm(method, Random(chance.random()), odds)

    def redeliver(self, n: int) -> list[int]:
        """Hand out the last ``n`` confirmed updates once more, with the next answer; their ids."""
        return self.world.updates.redeliver(n)

    def shuffle_next(self, chance: Random) -> None:
        """Hand out the next several updates that go together in another order."""
        self.world.updates.shuffle_next(chance)

    def expire_taps(self, coming: int = 0) -> None:
        """Every tap that waits for its answer is too old now, and so are the next few as soon as they come."""
        self.world.expire(coming)

    def clear_faults(self) -> None:
        """Nothing more goes wrong, but what has gone wrong stays so: a client that waits in vain goes on waiting."""
        self._faults = faults.Faults()
        self._gate.open()
        self.world.expiring = 0
        self.world.updates.shuffle_next(None)

    def requests_to(self, method: str, chat_id: int) -> list[Request]:
        """What was asked of a method for one chat."""
        return [one for one in self.requests if one.method == method and one.params.get("chat_id") == chat_id]

    def user(self, user_id: int, first_name: str = "Kim", language_code: str = "en") -> FakeUser:
        """Somebody who may write to the bot; until they do, the bot cannot write to them."""
        return FakeUser(self.world, user_id, first_name, language_code)

    # ------------------------------------------------------------------ running
    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY_LIMIT)
        app[faults.CLOSING] = asyncio.Event()
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.url = _url(self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.world.updates.close()
        if self._runner:
            self._runner.app[faults.CLOSING].set()
            await self._runner.cleanup()

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.__aenter__(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self.__aexit__(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @contextmanager
    def out_of_reach(self) -> Iterator[None]:
        """Meanwhile nobody listens; for a server in a thread of its own."""
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()

    # ------------------------------------------------------------------ answering
    async def _serve(self, request: web.Request) -> web.StreamResponse:
        asked = Request(request.match_info["method"], time.time())
        self.requests.append(asked)
        try:
            return await self._answer(request, asked)
        except asyncio.CancelledError:
            asked.abandoned = True
            raise
        finally:
            asked.took = time.time() - asked.at

    async def _answer(self, request: web.Request, asked: Request) -> web.StreamResponse:
        try:
            await self._read(request, asked)
        except ApiError as error:
            return self._refuse(error, asked)
        fault = self._faults.next(asked.method)
        if fault is None:
            return await self._reply(asked)
        asked.fault = fault.name
        usual = await self._reply(asked) if fault.effect else web.Response()
        asked.status, asked.description = fault.status, fault.description or asked.description
        return await fault.answer(request, usual)

    async def _read(self, request: web.Request, asked: Request) -> None:
        if request.match_info["token"] != self.token:
            raise ApiError(401, "Unauthorized")
        if asked.method not in self._callers:
            raise ApiError(404, "Not Found: method not found")
        params, textual = await read_body(request)
        asked.params = read_params(asked.method, params, textual=textual)

    async def _reply(self, asked: Request) -> web.Response:
        try:
            result = await self._perform(asked)
        except ApiError as error:
            return self._refuse(error, asked)
        asked.status = 200
        return web.json_response({"ok": True, "result": result})

    def _refuse(self, error: ApiError, asked: Request) -> web.Response:
        asked.status, asked.description, asked.effect = error.code, error.description, False
        if error.code in {400, 404} and not self._excused(error, asked):
            self._remark(error.description, asked)
        return web.json_response(error.body, status=error.code)

    def _excused(self, error: ApiError, asked: Request) -> bool:
        """Is it for trouble on demand that the bot could not know better?"""
        if isinstance(error, TooOld) and error.on_demand:
            return True
        before = takewhile(lambda one: one.unheard, filter(asked.repeats, reversed(self.requests)))
        return any(one.effect for one in before)

    async def _perform(self, asked: Request) -> Any:
        name = self._callers[asked.method]
        room = next((room for room in self._rooms if hasattr(room, name)), None)
        if room is None:
            raise ApiError(501, f"{asked.method} is not built here")
        with self.world.changed:  # the people in a test may act from other threads
            self._asked = asked
            if asked.method in PACED:
                self._gate.admit(asked.params["chat_id"])
            try:
                result = getattr(room, name)(**asked.params)
            except TypeError as error:
                raise BadRequest(f"not supported by this server: {error}") from None
            asked.effect = True  # a poll confirms at once, however long it waits then
        return await result if asyncio.iscoroutine(result) else result

    def _remark(self, description: str, asked: Request | None = None) -> None:
        asked = asked or self._asked
        self.violations.append(Violation(asked.method, description, asked.params))


def _url(port: int) -> str:
    return f"http://{HOST}:{port}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda match: "_" + match[1].lower(), name)
