"""Trouble on demand: what can go wrong with a request, and when it does."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import Literal

from aiohttp import web

from tests.botapi.errors import BLOCKED, ApiError, Forbidden

Word = Literal["drop", "lost", "stall", "hang", "reset", "garble", "misshape"]
"""
========== ============ ========================================================
word       has effect?  and then
========== ============ ========================================================
drop       no           the connection is closed
lost       yes          the connection is closed
stall      no           silence, until the client gives up
hang       yes          silence, until the client gives up
reset      yes          half of the answer comes, then the connection is reset
garble     yes          200 comes with something that is not JSON
misshape   yes          200 comes with JSON that is not an answer
========== ============ ========================================================
"""
How = Word | int | ApiError
"""A word; or a status to answer with, without effect; or such a refusal in words of one's own."""
Odds = Mapping[How, float]

CLOSING = web.AppKey("CLOSING", asyncio.Event)
"""Set when the server closes: silence ends."""

USUAL: dict[int, ApiError] = {401: ApiError(401, "Unauthorized"), 403: Forbidden(BLOCKED)}

Answer = Callable[[web.Request, web.Response], Awaitable[web.StreamResponse]]
"""Answers a request in place of the answer it would have had."""


@dataclass(frozen=True)
class Fault:
    """One way to go wrong: whether the request has its effect all the same, and what the client gets."""

    name: str
    effect: bool
    answer: Answer
    status: int = 0
    description: str = ""


@dataclass(frozen=True)
class Storm:
    """Trouble by chance: each draw may be a fault."""

    chance: Random
    faults: list[Fault | None]
    weights: list[float]

    def draw(self) -> Fault | None:
        """What the next request meets."""
        return self.chance.choices(self.faults, self.weights)[0]


@dataclass
class Faults:
    """What goes wrong next, by method."""

    _waiting: dict[str, list[Fault | None]] = field(default_factory=dict)
    _storms: dict[str, Storm] = field(default_factory=dict)

    def plan(self, method: str, n: int, how: How | None) -> None:
        """Let the next ``n`` requests of this method go wrong; or go well, before what is planned after."""
        self._waiting.setdefault(method, []).extend([fault(how) if how else None] * n)

    def storm(self, method: str, chance: Random, odds: Odds) -> None:
        """From now on, let requests of this method go wrong with these probabilities."""
        calm = 1 - sum(odds.values())
        if min(calm, *odds.values()) < 0:
            raise ValueError("probabilities are at least 0, and 1 at most together")
        self._storms[method] = Storm(chance, [*map(fault, odds), None], [*odds.values(), calm])

    def next(self, method: str) -> Fault | None:
        """What goes wrong with this request. What is planned comes first."""
        if waiting := self._waiting.get(method):
            return waiting.pop(0)
        storm = self._storms.get(method)
        return storm.draw() if storm else None


def fault(how: How) -> Fault:
    """The fault that is meant."""
    if isinstance(how, str):
        return WORDS[how]
    error = how if isinstance(how, ApiError) else USUAL.get(how) or ApiError(how, HTTPStatus(how).phrase)
    return Fault(str(error.code), False, _refuse(error), error.code, error.description)


def _refuse(error: ApiError) -> Answer:
    """A page of the gateway's, or the server's own JSON."""

    async def answer(_request: web.Request, _usual: web.Response) -> web.Response:
        if error.code <= 500:
            return web.json_response(error.body, status=error.code)
        title = f"{error.code} {error.description}"
        page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>{title}</body>\r\n</html>"
        return web.Response(text=page, status=error.code, content_type="text/html")

    return answer


async def _break_off(request: web.Request, usual: web.Response) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return usual  # goes nowhere


async def _keep_silent(request: web.Request, usual: web.Response) -> web.Response:
    await request.app[CLOSING].wait()  # a client that gives up ends this too: see handler_cancellation
    return await _break_off(request, usual)


async def _cut_short(request: web.Request, usual: web.Response) -> web.StreamResponse:
    body = usual.body
    assert isinstance(body, bytes)
    half = web.StreamResponse(status=usual.status, headers=usual.headers)
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        without_goodbye = struct.pack("ii", 1, 0)  # closing then sends RST, not FIN
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, without_goodbye)
        request.transport.abort()
    return half


async def _garble(_request: web.Request, _usual: web.Response) -> web.Response:
    return web.Response(body=b'{"ok":true,"result":\xff', content_type="application/json")


async def _misshape(_request: web.Request, _usual: web.Response) -> web.Response:
    return web.Response(text=json.dumps([]), content_type="application/json")


WORDS: dict[str, Fault] = {
    one.name: one
    for one in (
        Fault("drop", False, _break_off),
        Fault("lost", True, _break_off),
        Fault("stall", False, _keep_silent),
        Fault("hang", True, _keep_silent),
        Fault("reset", True, _cut_short),
        Fault("garble", True, _garble, 200),
        Fault("misshape", True, _misshape, 200),
    )
}
