"""All phrases of all rules as one automaton over words.

Its states are worked out when they are first met: loading stays quick, and a word of a reply mostly
costs one look-up, however many phrases there are. No phrase can make it slow: a match is never longer
than the phrase, and every place of a sentence is tried once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dialogs.reader.pattern import Begins, Choice, Finishes, Gap, Listed, Node, Phrases, Sequence, Word
from dialogs.reader.sentence import Sentence

_MOST_STATES = 8_000
"""Known states are forgotten beyond this, so that memory stays small."""


@dataclass(frozen=True)
class Small:
    """The words that matching itself must know."""

    negators: frozenset[str]
    openers: frozenset[str]
    buts: frozenset[str]

    def stops(self, word: str) -> bool:
        """Whether a gap ends before ``word``."""
        return word in self.negators or word in self.buts


@dataclass(slots=True)
class _Place:
    """A place inside a phrase, with the ways that lead on."""

    words: dict[str, int] | None = None
    lists: tuple[tuple[Phrases, int], ...] = ()
    gap: int | None = None
    over_pause: bool = False
    """Whether the gap may begin with a pause."""
    free: tuple[int, ...] = ()
    begins: int = 0
    finishes: int = 0


class _State:
    """The places that a run of words leads to, and the owners of the phrases that are complete there."""

    __slots__ = ("complete", "finished", "following", "gaps", "lists", "opened", "over_pause", "words")

    def __init__(self, places: list[_Place], complete: tuple[int, ...], finished: tuple[int, ...]) -> None:
        self.complete = complete
        self.finished = finished
        """… if the sentence ends here."""
        self.words = [place.words for place in places if place.words]
        self.opened: dict[str, list[int]] = {}
        """Where the words of opened lists lead to."""
        self.lists = [one for place in places for one in place.lists]
        self.gaps = [place.gap for place in places if place.gap is not None]
        self.over_pause = [place.gap for place in places if place.gap is not None and place.over_pause]
        self.following: tuple[dict[str, _State | None], dict[str, _State | None]] = ({}, {})
        """Without and with a pause before the next word."""


class Automaton:
    """Finds phrases, each known by the number of its owner."""

    def __init__(self, small: Small) -> None:
        self._small = small
        self._places = [_Place()]
        self._owners: dict[int, set[int]] = {}
        self._rests: dict[tuple[tuple[str, ...], int], int] = {}
        self._known: set[str] = set(small.negators | small.buts)
        self._states: dict[frozenset[int], _State] = {}
        self._starts: dict[bool, _State] = {}

    def add(self, phrase: Sequence, owner: int) -> None:
        """Learn a phrase. All must be known before the first search."""
        self._owners.setdefault(self._build(phrase, 0), set()).add(owner)

    def find(self, sentence: Sentence) -> Iterator[tuple[int, int, int]]:
        """Every match as owner, start and end, by start and then by end."""
        known, last = self._known, len(sentence.words)
        words = [word if word in known else "" for word in sentence.words]
        pauses = [token.pause for token in sentence.tokens]
        begins = self._begins(sentence)
        if not self._starts or len(self._states) > _MOST_STATES:
            self._states.clear()
            self._starts = {begin: self._start(begin) for begin in (False, True)}
        for start in range(last):
            state = self._starts[begins[start]]
            for end in range(start, last):
                word, pause = words[end], end > start and pauses[end]
                following = state.following[pause]
                found = following[word] if word in following else self._follow(state, word, pause)
                if found is None:
                    break
                state = found
                for owner in state.complete if end + 1 < last else state.finished:
                    yield owner, start, end + 1

    def _begins(self, sentence: Sentence) -> list[bool]:
        """For every place whether a clause begins there, perhaps after words such as “oh” and “so”."""
        out: list[bool] = []
        before = ""
        for token in sentence.tokens:
            opened = before in self._small.openers and (before in self._small.buts or out[-1])
            out.append(not out or token.pause or opened)
            before = token.text
        return out

    # Building: one place after the other; phrases that begin alike share their first places.

    def _build(self, node: Node, at: int) -> int:
        place = self._places[at]
        match node:
            case Word(text):
                return self._word(text, place)
            case Listed(phrases):
                return self._listed(phrases, place)
            case Gap(width):
                return self._gap(width, place)
            case Begins():
                place.begins = place.begins or self._place()
                return place.begins
            case Finishes():
                place.finishes = place.finishes or self._place()
                return place.finishes
            case Sequence(parts):
                for part in parts:
                    at = self._word(part.text, self._places[at]) if type(part) is Word else self._build(part, at)
                return at
            case Choice(forms, optional):
                return self._choice(forms, optional, at)

    def _word(self, text: str, place: _Place) -> int:
        if place.words is None:  # most places have none
            place.words = {}
        to = place.words.get(text)
        if to is None:
            self._known.add(text)
            place.words[text] = to = self._place()
        return to

    def _listed(self, phrases: Phrases, place: _Place) -> int:
        for known, to in place.lists:
            if known is phrases:
                return to
        self._known.update(word for forms in phrases.values() for form in forms for word in form)
        place.lists += ((phrases, to := self._place()),)
        return to

    def _choice(self, forms: Iterable[Sequence], optional: bool, at: int) -> int:
        to = self._place()
        for form in forms:
            self._places[self._build(form, at)].free += (to,)
        if optional:
            self._places[at].free += (to,)
        return to

    def _gap(self, width: int, place: _Place) -> int:
        to, first = self._place(), self._place()
        place.free += (first,)
        here = self._places[first]
        here.over_pause = True
        for _ in range(width):
            here.free += (to,)
            here.gap = self._place()
            here = self._places[here.gap]
        here.free += (to,)
        return to

    def _place(self) -> int:
        self._places.append(_Place())
        return len(self._places) - 1

    def _rest(self, words: tuple[str, ...], to: int) -> int:
        """The place from which ``words`` lead to the place ``to``."""
        if not words:
            return to
        if (words, to) not in self._rests:
            self._rests[words, to] = here = self._place()
            self._places[here].words = {words[0]: self._rest(words[1:], to)}
        return self._rests[words, to]

    # Searching: sets of places, each set worked out once.

    def _start(self, begins: bool) -> _State:
        """The state before the first word, with its lists opened up: they are many."""
        state = self._state({0, *([self._places[0].begins] if begins and self._places[0].begins else [])})
        for phrases, after in state.lists:
            for word, forms in phrases.items():
                state.opened.setdefault(word, []).extend(self._rest(form[1:], after) for form in forms)
        state.lists = []
        return state

    def _follow(self, state: _State, word: str, pause: bool) -> _State | None:
        to = {words[word] for words in state.words if word in words}
        to.update(state.opened.get(word, ()))
        for phrases, after in state.lists:
            if word in phrases:
                to.update(self._rest(form[1:], after) for form in phrases[word])
        if state.gaps and not self._small.stops(word):
            to.update(state.over_pause if pause else state.gaps)
        following = self._state(to) if to else None
        state.following[pause][word] = following
        return following

    def _state(self, places: set[int]) -> _State:
        closed = self._closed(places)
        known = self._states.get(closed)
        if known is None:
            here = [self._places[one] for one in closed]
            complete = finished = self._complete(closed)
            if ends := {place.finishes for place in here if place.finishes}:
                finished = self._complete(self._closed(ends) | closed)
            known = _State(here, complete, finished)
            self._states[closed] = known
        return known

    def _complete(self, places: Iterable[int]) -> tuple[int, ...]:
        owners = self._owners
        return tuple(sorted({owner for one in places if one in owners for owner in owners[one]}))

    def _closed(self, places: Iterable[int]) -> frozenset[int]:
        """These places and those that need no further word."""
        out = set(places)
        waiting = list(out)
        while waiting:
            for one in self._places[waiting.pop()].free:
                if one not in out:
                    out.add(one)
                    waiting.append(one)
        return frozenset(out)
