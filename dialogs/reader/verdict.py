"""From what the words say to what the reply does: rules that look at several findings at once."""

from __future__ import annotations

from dialogs.reader.lexicon import Lexicon, holds
from dialogs.reader.line import OPPOSITE, Line
from dialogs.reader.question import Question
from dialogs.reader.rule import Found, Scene
from dialogs.reading import PITFALLS, SKILLS

_BARRAGE = 3
_STORY = 8
TAKEN_BACK, BARRAGE, OWN_STORY, OPEN = "taken_back", "barrage", "own_story", "open_question"

YIELDS: dict[str, frozenset[str]] = {
    "empathize": frozenset({"validate"}),
    "fixing": frozenset(PITFALLS) - {"fixing", "minimizing"},
    "minimizing": frozenset({"hijacking", "contempt"}),
    "closed_question": frozenset({"reflection"}),
}
"""A label gives way to these when they share words: the fuller reading of the same words stays."""


class Verdict:
    """Weighs the findings of one reply against each other."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._buts = lexicon.words("buts")
        self._you = lexicon.words("you")

    def weigh(
        self, found: list[Found], scene: Scene, line: Line, questions: dict[int, Question]
    ) -> tuple[list[Found], list[Found]]:
        """The findings that stand, and the feelings that do not fit."""
        found, misfits = self._fitting(found, scene, line)
        if "asks_advice" in (line.hints or ()):
            found = [one for one in found if one.label != "fixing"]
        found = _settled(found)
        found = _accused(found)
        found = _barraged(found, scene, questions)
        found = self._taken_back(found, scene, questions)
        found = self._own_story(found, scene, line)
        return found, misfits

    def _fitting(self, found: list[Found], scene: Scene, line: Line) -> tuple[list[Found], list[Found]]:
        """A feeling of the opposite kind is no empathy."""
        wrong = OPPOSITE.get(line.mood or "")
        if not wrong:
            return found, []
        stays: list[Found] = []
        misfits: list[Found] = []
        for one in found:
            words = scene.sentences[one.sentence].words[one.start : one.end]
            unfit = self._unfit(words, wrong) if one.label == "empathize" else None
            if unfit is None:
                stays.append(one)
            misfits += [Found(name, one.strength, one.rule, one.sentence, one.start, one.end) for name in unfit or ()]
        return stays, misfits

    def _unfit(self, words: tuple[str, ...], wrong: str) -> list[str] | None:
        """None when the words fit; else the feelings that do not (none for a mere “awful”)."""
        lists = self._lexicon.lists
        if holds(lists[OPPOSITE[wrong]], words) or holds(lists["either"], words):
            return None
        if holds(lists[wrong], words):
            return [name for name in self._lexicon.named(words) if self._lexicon.feelings[name].valence == wrong]
        return [] if holds(lists["hard" if wrong == "unpleasant" else "good"], words) else None

    def _taken_back(self, found: list[Found], scene: Scene, questions: dict[int, Question]) -> list[Found]:
        """A validation followed by “but” and something that cancels it."""
        gone: set[Found] = set()
        added: list[Found] = []
        for one in found:
            if one.label in ("validate", "concession") and (turn := self._turn(one, scene)):
                number, at = turn
                if self._cancels(found, scene, questions, number, at):
                    gone |= {one, *(other for other in found if other.label == "empathize" and other.meets(one))}
                    end = len(scene.sentences[number].words)
                    added.append(Found("but", 2, TAKEN_BACK, number, at, end))
        return [one for one in found if one not in gone] + added

    def _turn(self, one: Found, scene: Scene) -> tuple[int, int] | None:
        """The “but” after a finding: later in its sentence, or at the beginning of the next."""
        words = scene.sentences[one.sentence].words
        for at in range(one.end, len(words)):
            if words[at] in self._buts:
                return one.sentence, at
        following = one.sentence + 1
        if following < len(scene.sentences) and scene.sentences[following].words[0] in self._buts:
            return following, 0
        return None

    def _cancels(self, found: list[Found], scene: Scene, questions: dict[int, Question], number: int, at: int) -> bool:
        words = scene.sentences[number].words[at + 1 :]
        rest = {one.label for one in found if one.sentence == number and one.start > at}
        if rest & set(PITFALLS):
            return True
        if not words:
            return False
        asks = number in questions and not questions[number].checks
        return not (rest & set(SKILLS)) and not asks and not holds(self._lexicon.lists["warm"], words)

    def _own_story(self, found: list[Found], scene: Scene, line: Line) -> list[Found]:
        """Nothing but the learner's own story, when the other person told something that matters."""
        labels = {one.label for one in found}
        words = [word for sentence in scene.sentences for word in sentence.words]
        if not line.mood or labels & {*SKILLS, *PITFALLS} or len(words) < _STORY or self._you & set(words):
            return found
        return found + [
            Found("hijacking", 1, OWN_STORY, one.sentence, one.start, one.end)
            for one in found
            if one.label == "self_disclosure"
        ]


def asked(questions: dict[int, Question], scene: Scene) -> list[Found]:
    """Questions as acts; an open one invites."""
    out: list[Found] = []
    for number, question in questions.items():
        end = len(scene.sentences[number].words)
        labels = ("open_question", "turn_toward") if question.open else ("closed_question",)
        rule = OPEN if question.open else "closed_question"
        out += [Found(label, 2, rule, number, question.start, end) for label in labels]
    return out


def _settled(found: list[Found]) -> list[Found]:
    """Of labels that claim the same words, the one that says more stays."""
    return [
        one
        for one in found
        if not any(other.label in YIELDS.get(one.label, ()) and one.meets(other) for other in found)
    ]


def _accused(found: list[Found]) -> list[Found]:
    """Where a pitfall stands, the same words neither invite nor give back."""
    blocks = [one for one in found if one.label in PITFALLS or one.label == "advice"]
    sharp = any(one.label in ("interrogating", "contempt") for one in blocks)

    def blocked(one: Found) -> bool:
        if one.label == "turn_toward" and one.rule == OPEN:
            return sharp or any(one.meets(block) for block in blocks)
        return one.label == "listen" and any(one.meets(block) for block in blocks)

    return [one for one in found if not blocked(one)]


def _barraged(found: list[Found], scene: Scene, questions: dict[int, Question]) -> list[Found]:
    """Question upon question, most of them closed, and nothing warm between them."""
    closed = [number for number, question in questions.items() if not question.open]
    warm = any(one.label in SKILLS and one.rule != OPEN for one in found)
    if len(questions) < _BARRAGE or len(closed) < _BARRAGE - 1 or warm:
        return found
    stays = [one for one in found if one.label != "turn_toward"]
    return stays + [
        Found("interrogating", 1, BARRAGE, number, question.start, len(scene.sentences[number].words))
        for number, question in questions.items()
    ]
