"""What an error of Telegram's says about a message. Pure."""

from __future__ import annotations

from enum import Enum, auto

from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.telegram.request import NotSentError


class Verdict(Enum):
    """What became of a request that raised."""

    NOT_SENT = auto()
    """It never left: trying again is safe."""
    UNCERTAIN = auto()
    """It may have had its effect: a timeout, a connection that broke, an error of the server's."""
    FLOOD = auto()
    """Refused for now, with everything else that we send."""
    UNREACHABLE = auto()
    """They blocked the bot, or are gone."""
    REFUSED = auto()
    """Refused for good, as it stands."""
    DONE = auto()
    """Nothing to do any more."""


UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What python-telegram-bot raises when it cannot read the answer to a request that went through."""

_DONE = ("message is not modified", "query is too old")
_UNREACHABLE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")


def verdict(error: TelegramError) -> Verdict:
    """What ``error`` says. (BadRequest and TimedOut are NetworkErrors to python-telegram-bot: order matters.)"""
    text = error.message.lower()
    match error:
        case RetryAfter():
            return Verdict.FLOOD
        case Forbidden():
            return Verdict.UNREACHABLE
        case BadRequest() if any(words in text for words in _DONE):
            return Verdict.DONE
        case BadRequest() if any(words in text for words in _UNREACHABLE):
            return Verdict.UNREACHABLE
        case BadRequest():
            return Verdict.REFUSED
        case NotSentError():
            return Verdict.NOT_SENT
        case _:
            return Verdict.UNCERTAIN


def kind(error: TelegramError) -> str:
    """What kind of error, in Telegram's words, without details that may quote a message."""
    return error.message.partition(":")[0][:100]


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks us to wait."""
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
