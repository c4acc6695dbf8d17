"""The conversation loop: read a line, let the coach answer, show it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol, TextIO

from prompt_toolkit import PromptSession

from bot.delivery import Delivery, Outcome
from bot.terminal.screen import Screen
from dialogs.event import Command, Event, Return, Typed

LEAVE = ("/quit", "/exit")
HINT = "Type a number or your own words. /help tells what I can do; Ctrl-D leaves, and I keep your place."
GOODBYE = "See you. I keep your place."


class Desk(Protocol):
    """Where what is typed is kept and decided, and answers wait."""

    async def receive(self, learner: str, event: Event) -> None: ...
    async def take_turns(self) -> int: ...
    async def waiting(self) -> dict[str, list[Delivery]]: ...
    async def settle(self, ids: Sequence[int], outcome: Outcome) -> None: ...


class Chat:
    """A conversation in a terminal, or through pipes."""

    def __init__(self, desk: Desk, learner: str, stdin: TextIO, stdout: TextIO) -> None:
        self._desk = desk
        self._learner = learner
        self._stdin = stdin
        self._screen = Screen(stdout)
        # history is kept in memory only: what people type is never written to a plain file
        self._prompt: PromptSession[str] | None = PromptSession() if stdin.isatty() and stdout.isatty() else None

    async def run(self) -> None:
        """Talk until the learner leaves."""
        if self._prompt:
            self._screen.note(HINT + "\n")
        if not await self._answer():  # nothing was left from last time
            await self._take(Return())
        while (line := await self._read()) is not None:
            if line.strip().lower() in LEAVE:
                break
            await self._take(_event(line))
        self._screen.note(GOODBYE)

    async def _take(self, event: Event) -> None:
        await self._desk.receive(self._learner, event)
        await self._answer()

    async def _answer(self) -> bool:
        """Take turns and show what they give; whether there was anything."""
        while await self._desk.take_turns():
            pass
        shown = False
        while deliveries := (await self._desk.waiting()).get(self._learner):
            for delivery in deliveries:
                self._screen.show(delivery.effect)
            await self._desk.settle([delivery.id for delivery in deliveries], "sent")
            shown = True
        return shown

    async def _read(self) -> str | None:
        """The next line, or None at the end."""
        if self._prompt:
            try:
                return await self._prompt.prompt_async("› ")
            except (EOFError, KeyboardInterrupt):
                return None
        line = await asyncio.to_thread(self._stdin.readline)
        if not line:
            return None
        self._screen.echo(line.rstrip("\n"))
        return line.rstrip("\r\n")


def _event(line: str) -> Event:
    """A line that begins with a slash is a command, everything else is words."""
    name = line.strip()
    if name.startswith("/") and name[1:2].isalpha():
        word, _, argument = name[1:].partition(" ")
        return Command(word.lower(), argument.strip())
    return Typed(line)
