"""The composition root: the one place where the rooms are built and meet."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import TextIOWrapper
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy import make_url

from bot.coach import Coach
from bot.content import content_folder
from bot.desk import Desk
from bot.errors import PlainError
from bot.lock import only_one
from bot.log import configure_log, log_stray
from bot.settings import Settings, key_file
from bot.store import Store, is_sqlite, load_cipher, migrate
from bot.telegram import Act, Limit, Messenger, Pacing, Profile, understand
from bot.terminal import Chat
from bot.wire import pack_event
from dialogs.course import Course, load_course

TERMINAL = "terminal"
ONLY_LEARNER = "me"  # one person sits at a terminal


def course(settings: Settings, content: Path | None) -> Course:
    """The course these settings and the command line choose."""
    return load_course(content_folder(content or settings.content), prove=False)


@asynccontextmanager
async def opened(settings: Settings, *, patient: bool = False) -> AsyncIterator[Store]:
    """The store of these settings; a ``patient`` one waits when the database is out of reach for a time."""
    configure_log(settings.log)
    asyncio.get_running_loop().set_exception_handler(log_stray)
    migrate(settings.database_url)
    secret = settings.secret_key.get_secret_value() if settings.secret_key else None
    async with Store(settings.database_url, load_cipher(secret, key_file()), patient=patient) as store:
        yield store


@asynccontextmanager
async def _desk(settings: Settings, course: Course, channel: str) -> AsyncIterator[Desk]:
    async with opened(settings, patient=True) as store:
        yield Desk(Coach(course), store, channel, settings.learner_inbox)


async def chat(settings: Settings, content: Path | None) -> None:
    """Run the coach in this terminal. Whatever the locale, texts are UTF-8, and odd bytes stop nothing."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    async with _desk(settings, course(settings, content), TERMINAL) as desk:
        await Chat(desk, ONLY_LEARNER, sys.stdin, sys.stdout).run()


async def run(settings: Settings, content: Path | None, token: str) -> None:
    """Run the coach on Telegram until SIGTERM or SIGINT."""
    bot_id = token.partition(":")[0]
    chosen = course(settings, content)
    phrases = chosen.phrases
    commands = {name: script.command.about for name, script in chosen.commands.items() if script.command}
    profile = Profile({**commands, "back": phrases.back}, phrases.description, phrases.short_description)
    pacing = Pacing(settings.telegram_rate, settings.telegram_chat_rate, settings.telegram_chat_burst)
    limit = Limit(settings.learner_rate, settings.learner_burst)
    with only_one(_lock_folder(settings), f"telegram-{bot_id}"):
        async with _desk(settings, chosen, f"telegram:{bot_id}") as desk:
            stop = asyncio.Event()  # until here, nothing has begun that a signal could break
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            messenger = Messenger(token, settings.telegram_api, desk, pacing, limit, profile, phrases.private_only)
            await messenger.run(stop)


async def retry(settings: Settings, name: str) -> None:
    """Let a dead letter have another try. Raises NoSuchLetterError, or UnreadableError for an update like before."""
    async with opened(settings) as store:
        letter = await store.dead_letter(name)
        if letter.kind != "update":
            await store.revive(name)
            return
        meaning = understand(letter.payload, None)
        if not isinstance(meaning, Act):
            raise UnreadableError(name)
        await store.replace(name, meaning.learner, pack_event(meaning.event))


class UnreadableError(PlainError):
    """This version cannot read a dead update either."""

    def __init__(self, name: str) -> None:
        super().__init__(f"This version cannot read {name} either. attune dead drop {name} forgets it.")


def _lock_folder(settings: Settings) -> Path:
    """Beside the database, so that whoever shares it shares the lock."""
    url = make_url(settings.database_url)
    return Path(url.database).parent if is_sqlite(url) and url.database else user_data_path("attune", appauthor=False)
