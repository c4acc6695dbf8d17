"""The learner's words as the coach says them again: whole clauses, so that they can be read aloud.

The reader marks the words that show something, and they may stop in the middle of a phrase (“You're right, I”).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from dialogs.reading import PITFALLS, SKILLS, Finding

LIMIT = 90  # characters of a quotation
_STOP = r"[.,:](?!\d)|[!?…;—–()\n]|(?<=\s)-+(?=\s)|[^\w\s!-/:-@\[-`{-~'’‘“”€£°\u0300-\u036f]"  # the last are emoji
_ASKED = re.compile(r"[?!]*")
_TAIL = re.compile(r"[,;:—–]\s+[\w'’]+$")


class Quotes:
    """Quotations from one reply. ``joins`` are the words between two clauses, such as “and”."""

    def __init__(self, reply: str, found: Sequence[Finding], joins: Sequence[str]) -> None:
        self._reply = reply
        self._found = found
        self._between = _between(tuple(joins))
        self._gaps = [gap.span() for gap in self._between.finditer(reply)]

    def span(self, finding: Finding) -> tuple[int, int]:
        """The finding's words grown to whole clauses, but not over the words of another finding."""
        first, last = self._own(finding)
        start = max((end for begin, end in self._gaps if begin < first), default=0)
        end = min((begin for begin, end in self._gaps if end >= last), default=len(self._reply))
        start = max([min(start, first), *(one.end for one in self._found if one.end <= first)])
        end = min([end, *(one.start for one in self._found if one.start >= last)])
        grown = self._reply[start:end].strip()
        all_between = any(begin <= first and last <= stop for begin, stop in self._gaps)  # an emoji, for one
        if all_between or not 0 < len(grown) <= LIMIT:
            return first, last
        start = self._reply.index(grown, start)
        return start, start + len(grown)

    def _own(self, finding: Finding) -> tuple[int, int]:
        """The finding's words; what is praised goes without the clauses that are found fault with."""
        start, end = finding.start, finding.end
        faults = [one for one in self._found if one.label in PITFALLS] if finding.label in SKILLS else []
        for fault in faults:
            if start < fault.start < end:
                end = max((begin for begin, stop in self._gaps if start < begin and stop <= fault.start), default=end)
            elif fault.start <= start < fault.end < end:
                start = min((stop for begin, stop in self._gaps if fault.end <= begin and stop < end), default=start)
        alone = " " not in self._reply[start:end].strip()  # one word says too little
        return (finding.start, finding.end) if alone else (start, end)

    def words(self, finding: Finding) -> str:
        """The words to say again: not too many, and no lone word after the last comma."""
        start, end = self.span(finding)
        asked = _ASKED.match(self._reply, end)
        words = " ".join(self._reply[start : asked.end() if asked else end].split()).rstrip(".,;:")
        if len(words) > LIMIT:
            return self._shortened(words)
        head = _TAIL.sub("", words)
        return head if " " in head else words

    def _shortened(self, words: str) -> str:
        """The clauses that fit; where one is too long, the words of it that fit."""
        clauses = [gap.start() for gap in self._between.finditer(words) if LIMIT // 3 < gap.start() <= LIMIT]
        if clauses:
            return words[: clauses[-1]].rstrip()
        return (words[:LIMIT].rpartition(" ")[0] or words[: LIMIT - 1]) + "…"


@lru_cache
def _between(joins: tuple[str, ...]) -> re.Pattern[str]:
    """What stands between two clauses: commas and other stops, emoji, and joining words."""
    words = "|".join(re.escape(word) for word in joins)
    one = rf"(?:{_STOP}|(?<!\w)(?:{words})(?!\w))" if words else rf"(?:{_STOP})"
    return re.compile(rf"{one}(?:\s*{one})*\s*", re.IGNORECASE)
