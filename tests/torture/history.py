"""What went in and what came out, and what may be said of it. Knows nothing of the coach's code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass
class History:
    """Of each person by number: what they sent in order, what they got in order; and what the database counts.

    Each text sent begins with a word of its own, a token; an answer to it begins with the same token. Of nudges, the
    token is all.
    """

    sent: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    got: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    nudged: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    attempts: Mapping[int, int] = field(default_factory=dict)
    """Turns that left their effect in the database, by person."""
    kills: int = 0
    in_flight: int = 0
    """Messages under way at the kills, all together."""
    unnoticed: int = 0
    """Messages that arrived while the coach was told something else, or nothing."""


@dataclass(frozen=True)
class Report:
    """The promises, and how often each was broken."""

    turns: int
    kills: int
    in_flight: int
    unnoticed: int
    lost: int
    doubled_effects: int
    missing_replies: int
    doubled_replies: int
    late_replies: int
    nudges: int
    doubled_nudges: int

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        broken = self.lost + self.doubled_effects + self.missing_replies + self.late_replies + self.doubled_nudges
        return broken == 0 and self.doubled_replies <= self.in_flight + self.unnoticed

    def __str__(self) -> str:
        rows = (
            ("turns accepted", self.turns, ""),
            ("kills", self.kills, ""),
            ("accepted turns lost", self.lost, "0"),
            ("state effects doubled", self.doubled_effects, "0"),
            ("replies missing", self.missing_replies, "0"),
            ("replies out of order", self.late_replies, "0"),
            (
                "replies doubled",
                self.doubled_replies,
                f"at most {self.in_flight} in flight at kills + {self.unnoticed} with an answer lost",
            ),
            ("nudges", self.nudges, ""),
            ("nudges doubled", self.doubled_nudges, "0"),
        )
        return "\n".join(f"{name:<24}{count:>7}   {promise}".rstrip() for name, count, promise in rows)


def check(history: History) -> Report:
    """Read the history."""
    lost = doubled = missing = repeated = late = twice = 0
    for person, sent in history.sent.items():
        tokens = [text.split()[0] for text in sent]
        known = set(tokens)
        got = [text.split()[0] for text in history.got[person] if text.split()[0] in known]
        counts = Counter(got)
        missing += sum(counts[token] == 0 for token in tokens)
        repeated += sum(counts[token] - 1 for token in tokens if counts[token] > 1)
        places = [tokens.index(token) for token in dict.fromkeys(got)]
        late += sum(one > other for one, other in pairwise(places))
        lost += max(0, len(tokens) - history.attempts.get(person, 0))
        doubled += max(0, history.attempts.get(person, 0) - len(tokens))
    for person, nudges in history.nudged.items():
        arrived = Counter(history.got[person])
        twice += sum(max(0, arrived[nudge] - 1) for nudge in nudges)
    return Report(
        turns=sum(map(len, history.sent.values())),
        kills=history.kills,
        in_flight=history.in_flight,
        unnoticed=history.unnoticed,
        lost=lost,
        doubled_effects=doubled,
        missing_replies=missing,
        doubled_replies=repeated,
        late_replies=late,
        nudges=sum(map(len, history.nudged.values())),
        doubled_nudges=twice,
    )
