"""Facts of the published Bot API description that the test server holds requests against.

``facts.json`` is generated; to renew it from a newer description:

    python -m tests.botapi.facts path/to/api.min.json

Names, types, limits and allowed values are kept, the prose is not.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("facts.json")

METHODS = [
    "getMe",
    "getUpdates",
    "deleteWebhook",
    "getWebhookInfo",
    "sendMessage",
    "sendPhoto",
    "editMessageText",
    "editMessageReplyMarkup",
    "deleteMessage",
    "deleteMessages",
    "answerCallbackQuery",
    "sendChatAction",
    "setMyCommands",
    "getMyCommands",
    "deleteMyCommands",
    "setMyDescription",
    "getMyDescription",
    "setMyShortDescription",
    "getMyShortDescription",
    "setChatMenuButton",
    "getChatMenuButton",
    "leaveChat",
]

SENT = [
    "Update",
    "Message",
    "InaccessibleMessage",
    "MaybeInaccessibleMessage",
    "CallbackQuery",
    "Chat",
    "PhotoSize",
    "Sticker",
    "Voice",
    "VideoNote",
    "Location",
    "Poll",
    "PollOption",
    "Dice",
    "Contact",
    "Document",
    "MessageOrigin",
    "ChatMemberUpdated",
    "ChatMember",
    "WebhookInfo",
    "BotDescription",
    "BotShortDescription",
]
"""What the server itself sends: its own answers are held against the description too."""


def load() -> dict[str, Any]:
    """The facts as they lie beside this module."""
    facts: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return facts


def extract(api: dict[str, Any]) -> dict[str, Any]:
    """The facts needed here, taken from the whole published description."""
    methods = {name: _fields(api["methods"][name]) for name in METHODS}
    types: dict[str, Any] = {}
    for name in SENT:
        _collect(api, name, types, nested=False)
        for subtype in api["types"][name].get("subtypes", []):
            _collect(api, subtype, types, nested=False)
    for fields in methods.values():
        _collect_all(api, fields.values(), types)
    return {
        "version": api["version"],
        "source": "https://github.com/PaulSonOfLars/telegram-bot-api-spec",
        "updates": [name for name in types["Update"]["fields"] if name != "update_id"],
        "methods": methods,
        "types": dict(sorted(types.items())),
    }


def base(kind: str) -> str:
    """The name inside ``Array of Array of …``."""
    return kind.rsplit("Array of ", 1)[-1]


def _collect(api: dict[str, Any], name: str, types: dict[str, Any], *, nested: bool = True) -> None:
    if name in types or name not in api["types"] or name == "InputFile":
        return
    described = api["types"][name]
    subtypes = described.get("subtypes")
    types[name] = {"subtypes": subtypes} if subtypes else {"fields": _fields(described)}
    if nested:
        _collect_all(api, types[name].get("fields", {}).values(), types)
        for subtype in subtypes or ():
            _collect(api, subtype, types)


def _collect_all(api: dict[str, Any], fields: Iterable[dict[str, Any]], types: dict[str, Any]) -> None:
    for field in fields:
        for kind in field["types"]:
            _collect(api, base(kind), types)


def _fields(described: dict[str, Any]) -> dict[str, Any]:
    return {field["name"]: _field(field) for field in described.get("fields", [])}


def _field(field: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"types": field["types"]}
    if field["required"]:
        found["required"] = True
    if limit := _limit(field["description"]):
        found["limit"] = limit
    if values := _values(field["name"], field["description"]):
        found["values"] = values
    return found


LIMITS = (
    r"(?P<low>\d+)-(?P<high>\d+) (?P<unit>characters|bytes)\b(?! after entit)",
    r"Values between (?P<low>\d+)-(?P<high>\d+)",
    r"list of (?P<low>\d+)-(?P<high>\d+) ",
    r"At most (?P<high>\d+) commands",
)


def _limit(description: str) -> list[Any] | None:
    for pattern in LIMITS:
        if found := re.search(pattern, description):
            parts = found.groupdict()
            return [int(parts.get("low") or 0), int(parts["high"]), parts.get("unit") or "in number"]
    return None


def _values(name: str, description: str) -> list[str]:
    """The closed list of words that a type, status, style or action may be."""
    if name == "action":
        return re.findall(r"(\w+) (?:for|or) ", description)
    if name not in {"type", "status", "style"}:
        return []
    found = re.search(r"\b(?:can be|must be|one of|always)\b(.*)", description, re.IGNORECASE)
    if not found:
        return []
    return re.findall(r'"(\w+)"', found[1]) or re.findall(r"^ (\w+)$", found[1])


if __name__ == "__main__":
    whole = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    FILE.write_text(json.dumps(extract(whole), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
