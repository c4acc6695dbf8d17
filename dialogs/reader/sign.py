"""Signs: what the structure of a sentence says, whatever its words."""

from __future__ import annotations

from collections.abc import Iterator

from dialogs.reader.lexicon import Lexicon
from dialogs.reader.line import Line
from dialogs.reader.paraphrase import Paraphrase
from dialogs.reader.question import Question
from dialogs.reader.sentence import Sentence

COUNTED = {"me": 3, "you": 3}
LENGTHS = (3, 6, 12, 20)
SENTENCES = (2, 3, 5)
LINES = (4, 10, 25, 45)
ECHOES = (1, 2, 3, 5)
SUBJECTS = ("i", "you", "other", "it", "none")
SIGNS: dict[str, str] = {
    "open": "an open question",
    "closed": "a closed question",
    "check": "a statement with a question mark",
    "question": "any of the three",
    "statement": "none of the three",
    "mark": "a question mark ends it",
    "exclaims": "an exclamation mark ends it",
    "first": "the first sentence",
    "last": "the last sentence",
    "only": "the only sentence",
    "no_line": "what it answers is not known",
    "me_not_you": "it speaks of I or we, and not of you",
    "you_not_me": "it speaks of you, and not of I or we",
    "nobody": "it speaks of neither",
    "echo_half": "half of its content words are words of the line",
    **{
        f"{who}_{n}": f"at least {n} of the words for {who}"
        for who, most in COUNTED.items()
        for n in range(1, most + 1)
    },
    **{f"words_{n}": f"at least {n} words" for n in LENGTHS},
    **{f"of_{n}": f"the reply has at least {n} sentences" for n in SENTENCES},
    **{f"line_{n}": f"the line has at least {n} content words" for n in LINES},
    **{f"echo_{n}": f"at least {n} content words of the line" for n in ECHOES},
    **{f"about_{who}": f"the first person or thing named is {who}" for who in SUBJECTS},
    **{f"about_{who}_{kind}": f"the same, in a {kind}" for who in SUBJECTS for kind in ("question", "statement")},
    **{f"begins_{who}": f"its first word is about {who}" for who in SUBJECTS},
}
"""Every sign and what it says."""


class Signs:
    """Reads the signs of sentences."""

    def __init__(self, lexicon: Lexicon, paraphrase: Paraphrase) -> None:
        self._paraphrase = paraphrase
        self._me = lexicon.words("me")
        self._you = lexicon.words("you")
        self._subjects = {word: who for who in SUBJECTS[:-1] for word in lexicon.words(f"about_{who}")}

    def read(self, sentence: Sentence, question: Question | None, line: Line, number: int, count: int) -> set[str]:
        """The signs of the sentence ``number`` of ``count``."""
        out = {*self._kind(sentence, question), *self._people(sentence, question), *self._echo(sentence, line)}
        out.update(f"words_{n}" for n in LENGTHS if len(sentence.words) >= n)
        out.update(f"of_{n}" for n in SENTENCES if count >= n)
        if number == 0:
            out.add("first")
        if number == count - 1:
            out.add("last")
        if count == 1:
            out.add("only")
        return out

    def _kind(self, sentence: Sentence, question: Question | None) -> Iterator[str]:
        if question is None:
            yield "statement"
        else:
            yield "question"
            yield "check" if question.checks else "open" if question.open else "closed"
        if sentence.asked:
            yield "mark"
        if sentence.stop.startswith("!"):
            yield "exclaims"

    def _people(self, sentence: Sentence, question: Question | None) -> Iterator[str]:
        words = sentence.words
        who = next((self._subjects[word] for word in words if word in self._subjects), "none")
        yield f"about_{who}"
        yield f"about_{who}_{'question' if question else 'statement'}"
        yield f"begins_{self._subjects.get(words[0], 'none')}"
        me, you = (sum(word in people for word in words) for people in (self._me, self._you))
        yield from (f"me_{n}" for n in range(1, min(me, COUNTED["me"]) + 1))
        yield from (f"you_{n}" for n in range(1, min(you, COUNTED["you"]) + 1))
        if not me and not you:
            yield "nobody"
        elif not (me and you):
            yield "me_not_you" if me else "you_not_me"

    def _echo(self, sentence: Sentence, line: Line) -> Iterator[str]:
        if not line.content:
            yield "no_line"
            return
        yield from (f"line_{n}" for n in LINES if len(line.content) >= n)
        mine = self._paraphrase.content(sentence.words)
        shared = len(self._paraphrase.shared(mine, line.content))
        yield from (f"echo_{n}" for n in ECHOES if shared >= n)
        if mine and 2 * shared >= len(mine):
            yield "echo_half"
