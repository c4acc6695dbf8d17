"""Reading a reply: words, rules, questions and paraphrase, then the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from dialogs.reader.lexicon import Lexicon
from dialogs.reader.line import Line, mood
from dialogs.reader.paraphrase import Paraphrase
from dialogs.reader.question import Question, Questions
from dialogs.reader.rule import Found, Rules, Scene
from dialogs.reader.sentence import Sentence, sentences
from dialogs.reader.shape import HINTS, Feeling
from dialogs.reader.spelling import Spelling
from dialogs.reader.token import Stop, Token, tokens
from dialogs.reader.verdict import Verdict, asked
from dialogs.reading import ACTS, PITFALLS, SKILLS, Context, Finding, Reading

_LONGEST = 4096


class Reader:
    """Reads replies by rules that people wrote. Pure: the same words give the same reading."""

    def __init__(self, lexicon: Lexicon, rules: Rules, spelling: Spelling) -> None:
        self.feelings: Mapping[str, Feeling] = lexicon.feelings
        self._lexicon = lexicon
        self._rules = rules
        self._spelling = spelling
        self._questions = Questions(lexicon)
        self._paraphrase = Paraphrase(lexicon)
        self._verdict = Verdict(lexicon)
        self._are = lexicon.words("your_is_you_are") | lexicon.words("feeling")
        self._line = lru_cache(maxsize=512)(self._read_line)

    def read(self, reply: str, context: Context) -> Reading:
        """What ``reply`` does in answer to ``context``."""
        cut = self._sentences(reply[:_LONGEST])
        if not cut:
            return Reading()
        line = self._line(context)
        questions = {number: asks for number, one in enumerate(cut) if (asks := self._questions.find(one))}
        scene = Scene(cut, frozenset(questions), line.hints)
        found = list(self._rules.find(scene)) + asked(questions, scene) + self._given_back(scene, line, questions)
        found, misfits = self._verdict.weigh(found, scene, line, questions)
        return Reading(
            _findings(found, SKILLS, cut),
            _findings(found, PITFALLS, cut),
            _findings(found, ACTS, cut),
            _findings(misfits, tuple(self.feelings), cut),
        )

    def rules_found(self, reply: str, line: str) -> set[str]:
        """The ids of all rules whose phrases are found, before they are weighed."""
        cut = self._sentences(reply)
        asking = frozenset(number for number, one in enumerate(cut) if self._questions.find(one))
        return {one.rule for one in self._rules.find(Scene(cut, asking, self._line(Context(line)).hints))}

    def _read_line(self, context: Context) -> Line:
        cut = self._sentences(context.line[:_LONGEST])
        words = tuple(word for sentence in cut for word in sentence.words)
        asking = frozenset(number for number, one in enumerate(cut) if self._questions.find(one))
        hints = frozenset(one.label for one in self._rules.find(Scene(cut, asking, None)) if one.label in HINTS)
        facts = frozenset(word for fact in context.facts for one in self._sentences(fact) for word in one.words)
        content = frozenset(self._paraphrase.content(words)) | facts
        return Line(hints if words else None, content, facts, mood(self._lexicon, context, words, hints))

    def _given_back(self, scene: Scene, line: Line, questions: Mapping[int, Question]) -> list[Found]:
        out: list[Found] = []
        for number, sentence in enumerate(scene.sentences):
            question = questions.get(number)
            if question is not None and not question.checks:
                continue
            if strength := self._paraphrase.strength(sentence, line.content, line.facts):
                whole = (number, 0, len(sentence.words))
                out += [Found(label, strength, "paraphrase", *whole) for label in ("listen", "reflection")]
        return out

    def _sentences(self, text: str) -> list[Sentence]:
        return sentences(self._you_are(list(tokens(text, self._spelling.regular))))

    def _you_are(self, pieces: list[Token | Stop]) -> list[Token | Stop]:
        """“your upset” is meant as “you are upset”."""
        out: list[Token | Stop] = []
        for piece, following in zip(pieces, [*pieces[1:], Stop("")], strict=False):
            if isinstance(piece, Token) and piece.text == "your" and following.text in self._are:
                out.append(replace(piece, text="you"))
                out.append(replace(piece, text="are", pause=False))
            else:
                out.append(piece)
        return out


def _findings(found: list[Found], labels: tuple[str, ...], cut: list[Sentence]) -> tuple[Finding, ...]:
    """The findings with one of ``labels`` in the order of the text; of those that overlap the strongest."""
    kept: dict[str, list[Found]] = {}
    for one in sorted(found, key=lambda f: (-f.strength, f.start - f.end, f.sentence, f.start, f.rule)):
        same = kept.setdefault(one.label, [])
        if one.label in labels and not any(one.meets(other) for other in same):
            same.append(one)
    out = [
        Finding(one.label, *cut[one.sentence].span(one.start, one.end), one.strength, one.rule)
        for label in labels
        for one in kept.get(label, ())
    ]
    return tuple(sorted(out, key=lambda f: (f.start, f.end, labels.index(f.label))))
