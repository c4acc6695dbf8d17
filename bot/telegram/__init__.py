"""The coach on Telegram."""

import os

# PTB gives spans of time as timedelta, its coming default, instead of a deprecated number
os.environ.setdefault("PTB_TIMEDELTA", "1")

from bot.telegram.limit import Limit
from bot.telegram.messenger import Desk, Messenger, MessengerError, Pacing
from bot.telegram.profile import Profile
from bot.telegram.update import Act, understand

__all__ = ["Act", "Desk", "Limit", "Messenger", "MessengerError", "Pacing", "Profile", "understand"]
