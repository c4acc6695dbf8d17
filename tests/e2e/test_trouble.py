"""What goes wrong delays, and loses nothing: the network, Telegram, the disk, the operator, and people in a hurry.

Most tests share one coach, as learners do: each has learners of its own, and nobody notices the others' trouble.
"""

from __future__ import annotations

import asyncio
import re
import resource
import signal
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager, suppress
from functools import partial
from operator import methodcaller
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot import app
from bot.settings import Settings
from bot.store import Cipher, Store
from bot.telegram import messenger, poller
from bot.wire import pack_event
from dialogs.event import Command
from tests.botapi.errors import BadRequest
from tests.botapi.faults import How
from tests.botapi.messages import NOT_MODIFIED
from tests.botapi.server import HOST, TOKEN, BotApiServer
from tests.botapi.user import FakeUser

from .home import Home
from .running import CHANNEL, SECRET, Running, text_of, until
from .scene import FAST, Scene, seen, times_told

ADULT, PARTNER, EXAMPLE = "Yes, I'm 18 or older", "My partner", "Show me an answer"
NAMED = f"{SECRET.capitalize()} comes to the door"
HELP, PRIVACY, SORRY, SLOW_DOWN = (
    "Somebody tells you something",
    "no outside service reads your words",
    "something broke on my side",
    "That was a lot at once",
)
UNREACHABLE, REACHABLE = "{} cannot be reached, trying again", "{} can be reached again"
UNREADABLE = BadRequest("can't parse entities: entity beyond the end")

METHODS = ("sendMessage", "editMessageReplyMarkup", "answerCallbackQuery", "getUpdates")
FAULTS: tuple[How, ...] = ("drop", "lost", "reset", "garble", "misshape", 500, 502, 401)

Trouble = Callable[[Running], AbstractContextManager[None]]


# ---------------------------------------------------------------------- one request goes wrong
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", METHODS)
def test_a_request_that_goes_wrong_costs_nobody_a_step(scene: Scene, method: str, fault: How) -> None:
    one, other = scene.learners(2)
    scene.server.fail_next(method, 1, fault)
    one.tap(one.keyboards[-1], ADULT)
    until(lambda: scene.saw(fault), "the trouble")
    other.send("/help")
    seen(other, HELP)
    one.wait(lambda me: PARTNER in str(me.keyboards))
    one.press(PARTNER)
    one.send(SECRET)
    seen(one, NAMED)
    assert times_told(other, HELP) == 1


# ---------------------------------------------------------------------- Telegram does not take a message
def test_what_is_refused_for_its_marks_arrives_without_them(scene: Scene) -> None:
    learner = scene.learner()
    learner.press(ADULT)
    learner.press(PARTNER)
    scene.server.fail_next("sendMessage", 1, UNREADABLE)
    [plain] = learner.ask(SECRET)
    [marked] = [request.params for request in scene.requests if request.fault == "400"]
    assert marked["entities"]
    assert "entities" not in plain
    assert plain["text"] == marked["text"]
    assert EXAMPLE in str(plain["reply_markup"])
    assert scene.letters(learner) == {}


def refused(scene: Scene, learner: FakeUser) -> None:
    """A learner gives a name, and Telegram refuses the answer in any form."""
    learner.press(ADULT)
    learner.press(PARTNER)
    scene.server.fail_next("sendMessage", 2, UNREADABLE)
    learner.send(SECRET)
    until(lambda: scene.letters(learner), "the dead letter")
    assert "a message is refused, see attune dead list" in scene.log


def test_a_refused_message_stops_no_other_and_waits_for_the_operator(scene: Scene) -> None:
    learner, other = scene.learners(2)
    refused(scene, learner)
    for who in (learner, other):
        who.send("/help")
        seen(who, HELP)

    [(named, words)] = scene.letters(learner).items()
    assert NAMED in words
    assert re.search(rf"^{named}\t.*\t{learner.id}\t", scene.dead("list"), re.MULTILINE)
    shown = scene.dead("show", named)
    assert "can't parse entities" in shown.casefold()
    assert NAMED not in shown
    assert NAMED in scene.dead("show", named, "--words")

    before = times_told(learner, NAMED)
    scene.dead("retry", named)
    seen(learner, NAMED, before + 1)
    assert not scene.letters(learner)


def test_a_refused_message_can_be_dropped(scene: Scene) -> None:
    learner = scene.learner()
    refused(scene, learner)
    [letter] = scene.letters(learner)
    scene.dead("drop", letter)
    assert not scene.letters(learner)
    assert NAMED in text_of(learner.ask("/help")), "nothing else is gone"


def test_a_refused_message_that_is_tried_again_has_its_buttons(scene: Scene) -> None:
    learner = scene.learner()
    refused(scene, learner)
    [letter] = scene.letters(learner)
    scene.coach.work(methodcaller("revive", letter))
    until(partial(scene.is_done, letter), f"the end of {letter}")
    assert times_told(learner, NAMED) == 1
    assert EXAMPLE in str(learner.keyboards)


@pytest.mark.parametrize("command", ["show", "retry", "drop"])
def test_a_dead_letter_that_is_not_there_is_one_line(scene: Scene, command: str) -> None:
    done = scene.coach.attune("dead", command, "message-999999")
    assert done.returncode == 1
    assert re.fullmatch("attune: There is no dead letter “message-999999”.*\n", done.stderr)


# ---------------------------------------------------------------------- a turn, or an update, that nobody can read
def test_a_turn_that_fails_is_one_apology_and_a_dead_letter(scene: Scene) -> None:
    learner, other = scene.learners(2)
    odd, number = {"type": "Nonsense", "text": SECRET}, learner.id
    scene.coach.work(lambda store: store.receive(CHANNEL, str(learner.id), odd, number))
    seen(learner, SORRY)
    assert other.press(ADULT)
    [letter] = scene.letters(learner)
    assert letter.startswith("turn-")
    assert re.search(rf"^{letter}\t.*\t{learner.id}\tValueError$", scene.dead("list"), re.MULTILINE)

    scene.dead("retry", letter)
    until(lambda: scene.log.count("turn failed") == 2, "the second try")
    assert "Who would you like" in text_of(learner.ask("1")), "the learner goes on from their place"
    assert times_told(learner, SORRY) == 1
    assert scene.letters(learner).keys() == {letter}


def test_who_is_asked_to_try_again_still_has_the_buttons_to_do_so(scene: Scene) -> None:
    learner = scene.learner()
    scene.coach.work(lambda store: store.receive(CHANNEL, str(learner.id), {"type": "Nonsense"}, learner.id))
    seen(learner, SORRY)
    assert ADULT in str(learner.keyboards)


@pytest.mark.parametrize("kind", ["not_yet_invented", "message"])
def test_an_update_that_cannot_be_read_is_set_aside(scene: Scene, kind: str) -> None:
    learner = scene.learner()
    before = scene.letters().keys()
    learner.raw(kind, {"odd": [SECRET]})
    assert learner.press(ADULT)
    [letter] = scene.letters().keys() - before
    assert letter.startswith("update-")
    again = scene.coach.attune("dead", "retry", letter)
    assert (again.returncode, again.stdout) == (1, "")
    assert re.fullmatch(f"attune: This version cannot read {letter} either.*\n", again.stderr)


# ---------------------------------------------------------------------- what is stored cannot be read
def damage_place(coach: Running, learner: FakeUser) -> None:
    """A bad sector, in the middle of what is kept of one learner."""
    theirs = "learner_id = (SELECT id FROM learner WHERE external_id = ?)"
    with closing(sqlite3.connect(coach.database, timeout=10)) as database, database:
        database.execute(f"UPDATE session SET payload = substr(payload, 2) WHERE {theirs}", (str(learner.id),))  # noqa: S608


def test_a_place_that_is_damaged_holds_up_one_learner_until_the_operator_lets_them_begin_anew(
    running: Callable[..., Scene],
) -> None:
    with BotApiServer() as server:
        scene = running(server)
        learner, other = scene.learners(2)
        damage_place(scene.coach, learner)
        learner.send(SECRET)
        seen(learner, SORRY)
        assert other.press(ADULT)
        assert scene.coach.stop() == 0
        scene.coach.start()
        assert other.press(PARTNER), "the next start finds the key right"
        [letter] = scene.letters(learner)
        assert re.search(rf"^{letter}\t.*\t{learner.id}\tDamagedError$", scene.dead("list"), re.MULTILINE)
        assert SECRET not in scene.dead("show", letter)
        scene.dead("drop", letter)
        learner.send("/start")
        seen(learner, "18 or older?", 2)
        assert times_told(learner, SORRY) == 1


def test_a_coach_that_meets_a_key_it_does_not_have_says_so_and_gives_up_nothing(running: Callable[..., Scene]) -> None:
    """Somebody has changed the key, and not told the coach that runs."""
    with BotApiServer() as server:
        scene = running(server)
        learner = scene.learner()
        [right] = scene.coach.home.path.rglob("secret.key")
        both = f"{Fernet.generate_key().decode()},{right.read_text()}"
        event = pack_event(Command("help"))

        async def write() -> None:
            async with Store(scene.coach.url, Cipher(both, "the test"), patient=True) as store:
                await store.receive(CHANNEL, str(learner.id), event)

        asyncio.run(write())
        until(lambda: not scene.coach.is_alive(), "the end")
        assert scene.coach.process.returncode == 1
        assert scene.log.count("attune: What is stored cannot be read with the key in the file") == 1
        assert times_told(learner, SORRY) == 0
        scene.coach.env["ATTUNE_SECRET_KEY"] = both
        scene.coach.start()
        seen(learner, HELP)
        assert scene.coach.attune("dead", "list").stdout == "There are none.\n"


# ---------------------------------------------------------------------- Telegram asks for silence
def test_when_telegram_asks_for_silence_everybody_waits(scene: Scene) -> None:
    learners = scene.learners(2)
    scene.server.flood_next(1, retry_after=1)
    for learner in learners:  # the second while there is silence already
        learner.send("/help")
        until(lambda: 429 in [request.status for request in scene.requests])
    for learner in learners:
        seen(learner, HELP)
    [flooded] = [request for request in scene.requests if request.status == 429]
    sent = [request.at for request in scene.requests if request.method in METHODS[:2] and request.at > flooded.at]
    assert min(sent) >= flooded.at + 1


# ---------------------------------------------------------------------- somebody stops the bot
def refuse(scene: Scene, learner: FakeUser) -> None:
    """They stopped the bot, and its next message is the first to hear of it."""
    scene.server.fail_next("sendMessage", 1, 403)
    learner.send("/help")


@pytest.mark.parametrize("back", [lambda who: who.send("/start"), FakeUser.unblock], ids=["start", "my_chat_member"])
@pytest.mark.parametrize("block", [refuse, lambda _, who: who.block()], ids=["403", "my_chat_member"])
def test_who_stopped_the_bot_hears_nothing_until_they_are_back(
    scene: Scene, block: Callable[[Scene, FakeUser], None], back: Callable[[FakeUser], None]
) -> None:
    learner = scene.learner()
    block(scene, learner)
    until(lambda: scene.is_blocked(learner), "the block")
    asked = len(scene.server.requests_to("sendMessage", learner.id))
    assert not scene.coach.nudge(learner, f"while blocked {learner.id}")
    back(learner)
    until(lambda: not scene.is_blocked(learner), "the way back")
    assert scene.coach.nudge(learner, f"once back {learner.id}")
    seen(learner, f"once back {learner.id}")
    heard = [request.params["text"] for request in scene.server.requests_to("sendMessage", learner.id)[asked:]]
    assert [text for text in heard if "while blocked" in text or HELP in text] == []


# ---------------------------------------------------------------------- no trouble at all
@pytest.mark.parametrize(
    ("method", "too_late"),
    [
        ("editMessageReplyMarkup", lambda it: it.fail_next("editMessageReplyMarkup", 1, BadRequest(NOT_MODIFIED))),
        ("answerCallbackQuery", lambda it: it.expire_taps(coming=1)),
    ],
)
def test_what_is_done_already_is_no_trouble(
    scene: Scene, method: str, too_late: Callable[[BotApiServer], None]
) -> None:
    learner = scene.learner()
    too_late(scene.server)
    learner.press(ADULT)
    learner.send("/help")
    seen(learner, HELP)
    assert [request.status for request in scene.requests if request.method == method].count(400) == 1
    assert "tried again" not in scene.log
    assert not re.search("level=(warning|error)", scene.log)


# ---------------------------------------------------------------------- nudges: once at most
def test_a_nudge_that_may_have_arrived_is_not_sent_again(scene: Scene) -> None:
    learners = scene.learners(len(FAULTS))
    nudges = {f"nudge of {learner.id}": learner for learner in learners}
    for fault in FAULTS:
        scene.server.fail_next("sendMessage", 1, fault)
    for text, learner in nudges.items():
        assert scene.coach.nudge(learner, text)
    for text in nudges:
        until(partial(scene.is_given_up, text), f"the end of {text}")
    for text, learner in nudges.items():
        learner.send("/help")
        seen(learner, HELP)
        sent = scene.server.requests_to("sendMessage", learner.id)
        assert len([request for request in sent if request.params["text"] == text]) == 1
    assert all(scene.saw(fault) for fault in FAULTS)


def test_a_nudge_that_never_left_is_sent_when_telegram_is_back(scene: Scene) -> None:
    learner = scene.learner()
    before, meanwhile = f"before {learner.id}", f"meanwhile {learner.id}"
    assert scene.coach.nudge(learner, before)
    seen(learner, before)
    with scene.server.out_of_reach():
        assert scene.coach.nudge(learner, meanwhile)
        until(lambda: "because=NOT_SENT" in scene.log, "a try")
    seen(learner, meanwhile)
    learner.send("/help")
    seen(learner, HELP)
    assert times_told(learner, meanwhile) == 1


# ---------------------------------------------------------------------- no network
def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def test_a_coach_that_starts_without_network_begins_when_there_is_one(running: Callable[..., Scene]) -> None:
    server = BotApiServer(port=free_port())
    scene = running(server)
    until(lambda: UNREACHABLE.format("Telegram") in scene.log)
    time.sleep(0.5)  # another try or two
    assert len(scene.log.splitlines()) == 1
    with server:
        scene.learner()
        assert scene.log.count(UNREACHABLE.format("Telegram")) == 1
        assert scene.log.count(REACHABLE.format("Telegram")) == 1


def test_a_coach_that_waits_for_the_network_leaves_at_once(running: Callable[..., Scene]) -> None:
    coach = running(BotApiServer(port=free_port())).coach
    until(lambda: UNREACHABLE.format("Telegram") in coach.log.read_text())
    coach.process.send_signal(signal.SIGTERM)
    assert coach.process.wait(2) == 0


@pytest.fixture
def short_of_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A poll is held for a second, and the coach looks twice meanwhile: as in earnest, only faster."""
    monkeypatch.setattr(poller, "HOLD", 1)
    monkeypatch.setattr(messenger, "WATCH", 0.6)
    monkeypatch.setattr(messenger, "SILENCE", 2.0)


@asynccontextmanager
async def within(server: BotApiServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeUser]:
    """A coach in this process, whose next poll stays silent; and its learner."""
    monkeypatch.setenv("HOME", str(home))
    settings = Settings(database_url=f"sqlite:///{home}/attune.db", telegram_api=server.url)
    coach = asyncio.create_task(app.run(settings, None, TOKEN))
    learner = server.user(7)
    await asyncio.to_thread(learner.ask, "/start")
    server.fail_next("getUpdates", 1, "stall")
    await asyncio.to_thread(until, lambda: server.requests[-1].fault == "stall")
    try:
        yield learner
    finally:
        coach.cancel()
        await asyncio.gather(coach, return_exceptions=True)


@pytest.mark.usefixtures("short_of_patience")
async def test_a_poll_that_stays_silent_is_noticed(
    server: BotApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A firewall that has forgotten a connection: nothing comes, and nobody says so."""
    async with within(server, tmp_path, monkeypatch) as learner:
        silent = server.requests[-1]
        await asyncio.to_thread(learner.ask, "/help")
    assert silent.abandoned
    assert "nothing heard from Telegram" in capfd.readouterr().err


@pytest.mark.usefixtures("short_of_patience")
async def test_polls_that_nobody_writes_to_are_not_taken_for_silence(
    server: BotApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async with within(server, tmp_path, monkeypatch):
        await asyncio.sleep(5)
    log = capfd.readouterr().err
    assert log.count("nothing heard from Telegram") == 1
    assert REACHABLE.format("Telegram") in log


# ---------------------------------------------------------------------- told to stop
def test_answers_that_wait_for_telegrams_pace_wait_for_the_next_start(running: Callable[..., Scene]) -> None:
    with BotApiServer() as server:
        scene = running(server, ATTUNE_TELEGRAM_CHAT_RATE="1", ATTUNE_TELEGRAM_CHAT_BURST="1")
        learner = scene.learner()
        for command in ("/help", "/privacy") * 5:
            learner.send(command)
        seen(learner, HELP)
        assert scene.coach.stop() == 0
        assert times_told(learner, HELP) < 5
        scene.coach.env |= {**FAST, "ATTUNE_TELEGRAM_CHAT_BURST": "30"}
        scene.coach.start()
        seen(learner, PRIVACY, 5)
        answers = [message["text"] for message in learner.messages[1:]]
        assert [HELP in text for text in answers] == [True, False] * 5
        assert times_told(learner, PRIVACY) == 5


def test_a_message_that_telegram_does_not_answer_waits_for_the_next_start(running: Callable[..., Scene]) -> None:
    with BotApiServer() as server:
        scene = running(server)
        learner = scene.learner()
        server.fail_next("sendMessage", 1, "stall")
        learner.send("/help")
        until(lambda: scene.saw("stall"))
        assert scene.coach.stop() == 0
        scene.coach.start()
        seen(learner, HELP)
        learner.ask("/privacy")
        assert times_told(learner, HELP) == 1


def test_a_coach_that_telegram_does_not_answer_at_its_start_leaves_in_time(running: Callable[..., Scene]) -> None:
    with BotApiServer() as server:
        server.fail_next("getMe", 1, "stall")
        scene = running(server)
        until(lambda: scene.saw("stall"))
        assert scene.coach.stop() == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_coach_that_waits_to_begin_behind_somebody_who_writes_leaves_in_time(
    running: Callable[..., Scene], how: signal.Signals
) -> None:
    with BotApiServer() as server:
        scene = running(server)
        learner = scene.learner()
        assert scene.coach.stop() == 0
        with locked_database(scene.coach):
            scene.coach.start()
            until(lambda: has_open(scene.coach), "a look at the database")
            scene.coach.process.send_signal(how)
            assert scene.coach.process.wait(5) == 0
        scene.coach.start()
        assert learner.press(ADULT)


def has_open(coach: Running) -> bool:
    """Does it use its database?"""
    with suppress(FileNotFoundError):  # a file may be closed while we look
        files = [file.readlink() for file in Path(f"/proc/{coach.process.pid}/fd").iterdir()]
        return coach.database in files
    return False


# ---------------------------------------------------------------------- the disk
@contextmanager
def full_disk(coach: Running, size: int = 8192) -> Iterator[None]:
    """No file of the coach's grows beyond ``size`` bytes: a disk that is full, or a quota that is used up."""
    process = coach.process.pid
    _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it has left
            resource.prlimit(process, resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def locked_database(coach: Running) -> Iterator[None]:
    """Somebody else writes: a backup, or an administrator who went for lunch in the middle of a transaction."""
    with closing(sqlite3.connect(coach.database, timeout=10, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.parametrize("trouble", [full_disk, locked_database])
def test_what_cannot_be_written_now_is_answered_later(running: Callable[..., Scene], trouble: Trouble) -> None:
    with BotApiServer() as server:
        scene = running(server)
        one, other = scene.learners(2)
        with trouble(scene.coach):
            one.send("/help")
            other.send("/privacy")
            until(lambda: UNREACHABLE.format("The database") in scene.log)
            one.send("/privacy")
            time.sleep(2)  # another try or two
            assert len(re.findall("level=(warning|error)", scene.log)) == 1
        for learner in (one, other):
            seen(learner, PRIVACY)
            learner.ask("/progress")
        assert [times_told(one, HELP), times_told(one, PRIVACY), times_told(other, PRIVACY)] == [1, 1, 1]
        assert scene.log.count(REACHABLE.format("The database")) == 1


def test_a_coach_that_cannot_write_leaves_in_time(running: Callable[..., Scene]) -> None:
    with BotApiServer() as server:
        scene = running(server)
        learner = scene.learner()
        with locked_database(scene.coach):
            learner.send("/help")
            until(lambda: UNREACHABLE.format("The database") in scene.log)
            assert scene.coach.stop() == 0
        scene.coach.start()
        seen(learner, HELP)


def test_a_disk_that_has_no_room_for_the_log_either_ends_nothing(running: Callable[..., Scene]) -> None:
    with BotApiServer() as server:
        scene = running(server)
        learner = scene.learner()
        with full_disk(scene.coach, size=1):
            learner.send("/help")
            time.sleep(0.5)
        seen(learner, HELP)


# ---------------------------------------------------------------------- people in a hurry
class Clock:
    """Telegram's clock, which stands still until it is moved on."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def test_who_sends_too_much_at_once_is_told_so_once(running: Callable[..., Scene]) -> None:
    clock = Clock()
    with BotApiServer(clock=clock) as server:
        scene = running(server, ATTUNE_LEARNER_BURST="5", **FAST)
        hasty, other = scene.learners(2)
        clock.now += 60
        for _ in range(40):
            hasty.send("/help")
        assert other.ask("/help")
        seen(hasty, SLOW_DOWN)
        clock.now += 60
        hasty.send("/privacy")
        seen(hasty, PRIVACY)
        assert (times_told(hasty, HELP), times_told(hasty, SLOW_DOWN)) == (5, 1)


def test_only_so_much_of_one_learner_waits(running: Callable[..., Scene]) -> None:
    with BotApiServer() as server:
        scene = running(server, ATTUNE_LEARNER_INBOX="3")
        hasty, other = scene.learners(2)
        assert scene.coach.stop() == 0
        for _ in range(40):
            hasty.send("/help")
        other.send("/help")
        scene.coach.start()
        seen(other, HELP)
        seen(hasty, SLOW_DOWN)
        hasty.send("/privacy")
        seen(hasty, PRIVACY)
        assert (times_told(hasty, HELP), times_told(hasty, SLOW_DOWN)) == (3, 1)


# ---------------------------------------------------------------------- two of them
def test_a_second_coach_on_the_same_database_is_refused_wherever_it_lives(scene: Scene, home: Home) -> None:
    scene.learner()
    second = home.run("run", env={**scene.coach.env, "HOME": str(home.path), "ATTUNE_DATABASE_URL": scene.coach.url})
    assert second.returncode == 1
    assert re.fullmatch("attune: The coach runs for this bot already.*\n", second.stderr)
