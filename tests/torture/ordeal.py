"""The two ordeals: death at every commit and send, one after the other, and death at any moment under load."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

from tests.torture.history import Report, check
from tests.torture.trial import ODDS, Trial

PLACES = ("commit", "send")
MOST_PLACES = 1000
"""No life passes so many."""


def die_everywhere(folder: Path, seed: int, only: Collection[int] | None = None) -> Report:
    """One life after the other dies at its n-th commit or send, until one has nothing left to die of.

    ``only`` tries these n and no others.
    """
    with Trial(folder, seed, people=2) as trial:
        trial.live()
        trial.open()
        trial.stop()
        for kind in PLACES:
            for n in only or range(1, MOST_PLACES):
                for user in trial.users:
                    trial.say(user)
                trial.nudge(trial.users[n % 2])
                trial.server.redeliver(3)
                trial.live(kind, n)
                if not trial.await_death() and only is None:
                    break
        return check(trial.finish())


def die_anytime(folder: Path, seed: int, kills: int) -> Report:
    """Killed again and again at random moments, while people write, press and get nudges, and Telegram lies."""
    with Trial(folder, seed) as trial:
        trial.live()
        trial.open()
        trial.stop()
        trial.server.storm(trial.chance, ODDS)
        for _ in range(kills):
            trial.live()
            until = time.monotonic() + trial.chance.uniform(0.1, 0.8)
            while time.monotonic() < until:
                _something_happens(trial)
                time.sleep(trial.chance.uniform(0, 0.03))
            trial.kill()
        return check(trial.finish())


def _something_happens(trial: Trial) -> None:
    user = trial.chance.choice(trial.users)
    happening = trial.chance.choices([trial.say, trial.tap, trial.nudge, lambda _: trial.disturb()], [20, 3, 5, 3])[0]
    happening(user)
