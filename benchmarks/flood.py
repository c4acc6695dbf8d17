"""One learner sends 1,000 messages in ten seconds: how long do the others wait meanwhile?

``python -m benchmarks.flood`` runs the coach as a process with its usual settings, against the Bot API server of the
tests on this machine. Ten others ask for help every two seconds, first in peace and then during the flood; what
counts is the time from their message to its answer.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.botapi.pace import Pace
from tests.botapi.server import TOKEN, BotApiServer
from tests.botapi.user import FakeUser

SECONDS = 10
MESSAGES = 1000
OTHERS = 10
EVERY = 2.0


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as home, BotApiServer() as server:
        server.keep_pace(Pace(burst=8))  # Telegram allows short bursts, and does not say how long
        env = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "ATTUNE_TELEGRAM_TOKEN": TOKEN,
            "ATTUNE_TELEGRAM_API": server.url,
        }
        coach = subprocess.Popen([str(Path(sys.executable).with_name("attune")), "run"], env=env)
        others = [server.user(number) for number in range(2, 2 + OTHERS)]
        flooder = server.user(1)
        for user in (*others, flooder):
            user.ask("/start")
        time.sleep(SECONDS)  # the paces of all chats are full again
        peace = waits(others)
        time.sleep(SECONDS)
        flood = threading.Thread(target=send_all, args=(flooder,))
        flood.start()
        meanwhile = waits(others)
        flood.join()
        answered = len(flooder.messages)
        coach.send_signal(signal.SIGTERM)
        coach.wait(10)
    sys.stdout.write(f"{'':24}{'median':>10}{'p95':>10}{'worst':>10}\n")
    for name, found in (("in peace", peace), (f"during {MESSAGES} messages", meanwhile)):
        middle, late = statistics.median(found), statistics.quantiles(found, n=20)[-1]
        sys.stdout.write(f"{name:24}{middle:>8.3f} s{late:>8.3f} s{max(found):>8.3f} s\n")
    sys.stdout.write(f"answers to the one who flooded, so far: {answered}\n")


def send_all(user: FakeUser) -> None:
    """The flood."""
    began = time.monotonic()
    for number in range(MESSAGES):
        user.send(f"message {number}")
        time.sleep(max(0.0, began + (number + 1) * SECONDS / MESSAGES - time.monotonic()))


def waits(users: list[FakeUser]) -> list[float]:
    """Let everybody ask now and then; how long each answer took, in seconds."""
    found: list[float] = []

    def ask(user: FakeUser, delay: float) -> None:
        time.sleep(delay)
        for _ in range(int(SECONDS / EVERY)):
            began, more = time.monotonic(), len(user.messages) + 1
            user.send("/help")
            user.wait(lambda me, more=more: len(me.messages) >= more, timeout=60)
            found.append(time.monotonic() - began)
            time.sleep(max(0.0, EVERY - found[-1]))

    threads = [
        threading.Thread(target=ask, args=(user, EVERY * place / len(users))) for place, user in enumerate(users)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


if __name__ == "__main__":
    main()
