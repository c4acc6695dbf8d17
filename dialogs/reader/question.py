"""Which sentences ask, and how: openly, or for a yes, a no or one fact."""

from __future__ import annotations

from dataclasses import dataclass

from dialogs.reader.lexicon import Lexicon
from dialogs.reader.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Question:
    """A question that begins at the word ``start``; ``checks`` when it is worded like a statement."""

    start: int
    open: bool
    checks: bool


class Questions:
    """Tells questions by their words, for many people type no question mark."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._open = lexicon.words("open_words")
        self._closed = lexicon.words("closed_words")
        self._helpers = lexicon.words("helpers")
        self._persons = lexicon.words("persons")
        self._openers = lexicon.words("openers")
        self._facts = lexicon.lists["closed_openings"]

    def find(self, sentence: Sentence) -> Question | None:
        """The question that a sentence asks, if it does."""
        for at in self._beginnings(sentence):
            if found := self._at(sentence, at):
                return found
        return Question(0, open=False, checks=True) if sentence.asked else None

    def _beginnings(self, sentence: Sentence) -> list[int]:
        words = sentence.words
        return [
            at
            for at in range(len(words))
            if at == 0
            or sentence.tokens[at].pause
            or (words[at - 1] in self._openers and words[at] not in self._openers)
        ][:40]

    def _at(self, sentence: Sentence, at: int) -> Question | None:
        words = sentence.words
        word, after = words[at], words[at + 1 : at + 5]
        if word in self._open or word in self._closed:
            inverted = any(
                helper in self._helpers and not self._persons.isdisjoint(after[place + 1 : place + 3])
                for place, helper in enumerate(after)
            )
            if sentence.asked or inverted:
                fact = any(words[at : at + len(form)] == form for form in self._facts.get(word, ()))
                return Question(at, open=word in self._open and not fact, checks=False)
            return None
        if word in self._helpers and any(person in self._persons for person in after[:2]):
            return Question(at, open=False, checks=False)
        return None
