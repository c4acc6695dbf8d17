"""Checks of texts: markup, placeholders, plural forms and lengths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialogs.diagnostic import Diagnostic, nearest
from dialogs.material import Material
from dialogs.numbers import CARD_TEXTS, NUMBERS
from dialogs.script import PLURAL_FORMS, Script, Text
from dialogs.source import Path_, Source
from dialogs.text import TemplateError, placeholders, units
from dialogs.voice import plural_forms
from dialogs.walk import edges, texts

MESSAGE_UNITS = 4096  # what Telegram takes in one message, in UTF-16 units
LABEL_LENGTH = 60
MOST_BUTTONS = 8
NAME_ROOM = 40  # what a placeholder may grow to; longer ones are known by their limit


def check_wording(material: Material) -> Iterator[Diagnostic]:
    """Every text of the course."""
    room = _rooms(material)
    cards = dict.fromkeys(CARD_TEXTS, 1000)
    for script, source in material.scripts:
        decked = any(state.ask and state.ask.deck for state in script.states.values())
        known = {**room, **(cards if decked else {})}
        for path, text in texts(script):
            yield from _check_text(source, path, text, known, material.language)
        for path, template in _templates(script):
            yield from _check_template(source, path, template, known, MESSAGE_UNITS)
        yield from _check_buttons(script, source, known)
    for deck, source in material.decks:
        for name, card in deck.cards.items():
            for key in ("setting", "line", "model", "why"):
                yield from _check_template(source, ("cards", name, key), getattr(card, key), room, MESSAGE_UNITS)
    yield from _check_phrases(material, room)


def _rooms(material: Material) -> dict[str, int]:
    """Every placeholder that can be used anywhere, with the most characters it can become."""
    room = dict.fromkeys(NUMBERS, 10)
    if material.phrases:
        room.update(dict.fromkeys(("person", *material.phrases[0].names), NAME_ROOM))
    for script, _ in material.scripts:
        for state in script.states.values():
            if state.ask and state.ask.remember:
                room[state.ask.remember] = max(state.ask.limit, room.get(state.ask.remember, 0))
        for *_, edge in edges(script):
            for name, value in edge.remember.items():
                room[name] = max(len(value), room.get(name, 0))
    return room


def _templates(script: Script) -> Iterator[tuple[Path_, str]]:
    for name, state in script.states.items():
        if state.ask and state.ask.line:
            yield ("states", name, "ask", "line"), state.ask.line


def _check_text(source: Source, path: Path_, text: Text, known: dict[str, int], language: str) -> Iterator[Diagnostic]:
    for inside, template in text.templates.items():
        yield from _check_template(source, (*path, *inside), template, known, MESSAGE_UNITS)
    if text.plural:
        if text.plural not in NUMBERS:
            message = f"“{text.plural}” is not a number the coach counts."
            yield source.problem((*path, "plural"), "T001", message, nearest(text.plural, NUMBERS))
        having = {form for form in PLURAL_FORMS if getattr(text, form) is not None}
        for form in sorted(plural_forms(language) - having):
            message = f"The plural form “{form}” is missing."
            yield source.problem(path, "T002", message, f"Add a line “{form}: …”.")
        for form in sorted(having - plural_forms(language) - {"zero"}):
            message = f"This language has no plural form “{form}”."
            yield source.problem((*path, form), "T002", message, "Remove it.", key=True)


def _check_template(
    source: Source, path: Path_, template: str, known: dict[str, int], limit: int
) -> Iterator[Diagnostic]:
    try:
        names = placeholders(template)
    except TemplateError as error:
        yield source.problem(path, "T004", f"In this text {error}.", "See “Texts” in docs/authors.md.")
        return
    for name in sorted(names - set(known)):
        yield source.problem(path, "T001", f"Nothing is known as {{{name}}}.", nearest(name, known))
    longest = units(template) + sum(known.get(name, 0) for name in names)
    if longest > limit:
        message = f"This text can grow to {longest} UTF-16 units; {limit} fit."
        yield source.problem(path, "T003", message, "Shorten it, or make two of it.")


def _check_buttons(script: Script, source: Source, known: dict[str, int]) -> Iterator[Diagnostic]:
    for name, state in script.states.items():
        path: Path_ = ("states", name, "buttons")
        if len(state.buttons) > MOST_BUTTONS:
            message = f"{len(state.buttons)} buttons are too many to choose from."
            yield source.problem(path, "T005", message, f"Use at most {MOST_BUTTONS}.", key=True)
        first: dict[str, str] = {}
        for button, labels in state.buttons.items():
            for index, label in enumerate(labels):
                yield from _check_template(source, (*path, button, index), label.text, known, MESSAGE_UNITS)
                if len(label.text) > LABEL_LENGTH:
                    message = f"This label has {len(label.text)} characters."
                    yield source.problem((*path, button, index), "T003", message, f"Use at most {LABEL_LENGTH}.")
                if first.setdefault(label.text.casefold(), button) != button:
                    message = f"Two buttons are called “{label.text}”."
                    yield source.problem((*path, button, index), "T005", message, "Give one another label.")


def _check_phrases(material: Material, room: dict[str, int]) -> Iterator[Diagnostic]:
    if not material.phrases or not material.feedback:
        return
    phrases, source = material.phrases
    extra = {"title": 100, "limit": 10}
    for key in type(phrases).model_fields:
        if key not in ("names", "greetings", "also", "description", "short_description", "back", "private_only"):
            yield from _check_all(source, (key,), getattr(phrases, key), {**room, **extra}, material.language)
    feedback, source = material.feedback
    words = {**room, "words": 100, "feeling": 30}
    for group, fields in (("skills", ("hinted", "spelt_out", "missing")), ("pitfalls", ("change",))):
        for name, entry in getattr(feedback, group).items():
            for field in fields:
                texts = getattr(entry, field)
                yield from _check_all(source, (group, name, field), texts, words, material.language)
    for key in ("nothing", "misfit"):
        yield from _check_all(source, (key,), getattr(feedback, key), words, material.language)


def _check_all(
    source: Source, path: Path_, texts: Iterable[Text], known: dict[str, int], language: str
) -> Iterator[Diagnostic]:
    for index, text in enumerate(texts):
        yield from _check_text(source, (*path, index), text, known, language)
