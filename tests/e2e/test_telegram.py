"""``attune run`` as a process, against a strict Bot API server: nothing it would refuse, nothing lost.

Who only talks shares one coach with others, as learners do; who starts or stops one has one of their own.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from random import Random

import pytest

from tests.botapi.server import TOKEN, BotApiServer
from tests.botapi.user import WORDLESS

from .home import ATTUNE, REPLY, Home
from .running import HASTY_RUN, SECRET, Running, onboarded, text_of
from .scene import Scene


@pytest.fixture
def coach(home: Home, server: BotApiServer) -> Iterator[Running]:
    """Runs for the test; afterwards it must leave cleanly, with a clean log and no refused request."""
    running = Running(home, server)
    yield running
    if running.process.poll() is None:
        assert running.stop() == 0
    log = running.log.read_text("utf-8")
    assert server.violations == []
    assert "Traceback" not in log
    assert "turn failed" not in log
    for hidden in (TOKEN, TOKEN.split(":")[1], SECRET, REPLY):
        assert hidden not in log


@pytest.fixture
def talk(scene: Scene) -> Iterator[Scene]:
    """A coach that runs, and after the test has logged nothing of what was said, nor any trouble."""
    yield scene
    for hidden in ("turn failed", TOKEN.split(":")[1], REPLY):
        assert hidden not in scene.log


# ---------------------------------------------------------------------- a learner's way
def test_onboarding_practice_and_the_learners_own_words(talk: Scene) -> None:
    user = talk.newcomer()
    assert "18 or older?" in text_of(user.ask("/start"))
    user.press("Yes, I'm 18 or older")
    user.press("My partner")
    asked = user.ask("Sam")[-1]
    assert "Sam comes to the door" in asked["text"]
    assert [entity["type"] for entity in asked["entities"]] == ["blockquote"]
    feedback, after = user.ask(REPLY)
    bold = [REPLY[e["offset"] : e["offset"] + e["length"]] for e in feedback["entities"] if e["offset"] < len(REPLY)]
    assert bold == ["That must have been tough", "How did that make you feel"]
    assert "expandable_blockquote" in [entity["type"] for entity in after["entities"]]
    assert len(user.keyboards) == 1, "used keyboards are taken away"


def test_a_whole_lesson(talk: Scene) -> None:
    user = onboarded(talk.newcomer())
    for label in ("Listen", "Show me", "I see the difference", "“Nine viewings, and then a mouldy wall?”"):
        user.press(label)
    assert "[" not in text_of(user.ask("So you cooked for eight, and only three came?"))
    user.press("Another one")
    user.ask("You ran all ten, up the hill?")
    user.press("Take it into today")
    done = user.ask(f"When we eat in {SECRET}, I will ask")
    assert SECRET in text_of(done)
    assert "✓ Listen" in str(done[-1]["reply_markup"])
    assert "Lessons finished: 1 of 6" in text_of(user.ask("/progress"))


def test_three_learners_who_press_and_type_whatever_is_offered(talk: Scene) -> None:
    for number in (1, 2, 3):
        user, chance = talk.newcomer(), Random(number)
        user.ask("/start")
        for _ in range(25):
            labels = [b["text"] for row in user.keyboards[-1]["reply_markup"]["inline_keyboard"] for b in row]
            labels = [label for label in labels if label != "I'm under 18"]
            typed = chance.choice(
                [REPLY, SECRET, "/menu", "/practice", "/back", "1", "You should calm down", "🙂 so sad!"]
            )
            answer = user.press(chance.choice(labels)) if chance.random() < 0.6 else user.ask(typed)
            assert answer, "every step is answered"
            assert len(user.keyboards) == 1


def test_two_learners_at_once_do_not_mix(talk: Scene) -> None:
    one, two = talk.newcomer(), talk.newcomer()
    one.ask("/start")
    two.ask("/start")
    for user in (one, two):
        user.press("Yes, I'm 18 or older")
        user.press("My partner")
    one.send("Ada")
    two.send("Ben")
    one.wait(lambda me: "Ada comes to the door" in text_of(me.messages))
    two.wait(lambda me: "Ben comes to the door" in text_of(me.messages))
    assert "Ben" not in text_of(one.messages)


# ---------------------------------------------------------------------- nothing is lost
def test_a_kill_in_the_middle_loses_nothing(coach: Running, server: BotApiServer) -> None:
    user = server.user(7)
    user.ask("/start")
    user.press("Yes, I'm 18 or older")
    coach.kill()
    user.tap(user.keyboards[-1], "My partner")
    coach.start()
    user.wait(lambda me: "What do you call your partner?" in text_of(me.messages))
    assert "Sam comes to the door" in text_of(user.ask("Sam"))


def test_updates_are_kept_before_they_are_confirmed(coach: Running, server: BotApiServer) -> None:
    user = server.user(7)
    user.ask("/start")
    server.fail_next("sendMessage", 1000, 502)
    user.tap(user.keyboards[-1], "Yes, I'm 18 or older")
    user.wait(lambda me: bool(me.answers))
    coach.kill()
    server.clear_faults()
    coach.start()
    user.wait(lambda me: "Who would you like to practise for?" in text_of(me.messages))


def test_trouble_at_telegram_delays_and_loses_nothing(talk: Scene) -> None:
    user = talk.newcomer()
    talk.server.fail_next("getUpdates", 1, "drop")
    talk.server.fail_next("sendMessage", 1, "drop")
    user.ask("/start")
    talk.server.flood_next(1, 1)
    assert "Who would you like to practise for?" in text_of(user.press("Yes, I'm 18 or older"))


def test_telegrams_pace_is_kept_and_typing_is_shown(home: Home, server: BotApiServer) -> None:
    server.keep_pace()
    running = Running(home, server, ATTUNE_TELEGRAM_CHAT_BURST="1")
    user = server.user(7)
    for _ in range(5):
        user.send("/help")
    user.wait(lambda me: text_of(me.messages).count("/practice: somebody says something") == 5, timeout=30)
    assert "typing" in user.actions
    assert 429 not in [request.status for request in server.requests]
    assert running.stop() == 0


# ---------------------------------------------------------------------- all that can come
def test_everything_telegram_can_send_is_answered_or_passed_over(talk: Scene) -> None:
    user = onboarded(talk.newcomer())
    for kind in WORDLESS:
        before = len(user.messages)
        user.send_wordless(kind)
        user.wait(lambda me, before=before: len(me.messages) > before)
    group = {"id": -99, "type": "supergroup", "title": "Us"}
    sent = user.send("What shall I say?")
    user.edit(sent, "What?")
    user.post(group, text="hello all")
    user.raw("message", {"message_id": 1, "date": 1, "chat": group, "new_chat_title": "We"})
    user.raw("message", {"odd": True})
    user.raw("callback_query", {"id": "x"})
    user.raw("channel_post", {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "channel"}, "text": "news"})
    user.send("/menu@somebody_elses_bot")
    user.send("/frobnicate")
    user.wait(lambda me: "I don't know that command" in text_of(me.messages))


def test_a_command_in_a_group_is_answered_there(talk: Scene) -> None:
    user = talk.newcomer()
    group = {"id": -99, "type": "supergroup", "title": "Us"}
    entity = {"type": "bot_command", "offset": 0, "length": 22}
    user.post(group, text="/start@attune_test_bot", entities=[entity])
    user.ask("/start")
    assert "private chat" in talk.server.requests_to("sendMessage", -99)[0].params["text"]


def test_an_old_keyboard_is_answered_and_never_a_wrong_step(talk: Scene) -> None:
    user = talk.newcomer()
    old = user.ask("/start")[-1]
    user.press("Yes, I'm 18 or older")
    for accessible in (True, False):
        before = len(user.messages)
        user.tap(old, "I'm under 18", accessible=accessible)
        user.wait(lambda me, before=before: len(me.messages) > before)
        assert "Who would you like to practise for?" in user.messages[-1]["text"]
    assert len(user.answers) == 3


def test_a_deep_link_opens_a_lesson(talk: Scene) -> None:
    user = onboarded(talk.newcomer())
    assert "puts a key on the table" in text_of(user.ask("/start empathize"))


def test_who_blocked_the_bot_is_left_in_peace_until_they_are_back(talk: Scene) -> None:
    user = onboarded(talk.newcomer())
    user.press("Listen")
    user.block()
    user.unblock()
    answer = text_of(user.ask("/start"))
    assert "Somebody tells you about their day" in answer, "the place was kept"


@pytest.mark.parametrize("method", ["sendMessage", "editMessageReplyMarkup"])
def test_a_learner_who_cannot_be_reached_stops_nobody(talk: Scene, method: str) -> None:
    one, two = onboarded(talk.newcomer()), talk.newcomer()
    talk.server.fail_next(method, 1, 403)
    one.send("/help")
    one.wait(lambda _: 403 in [request.status for request in talk.requests])
    assert "18 or older?" in text_of(two.ask("/start"))
    assert "Somebody tells you something" in text_of(one.ask("/help")), "who writes again is answered again"


# ---------------------------------------------------------------------- the operator
def test_telegram_may_be_late_at_the_start(home: Home, server: BotApiServer) -> None:
    server.fail_next("getMe", 1, 502)
    server.fail_next("setMyCommands", 1, "drop")
    running = Running(home, server)
    assert "18 or older?" in text_of(server.user(7).ask("/start"))
    assert running.stop() == 0


def test_the_profile_is_set_once(coach: Running, server: BotApiServer) -> None:
    server.user(7).ask("/start")
    commands = [command["command"] for command in server.profile.commands['{"type": "default"}', ""]]
    assert {"start", "menu", "practice", "progress", "back", "help", "privacy"} == set(commands)
    assert server.profile.menu_buttons[None] == {"type": "commands"}
    assert server.profile.descriptions[""]
    coach.stop()
    coach.start()
    server.user(7).ask("/help")
    assert len([request for request in server.requests if request.method == "setMyCommands"]) == 1


def test_a_second_process_for_the_same_bot_is_refused(coach: Running, server: BotApiServer) -> None:
    server.user(7).ask("/start")
    second = subprocess.run(
        [ATTUNE, "run"], env=coach.env, cwd=coach.home.path, capture_output=True, text=True, timeout=30, check=False
    )
    assert second.returncode == 1
    assert "runs for this bot already" in second.stderr
    assert "Traceback" not in second.stderr


def test_another_program_that_receives_the_messages_is_named(home: Home, server: BotApiServer) -> None:
    server.fail_next("getUpdates", 5, 409)
    running = Running(home, server, HASTY_RUN)
    assert running.process.wait(60) == 1
    assert "Another program receives this bot's messages" in running.log.read_text("utf-8")


def test_a_wrong_token_is_explained(home: Home, server: BotApiServer) -> None:
    env = {"ATTUNE_TELEGRAM_TOKEN": "1:" + "x" * 35, "ATTUNE_TELEGRAM_API": server.url}
    done = home.run("run", env=env)
    assert done.returncode == 1
    assert "@BotFather" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_token_two_lines_say_how_to_get_one(home: Home) -> None:
    done = home.run("run")
    assert done.returncode == 1
    assert re.fullmatch(r"[^\n]*@BotFather[^\n]*\n[^\n]*attune chat[^\n]*\n", done.stderr)
