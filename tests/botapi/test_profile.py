"""What the bot says about itself."""

from __future__ import annotations

import pytest
from telegram import Bot, MenuButtonCommands

from tests.botapi.server import BotApiServer
from tests.botapi.user import FakeUser

from .conftest import Client, Json


async def test_the_profile_is_kept_by_language_and_scope(bot: Bot, user: FakeUser, server: BotApiServer) -> None:
    await bot.set_my_commands([("start", "Begin")], language_code="de")
    assert [command.command for command in await bot.get_my_commands(language_code="de")] == ["start"]
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(language_code="de")
    assert await bot.get_my_commands(language_code="de") == ()
    await bot.set_my_description("d" * 512)
    await bot.set_my_short_description("s" * 120)
    assert (await bot.get_my_description()).description == "d" * 512
    assert (await bot.get_my_short_description()).short_description == "s" * 120
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat_menu_button()).type == "commands"
    assert server.violations == []


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}),
        ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "x"}]}),
        ("setMyCommands", {"commands": [{"command": "a", "description": ""}]}),
        ("setMyCommands", {"commands": [{"command": "a", "description": "x"}] * 101}),
        ("setMyCommands", {"commands": [], "language_code": "eng"}),
        ("setMyCommands", {"commands": [], "scope": {"type": "everybody"}}),
        ("setMyDescription", {"description": "d" * 513}),
        ("setMyShortDescription", {"short_description": "s" * 121}),
        ("setChatMenuButton", {"menu_button": {"type": "web_app", "text": "x"}}),
        ("leaveChat", {"chat_id": 7}),
    ],
)
async def test_bad_profiles(client: Client, user: FakeUser, server: BotApiServer, method: str, params: Json) -> None:
    await client.refuses(method, **params)
    assert len(server.violations) == 1
