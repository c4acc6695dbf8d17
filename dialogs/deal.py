"""Which practice card comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from dialogs.script import Card


def deal(cards: Mapping[str, Card], dealt: Sequence[str], relation: str, rng: Random) -> str:
    """The card seen longest ago; of those never seen, one with somebody in the chosen ``relation``.

    ``dealt`` are the cards seen so far, the latest last.
    """

    def order(name: str) -> tuple[int, bool, float]:
        age = dealt.index(name) + 1 if name in dealt else 0
        return age, age == 0 and cards[name].speaker != relation, rng.random()

    return min(cards, key=order)
