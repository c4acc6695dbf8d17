"""The composition root: the one place where the rooms are built and meet."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import TextIOWrapper
from pathlib import Path

from bot.coach import Coach
from bot.content import content_folder
from bot.desk import Desk
from bot.lock import only_one
from bot.log import configure_log
from bot.settings import Settings, key_file
from bot.store import Store, load_cipher, migrate
from bot.telegram import Messenger, Pacing, Profile
from bot.terminal import Chat
from dialogs.course import Course, load_course

TERMINAL = "terminal"
ONLY_LEARNER = "me"  # one person sits at a terminal


def course(settings: Settings, content: Path | None) -> Course:
    """The course these settings and the command line choose."""
    return load_course(content_folder(content or settings.content))


@asynccontextmanager
async def _desk(settings: Settings, course: Course, channel: str) -> AsyncIterator[Desk]:
    configure_log(settings.log)
    migrate(settings.database_url)
    secret = settings.secret_key.get_secret_value() if settings.secret_key else None
    async with Store(settings.database_url, load_cipher(secret, key_file())) as store:
        yield Desk(Coach(course), store, channel)


async def chat(settings: Settings, content: Path | None) -> None:
    """Run the coach in this terminal. Whatever the locale, texts are UTF-8, and odd bytes stop nothing."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    async with _desk(settings, course(settings, content), TERMINAL) as desk:
        await Chat(desk, ONLY_LEARNER, sys.stdin, sys.stdout).run()


async def run(settings: Settings, content: Path | None, token: str) -> None:
    """Run the coach on Telegram until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    bot_id = token.partition(":")[0]
    chosen = course(settings, content)
    phrases = chosen.phrases
    commands = {name: script.command.about for name, script in chosen.commands.items() if script.command}
    profile = Profile({**commands, "back": phrases.back}, phrases.description, phrases.short_description)
    pacing = Pacing(settings.telegram_rate, settings.telegram_chat_rate, settings.telegram_chat_burst)
    with only_one(f"telegram-{bot_id}"):
        async with _desk(settings, chosen, f"telegram:{bot_id}") as desk:
            await Messenger(token, settings.telegram_api, desk, pacing, profile, phrases.private_only).run(stop)
