"""One clock for everybody who asks for the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from unittest.mock import patch

from tests.unit.dialogs.support import NOON


class Clock:
    """Shows what it is set to."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def now(self, zone: tzinfo) -> datetime:
        """As of the class ``datetime``, in whose place it stands."""
        return self.time.astimezone(zone)

    def jump(self, by: timedelta) -> None:
        self.time += by

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """Also where no clock is handed in."""
        with patch("bot.desk.utc_now", self), patch("bot.store.inbox.datetime", self):
            yield
