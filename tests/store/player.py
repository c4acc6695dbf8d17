"""A stand-in for the rules of the coach, small enough to see through."""

import json
from typing import Any

from bot.store import AttemptRow, Decision, Waiting


class Player:
    """Remembers what it was asked; a session is the list of all texts so far, and every text is said back."""

    def __init__(self) -> None:
        self.seen: list[Waiting] = []

    def decide(self, waiting: Waiting) -> Decision:
        self.seen.append(waiting)
        text = waiting.payload["text"]
        if text == "crash":
            raise LookupError("a secret in the message of the error")
        texts = [*json.loads(waiting.session or "[]"), text]
        return Decision(
            json.dumps(texts),
            [{"say": "you said"}, {"say": text}],
            [AttemptRow("listen", "try_one", None, len(texts), ("listen",), ("fixing",))],
            [("listen", 1)] if text == "finish" else [],
        )

    def apologise(self, waiting: Waiting) -> list[dict[str, Any]]:
        return [{"say": "sorry", "to": waiting.external_id}]
