"""Reading the parameters of a request, in each of the forms that the Bot API takes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.botapi.errors import BadRequest


@dataclass(frozen=True)
class Upload:
    """A file in a multipart body."""

    name: str
    data: bytes = field(repr=False)


async def read_body(request: web.Request) -> tuple[dict[str, Any], bool]:
    """The parameters, and whether all of them are text (a query or a form) rather than JSON."""
    query = _once(request.query.items())
    if not request.body_exists:
        return query, True
    if request.content_type == "application/json":
        if query:
            raise BadRequest("parameters both in the query and in a JSON body")
        return _object(await request.read()), False
    return _once([*query.items(), *await _form(request)]), True


async def _form(request: web.Request) -> list[tuple[str, Any]]:
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            text = (await request.read()).decode()
            return list(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict"))
        except ValueError:
            raise BadRequest("strings must be encoded in UTF-8") from None
    if request.content_type == "multipart/form-data":
        form = await request.post()
        return [(name, _part(value)) for name, value in form.items()]
    raise BadRequest(f"a body of type {request.content_type} is not read")


def _part(value: str | bytes | bytearray | web.FileField) -> Any:
    if isinstance(value, web.FileField):
        return Upload(value.filename, value.file.read())
    return value if isinstance(value, str) else bytes(value).decode()


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadRequest(f"{name} is given twice")
        found[name] = value
    return found


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        raise BadRequest("can't parse the body as JSON") from None
    if not isinstance(found, dict):
        raise BadRequest("the body must be a JSON object")
    return found
