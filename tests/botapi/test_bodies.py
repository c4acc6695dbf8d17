"""Reading requests: each kind of body that is good passes, and each that is bad is refused."""

from __future__ import annotations

import json

import pytest

from tests.botapi.server import BotApiServer
from tests.botapi.user import FakeUser

from .conftest import Client, Json, mark


@pytest.mark.parametrize(
    "body",
    [
        {"json": {"chat_id": 7, "text": "so", "disable_notification": True, "entities": [mark("bold", 0, 2)]}},
        {"data": {"chat_id": "7", "text": "so", "disable_notification": "true",
                  "entities": json.dumps([mark("bold", 0, 2)])}},
        {"verb": "GET", "params": {"chat_id": "7", "text": "so", "disable_notification": "true",
                                   "entities": json.dumps([mark("bold", 0, 2)])}},
    ],
    ids=["json", "form", "query"],
)  # fmt: skip
async def test_each_kind_of_body_is_read(client: Client, user: FakeUser, server: BotApiServer, body: Json) -> None:
    assert (await client.send("sendMessage", **body))["result"]["entities"] == [mark("bold", 0, 2)]
    assert server.requests[-1].params["disable_notification"] is True
    assert server.violations == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"data": {"chat_id": "seven", "text": "x"}}, "chat not found"),
        ({"data": {"chat_id": "--7", "text": "x"}}, "chat not found"),
        ({"data": {"chat_id": "7", "text": "x", "disable_notification": "yes"}}, "Boolean"),
        ({"data": {"chat_id": "7", "text": "x", "entities": "[{"}}, "can't parse entities"),
        ({"data": {"chat_id": "7", "text": "x", "entities": "{}"}}, "array"),
        ({"data": [("chat_id", "7"), ("chat_id", "7"), ("text", "x")]}, "twice"),
        ({"data": b"chat_id=7&text=%ff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, "UTF-8"),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, "JSON"),
        ({"data": b"[]", "headers": {"Content-Type": "application/json"}}, "object"),
        ({"data": b"x", "headers": {"Content-Type": "text/plain"}}, "text/plain"),
        ({"json": {"chat_id": 7, "text": "\ud83d"}}, "UTF-8"),
        ({"json": {"chat_id": 7, "text": None}}, "String"),
        ({"json": {"chat_id": 7, "text": "x", "parse_mode": "HTML"}}, "not supported"),
    ],
)
async def test_bad_bodies(client: Client, user: FakeUser, server: BotApiServer, body: Json, reason: str) -> None:
    answer = await client.send("sendMessage", **body)
    assert reason in answer["description"]
    assert [violation.description for violation in server.violations] == [answer["description"]]


async def test_an_unknown_method_is_remembered(client: Client, server: BotApiServer) -> None:
    assert "method not found" in await client.refuses("sendMesage")
    assert [violation.method for violation in server.violations] == ["sendMesage"]
