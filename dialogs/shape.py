"""From plain data to a typed model; what does not fit becomes diagnostics at the right line."""

from __future__ import annotations

import re
import typing
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dialogs.diagnostic import Diagnostic, nearest
from dialogs.source import Path_, Source

Shape = TypeVar("Shape", bound=BaseModel)


def shaped(model: type[Shape], source: Source, problems: list[Diagnostic]) -> Shape | None:
    """The model filled from ``source``, or None with every misfit added to ``problems``."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        known = _keys(model)
        found = {_diagnostic(source, detail, known) for detail in error.errors()}
        problems.extend(sorted(found))
        return None


def _keys(model: type[BaseModel]) -> set[str]:
    """Every key of a model and of the models inside it."""
    keys: set[str] = set()
    waiting, done = [typing.cast(Any, model)], set()
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in done:
            done.add(kind)
            for name, field in kind.model_fields.items():
                keys.add(field.alias or name)
                waiting.append(field.annotation)
        waiting.extend(typing.get_args(kind))
    return keys


def _diagnostic(source: Source, detail: ErrorDetails, known: set[str]) -> Diagnostic:
    loc: Path_ = tuple(part for part in detail["loc"] if part != "[key]")
    name = str(loc[-1]) if loc else "the file"
    at_key = detail["type"] == "extra_forbidden" or "[key]" in detail["loc"]
    code, message, fix = _words(detail, name, known)
    return source.problem(loc, code, message, fix, key=at_key)


def _words(detail: ErrorDetails, name: str, known: set[str]) -> tuple[str, str, str]:
    kind, ctx = detail["type"], detail.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return "S001", f"“{name}” is not a key that can stand here.", nearest(name, known)
        case "missing":
            return "S002", f"“{name}” is missing.", f"Add a line “{name}: …”."
        case "value_error":
            return "S004", f"{_sentence(str(ctx['error']))}.", "See docs/authors.md."
        case "literal_error":
            allowed = re.findall(r"'([^']+)'", str(ctx["expected"])) or [str(ctx["expected"])]
            return (
                "S003",
                f"“{detail['input']}” does not fit “{name}”.",
                nearest(str(detail["input"]), allowed),
            )
        case "string_pattern_mismatch":
            return (
                "S003",
                f"“{detail['input']}” is not a name.",
                "Use small letters, digits and _, a letter first.",
            )
        case "string_too_short" | "too_short":
            return "S003", f"“{name}” is empty or too short.", "Write more, or leave the key out."
        case "string_too_long" | "too_long":
            return "S003", f"“{name}” is too long.", f"At most {ctx.get('max_length')}."
        case "string_type":
            return (
                "S003",
                f"“{name}” must be a text.",
                "If it is a number or a word like true, put it in quotes.",
            )
        case "model_type" | "dict_type":
            return (
                "S003",
                f"“{name}” cannot be {_shown(detail['input'])}.",
                "Write “key: value” lines under it.",
            )
        case _:
            return "S003", f"“{name}”: {detail['msg'].lower()}.", "See docs/authors.md."


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _shown(value: object) -> str:
    return "empty" if value is None else f"“{value}”" if isinstance(value, (str, int, float)) else "a list"
