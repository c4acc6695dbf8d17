"""Structured logs on standard error. They carry no text, no names and no token."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

from bot.trace import trace

STANDARD_ERROR = 2

log = structlog.get_logger()


class _Lines:
    """Standard error, unbuffered; a line that cannot be written, as on a full disk, is left out."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            os.write(STANDARD_ERROR, text.encode("utf-8", "replace"))
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""


def configure_log(level: str) -> None:
    """Log from ``level`` on (debug, info, warning, error), a line an event."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Lines())),
        cache_logger_on_first_use=False,
    )


def log_stray(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error that nobody waited for; the loop's own way would show its text, which may quote a learner."""
    error = context.get("exception")
    log.error("something failed by itself", why=trace(error) if error else context["message"])
