"""The automaton finds what the notation says, neither more nor less."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dialogs.reader.automaton import Automaton, Small
from dialogs.reader.pattern import Begins, Choice, Finishes, Gap, Listed, Node, Sequence, Word
from dialogs.reader.sentence import Sentence
from dialogs.reader.token import Token

SMALL = Small(negators=frozenset({"not"}), openers=frozenset({"so", "but"}), buts=frozenset({"but"}))
PETS = {"cat": (("cat",),), "big": (("big", "dog"), ("big", "cat"))}
WORDS = ("i", "you", "cat", "big", "dog", "not", "so", "but", "unheard")


def sentence(words: list[tuple[str, bool]]) -> Sentence:
    tokens = tuple(Token(word, at, at + 1, pause, quoted=False) for at, (word, pause) in enumerate(words))
    return Sentence(tokens, tuple(word for word, _ in words), "", 0, quotes=False)


def begins(line: Sentence, at: int) -> bool:
    """A clause begins at the first word, after a pause, and after words such as “so”; “but” begins one itself."""
    while at > 0 and not line.tokens[at].pause:
        if line.words[at - 1] not in SMALL.openers:
            return False
        if line.words[at - 1] in SMALL.buts:
            return True
        at -= 1
    return True


def ends(node: Node, line: Sentence, at: int) -> set[int]:  # noqa: C901 (one case for every sign)
    """Where a match that begins at ``at`` may end: the notation, word for word."""
    words = line.words
    match node:
        case Word(text):
            return {at + 1} if words[at : at + 1] == (text,) else set()
        case Listed(phrases):
            forms = [form for some in phrases.values() for form in some]
            return {at + len(form) for form in forms if words[at : at + len(form)] == form}
        case Gap(width):
            out = {at}
            for end in range(at, min(at + width, len(words))):
                if SMALL.stops(words[end]) or (end > at and line.tokens[end].pause):
                    break
                out.add(end + 1)
            return out
        case Begins():
            return {at} if begins(line, at) else set()
        case Finishes():
            return {at} if at == len(words) else set()
        case Sequence(parts):
            places = {at}
            for part in parts:
                places = {end for place in places for end in ends(part, line, place)}
            return places
        case Choice(forms, optional):
            return set().union({at} if optional else set(), *(ends(form, line, at) for form in forms))


words = st.builds(Word, st.sampled_from(WORDS[:-1]))
pieces = st.one_of(words, st.just(Listed(PETS)), st.builds(Gap, st.integers(1, 3)))
sequences = st.builds(Sequence, st.tuples(words) | st.tuples(words, pieces))
choices = st.builds(Choice, st.lists(sequences, min_size=1, max_size=3).map(tuple), st.booleans())


@st.composite
def phrases(draw: st.DrawFn) -> Sequence:
    """Phrases as the notation allows them: a word first, “^” only before it, “$” only at the end."""
    first = draw(st.one_of(words, st.just(Listed(PETS)), choices.filter(lambda choice: not choice.optional)))
    rest = draw(st.lists(st.one_of(pieces, choices), max_size=3))
    before: list[Node] = [Begins()] if draw(st.booleans()) else []
    after: list[Node] = [Finishes()] if draw(st.booleans()) else []
    return Sequence((*before, first, *rest, *after))


lines = st.lists(st.tuples(st.sampled_from(WORDS), st.booleans()), min_size=1, max_size=10).map(sentence)


@given(st.lists(phrases(), min_size=1, max_size=6), st.lists(lines, min_size=1, max_size=3))
def test_it_finds_what_the_notation_says(known: list[Sequence], heard: list[Sentence]) -> None:
    automaton = Automaton(SMALL)
    for owner, phrase in enumerate(known):
        automaton.add(phrase, owner)
    for line in heard:
        longest = {
            (owner, start): max(found)
            for owner, phrase in enumerate(known)
            for start in range(len(line.words))
            if (found := ends(phrase, line, start) - {start})
        }
        said: dict[tuple[int, int], int] = {}
        for owner, start, end in automaton.find(line):
            said[owner, start] = max(end, said.get((owner, start), 0))
        assert said == longest
