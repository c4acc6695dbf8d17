"""Whatever is stored comes out again as it went in."""

from __future__ import annotations

import json

import pytest

from bot.wire import pack_effect, pack_event, unpack_effect, unpack_event
from dialogs.effect import Attempt, Button, Complete, Effect, Offer, Say
from dialogs.event import Command, Event, Return, Sent, Tap, Typed
from dialogs.text import Mark


@pytest.mark.parametrize("event", [Typed("hé 🙂"), Tap(3, 1), Command("start", "listen"), Sent("sticker"), Return()])
def test_events(event: Event) -> None:
    assert unpack_event(json.loads(json.dumps(pack_event(event)))) == event


@pytest.mark.parametrize(
    "effect",
    [
        Say("x", "feedback", (Mark(0, 1, "listen"),)),
        Offer(2, (Button("a", "Yes"),)),
        Attempt("s", "t", None, 1, ("listen",), ()),
        Complete("s", 1),
    ],
)
def test_effects(effect: Effect) -> None:
    assert unpack_effect(json.loads(json.dumps(pack_effect(effect)))) == effect


def test_anything_else_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        unpack_event({"type": "Say", "text": "x"})
