"""The composition root: the one place where the rooms are built and meet."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.coach import Coach, Conversation
from bot.content import content_folder
from bot.log import configure_log
from bot.settings import Settings, key_file
from bot.store import Store, load_cipher, migrate
from bot.terminal import Chat
from dialogs.course import Course, load_course

TERMINAL = "terminal"
ONLY_LEARNER = "me"  # one person sits at a terminal


def course(settings: Settings, content: Path | None) -> Course:
    """The course these settings and the command line choose."""
    return load_course(content_folder(content or settings.content))


async def chat(settings: Settings, content: Path | None) -> None:
    """Run the coach in this terminal."""
    configure_log(settings.log)
    coach = Coach(course(settings, content))
    migrate(settings.database_url)
    secret = settings.secret_key.get_secret_value() if settings.secret_key else None
    async with Store(settings.database_url, load_cipher(secret, key_file())) as store:
        talk = Conversation(coach, store, TERMINAL, ONLY_LEARNER)
        await Chat(talk, sys.stdin, sys.stdout).run()
