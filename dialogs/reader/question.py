"""Which sentences ask, and how: openly, or for a yes, a no or one fact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dialogs.reader.lexicon import Lexicon
from dialogs.reader.pattern import Phrases
from dialogs.reader.sentence import Sentence

_BEGINNINGS = 40


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
        self._pronouns = lexicon.words("pronouns")
        self._openers = lexicon.words("openers")
        self._leading = lexicon.words("before_question_word")
        self._tags = lexicon.words("tags")
        self._facts = lexicon.lists["closed_openings"]
        self._inviting = lexicon.lists["open_openings"]
        self._verbs = lexicon.words("question_verbs")
        self._equals = lexicon.words("equals")
        self._doubts = lexicon.lists["own_doubts"]
        self._you = lexicon.words("you")

    def find(self, sentence: Sentence) -> Question | None:
        """The question that a sentence asks, if it does."""
        if self._tags.issuperset(sentence.words) or self._asks_oneself(sentence.words):
            return None
        beside: Question | None = None
        for at in self._beginnings(sentence):
            if found := self._at(sentence, at):
                if sentence.words[at] != "when" or self._inverted(sentence, at):
                    return found
                beside = beside or found  # “when he left, what did you do?” asks the latter
        if sentence.asked:
            return beside or self._inside(sentence) or Question(0, open=False, checks=True)
        return None

    def _asks_oneself(self, words: tuple[str, ...]) -> bool:
        """“How do I stop”, which nobody else is asked."""
        return self._you.isdisjoint(words) and any(_stands(self._doubts, words, at) for at in range(len(words)))

    def _beginnings(self, sentence: Sentence) -> Iterator[int]:
        """Where a clause begins, also after words such as “so”, and behind “in” in “in what way”."""
        words, count = sentence.words, 0
        for at, word in enumerate(words):
            before = words[at - 1] if at else ""
            new = at == 0 or sentence.tokens[at].pause or (before in self._openers and word not in self._openers)
            if new or (before in self._leading and (at == 1 or words[at - 2] in self._openers)):
                count += 1
                yield at
            if count > _BEGINNINGS:
                return

    def _at(self, sentence: Sentence, at: int) -> Question | None:
        words = sentence.words
        word, after = words[at], words[at + 1 : at + 5]
        if word in self._open or word in self._closed:
            asks = sentence.asked and words[at + 1 : at + 2] != ("i",)  # “what I hear is …, right?”
            if asks or self._inverted(sentence, at) or self._verb_asks(words, at):
                return self._question(words, at)
            return None
        if not sentence.asked and any(one not in self._openers for one in words[:at]):
            return None
        if _stands(self._inviting, words, at):
            return Question(at, open=True, checks=False)
        if word in self._helpers and any(one in self._persons for one in after[:2]):
            return self._question(words, at)
        return None

    def _verb_asks(self, words: tuple[str, ...], at: int) -> bool:
        """“What makes you think so”, but not “what keeps me going is …”."""
        return (
            words[at + 1 : at + 2] != () and words[at + 1] in self._verbs and self._equals.isdisjoint(words[at + 3 :])
        )

    def _inside(self, sentence: Sentence) -> Question | None:
        """A question in the middle of a long sentence: “so when you think of it do you …?”."""
        words = sentence.words
        for at, word in enumerate(words[:-2]):
            if word in self._helpers and words[at + 1] in self._pronouns:
                asks = at > 0 and words[at - 1] in (self._open | self._closed)
                return self._question(words, at - asks)
        return None

    def _question(self, words: tuple[str, ...], at: int) -> Question:
        fact = _stands(self._facts, words, at)
        return Question(at, (words[at] in self._open and not fact) or _stands(self._inviting, words, at), checks=False)

    def _inverted(self, sentence: Sentence, at: int) -> bool:
        """“What kind of day did you have”, but not “what I did and it worked” or “how they are, I think”."""
        for place in range(at + 1, min(at + 5, len(sentence.words))):
            word = sentence.words[place]
            if word in self._pronouns or sentence.tokens[place].pause:
                return False
            if word in self._helpers:
                return not self._persons.isdisjoint(sentence.words[place + 1 : place + 3])
        return False


def _stands(phrases: Phrases, words: tuple[str, ...], at: int) -> bool:
    """Whether an entry of the list begins at this word."""
    return any(words[at : at + len(form)] == form for form in phrases.get(words[at], ()))
