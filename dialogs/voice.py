"""Turning what an author wrote into what is said now: variants, sequences, plurals, placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from random import Random

from babel import Locale

from dialogs.effect import Say, Style
from dialogs.guard import View, holds
from dialogs.script import Text
from dialogs.text import Styled, render


@lru_cache
def plural_forms(language: str) -> frozenset[str]:
    """The plural forms a language needs (CLDR)."""
    return frozenset(Locale.parse(language).plural_form.tags | {"other"})


class Voice:
    """Says texts, and remembers in ``seen`` which variant came last."""

    def __init__(self, language: str, seen: dict[str, int], rng: Random, value: Callable[[str], str]) -> None:
        self._language = language
        self._seen = seen
        self._rng = rng
        self._value = value

    @contextmanager
    def knowing(self, values: Mapping[str, str]) -> Iterator[None]:
        """Within the block, placeholders find these values first."""
        outer = self._value
        self._value = lambda name: values[name] if name in values else outer(name)
        try:
            yield
        finally:
            self._value = outer

    def say(self, texts: Iterable[Text], place: str, view: View, *, again: bool = False) -> Iterator[Say]:
        """The messages for ``texts``. ``again`` repeats what was said last instead of moving on."""
        for index, text in enumerate(texts):
            key = f"{place}.{index}"
            if not holds(text.if_, view) or (text.once and (again or key in self._seen)):
                continue
            if text.once:
                self._seen[key] = 1
            style: Style = "model" if text.model else "plain"
            said = self.fill(self._template(text, key, again=again))
            yield Say(said.text, style, said.marks)

    def fill(self, template: str) -> Styled:
        """A template with its placeholders filled."""
        return render(template, self._value)

    def _template(self, text: Text, key: str, *, again: bool) -> str:
        if text.any:
            return text.any[self._variant(key, len(text.any), again=again)]
        if text.then:
            turn = min(self._seen.get(key, -1) + (not again), len(text.then) - 1)
            self._seen[key] = max(turn, 0)
            return text.then[max(turn, 0)]
        if text.plural:
            number = int(self._value(text.plural) or 0)
            if number == 0 and text.zero:
                return text.zero
            form = Locale.parse(self._language).plural_form(number)
            return getattr(text, form) or text.other or ""
        return text.text or text.model or ""

    def _variant(self, key: str, count: int, *, again: bool) -> int:
        """One of ``count``, never the last one again."""
        last = self._seen.get(key)
        if last is None or last >= count:
            choice = self._rng.randrange(count)
        elif again:
            choice = last
        else:
            choice = (last + self._rng.randrange(1, count)) % count
        self._seen[key] = choice
        return choice
