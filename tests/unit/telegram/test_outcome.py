"""What becomes of a message hangs on what Telegram's error says."""

from __future__ import annotations

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.telegram.outcome import Verdict, kind, seconds, verdict
from bot.telegram.request import NotSentError, UnreadableAnswerError


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NotSentError("no connection"), Verdict.NOT_SENT),
        (TimedOut(), Verdict.UNCERTAIN),
        (NetworkError("Bad Gateway"), Verdict.UNCERTAIN),
        (UnreadableAnswerError(), Verdict.UNCERTAIN),
        (TelegramError("Internal Server Error"), Verdict.UNCERTAIN),
        (RetryAfter(3), Verdict.FLOOD),
        (Forbidden("Forbidden: bot was blocked by the user"), Verdict.UNREACHABLE),
        (BadRequest("Chat not found"), Verdict.UNREACHABLE),
        (BadRequest("Bad Request: user is deactivated"), Verdict.UNREACHABLE),
        (BadRequest("PEER_ID_INVALID"), Verdict.UNREACHABLE),
        (BadRequest("Message is not modified: the same"), Verdict.DONE),
        (BadRequest("Query is too old and response timeout expired"), Verdict.DONE),
        (BadRequest("Can't parse entities"), Verdict.REFUSED),
        (BadRequest("Message is too long"), Verdict.REFUSED),
    ],
    ids=str,
)
def test_what_an_error_says_about_a_message(error: TelegramError, expected: Verdict) -> None:
    assert verdict(error) is expected


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Can't parse entities: unexpected end of “I told her…”", "Can't parse entities"),
        ("Message is too long", "Message is too long"),
        ("x" * 4000, "x" * 100),
    ],
)
def test_what_is_kept_of_an_error_quotes_nobody(said: str, kept: str) -> None:
    assert kind(BadRequest(said)) == kept


def test_how_long_telegram_asks_us_to_wait() -> None:
    assert seconds(RetryAfter(7)) == 7.0
