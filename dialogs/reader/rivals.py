"""Findings that rule each other out: what stays when several claim the same words or the same sentence."""

from __future__ import annotations

from collections.abc import Iterable

from dialogs.reader.found import Found
from dialogs.reader.line import Line
from dialogs.reader.rule import Scene
from dialogs.reading import PITFALLS

OPEN, PARAPHRASE = "open_question", "paraphrase"
_REPEATED = 3
_BEGINNING = 2
_TOLD = 8
"""Words of a line in which somebody tells of themselves."""

YIELDS: dict[str, frozenset[str]] = {
    "empathize": frozenset({"validate", "defending", "hijacking", "contempt"}),
    "fixing": frozenset(PITFALLS) - {"fixing"},
    "minimizing": frozenset({"hijacking", "contempt"}),
}
"""A label gives way to these when they share words: the fuller reading of the same words stays."""


def by_sentence(found: Iterable[Found]) -> dict[int, list[Found]]:
    out: dict[int, list[Found]] = {}
    for one in found:
        out.setdefault(one.sentence, []).append(one)
    return out


def welcome(found: list[Found], line: Line) -> list[Found]:
    """Advice that was asked for is no pitfall."""
    asked_for = "asks_advice" in (line.hints or ())
    return [one for one in found if one.label != "fixing"] if asked_for else found


def theirs(found: list[Found], scene: Scene, line: Line) -> list[Found]:
    """Who says the other person's words again makes no pitfall of them."""

    def is_theirs(one: Found) -> bool:
        words = scene.sentences[one.sentence].words[one.start : one.end]
        return one.label in PITFALLS and len(words) >= _REPEATED and line.says(words)

    return [one for one in found if not is_theirs(one)]


def give_way(found: list[Found]) -> list[Found]:
    """What points say gives way to plainer findings of another kind in the same sentence."""

    def plain(*labels: str) -> set[int]:
        return {one.sentence for one in found if one.label in labels and not one.weighed}

    back = {one.sentence for one in found if one.label == "reflection"}
    elsewhere = {
        "fixing": back | plain(*(label for label in PITFALLS if label != "fixing")),
        "listen": plain("empathize", "validate", *PITFALLS),
        "empathize": plain("minimizing"),
        "turn_toward": plain("closed_question"),
    }
    telling = {one.sentence for one in found if one.label in ("fixing", "advice")}
    other = plain("turn_toward", "validate")
    disputed = plain("disputes")

    def gives_way(one: Found) -> bool:
        if one.label == "listen" and one.sentence in disputed:
            return True
        if one.label == "listen" and one.rule == PARAPHRASE:
            return one.sentence in telling or (one.strength == 1 and one.sentence in other)
        return one.weighed and one.sentence in elsewhere.get(one.label, ())

    return [one for one in found if not gives_way(one)]


def settle(found: list[Found]) -> list[Found]:
    """Of labels that claim the same words, the one that says more stays."""
    beside = by_sentence(found)

    def fuller(one: Found) -> bool:
        labels = YIELDS.get(one.label, ())
        return any(other.label in labels and one.meets(other) and _leads(other, one) for other in beside[one.sentence])

    return [one for one in found if one.weighed or not fuller(one)]


def _leads(other: Found, one: Found) -> bool:
    """Advice stays advice when something else only comes after it (“go for a walk and calm down”)."""
    return one.label != "fixing" or other.start <= one.start + _BEGINNING


def obey(found: list[Found]) -> list[Found]:
    """A mere order is no advice in a reply that plainly invites, or that is cold in another way."""
    plain = [one for one in found if not one.weighed]
    inviting = any(one.label == "turn_toward" and one.strength > 1 for one in plain)
    cold = any(one.label in ("dismissing", "hijacking", "judging", "defending", "contempt") for one in plain)
    if not (inviting or cold):
        return found
    return [one for one in found if one.label != "fixing" or one.strength > 1]


def accuse(found: list[Found]) -> list[Found]:
    """Where a pitfall stands, the same words neither invite nor give back."""
    blocks = [one for one in found if not one.weighed and (one.label in PITFALLS or one.label == "advice")]
    sharp = any(one.label in ("interrogating", "contempt") for one in blocks)
    cold = {one.sentence for one in blocks if one.label in PITFALLS}
    beside = by_sentence(blocks)
    harsh = any(one.label in ("contempt", "judging", "defending", "dismissing") for one in blocks)

    def blocked(one: Found) -> bool:
        if one.weighed:
            chill = harsh or sharp or one.sentence in cold
            return (chill and one.label == "turn_toward") or (harsh and one.label == "empathize")
        same_words = any(one.meets(block) for block in beside.get(one.sentence, ()))
        return (one.rule == OPEN and one.label == "turn_toward" and (sharp or same_words)) or (
            one.label == "listen" and same_words
        )

    return [one for one in found if not blocked(one)]


def unheard(found: list[Found], line: Line) -> list[Found]:
    """Where a reply mocks, turns away or tells the learner's own story, an echo or points alone are no skill.

    Nor is an echo where nothing has been told that matters (“5 it is”).
    """
    told = line.own and len(line.words) >= _TOLD
    if line.hints is not None and not (told or "matters" in line.hints):
        return [one for one in found if not _faint(one, "listen")]
    labels = {one.label for one in found}
    if labels & {"dismissing", "contempt"}:
        return [one for one in found if not _faint(one, "listen", "empathize")]
    cold = labels & {"hijacking", "minimizing", "defending", "but", "fixing"}
    return [one for one in found if not _faint(one, "listen")] if cold else found


def _faint(one: Found, *labels: str) -> bool:
    return one.label in labels and (one.weighed or (one.rule == PARAPHRASE and one.strength == 1))
