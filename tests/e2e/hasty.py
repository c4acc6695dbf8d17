"""``attune``, but hardly a pause between two tries: for tests of what comes of them, and not of how long it takes."""

from bot import cli
from bot.telegram import messenger, sender
from bot.trouble import Trouble

PAUSE = 0.05  # seconds
SWEEP = 0.2

if __name__ == "__main__":
    sender.FIRST_PAUSE = PAUSE
    Trouble.wait.__defaults__ = (PAUSE,)
    messenger.SWEEP = SWEEP
    cli.main()
