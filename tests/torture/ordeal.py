"""The two ordeals: death at every commit and send, one after the other, and death at any moment under load.

In both, half of the people leave now and then and come back; the others are always there, and miss nothing.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

from tests.torture.check import Report, check
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
                _everybody_acts(trial, n)
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


def _everybody_acts(trial: Trial, n: int) -> None:
    """Everybody writes and presses; one of the two leaves after every third time, and is away in the next life, too."""
    leaver = trial.users[1]
    if trial.is_away(leaver) and n % 3 == 0:
        trial.come_back(leaver)
    for user in trial.users:
        if not trial.is_away(user):
            trial.say(user)
            trial.tap(user)
        trial.nudge(user)
    if not trial.is_away(leaver) and n % 3 == 1:
        trial.leave(leaver)
    trial.server.redeliver(3)


def _something_happens(trial: Trial) -> None:
    user = trial.chance.choice(trial.users)
    if trial.is_away(user):
        happening, odds = [trial.nudge, trial.come_back], [3, 1]
    else:
        leaves = user in trial.users[::2]
        happening = [trial.say, trial.tap, trial.nudge, lambda _: trial.disturb(), trial.leave]
        odds = [20, 6, 5, 3, leaves]
    trial.chance.choices(happening, odds)[0](user)
