"""Word lists and families of feelings, made ready for matching."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dialogs.reader.automaton import Small
from dialogs.reader.pattern import Phrases
from dialogs.reader.shape import Feeling

NEEDED = (
    "negators",
    "openers",
    "turns",
    "open_words",
    "closed_words",
    "helpers",
    "persons",
    "small",
    "own",
    "hard",
    "good",
    "your_is_you_are",
    "closed_openings",
    "open_openings",
    "before_question_word",
    "tags",
    "question_verbs",
    "equals",
    "own_doubts",
    "pronouns",
    "buts",
    "you",
    "warm",
    "other_half",
    "soft_turns",
    "me",
    "about_i",
    "about_you",
    "about_other",
    "about_it",
    "foreign",
    "bare",
    "alike",
    "i_feel",
    "regrets",
)
"""The lists that the reader itself looks into."""


@dataclass(frozen=True)
class Lexicon:
    """Lists by name; ``<anger>``, ``<unpleasant>``, ``<pleasant>`` and ``<feeling>`` come from the feelings."""

    lists: Mapping[str, Phrases]
    feelings: Mapping[str, Feeling]

    def words(self, name: str) -> frozenset[str]:
        """The single words of a list."""
        return frozenset(word for word, forms in self.lists[name].items() if (word,) in forms)

    @property
    def small(self) -> Small:
        return Small(self.words("negators"), self.words("openers"), self.words("buts"))

    def vocabulary(self) -> set[str]:
        """Every word of every list."""
        return {
            word for phrases in self.lists.values() for forms in phrases.values() for form in forms for word in form
        }

    def named(self, words: tuple[str, ...]) -> list[str]:
        """The feelings that stand in ``words``."""
        return [feeling for feeling in self.feelings if holds(self.lists[feeling], words)]


def holds(phrases: Phrases, words: tuple[str, ...]) -> bool:
    """Whether a phrase of a list stands in ``words``."""
    return any(
        words[at : at + len(phrase)] == phrase for at, word in enumerate(words) for phrase in phrases.get(word, ())
    )


def build(
    lists: Mapping[str, Iterable[str]],
    feelings: Mapping[str, Feeling],
    split: Callable[[str], tuple[str, ...]],
) -> Lexicon:
    """The lists of the files and those that the feelings make."""
    named: dict[str, list[str]] = {name: list(entries) for name, entries in lists.items()}
    for name in ("unpleasant", "pleasant", "either", "feeling"):
        named[name] = []
    for feeling, family in feelings.items():
        named[feeling] = list(family.words)
        named[family.valence] += family.words
        named["feeling"] += family.words
    return Lexicon({name: _phrases(entries, split) for name, entries in named.items()}, feelings)


def _phrases(entries: Iterable[str], split: Callable[[str], tuple[str, ...]]) -> Phrases:
    out: dict[str, set[tuple[str, ...]]] = {}
    for entry in entries:
        if words := split(entry):
            out.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(forms)) for first, forms in out.items()}
