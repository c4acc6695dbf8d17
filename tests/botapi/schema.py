"""Is a request what the published description of its method allows?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.botapi import facts
from tests.botapi.body import Upload
from tests.botapi.errors import BadRequest
from tests.botapi.text import units

FACTS = facts.load()
METHODS: dict[str, Any] = FACTS["methods"]
TYPES: dict[str, Any] = FACTS["types"]
PLAIN: dict[str, tuple[type, ...]] = {"Integer": (int,), "Float": (int, float), "String": (str,), "Boolean": (bool,)}


def read_params(method: str, params: Mapping[str, Any], *, textual: bool) -> dict[str, Any]:
    """The parameters with their proper types, or ``BadRequest``.

    ``textual`` says that they came in a form or a query, where everything is text.
    """
    fields = METHODS[method]
    typed = {
        name: _from_text(fields[name]["types"], value, name) if textual and name in fields else value
        for name, value in params.items()
    }
    check_fields(fields, typed, "")
    return typed


def check(kind: str, value: Any, path: str) -> None:
    """Refuse a value that is not of this type of the description."""
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            raise BadRequest(f"{path} must be an array")
        for index, item in enumerate(value):
            check(kind.removeprefix("Array of "), item, f"{path}[{index}]")
    elif kind in PLAIN:
        _check_plain(kind, value, path)
    elif kind == "InputFile":
        if not isinstance(value, Upload):
            raise BadRequest(f"{path} must be a file")
    else:
        _check_object(kind, value, path)


def check_fields(fields: Mapping[str, Any], given: Mapping[str, Any], path: str) -> None:
    """Refuse missing, unknown and wrong fields of an object or a request."""
    for name, field in fields.items():
        if field.get("required") and name not in given:
            raise BadRequest(f"{path}{name} is missing")
    for name, value in given.items():
        if name not in fields:
            raise BadRequest(f"{path}{name} is unknown")
        _check_field(fields[name], value, f"{path}{name}")


def _check_field(field: Mapping[str, Any], value: Any, path: str) -> None:
    _check_any(field["types"], value, path)
    if "values" in field and value not in field["values"]:
        raise BadRequest(f"{path} {value!r} is not one of {', '.join(field['values'])}")
    if "limit" in field:
        low, high, unit = field["limit"]
        size = _size(value, unit)
        if not low <= size <= high:
            raise BadRequest(f"{path} must be {low}-{high} {unit}, not {size}")


def _size(value: Any, unit: str) -> int:
    if isinstance(value, str):
        return len(value.encode()) if unit == "bytes" else units(value)
    return len(value) if isinstance(value, list) else int(value)


def _check_any(kinds: list[str], value: Any, path: str) -> None:
    """One of the types must fit; the complaint is about the one most alike."""
    complaints = {}
    for kind in kinds:
        try:
            return check(kind, value, path)
        except BadRequest as error:
            complaints[kind] = error
    raise complaints[max(kinds, key=lambda kind: _likeness(kind, value))]


def _likeness(kind: str, value: Any) -> int:
    """How much an object looks like this type: by what kind of object it says to be, then by its fields."""
    if not isinstance(value, dict):
        return 0
    fields = TYPES.get(kind, {}).get("fields", {})
    said = any(value.get(name) in fields.get(name, {}).get("values", ()) for name in ("type", "status"))
    return 100 * said + len(fields.keys() & value.keys())


def _check_plain(kind: str, value: Any, path: str) -> None:
    if not isinstance(value, PLAIN[kind]) or (isinstance(value, bool) and kind != "Boolean"):
        raise BadRequest(f"{path} must be of type {kind}")
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise BadRequest("strings must be encoded in UTF-8")


def _check_object(kind: str, value: Any, path: str) -> None:
    if not isinstance(value, dict):
        raise BadRequest(f"{path} must be an object of type {kind}")
    described = TYPES.get(kind)
    if described is None:  # only in what the server sends, where the rarest types are not described here
        return
    if "subtypes" in described:
        _check_any(described["subtypes"], value, path)
    else:
        check_fields(described["fields"], value, f"{path}.")


def _from_text(kinds: list[str], value: Any, path: str) -> Any:
    """A value of a form, turned into what its types ask for; what cannot be turned stays text and is refused."""
    if not isinstance(value, str):
        return value
    if "Integer" in kinds and value.removeprefix("-").isdecimal():
        return int(value)
    if "String" in kinds:
        return value
    if "Boolean" in kinds:
        return {"true": True, "false": False}.get(value, value)
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise BadRequest(f"can't parse {path} as JSON") from None
