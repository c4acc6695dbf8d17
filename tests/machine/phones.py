"""What people see on their phones. It looks at the words alone, and keeps its own accounts."""

from __future__ import annotations

from collections import Counter

from bot.delivery import Delivery
from dialogs.effect import Say


class Phones:
    """Every text begins with a word of its own, a token, by which its answer is known; so does every nudge."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._got: Counter[str] = Counter()
        self._doubtful: Counter[str] = Counter()

    def token(self, owner: str) -> str:
        """A new one."""
        token = f"t{len(self._owners) + 1}"
        self._owners[token] = owner
        return token

    def arrive(self, owner: str, delivery: Delivery) -> None:
        """Something arrives: at the right phone, and once, unless nobody could know that it had arrived."""
        if token := self._token(delivery):
            self._got[token] += 1
            assert self._owners[token] == owner, "somebody else's"
            allowed = 1 if delivery.nudge else 1 + self._doubtful[token]
            assert self._got[token] <= allowed, f"{token} came {self._got[token]} times"

    def doubt(self, delivery: Delivery) -> None:
        """Whoever sent this is gone, and may have sent it or not."""
        if token := self._token(delivery):
            self._doubtful[token] += 1

    def _token(self, delivery: Delivery) -> str | None:
        """The token of an answer or a nudge, in the one of its messages that shows it."""
        words = delivery.effect.text.split() if isinstance(delivery.effect, Say) else []
        return words[0] if words and words[0] in self._owners else None
