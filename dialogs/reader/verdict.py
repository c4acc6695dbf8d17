"""From what the words say to what the reply does: rules that look at several findings at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dialogs.reader.found import Found
from dialogs.reader.lexicon import Lexicon, holds
from dialogs.reader.line import OPPOSITE, Line
from dialogs.reader.paraphrase import Paraphrase
from dialogs.reader.question import Question
from dialogs.reader.rivals import OPEN, accuse, by_sentence, give_way, obey, settle, theirs, unheard, welcome
from dialogs.reader.rule import Scene
from dialogs.reader.sentence import Sentence
from dialogs.reading import PITFALLS, SKILLS

CONCEDES = ("validate", "empathize", "concession", "owning")
_MILD = ("though", "although")
_BARRAGE = 3
_STORY = 6
_NOD = 4
_CURT = 12
_LONG = 14
_TALE = 14
_OFTEN = 3
_LONGER = 25
_HALF = 5
TAKEN_BACK, BARRAGE, BRUSHED_OFF = "taken_back", "barrage", "brushed_off"
_THEM = frozenset({"him", "his", "her", "hers", "them", "their", "us", "our"})
OWN_STORY, TAKES_OVER = "own_story", "takes_over"


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

    def __init__(self, lexicon: Lexicon, paraphrase: Paraphrase) -> None:
        self._lexicon = lexicon
        self._paraphrase = paraphrase
        self._buts = lexicon.words("buts")
        self._bare = lexicon.words("bare") | lexicon.words("dear") | lexicon.words("silence")
        self._soft = lexicon.lists["soft_turns"]
        self._doing = lexicon.words("about_i")
        self._me = lexicon.words("me") | self._doing
        self._you = lexicon.words("you")
        self._it = lexicon.words("about_it")
        self._others = self._you.union(lexicon.words("about_other"), lexicon.words("about_it"))
        self._own_feeling = {form for forms in lexicon.lists["i_feel"].values() for form in forms}
        self._named = self._me | self._others | _THEM

    def weigh(
        self, found: list[Found], scene: Scene, line: Line, questions: dict[int, Question]
    ) -> tuple[list[Found], list[Found], list[Change]]:
        """The findings that stand, the feelings that do not fit, and what every step changed."""
        misfits: list[Found] = []
        steps: dict[str, Callable[[list[Found]], list[Found]]] = {
            "the feeling does not fit the line": lambda now: self._fitting(now, misfits, scene, line),
            "it goes on with the learner's own story": lambda now: self._of_oneself(now, scene),
            "it is owned up to": lambda now: self._owned(now, scene),
            "these are words of the line": lambda now: theirs(now, scene, line),
            "the line asks for advice": lambda now: welcome(now, line),
            "the sentence plainly does something else": give_way,
            "the same words say something fuller": settle,
            "an order is part of something else": obey,
            "the same words get in the way": accuse,
            "question upon question": lambda now: _barraged(now, scene, questions),
            "a “but” takes it back": lambda now: self._taken_back(now, scene, questions),
            "nothing but the learner's own story": lambda now: self._own_story(now, scene, line),
            "the learner's own story takes over": lambda now: self._taken_over(now, scene, line),
            "a bare word, and on to another thing": lambda now: self._brushed_off(now, scene, line),
            "an echo is no listening in a cold reply": lambda now: unheard(now, line),
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
            if words[:2] in self._own_feeling:
                return []
            return [name for name in self._lexicon.named(words) if self._lexicon.feelings[name].valence == wrong]
        amiss = ("hard", "regrets") if wrong == "unpleasant" else ("good",)
        return [] if any(holds(lists[name], words) for name in amiss) else None

    def _taken_back(self, found: list[Found], scene: Scene, questions: dict[int, Question]) -> list[Found]:
        """A validation followed by “but” and something that cancels it."""
        gone: set[Found] = set()
        added: list[Found] = []
        beside = by_sentence(found)
        for one in found:
            if one.label in CONCEDES and not one.weighed and (turn := self._turn(one, scene)):
                number, at = turn
                after = [other for other in beside.get(number, []) if other.start > at]
                sharp = any(other.label in PITFALLS for other in after)
                firm = scene.sentences[number].words[at] not in _MILD
                firm &= one.label != "empathize" or number == one.sentence
                if sharp or (firm and self._cancels(after, scene, questions, number, at)):
                    near = beside[one.sentence]
                    if one.label != "empathize":
                        gone |= {one, *(other for other in near if other.label == "empathize" and other.meets(one))}
                    end = len(scene.sentences[number].words)
                    added.append(Found("but", 2, TAKEN_BACK, number, at, end))
        return [one for one in found if one not in gone] + added

    def _turn(self, one: Found, scene: Scene) -> tuple[int, int] | None:
        """The “but” after a finding: later in its sentence, or at the beginning of the next."""
        words = scene.sentences[one.sentence].words
        for at in range(one.end, len(words)):
            if words[at] in self._buts or words[at] in _MILD:
                return one.sentence, at
        following = one.sentence + 1
        if following == len(scene.sentences):
            return None
        words = scene.sentences[following].words
        softly = any(words[: len(turn)] == turn for turn in self._soft.get(words[0], ()))
        return (following, 0) if words[0] in self._buts or softly else None

    def _cancels(self, after: list[Found], scene: Scene, questions: dict[int, Question], number: int, at: int) -> bool:
        """Whether what follows a “but” is neither warm, nor a question, nor the other half of what they feel."""
        words = scene.sentences[number].words[at + 1 :]
        if not words:
            return False
        lists = self._lexicon.lists
        asks = number in questions and not questions[number].checks
        excuse = self._me.intersection(words) and not self._you.intersection(words)
        skills = {*SKILLS} - ({"empathize", "listen"} if excuse else set())
        warm = holds(lists["warm"], words) or holds(lists["other_half"], words[:_HALF])
        return not (asks or warm or any(one.label in skills for one in after))

    def _owned(self, found: list[Found], scene: Scene) -> list[Found]:
        """Who owns up, or grants that the other is right, does not defend: unless a “but” follows."""
        granted = (one for one in found if one.label in ("owning", "validate") and not one.weighed)
        if any(self._turn(one, scene) is None for one in granted):
            return [one for one in found if one.label != "defending"]
        return found

    def _of_oneself(self, found: list[Found], scene: Scene) -> list[Found]:
        """“I can't sleep either. It's awful.”: the second sentence speaks of the learner, too."""
        own = {
            one.sentence
            for one in found
            if one.label == "self_disclosure" and self._you.isdisjoint(scene.sentences[one.sentence].words)
        }

        def speaks_of_oneself(one: Found) -> bool:
            words = scene.sentences[one.sentence].words
            it = words[0] in self._it and self._you.isdisjoint(words)
            return one.label == "empathize" and it and one.sentence - 1 in own

        return [one for one in found if not speaks_of_oneself(one)]

    def _own_story(self, found: list[Found], scene: Scene, line: Line) -> list[Found]:
        """Nothing but the learner's own story, when the other person told theirs.

        In answer to a complaint it defends.
        """
        nod = len(scene.sentences) > 1 and len(scene.sentences[0].words) <= _NOD
        labels = {one.label for one in found if not one.weighed and not (nod and one.sentence == 0)}
        words = sum(len(sentence.words) for sentence in scene.sentences)
        if not line.own or labels & {*SKILLS, *PITFALLS, "owning"} - {"minimizing"} or words < _STORY:
            return found
        label = "defending" if "complaint" in (line.hints or ()) else "hijacking"
        told = _told(found, scene)
        if not any(self._opens_with_me(scene.sentences[one.sentence].words) for one in told):
            return found
        return found + [Found(label, 1, OWN_STORY, one.sentence, one.start, one.end) for one in told]

    def _taken_over(self, found: list[Found], scene: Scene, line: Line) -> list[Found]:
        """A word for the other person at the most, and then a long story of the learner's own."""
        told = _told(found, scene) or self._tale(found, scene)
        labels = {one.label for one in found if not one.weighed}
        if not told or labels & {"hijacking", "turn_toward", "owning"} or line.hints is None:
            return found
        first = next((at for at, one in enumerate(scene.sentences) if self._begins_story(one.words)), told[0].sentence)
        story = [one for one in scene.sentences[first:] if self._about_me(one.words)]
        own = sum(len(one.words) for one in story)
        cold = {one.sentence for one in found if one.label in PITFALLS}
        kind = [one for at, one in enumerate(scene.sentences) if one not in story and at not in cold]
        rest = sum(len(one.words) for one in kind)
        if own < (_LONGER if "complaint" in (line.hints or ()) else _LONG) or own < 2 * rest:
            return found
        if scene.sentences[-1] in kind or story[-1].asked:
            return found
        if any(_meant(one, first) for one in found):
            return found
        return [*found, *(Found("hijacking", 1, TAKES_OVER, one.sentence, one.start, one.end) for one in told)]

    def _tale(self, found: list[Found], scene: Scene) -> list[Found]:
        """Long sentences full of “I” and “we”, with nothing in them that a rule plainly finds."""
        plain = {one.sentence for one in found if not one.weighed and one.label in (*SKILLS, *PITFALLS, "advice")}
        return [
            Found("self_disclosure", 1, TAKES_OVER, number, 0, len(one.words))
            for number, one in enumerate(scene.sentences)
            if number not in plain and not one.asked and len(one.words) >= _TALE and self._full_of_me(one.words)
        ]

    def _full_of_me(self, words: tuple[str, ...]) -> bool:
        mine, yours = (sum(word in mentioned for word in words) for mentioned in (self._me, self._you))
        return mine >= _OFTEN and mine > 2 * yours and "will" not in words

    def _opens_with_me(self, words: tuple[str, ...]) -> bool:
        """Whether the first one spoken of is the learner, and does something (“hand me the baby” tells nothing)."""
        if self._doing.isdisjoint(words):
            return False
        return next((word in self._me for word in words if word in self._me or word in self._others), False)

    def _begins_story(self, words: tuple[str, ...]) -> bool:
        return not self._me.isdisjoint(words) and self._about_me(words)

    def _about_me(self, words: tuple[str, ...]) -> bool:
        """Whether a sentence of a story does not turn to the other person (“you should have seen me” does not)."""
        mine, yours = (sum(word in mentioned for word in words) for mentioned in (self._me, self._you))
        return not yours or mine > yours

    def _brushed_off(self, found: list[Found], scene: Scene, line: Line) -> list[Found]:
        """“Nice. Did you feed the cat?”: a bare word for something that matters, and on to another thing."""
        first = scene.sentences[0]
        if len(scene.sentences) < 2 or not self._bare_word(first):
            return found
        if not (_awaits(line, scene) or ("matters" in (line.hints or ()) and self._elsewhere(scene, line))):
            return found
        warm = any(one.label in SKILLS and not one.weighed and one.rule != OPEN for one in found)
        if warm or any(one.label in ("reflection", *PITFALLS) and one.label != "fixing" for one in found):
            return found
        stays = [one for one in found if one.label not in ("turn_toward", "fixing", "empathize")]
        return [*stays, Found("dismissing", 1, BRUSHED_OFF, 0, 0, len(first.words))]

    def _elsewhere(self, scene: Scene, line: Line) -> bool:
        """Whether all that follows the first sentence names nobody, and nothing of the line."""
        words = {word for sentence in scene.sentences[1:] for word in sentence.words}
        excited = any("!" in sentence.stop for sentence in scene.sentences)
        if len(words) < _NOD or excited or not words.isdisjoint(self._named):
            return False
        return not self._paraphrase.shared(self._paraphrase.content(words), line.content)

    def _bare_word(self, sentence: Sentence) -> bool:
        """Words that say nothing, and a letter such as a kiss."""
        bare = all(word in self._bare or (len(word) == 1 and word.isalpha()) for word in sentence.words)
        return bare and "!" not in sentence.stop and not sentence.asked


def _awaits(line: Line, scene: Scene) -> bool:
    """Whether the line tells news, a feeling or a complaint, or else is answered by a question about something."""
    hints = line.hints or frozenset()
    news = line.mood is not None or not hints.isdisjoint(("complaint", "bad_news", "good_news"))
    words = sum(len(sentence.words) for sentence in scene.sentences)
    return news or ("matters" in hints and bool(scene.questions) and words <= _CURT)


def _told(found: list[Found], scene: Scene) -> list[Found]:
    """What the learner tells of themselves; what they will do for somebody is no story."""
    return [
        one for one in found if one.label == "self_disclosure" and "will" not in scene.sentences[one.sentence].words
    ]


def _meant(one: Found, first: int) -> bool:
    """Something given back, or a skill plainly shown, where the story has begun."""
    plain = one.label in ("empathize", "validate", "turn_toward") and not one.weighed and one.strength > 1
    return one.sentence >= first and (plain or one.label == "reflection")


def asked(questions: dict[int, Question], scene: Scene) -> list[Found]:
    """An open question invites. (Closed ones are told by points: many are only checks.)"""
    return [
        Found(label, 2, OPEN, number, question.start, len(scene.sentences[number].words))
        for number, question in questions.items()
        if question.open
        for label in (OPEN, "turn_toward")
    ]


def _barraged(found: list[Found], scene: Scene, questions: dict[int, Question]) -> list[Found]:
    """Question upon question, most of them closed, and nothing warm between them but an “oh no”."""
    closed = [
        number for number, question in questions.items() if not question.open or len(scene.sentences[number].words) < 4
    ]
    few = len(questions) == _BARRAGE
    warm = any(
        one.label in SKILLS and one.rule != OPEN and not one.weighed
        for one in found
        if (few or one.sentence not in questions) and len(scene.sentences[one.sentence].words) > _BARRAGE
    )
    if len(questions) < _BARRAGE or len(closed) < _BARRAGE - 1 or warm:
        return found
    stays = [
        one
        for one in found
        if one.label not in ("turn_toward", "fixing", "dismissing", "empathize") or one.sentence not in questions
    ]
    return stays + [
        Found("interrogating", 1, BARRAGE, number, question.start, len(scene.sentences[number].words))
        for number, question in questions.items()
    ]
