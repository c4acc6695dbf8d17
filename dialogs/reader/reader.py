"""Reading a reply: words, rules, questions and paraphrase, then points and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import chain, pairwise

from dialogs.reader.explanation import Explanation, Note
from dialogs.reader.found import Found
from dialogs.reader.language import unread
from dialogs.reader.lexicon import Lexicon
from dialogs.reader.line import Line, mood
from dialogs.reader.paraphrase import Paraphrase
from dialogs.reader.question import Question, Questions
from dialogs.reader.rivals import OPEN, PARAPHRASE
from dialogs.reader.rule import Match, Rules, Scene
from dialogs.reader.sentence import Sentence, sentences
from dialogs.reader.shape import HINTS, Feeling
from dialogs.reader.sign import Signs
from dialogs.reader.spelling import Spelling
from dialogs.reader.token import Stop, Token, tokens
from dialogs.reader.verdict import Verdict, asked
from dialogs.reader.weight import Weights
from dialogs.reading import ACTS, PITFALLS, SKILLS, Context, Finding, Reading

_LONGEST = 4096
_TOLD = 4
"""Content words of a line in which somebody tells of themselves."""


class Reader:
    """Reads replies by rules that people wrote. Pure: the same words give the same reading."""

    def __init__(self, lexicon: Lexicon, rules: Rules, weights: Weights, spelling: Spelling) -> None:
        self.feelings: Mapping[str, Feeling] = lexicon.feelings
        self._lexicon = lexicon
        self._rules = rules
        self._weights = weights
        self._spelling = spelling
        self._questions = Questions(lexicon)
        self._paraphrase = Paraphrase(lexicon)
        self._signs = Signs(lexicon, self._paraphrase)
        self._verdict = Verdict(lexicon, self._paraphrase)
        self._are = lexicon.words("your_is_you_are")
        self._own = lexicon.words("own")
        self._foreign = lexicon.words("foreign")
        self._small = lexicon.words("small")
        self._line = lru_cache(maxsize=512)(self._read_line)

    def read(self, reply: str, context: Context) -> Reading:
        """What ``reply`` does in answer to ``context``."""
        return self.explain(reply, context).reading

    def explain(self, reply: str, context: Context) -> Explanation:
        """What ``reply`` does, with everything that led to it."""
        cut = self._sentences(reply[:_LONGEST])
        if not cut:
            return Explanation((), (), Reading(unread="wordless"))
        line = self._line(context)
        questions = self._asking(cut)
        scene = Scene(cut, frozenset(questions), line.hints)
        matches = list(self._rules.find(scene))
        notes = self._notes(scene, matches, questions, line)
        found = [
            *_shown(matches),
            *_weighed(notes),
            *asked(questions, scene),
            *self._given_back(scene, line, questions),
        ]
        plain = any(
            one.label in SKILLS or one.label in PITFALLS for one in found if not one.weighed and one.rule != OPEN
        )
        if not plain and (why := unread(cut, self._foreign, self._small)):
            return Explanation(notes, (), Reading(unread=why))
        found, misfits, changes = self._verdict.weigh(found, scene, line, questions)
        reading = Reading(
            _findings(found, SKILLS, cut),
            _findings(found, PITFALLS, cut),
            _findings(found, ACTS, cut),
            _findings(misfits, tuple(self.feelings), cut),
        )
        return Explanation(notes, tuple(changes), reading)

    def rules_found(self, reply: str, line: str) -> set[str]:
        """The ids of all rules whose phrases are found, before they are weighed."""
        cut = self._sentences(reply)
        scene = Scene(cut, frozenset(self._asking(cut)), self._line(Context(line)).hints)
        return {match.rule.id for match in self._rules.find(scene)}

    def _asking(self, cut: list[Sentence]) -> dict[int, Question]:
        return {number: asks for number, one in enumerate(cut) if (asks := self._questions.find(one))}

    def _notes(
        self, scene: Scene, matches: list[Match], questions: Mapping[int, Question], line: Line
    ) -> tuple[Note, ...]:
        cues = [
            self._signs.read(sentence, questions.get(number), line, number, len(scene.sentences))
            for number, sentence in enumerate(scene.sentences)
        ]
        found: list[list[Match]] = [[] for _ in cues]
        for match in matches:
            cues[match.sentence].add(match.rule.id)
            found[match.sentence].append(match)
        return tuple(
            Note(sentence, questions.get(number), tuple(rules), frozenset(signs), tuple(self._weights.shown(signs)))
            for number, (sentence, rules, signs) in enumerate(zip(scene.sentences, found, cues, strict=True))
        )

    def _read_line(self, context: Context) -> Line:
        cut = self._sentences(context.line[:_LONGEST])
        words = tuple(word for sentence in cut for word in sentence.words)
        matches = self._rules.find(Scene(cut, frozenset(self._asking(cut)), None))
        hints = frozenset(one.label for one in _shown(matches) if one.label in HINTS)
        told_by_author = (one.words for fact in context.facts for one in self._sentences(fact))
        facts = frozenset(word for words in told_by_author for word in self._paraphrase.content(words))
        content = frozenset(self._paraphrase.content(words)) | facts
        felt = mood(self._lexicon, context, words, hints)
        own = not self._own.isdisjoint(words)
        told = own and len(content) >= _TOLD and not cut[-1].asked
        excited = any("!" in sentence.stop for sentence in cut)
        if felt or told or excited or hints & {"complaint", "bad_news", "good_news"}:
            hints |= {"matters"}
        return Line(hints if words else None, words, content, facts, own, felt)

    def _given_back(self, scene: Scene, line: Line, questions: Mapping[int, Question]) -> list[Found]:
        out: list[Found] = []
        for number, sentence in enumerate(scene.sentences):
            question = questions.get(number)
            if question is not None and not question.checks:
                continue
            if strength := self._paraphrase.strength(sentence, line.content, line.facts):
                whole = (number, 0, len(sentence.words))
                out.append(Found("listen", strength, PARAPHRASE, *whole))
        return out

    def _sentences(self, text: str) -> list[Sentence]:
        return sentences(self._you_are(tokens(text, self._spelling.regular)))

    def _you_are(self, pieces: Iterable[Token | Stop]) -> Iterator[Token | Stop]:
        """“your upset” is meant as “you are upset”."""
        for piece, following in pairwise(chain(pieces, (Stop(""),))):
            if isinstance(piece, Token) and piece.text == "your" and following.text in self._are:
                yield replace(piece, text="you")
                yield replace(piece, text="are", pause=False)
            else:
                yield piece


def _shown(matches: Iterable[Match]) -> Iterator[Found]:
    """What rules show by themselves."""
    for one in matches:
        for label in one.rule.shape.shows or ():
            yield Found(label, one.rule.shape.strength, one.rule.id, one.sentence, one.start, one.end)


def _weighed(notes: Iterable[Note]) -> Iterator[Found]:
    """What cues show together; named after the one that says most."""
    for number, note in enumerate(notes):
        for score in note.scores:
            yield Found(score.label, score.strength, score.leading, number, 0, len(note.sentence.words), weighed=True)


def _findings(found: list[Found], labels: tuple[str, ...], cut: list[Sentence]) -> tuple[Finding, ...]:
    """The findings with one of ``labels`` in the order of the text; of those that overlap the strongest."""
    kept: dict[tuple[str, int], list[Found]] = {}
    for one in sorted(found, key=lambda f: (-f.strength, f.start - f.end, f.sentence, f.start, f.rule)):
        same = kept.setdefault((one.label, one.sentence), [])
        if one.label in labels and not any(one.meets(other) for other in same):
            same.append(one)
    out = [
        Finding(one.label, *cut[one.sentence].span(one.start, one.end), one.strength, one.rule)
        for same in kept.values()
        for one in same
    ]
    return tuple(sorted(out, key=lambda f: (f.start, f.end, labels.index(f.label))))
