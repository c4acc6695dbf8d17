"""Structured logs on standard error. They carry no text, no names and no token."""

from __future__ import annotations

import logging
import sys

import structlog


def configure_log(level: str) -> None:
    """Log from ``level`` on (debug, info, warning, error), a line an event."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
