"""The methods about the bot itself: who it is, its commands, descriptions and menu button."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.botapi.errors import BadRequest
from tests.botapi.world import World

Json = dict[str, Any]

ABILITIES = {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}


class Profile:
    """What people see of the bot before they write to it."""

    def __init__(self, world: World) -> None:
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.descriptions: dict[str, str] = {}
        self.short_descriptions: dict[str, str] = {}
        self.menu_buttons: dict[int | None, Json] = {}
        self._world = world

    def get_me(self) -> Json:
        return {**self._world.bot, **ABILITIES}

    def set_my_commands(self, commands: list[Json], scope: Json | None = None, language_code: str = "") -> bool:
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]+", command["command"]):
                raise BadRequest("BOT_COMMAND_INVALID")
        self.commands[self._scope(scope, language_code)] = commands
        return True

    def get_my_commands(self, scope: Json | None = None, language_code: str = "") -> list[Json]:
        return self.commands.get(self._scope(scope, language_code), [])

    def delete_my_commands(self, scope: Json | None = None, language_code: str = "") -> bool:
        self.commands.pop(self._scope(scope, language_code), None)
        return True

    def set_my_description(self, description: str = "", language_code: str = "") -> bool:
        self.descriptions[_language(language_code)] = description
        return True

    def get_my_description(self, language_code: str = "") -> Json:
        return {"description": self.descriptions.get(_language(language_code), "")}

    def set_my_short_description(self, short_description: str = "", language_code: str = "") -> bool:
        self.short_descriptions[_language(language_code)] = short_description
        return True

    def get_my_short_description(self, language_code: str = "") -> Json:
        return {"short_description": self.short_descriptions.get(_language(language_code), "")}

    def set_chat_menu_button(self, chat_id: int | None = None, menu_button: Json | None = None) -> bool:
        self.menu_buttons[self._private(chat_id)] = menu_button or {"type": "default"}
        return True

    def get_chat_menu_button(self, chat_id: int | None = None) -> Json:
        return self.menu_buttons.get(self._private(chat_id), {"type": "default"})

    def _scope(self, scope: Json | None, language_code: str) -> tuple[str, str]:
        if scope and "chat_id" in scope:
            self._world.chat(scope["chat_id"])
        return json.dumps(scope or {"type": "default"}, sort_keys=True), _language(language_code)

    def _private(self, chat_id: int | None) -> int | None:
        if chat_id is not None and not self._world.chat(chat_id).private:
            raise BadRequest("a menu button is for a private chat")
        return chat_id


def _language(code: str) -> str:
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise BadRequest("language_code must be two letters or empty")
    return code
