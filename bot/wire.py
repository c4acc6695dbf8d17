"""Events and effects as plain data, to be stored and taken out again."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

from dialogs.effect import Attempt, Complete, Effect, Offer, Say
from dialogs.event import Command, Event, Return, Sent, Tap, TooFast, Typed

_Value = TypeVar("_Value")

_EVENTS: dict[str, TypeAdapter[Event]] = {
    kind.__name__: TypeAdapter(kind) for kind in (Typed, Tap, Command, Sent, Return, TooFast)
}
_EFFECTS: dict[str, TypeAdapter[Effect]] = {
    kind.__name__: TypeAdapter(kind) for kind in (Say, Offer, Attempt, Complete)
}


def pack_event(event: Event) -> dict[str, Any]:
    """An event as JSON-able data."""
    return _pack(event, _EVENTS)


def unpack_event(data: dict[str, Any]) -> Event:
    """The event that was packed. Raises ValueError for anything else."""
    return _unpack(data, _EVENTS)


def pack_effect(effect: Effect) -> dict[str, Any]:
    """An effect as JSON-able data."""
    return _pack(effect, _EFFECTS)


def unpack_effect(data: dict[str, Any]) -> Effect:
    """The effect that was packed. Raises ValueError for anything else."""
    return _unpack(data, _EFFECTS)


def _pack(value: _Value, kinds: dict[str, TypeAdapter[_Value]]) -> dict[str, Any]:
    kind = type(value).__name__
    return {"type": kind, **kinds[kind].dump_python(value, mode="json")}


def _unpack(data: dict[str, Any], kinds: dict[str, TypeAdapter[_Value]]) -> _Value:
    rest = dict(data)
    kind = rest.pop("type", None)
    if kind not in kinds:
        raise ValueError(f"unknown kind {kind!r}")
    return kinds[kind].validate_python(rest)
