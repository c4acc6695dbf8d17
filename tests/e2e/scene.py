"""A coach among learners, who each know nothing of the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.botapi.faults import How
from tests.botapi.server import TOKEN, BotApiServer, Request
from tests.botapi.user import FakeUser

from .running import SECRET, Running, text_of

FAST = {"ATTUNE_TELEGRAM_CHAT_RATE": "30"}


class Scene:
    """A coach, its learners, and what was logged and asked for since the test began."""

    def __init__(self, server: BotApiServer, coach: Running, numbers: Iterator[int]) -> None:
        self.server, self.coach = server, coach
        self._numbers = numbers
        self._logged = coach.log.stat().st_size
        self._asked = len(server.requests)

    # ------------------------------------------------------------------ learners
    def newcomer(self) -> FakeUser:
        """Somebody who has not said anything yet."""
        return self.server.user(next(self._numbers))

    def learners(self, n: int) -> list[FakeUser]:
        """New ones, who have been asked how old they are."""
        new = [self.newcomer() for _ in range(n)]
        for learner in new:
            learner.send("/start")
        for learner in new:
            learner.wait(lambda me: bool(me.keyboards))
        return new

    def learner(self) -> FakeUser:
        """One of them."""
        return self.learners(1)[0]

    # ------------------------------------------------------------------ seeing
    @property
    def log(self) -> str:
        return self.coach.log.read_bytes()[self._logged :].decode()

    @property
    def requests(self) -> list[Request]:
        return self.server.requests[self._asked :]

    def saw(self, fault: How) -> bool:
        """Has this trouble been met?"""
        return str(fault) in [request.fault for request in self.requests]

    def letters(self, of: FakeUser | None = None) -> dict[str, str]:
        """The dead letters of a learner, or of nobody: id and words."""
        all_of_them = self.coach.work(lambda store: store.dead_letters())
        who = str(of.id) if of else None
        return {letter.id: str(letter.payload) for letter in all_of_them if letter.external_id == who}

    def dead(self, *words: str) -> str:
        """What ``attune dead`` tells the operator."""
        done = self.coach.attune("dead", *words)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def is_blocked(self, learner: FakeUser) -> bool:
        question = "SELECT blocked_at IS NOT NULL FROM learner WHERE external_id = ?"
        return self.coach.look_up(question, str(learner.id)) == [1]

    def is_done(self, message: str) -> bool:
        """Does a dead letter that was tried again wait no longer?"""
        number = message.removeprefix("message-")
        return self.coach.look_up("SELECT done_at IS NOT NULL FROM outbox WHERE id = ?", number) == [1]

    def is_given_up(self, nudge: str) -> bool:
        """Does nobody know what became of a nudge?"""
        return self.coach.look_up("SELECT outcome FROM outbox WHERE key = ?", nudge) == ["unknown"]

    def check(self) -> None:
        """The coach lives or has left as told; it has said nothing it must not, and made no mistake."""
        assert self.coach.process.poll() in {None, 0}, self.log
        assert self.server.violations == []
        for hidden in ("Traceback", TOKEN, SECRET):
            assert hidden.casefold() not in self.log.casefold()


@contextmanager
def leaving(coach: Running) -> Iterator[None]:
    """Whatever happens, a coach that runs is not left behind."""
    try:
        yield
    finally:
        if coach.is_alive():
            coach.kill()


def seen(learner: FakeUser, words: str, times: int = 1) -> None:
    """Wait until a learner has been told something."""
    learner.wait(lambda me: times_told(me, words) >= times)


def times_told(learner: FakeUser, words: str) -> int:
    return text_of(learner.messages).count(words)
