"""The coach in a terminal."""

from bot.terminal.chat import Chat, Talk
from bot.terminal.screen import Screen

__all__ = ["Chat", "Screen", "Talk"]
