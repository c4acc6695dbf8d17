"""What Telegram shows of the bot: commands, descriptions and the menu button. Set once, when changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from telegram import Bot, BotCommand, MenuButtonCommands


@dataclass(frozen=True)
class Profile:
    """Commands with what they do, and the texts shown to people who have not started yet."""

    commands: Mapping[str, str]
    description: str
    short_description: str

    @property
    def fingerprint(self) -> str:
        """Changes when anything changes."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=False).encode()).hexdigest()


async def set_profile(bot: Bot, profile: Profile) -> None:
    """Tell Telegram everything."""
    await bot.set_my_commands([BotCommand(name, about) for name, about in profile.commands.items()])
    await bot.set_my_description(profile.description)
    await bot.set_my_short_description(profile.short_description)
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
