"""From what the words say to what the reply does: rules that look at several findings at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dialogs.reader.found import Found
from dialogs.reader.lexicon import Lexicon, holds
from dialogs.reader.line import OPPOSITE, Line
from dialogs.reader.question import Question
from dialogs.reader.rivals import OPEN, accuse, by_sentence, give_way, settle, welcome
from dialogs.reader.rule import Scene
from dialogs.reading import PITFALLS, SKILLS

_BARRAGE = 3
_STORY = 6
TAKEN_BACK, BARRAGE, OWN_STORY, BRUSHED_OFF = "taken_back", "barrage", "own_story", "brushed_off"


@dataclass(frozen=True, slots=True)
class Change:
    """What one step took away and added, and why."""

    why: str
    before: list[Found]
    after: list[Found]

    @property
    def gone(self) -> list[Found]:
        after = set(self.after)
        return [one for one in self.before if one not in after]

    @property
    def added(self) -> list[Found]:
        before = set(self.before)
        return [one for one in self.after if one not in before]


class Verdict:
    """Weighs the findings of one reply against each other."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._buts = lexicon.words("buts")
        self._bare = lexicon.words("bare")

    def weigh(
        self, found: list[Found], scene: Scene, line: Line, questions: dict[int, Question]
    ) -> tuple[list[Found], list[Found], list[Change]]:
        """The findings that stand, the feelings that do not fit, and what every step changed."""
        misfits: list[Found] = []
        steps: dict[str, Callable[[list[Found]], list[Found]]] = {
            "the feeling does not fit the line": lambda now: self._fitting(now, misfits, scene, line),
            "the line asks for advice": lambda now: welcome(now, line),
            "the sentence plainly does something else": give_way,
            "the same words say something fuller": settle,
            "the same words get in the way": accuse,
            "question upon question": lambda now: _barraged(now, scene, questions),
            "a “but” takes it back": lambda now: self._taken_back(now, scene, questions),
            "nothing but the learner's own story": lambda now: self._own_story(now, scene, line),
            "a bare word, and on to another thing": lambda now: self._brushed_off(now, scene, line),
        }
        changes: list[Change] = []
        for why, step in steps.items():
            after = step(found)
            if after != found:
                changes.append(Change(why, found, after))
            found = after
        return found, misfits, changes

    def _fitting(self, found: list[Found], misfits: list[Found], scene: Scene, line: Line) -> list[Found]:
        """A feeling of the opposite kind is no empathy; it is added to ``misfits``."""
        wrong = OPPOSITE.get(line.mood or "")
        if not wrong:
            return found
        stays: list[Found] = []
        wrong_sentences: set[int] = set()
        for one in found:
            words = scene.sentences[one.sentence].words[one.start : one.end]
            unfit = self._unfit(words, wrong) if one.label == "empathize" and not one.weighed else None
            if unfit is None:
                stays.append(one)
            else:
                wrong_sentences.add(one.sentence)
            misfits += [Found(name, one.strength, one.rule, one.sentence, one.start, one.end) for name in unfit or ()]
        return [
            one for one in stays if not (one.weighed and one.label == "empathize" and one.sentence in wrong_sentences)
        ]

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
        beside = by_sentence(found)
        for one in found:
            if one.label in ("validate", "concession") and (turn := self._turn(one, scene)):
                number, at = turn
                if self._cancels(beside.get(number, []), scene, questions, number, at):
                    near = beside[one.sentence]
                    gone |= {one, *(other for other in near if other.label == "empathize" and other.meets(one))}
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
        rest = {one.label for one in found if one.start > at}
        if rest & set(PITFALLS):
            return True
        if not words:
            return False
        asks = number in questions and not questions[number].checks
        return not (rest & set(SKILLS)) and not asks and not holds(self._lexicon.lists["warm"], words)

    def _own_story(self, found: list[Found], scene: Scene, line: Line) -> list[Found]:
        """Nothing but the learner's own story, when the other person told theirs.

        In answer to a complaint it defends.
        """
        labels = {one.label for one in found if not one.weighed}
        words = sum(len(sentence.words) for sentence in scene.sentences)
        if not line.own or labels & {*SKILLS, *PITFALLS} or words < _STORY:
            return found
        label = "defending" if "complaint" in (line.hints or ()) else "hijacking"
        told = [one for one in found if one.label == "self_disclosure"]
        return found + [Found(label, 1, OWN_STORY, one.sentence, one.start, one.end) for one in told]

    def _brushed_off(self, found: list[Found], scene: Scene, line: Line) -> list[Found]:
        """“Nice. Did you feed the cat?”: a bare word for something that matters, and on to another thing."""
        first = scene.sentences[0]
        bare = all(word in self._bare for word in first.words) and "!" not in first.stop and "?" not in first.stop
        warm = any(one.label in SKILLS and not one.weighed and one.rule != OPEN for one in found)
        if not bare or warm or len(scene.sentences) < 2 or not line.mood:
            return found
        if any(one.label == "reflection" for one in found):
            return found
        if any(one.label in PITFALLS for one in found if one.label != "fixing"):
            return found
        stays = [one for one in found if one.label not in ("turn_toward", "fixing", "empathize")]
        return [*stays, Found("dismissing", 1, BRUSHED_OFF, 0, 0, len(first.words))]


def asked(questions: dict[int, Question], scene: Scene) -> list[Found]:
    """An open question invites. (Closed ones are told by points: many are only checks.)"""
    return [
        Found(label, 2, OPEN, number, question.start, len(scene.sentences[number].words))
        for number, question in questions.items()
        if question.open
        for label in (OPEN, "turn_toward")
    ]


def _barraged(found: list[Found], scene: Scene, questions: dict[int, Question]) -> list[Found]:
    """Question upon question, most of them closed, and nothing warm between them."""
    closed = [
        number for number, question in questions.items() if not question.open or len(scene.sentences[number].words) < 4
    ]
    warm = any(one.label in SKILLS and one.rule != OPEN and not one.weighed for one in found)
    if len(questions) < _BARRAGE or len(closed) < _BARRAGE - 1 or warm:
        return found
    stays = [one for one in found if one.label != "turn_toward"]
    return stays + [
        Found("interrogating", 1, BARRAGE, number, question.start, len(scene.sentences[number].words))
        for number, question in questions.items()
    ]
