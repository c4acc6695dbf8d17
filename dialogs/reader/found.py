"""What was found in a reply, before it is weighed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A label on the words ``start`` to ``end`` of a sentence."""

    label: str
    strength: int
    rule: str
    sentence: int
    start: int
    end: int
    weighed: bool = False
    """It rests on the points of the whole sentence, not on these very words."""

    def meets(self, other: Found) -> bool:
        """Whether the two share a word."""
        return self.sentence == other.sentence and self.start < other.end and other.start < self.end
