"""Texts and their entities, good and bad."""

from __future__ import annotations

import pytest

from tests.botapi.server import BotApiServer
from tests.botapi.user import FakeUser

from .conftest import Client, Json, mark


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("😀😀", [mark("bold", 2, 2)]),
        ("abcdef", [mark("bold", 0, 6), mark("italic", 2, 2)]),
        ("abcdef", [mark("blockquote", 0, 6), mark("bold", 0, 3), mark("code", 4, 2)]),
        ("abcdef", [mark("bold", 0, 3), mark("code", 3, 3)]),
        ("abc", [mark("text_link", 0, 3, url="https://example.org")]),
        ("a" * 4096, []),
        ("😀" * 2048, []),
        ("  " + "a" * 4096 + "\n ", []),
    ],
)
async def test_good_texts(
    client: Client, user: FakeUser, server: BotApiServer, text: str, entities: list[Json]
) -> None:
    sent = await client.accepts("sendMessage", chat_id=7, text=text, entities=entities)
    assert sent["text"] == text.strip()
    assert sent.get("entities", []) == entities
    assert server.violations == []


@pytest.mark.parametrize(
    ("text", "entities", "reason"),
    [
        ("abcdef", [mark("bold", 0, 4), mark("italic", 2, 4)], "nested"),
        ("abcdef", [mark("code", 0, 6), mark("bold", 2, 2)], "nested"),
        ("abcdef", [mark("blockquote", 0, 6), mark("expandable_blockquote", 2, 2)], "nested"),
        ("abcdef", [mark("bold", 0, 6), mark("bold", 2, 2)], "nested"),
        ("abc", [mark("bold", -1, 2)], "begins"),
        ("abc", [mark("bold", 3, 1)], "after the end"),
        ("abc", [mark("text_link", 0, 3)], "needs url"),
        ("abc", [mark("bold", 0, 3, colour="red")], "colour is unknown"),
        ("abc", [{"type": "bold", "offset": 0}], "length is missing"),
        ("a😀", [mark("bold", 0, 2)], "middle of a UTF-16 symbol"),
        ("a" * 4097, [], "too long"),
        ("\u200b\u2060", [], "empty"),
        ("", [], "empty"),
    ],
)
async def test_bad_texts(
    client: Client, user: FakeUser, server: BotApiServer, text: str, entities: list[Json], reason: str
) -> None:
    assert reason in await client.refuses("sendMessage", chat_id=7, text=text, entities=entities)
    assert len(server.violations) == 1
    assert user.messages == []


async def test_more_than_a_hundred_entities_pass_but_are_remembered(
    client: Client, user: FakeUser, server: BotApiServer
) -> None:
    await client.accepts("sendMessage", chat_id=7, text="a" * 101, entities=[mark("bold", i, 1) for i in range(100)])
    assert server.violations == []
    await client.accepts("sendMessage", chat_id=7, text="a" * 101, entities=[mark("bold", i, 1) for i in range(101)])
    assert "more than 100" in server.violations[0].description
