"""The coach in a terminal."""

from bot.terminal.chat import Chat, Desk
from bot.terminal.screen import Screen

__all__ = ["Chat", "Desk", "Screen"]
