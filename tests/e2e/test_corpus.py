"""People send anything. Whatever it is gets one answer or silence, and the conversation goes on from its place."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import count
from typing import Any

import pytest

from tests.botapi.schema import FACTS, TYPES
from tests.botapi.server import TOKEN, BotApiServer
from tests.botapi.text import covered, with_commands
from tests.botapi.user import FakeUser

from .home import ATTUNE, Home

Json = dict[str, Any]

# Places are named by the first button that is shown there.
NEW, NAME, MENU, LESSON = "Yes, I'm 18 or older", "Skip", "Listen", "Show me one"
NAMED, PRAISED, PLAN, DONE = (
    "Show me an answer",
    "Another one",
    "When they talk to me, I'll put my phone away",
    "✓ Listen",
)
TO_NAME = ("/start", "1", "1")
TO_MENU = (*TO_NAME, "Sam", NAMED)
TO_LESSON = (*TO_MENU, "Listen", "Show me", "I see the difference", "3")
WAYS = {
    NEW: (),
    NAME: TO_NAME,
    MENU: TO_MENU,
    LESSON: TO_LESSON,
    PLAN: (*TO_LESSON, LESSON, PRAISED, LESSON, "Take it into today"),
}
EVERYWHERE = (NEW, NAME, MENU, LESSON)
"""Nothing said yet, asked for a name, among buttons, and in a lesson that waits for a reply."""

GOOD = "So you cooked for eight, and only three came?"
HELP = "/practice: somebody says something"
HEARD = ("message", "callback_query", "my_chat_member")
GROUP = {"id": -99, "type": "supergroup", "title": "Us"}
ENOUGH = 60  # messages in a chat, after which somebody else comes
SHORT = 100  # characters that leave room for a reply beside them


def names(words: str) -> list[str]:
    """Names, written one after the other."""
    return words.split()


# ---------------------------------------------------------------------- the corpus
ODD = {
    "emoji": "🦊🫶🏽👩‍👩‍👧‍👦",
    "astral": "😭" * 4096,
    "right-to-left": "\u202eשלום hello\u202d\u2066",
    "one-word": "a" * 4096,
    "many-lines": "\n\n" + "line\n" * 500,
    "zalgo": "h\u0300\u0301\u0302e\u0303\u0304l\u0305p",
    "flood-of-marks": "o" + "\u0301" * 2000,
    "marks-only": "\u0301\u0489\u20dd",
    "nul": "a\x00b\x00",
    "control": "a\x07\x1b[31mb\x7f\x9b\u2028c",
    "lone-surrogates": "a\ud800b\udfff",
    "swapped-surrogates": "\ude00\ud83d so",
    "noncharacters": "a\uffff\ufdd0\U0010ffff\ue000",
    "markdown": "*b _i_ [l](http://x.example) `c` ||s|| > q \\ #",
    "html": "<b>x</i> &amp; <script>alert(1)</script> &#0;",
    "template": "{partner} {{x}} {0} %s %(a)s ${HOME} *",
    "sql": "'; SELECT * FROM learner; --",
    "json": '{"type": "Tap", "epoch": 1, "index": 0}',
    "addresses": "tg://user?id=1 @attune_test_bot https://x.example",
    "slash": "/",
    "slashes": "//",
    "slash-apart": "/ start",
    "command-later": "a /start b",
    "as-long-as-a-reply": "really " * 140,
    "brackets": "([{" * 300,
    "digits": "١ ¹ ① 一 -1 1e9 0x1",
}
"""Words, as far as anybody can tell."""

UNSEEN = {
    "blanks": "   \t ",
    "newlines": "\n\n\n",
    "odd-blanks": "\u00a0\u2003\u3000\u2028\u2029\u0085",
    "control-only": "\x00\x01\x02\x7f",
    "zero-width-only": "\u200b\u200c\u200d\u2060\ufeff",
    "bidi-only": "\u202e\u2066\u2069\u200f",
    "surrogates-only": "\ud800\ud800",
}
"""Nothing that anybody could see."""

BESIDE_WORDS = {name: text for name, text in {**ODD, **UNSEEN}.items() if len(text) <= SHORT}

STARTS = {
    "upper-case": "/START",
    "path": "/start ../../etc/passwd",
    "sql": "/start ' OR 1=1",
    "64": "/start " + "x" * 64,
    "5000": "/start " + "x" * 5000,
    "emoji": "/start 🦊",
    "nul": "/start \x00",
    "surrogate": "/start \ud800",
    "no-such-lesson": "/start no_such_lesson",
    "a-part": "/start plan",
    "itself": "/start onboarding",
    "blanks": "/start \n\t ",
    "addressed": "/start@ATTUNE_TEST_BOT x",
}
"""Beginnings, with links that lead nowhere."""

MEDIA = names(
    "animation audio checklist contact dice document game live_photo location paid_media photo poll rich_message "
    "sticker story venue video video_note voice"
)
"""What a person can send instead of a text."""

BESIDE = names(
    "author_signature direct_messages_topic effect_id external_reply has_protected_content is_from_offline "
    "is_topic_message link_preview_options media_group_id message_thread_id paid_star_count quote "
    "reply_to_checklist_task_id reply_to_message reply_to_poll_option_id reply_to_story sender_boost_count via_bot"
)
"""What can come along with a text."""

AROUND = names(
    "message_id from sender_chat sender_business_bot sender_tag date guest_query_id business_connection_id chat "
    "forward_origin is_automatic_forward guest_bot_caller_user guest_bot_caller_chat edit_date is_paid_post text "
    "entities suggested_post_info caption caption_entities show_caption_above_media has_media_spoiler reply_markup"
)
"""What is no content of its own."""

FIELDS: Json = TYPES["Message"]["fields"]
SERVICE = [*sorted(FIELDS.keys() - {*MEDIA, *BESIDE, *AROUND}), "not_yet_invented"]
"""What Telegram itself reports."""

PEOPLE: dict[str, Json] = {
    "no-first-name": {"first_name": None},
    "odd-names": {"first_name": "\u202e\ud800", "last_name": "\x00", "username": ""},
    "no-language": {"language_code": None},
    "odd-language": {"language_code": "tlh-Qaak\ud800"},
    "premium": {"is_premium": True, "added_to_attachment_menu": True},
}

MISSHAPEN: dict[str, Json] = {
    "text-null": {"text": None},
    "text-number": {"text": 1},
    "text-list": {"text": ["a"]},
    "text-object": {"text": {"text": "a"}},
    "entities-null": {"text": "a", "entities": None},
    "entities-of-null": {"text": "a", "entities": [None]},
    "entities-empty": {"text": "a", "entities": [{}]},
    "from-bot": {"text": "a", "sender": {"is_bot": True}},
    "from-no-number": {"text": "a", "sender": {"id": "x"}},
    "from-list": {"text": "a", "from": ["a"]},
    "from-null": {"text": "a", "from": None},
    "chat-null": {"text": "a", "chat": None},
    "chat-odd": {"text": "a", "chat": {"id": None, "type": 3}},
    "empty": {},
}
"""Messages that Telegram does not send; they mean nothing."""

MARKED: dict[str, list[Json]] = {
    "none": [],
    "negative": [{"type": "bold", "offset": -5, "length": -3}],
    "too-long": [{"type": "bold", "offset": 1, "length": 10**12}],
    "no-command": [{"type": "bot_command", "offset": 0, "length": 99}],
    "unknown": [{"type": "sparkling", "offset": 0, "length": 1}],
}
"""Odd entities."""

FORGED = {
    "empty": "",
    "64-bytes": "x" * 64,
    "emoji": "🦊" * 16,
    "surrogate": "\ud800",
    "nul": "{step}:0\x00",
    "newline": "{step}:0\n",
    "negative": "-{step}:0",
    "negative-index": "{step}:-1",
    "leading-zeros": "00{step}:00",
    "other-digits": "{step}:٠",
    "huge": "9" * 31 + ":" + "9" * 31,
    "next-step": "{next}:0",
    "no-such-button": "{step}:99",
    "half": "{step}:",
    "decimal": "{step}:0.0",
}
"""What no button of ours carries; theirs carry ``{step}:0`` and so on."""

TAPS: dict[str, Json] = {
    "empty-handed": {"data": None},
    "game": {"data": None, "game_short_name": "chess"},
    "inline": {"message": None, "inline_message_id": "AAAA"},
    "neither": {"message": None},
    "unknown-field": {"odd": [None]},
}
"""Taps that are not on a button of ours."""

BODIES: dict[str, Any] = {
    "list": [{"text": "a"}],
    "null": None,
    "number": 7,
    "text": "text",
    "true": True,
    "empty": {},
    "surrogates": {"\ud800": "\udfff"},
    "deep": {"from": {"from": {"from": []}}, "chat": [], "text": {}},
}


def example(kinds: list[str]) -> Any:
    """A value as small as the description allows."""
    kind = kinds[0]
    if kind.startswith("Array of "):
        return [example([kind.removeprefix("Array of ")])]
    plain = {"Integer": 1, "Float": 1.5, "String": "x", "Boolean": True}
    if kind in plain:
        return plain[kind]
    described = TYPES.get(kind, {"fields": {}})  # the rarest types are not described
    if "subtypes" in described:
        return example(described["subtypes"])
    needed = {name: field for name, field in described["fields"].items() if field.get("required")}
    return {
        name: field["values"][0] if "values" in field else example(field["types"]) for name, field in needed.items()
    }


def content(name: str) -> Json:
    """The field of a message with this name."""
    return {name: example(FIELDS[name]["types"]) if name in FIELDS else {"odd": [None]}}


def words(text: str) -> Json:
    """A text, with the commands that Telegram sees in it."""
    return {"text": text, "entities": with_commands(text, [])}


# ---------------------------------------------------------------------- who comes
class Visitor:
    """Somebody at a place in the conversation, who then does something odd."""

    def __init__(self, server: BotApiServer, alive: Callable[[], bool], number: int, place: str) -> None:
        self.world, self.place = server.world, place
        self.user = server.user(number)
        self.me: Json = {"id": number, "is_bot": False, "first_name": "Kim", "language_code": "en"}
        self.chat = server.world.chat(number)
        self._server, self._alive = server, alive
        self._from, self._asked = 0, 0
        for step in WAYS[place]:
            self.user.send(step)

    def arrive(self) -> None:
        """Be there."""
        if WAYS[self.place]:
            self.wait(lambda: bool(self.button["text"] == self.place))
        self._from, self._asked = len(self.user.messages), len(self._server.requests)

    # ------------------------------------------------------------------ doing
    def message(self, **content: Any) -> Json:
        """Put any message into the chat; it is not reported yet."""
        self.chat.refusal = ""  # who writes lets the bot write
        sender = {**self.me, **content.pop("sender", {})}
        return self.chat.add({name: value for name, value in sender.items() if value is not None}, content)

    def write(self, **content: Any) -> None:
        """Send any message."""
        self.user.raw("message", self.message(**content))

    def tap(self, data: str | None = None, **body: Any) -> None:
        """Tap on a button of the latest message that carries ``data``, as far as ``body`` says nothing else."""
        self.chat.refusal = ""
        with self.world.changed:
            where = {"message_id": 1, "date": 0, "chat": self.chat.info}
            query = {"id": self.world.ask(self.user.id).id, "from": self.me, "message": where, "data": data, **body}
            self.user.raw("callback_query", {name: value for name, value in query.items() if value is not None})

    # ------------------------------------------------------------------ seeing
    @property
    def button(self) -> Json:
        """The first button under the latest message; whoever sees none makes something up."""
        with self.world.changed:
            latest = next(reversed(self.chat.letters.values())).body if self.chat.letters else {}
            rows: list[list[Json]] = latest.get("reply_markup", {}).get("inline_keyboard", [])
            return rows[0][0] if rows else {"text": "", "callback_data": "1:0"}

    @property
    def step(self) -> int:
        """The step that the buttons belong to."""
        return int(self.button["callback_data"].split(":")[0])

    @property
    def said(self) -> list[Json]:
        """What the coach said since they are there."""
        return self.user.messages[self._from :]

    def answers(self, place: str) -> int:
        """With the help they asked for they are at ``place``: how many answers came before."""
        self.wait(lambda: self.button["text"] != "" and any(HELP in message["text"] for message in self.said))
        assert self.button["text"] == place
        return self._taken() - 1

    def see_taps_confirmed(self) -> None:
        """No tap shows any longer that it waits."""
        mine = [query for query in self.world.queries.values() if query.user_id == self.user.id]
        self.wait(lambda: all(query.answer for query in mine))

    def wait(self, seen: Callable[[], bool]) -> None:
        """Wait as long as there is hope."""

        def hoped(_: FakeUser) -> bool:
            assert self._alive(), "the coach has ended"
            return seen()

        self.user.wait(hoped)

    def _taken(self) -> int:
        """Steps taken since they are there: each ends with a message that has buttons, at first."""
        told = (one.params for one in self._server.requests[self._asked :] if one.method == "sendMessage")
        return sum(params.get("chat_id") == self.user.id and "reply_markup" in params for params in told)


class Stage:
    """A coach that runs, and the people who come to it."""

    def __init__(self, server: BotApiServer, home: Home) -> None:
        self.server = server
        self._log = home.path / "log"
        self._read = 0
        self._numbers = count(1000)
        self._resting: dict[str, list[Visitor]] = {place: [] for place in WAYS}
        env = {
            **home.env,
            "ATTUNE_TELEGRAM_TOKEN": TOKEN,
            "ATTUNE_TELEGRAM_API": self.server.url,
            "ATTUNE_TELEGRAM_RATE": "1000",
            "ATTUNE_TELEGRAM_CHAT_RATE": "30",
            "ATTUNE_TELEGRAM_CHAT_BURST": "30",
        }
        with self._log.open("w") as log:
            self._process = subprocess.Popen([ATTUNE, "run"], env=env, cwd=home.path, stderr=log)

    def people(self, *places: str) -> list[Visitor]:
        """Somebody at each of the places."""
        people = [self._resting[place].pop() if self._resting[place] else self._newcomer(place) for place in places]
        for visitor in people:
            visitor.arrive()
        return people

    def play(self, act: Callable[[Visitor], object], *, answers: int, named: str | None = None) -> list[Visitor]:
        """Somebody does the same everywhere, gets so many answers and goes on, with ``/help``, from their place.

        If it counts as words, ``named`` is where they are who were asked for a name; else everybody is as they were.
        """
        people = self.people(*EVERYWHERE)
        for visitor in people:
            act(visitor)
            visitor.user.send("/help")
        for visitor in people:
            place = named if named and visitor.place == NAME else visitor.place
            assert visitor.answers(place) == answers, visitor.place
        if not named:
            for visitor in people:
                if WAYS[visitor.place] and len(visitor.chat.letters) < ENOUGH:
                    self._resting[visitor.place].append(visitor)
        return people

    def _newcomer(self, place: str) -> Visitor:
        return Visitor(self.server, self.is_alive, next(self._numbers), place)

    def is_alive(self) -> bool:
        """Does the coach run?"""
        return self._process.poll() is None

    def check(self) -> None:
        """Nothing broke since the last time."""
        log, violations = self._log.read_text("utf-8")[self._read :], list(self.server.violations)
        self._read += len(log)
        self.server.violations.clear()
        assert self.is_alive(), log
        assert violations == []
        for trouble in ("Traceback", "turn failed", "sending failed", "refused"):
            assert trouble not in log

    def close(self) -> None:
        """Everybody goes home."""
        if self.is_alive():
            self._process.terminate()
        self._process.wait(10)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Stage]]:
    """One coach for all that is tried here; where it falls, whoever comes next gets another."""
    with ExitStack() as stack:
        built: list[Stage] = []

        def current() -> Stage:
            if not built or not built[-1].is_alive():
                server, home = stack.enter_context(BotApiServer()), Home(tmp_path_factory.mktemp("home"))
                built.append(stack.enter_context(closing(Stage(server, home))))
            return built[-1]

        yield current


@pytest.fixture
def stage(stages: Callable[[], Stage]) -> Iterator[Stage]:
    """A coach that runs, and after the test still does, with a clean log and no refused request."""
    stage = stages()
    yield stage
    stage.check()


# ---------------------------------------------------------------------- words
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_words_are_words(stage: Stage, text: str) -> None:
    fits = len(" ".join(text.split())) <= 40
    stage.play(lambda who: who.write(**words(text)), answers=1, named=NAMED if fits else NAME)


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_what_nobody_can_see_is_no_name_and_no_reply(stage: Stage, text: str) -> None:
    stage.play(lambda who: who.write(**words(text)), answers=1)


@pytest.mark.parametrize("text", BESIDE_WORDS.values(), ids=BESIDE_WORDS)
def test_a_good_reply_is_shown_with_its_words_marked_whatever_stands_beside_it(stage: Stage, text: str) -> None:
    [learner] = stage.people(LESSON)
    learner.write(**words(f"{GOOD} {text} {GOOD}"))
    learner.user.send("/help")
    assert learner.answers(PRAISED) == 1
    echo = learner.said[0]
    marked = [covered(echo["text"], entity) for entity in echo["entities"] if entity["type"] == "bold"]
    assert [part for part in marked if "cooked for eight" in part]


@pytest.mark.parametrize("text", BESIDE_WORDS.values(), ids=BESIDE_WORDS)
def test_a_plan_is_kept_and_shown_whatever_stands_in_it(stage: Stage, text: str) -> None:
    [learner] = stage.people(PLAN)
    learner.write(**words(f"When {text} comes, I listen"))
    learner.user.send("/progress")
    learner.user.send("/help")
    assert learner.answers(DONE) == 2
    plans = [message["text"] for message in learner.said if "comes, I listen" in message["text"]]
    assert len(plans) == 2


@pytest.mark.parametrize("control", "\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
def test_a_name_does_not_turn_the_coachs_words_around(stage: Stage, control: str) -> None:
    [learner] = stage.people(NAME)
    learner.write(**words(f"{control}Sam"))
    learner.user.send("/help")
    assert learner.answers(NAMED) == 1
    assert "Sam comes to the door" in learner.said[0]["text"]
    assert control not in learner.said[0]["text"]


@pytest.mark.parametrize("name", BESIDE)
def test_what_comes_along_with_words_changes_nothing(stage: Stage, name: str) -> None:
    stage.play(lambda who: who.write(text="blah", **content(name)), answers=1, named=NAMED)


@pytest.mark.parametrize("sender", PEOPLE.values(), ids=PEOPLE)
def test_whoever_writes_is_answered(stage: Stage, sender: Json) -> None:
    stage.play(lambda who: who.write(text="blah", sender=sender), answers=1, named=NAMED)


@pytest.mark.parametrize("entities", MARKED.values(), ids=MARKED)
def test_odd_entities_do_no_harm(stage: Stage, entities: list[Json]) -> None:
    stage.play(lambda who: who.write(text=".", entities=entities), answers=1, named=NAMED)


def test_somebody_elses_words_are_no_reply(stage: Stage) -> None:
    stage.play(lambda who: who.user.forward(GOOD), answers=1)


def test_edits_are_passed_over(stage: Stage) -> None:
    stage.play(lambda who: who.user.raw("edited_message", who.message(text=GOOD, edit_date=2)), answers=0)


# ---------------------------------------------------------------------- commands
@pytest.mark.parametrize("text", STARTS.values(), ids=STARTS)
def test_a_link_that_leads_nowhere_is_a_plain_start(stage: Stage, text: str) -> None:
    stage.play(lambda who: who.write(**words(text)), answers=1)


@pytest.mark.parametrize("text", ["/menu@otherbot", "/start@attune_test_bot2 listen"])
def test_another_bots_command_is_passed_over(stage: Stage, text: str) -> None:
    stage.play(lambda who: who.write(**words(text)), answers=0)


@pytest.mark.parametrize("text", ["/menu@ATTUNE_TEST_BOT", "/MENU", "/menu 🦊\x00\ud800"])
def test_a_command_in_any_spelling_works(stage: Stage, text: str) -> None:
    [learner] = stage.people(LESSON)
    learner.write(**words(text))
    learner.wait(lambda: bool(learner.button["text"] == "Go on where I was"))


@pytest.mark.parametrize("text", ["/x", "/" + "x" * 64, "/start_", "/1", "/_"])
def test_a_command_that_does_not_exist_is_answered(stage: Stage, text: str) -> None:
    stage.play(lambda who: who.write(**words(text)), answers=1)


# ---------------------------------------------------------------------- all that is no text
@pytest.mark.parametrize("name", MEDIA)
def test_what_has_no_words_is_answered(stage: Stage, name: str) -> None:
    stage.play(lambda who: who.write(**content(name), caption=GOOD), answers=1)


@pytest.mark.parametrize("name", SERVICE)
def test_what_telegram_reports_is_passed_over(stage: Stage, name: str) -> None:
    stage.play(lambda who: who.write(**content(name)), answers=0)


@pytest.mark.parametrize("body", MISSHAPEN.values(), ids=MISSHAPEN)
def test_a_misshapen_message_means_nothing(stage: Stage, body: Json) -> None:
    def write(who: Visitor) -> None:
        odd = {name: body[name] for name in body.keys() & {"from", "chat"}}
        plain = {name: value for name, value in body.items() if name not in odd}
        who.user.raw("message", {**who.message(**plain), **odd})

    stage.play(write, answers=0)


# ---------------------------------------------------------------------- taps
@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_button_is_answered_and_is_no_step(stage: Stage, forged: str) -> None:
    for who in stage.play(lambda who: who.tap(forged.format(step=who.step, next=who.step + 1)), answers=1):
        who.see_taps_confirmed()


@pytest.mark.parametrize("body", TAPS.values(), ids=TAPS)
def test_a_tap_elsewhere_is_answered_and_is_no_step(stage: Stage, body: Json) -> None:
    for who in stage.play(lambda who: who.tap(**{"data": "x", **body}), answers=1):
        who.see_taps_confirmed()


def test_a_tap_in_a_group_is_confirmed_and_is_no_step(stage: Stage) -> None:
    where = {"message_id": 1, "date": 1, "chat": GROUP}
    for who in stage.play(lambda who: who.tap(f"{who.step}:0", message=where), answers=0):
        who.see_taps_confirmed()


def test_a_double_tap_is_one_step(stage: Stage) -> None:
    for who, after in zip(stage.people(NAME, MENU, LESSON), (NAMED, "Show me", PRAISED), strict=True):
        step = who.step
        who.tap(f"{step}:0")
        who.tap(f"{step}:0")
        who.user.send("/help")
        assert who.answers(after) == 2
        who.see_taps_confirmed()


@pytest.mark.parametrize("place", [NAME, MENU, LESSON])
def test_somebody_elses_buttons_move_nobody(stage: Stage, place: str) -> None:
    owner, other = stage.people(place, MENU)
    other.tap(f"{owner.step}:0", message=owner.user.keyboards[-1])
    for who in (owner, other):
        who.user.send("/help")
    assert owner.answers(place) == 0
    assert other.answers(MENU) <= 1
    other.see_taps_confirmed()


# ---------------------------------------------------------------------- updates
@pytest.mark.parametrize("kind", HEARD)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_of_another_shape_is_passed_over(stage: Stage, kind: str, body: Any) -> None:
    stage.play(lambda who: who.user.raw(kind, body), answers=0)


def test_updates_that_were_not_asked_for_are_passed_over(stage: Stage) -> None:
    kinds = [*sorted({*FACTS["updates"]} - {*HEARD}), "not_yet_invented"]

    def report(who: Visitor) -> None:
        for kind in kinds:
            who.user.raw(kind, {**who.message(**words("/menu")), "id": "1", "data": "1:0"})

    stage.play(report, answers=0)


def test_the_same_update_again_is_no_second_step(stage: Stage) -> None:
    def write(who: Visitor) -> None:
        with who.world.changed:
            update = {"update_id": who.world.updates.next_id, "message": who.message(text="blah")}
            who.world.updates.put(update)
            who.world.updates.put(update)

    stage.play(write, answers=1, named=NAMED)


def test_numbers_may_begin_anew(stage: Stage) -> None:
    def write(who: Visitor) -> None:
        with who.world.changed:
            who.world.updates.next_id -= 100_000
            who.write(text="blah")

    stage.play(write, answers=1, named=NAMED)
