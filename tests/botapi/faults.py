"""Trouble on demand: errors of the server and connections that break."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

from aiohttp import web

from tests.botapi.errors import ApiError

How = int | Literal["drop", "lost"]
"""A status to answer with; ``drop`` breaks off before, ``lost`` after the request has had its effect."""


@dataclass
class Faults:
    """What goes wrong next, by method."""

    _waiting: dict[str, list[How]] = field(default_factory=dict)

    def plan(self, method: str, n: int, how: How) -> None:
        """Let the next ``n`` requests of this method go wrong."""
        self._waiting.setdefault(method, []).extend([how] * n)

    def next(self, method: str) -> How | None:
        """What goes wrong with this request."""
        waiting = self._waiting.get(method)
        return waiting.pop(0) if waiting else None


def answer(status: int) -> web.Response:
    """The body that comes with a status: a page of the gateway's, or the server's own JSON."""
    phrase = HTTPStatus(status).phrase
    if status > 500:
        page = f"<html>\r\n<head><title>{status} {phrase}</title></head>\r\n<body>{status} {phrase}</body>\r\n</html>"
        return web.Response(text=page, status=status, content_type="text/html")
    return web.json_response(ApiError(status, phrase).body, status=status)


def break_off(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
