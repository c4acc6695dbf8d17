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

_MOST_STATES = 12_000
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

    @property
    def leads(self) -> bool:
        """Whether a word, a gap or the end of the sentence decides something here."""
        return bool(self.words or self.lists or self.gap is not None or self.finishes)


_Owners = tuple[tuple[int, int], ...]


class _State:
    """The places that a run of words leads to, and the owners of the phrases that are complete there."""

    __slots__ = ("complete", "finished", "following", "places")

    def __init__(self, places: tuple[int, ...], gaps: bool, complete: _Owners, finished: _Owners) -> None:
        self.places = places
        self.complete = complete
        self.finished = finished
        """… if the sentence ends here."""
        plain: dict[str, _State | None] = {}
        self.following = (plain, {} if gaps else plain)
        """Without and with a pause before the next word, which only a gap minds."""


class Automaton:
    """Finds phrases, each known by the number of its owner."""

    def __init__(self, small: Small) -> None:
        self._small = small
        self._places = [_Place()]
        self._owners: dict[int, _Owners] = {}
        """Whose phrases are complete at a place, and how many words more they may take in."""
        self._rests: dict[tuple[tuple[str, ...], int], int] = {}
        self._known: set[str] = set(small.negators | small.buts)
        self._states: dict[tuple[int, ...], _State] = {}
        self._starts: dict[bool, _State] = {}

    def add(self, phrase: Sequence, owner: int) -> None:
        """Learn a phrase. All must be known before the first search.

        A gap at its end decides nothing, so it is no part of the states: it would make a great many.
        """
        rest, more = phrase, 0
        if isinstance(last := phrase.parts[-1], Gap):
            rest, more = Sequence(phrase.parts[:-1]), last.width
        at = self._build(rest, 0)
        self._owners[at] = (*self._owners.get(at, ()), (owner, more))

    def find(self, sentence: Sentence) -> Iterator[tuple[int, int, int]]:
        """Matches as owner, start and end: the longest of each owner from each start is among them."""
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
                for owner, more in state.complete if end + 1 < last else state.finished:
                    yield owner, start, self._reach(sentence, end + 1, more) if more else end + 1

    def _reach(self, sentence: Sentence, end: int, more: int) -> int:
        """Where a gap of ``more`` words ends that begins at ``end``."""
        for at in range(end, min(end + more, len(sentence.words))):
            if self._small.stops(sentence.words[at]) or (at > end and sentence.tokens[at].pause):
                return at
        return min(end + more, len(sentence.words))

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
        """The state before the first word."""
        return self._state({0, self._places[0].begins} if begins else {0})

    def _follow(self, state: _State, word: str, pause: bool) -> _State | None:
        over = not self._small.stops(word)
        to: set[int] = set()
        for one in state.places:
            place = self._places[one]
            if place.words and word in place.words:
                to.add(place.words[word])
            for phrases, after in place.lists:
                if word in phrases:
                    to.update(self._rest(form[1:], after) for form in phrases[word])
            if place.gap is not None and over and (place.over_pause or not pause):
                to.add(place.gap)
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
                finished = self._complete({*self._closed(ends), *closed})
            known = _State(closed, any(place.gap is not None for place in here), complete, finished)
            self._states[closed] = known
        return known

    def _complete(self, places: Iterable[int]) -> _Owners:
        owners = self._owners
        return tuple(sorted({owner for one in places if one in owners for owner in owners[one]}))

    def _closed(self, places: Iterable[int]) -> tuple[int, ...]:
        """These places and those that need no further word, without the ones that only lead to others."""
        out = set(places)
        waiting = list(out)
        while waiting:
            for one in self._places[waiting.pop()].free:
                if one not in out:
                    out.add(one)
                    waiting.append(one)
        return tuple(sorted(one for one in out if one in self._owners or self._places[one].leads))
