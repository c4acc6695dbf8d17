"""Keyboards under a message: what may hang there, and how it is kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.botapi.errors import BadRequest
from tests.botapi.schema import TYPES

BUTTONS_LIMIT = 100
LOOKS = {"text", "icon_custom_emoji_id", "style"}
ACTIONS = TYPES["InlineKeyboardButton"]["fields"].keys() - LOOKS


def checked(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """The inline keyboard as the message will show it, ``None`` if it shows none, or ``BadRequest``."""
    if markup is None:
        return None
    for row in markup.get("keyboard", ()):
        for button in row:
            _check_label(button)
    rows = [row for row in markup.get("inline_keyboard", ()) if row]
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS_LIMIT:
        raise BadRequest("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def is_inline(markup: dict[str, Any] | None) -> bool:
    """Does a message with this markup stay editable?"""
    return markup is None or "inline_keyboard" in markup


def _check_label(button: dict[str, Any]) -> None:
    if not button["text"].strip():
        raise BadRequest("keyboard button text must be non-empty")


def _check_button(button: dict[str, Any]) -> None:
    _check_label(button)
    actions = ACTIONS & button.keys()
    if not actions:
        raise BadRequest("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise BadRequest(f"an inline keyboard button does one thing, not {', '.join(sorted(actions))}")
    if "url" in button:
        parts = urlsplit(button["url"])
        if parts.scheme not in {"http", "https", "tg"} or not parts.netloc:
            raise BadRequest(f"inline keyboard button URL '{button['url']}' is invalid")
