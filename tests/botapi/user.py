"""The user's side of a private chat: what they do becomes updates, what the bot does they see."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tests.botapi.errors import BLOCKED
from tests.botapi.text import units
from tests.botapi.world import Answer, World

Json = dict[str, Any]

NO_CONTACT = "bot can't initiate conversation with a user"
WORDLESS: dict[str, Any] = {
    "sticker": {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 512, "height": 512,
                "is_animated": False, "is_video": False},
    "photo": [{"file_id": "p", "file_unique_id": "p", "width": 90, "height": 90}],
    "voice": {"file_id": "v", "file_unique_id": "v", "duration": 3},
    "video_note": {"file_id": "n", "file_unique_id": "n", "length": 240, "duration": 3},
    "location": {"latitude": 48.2, "longitude": 16.4},
    "contact": {"phone_number": "+430000000", "first_name": "Somebody"},
    "document": {"file_id": "d", "file_unique_id": "d"},
    "dice": {"emoji": "🎲", "value": 4},
    "poll": {"id": "1", "question": "?", "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
             "options": [{"persistent_id": word, "text": word, "voter_count": 0} for word in ("Yes", "No")],
             "type": "regular", "allows_multiple_answers": False, "allows_revoting": True, "members_only": False},
}  # fmt: skip


class FakeUser:
    """Somebody with a private chat."""

    def __init__(self, world: World, user_id: int, first_name: str, language_code: str) -> None:
        self.id = user_id
        self._world = world
        self._me = {"id": user_id, "is_bot": False, "first_name": first_name, "language_code": language_code}
        info = {"id": user_id, "type": "private", "first_name": first_name}
        self._chat = world.open_chat(info, NO_CONTACT)

    # ------------------------------------------------------------------ doing
    def send(self, text: str, **content: Any) -> Json:
        """Type something; a word with a slash in front is a command."""
        if text.startswith("/") and len(text) > 1:
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": units(text.split()[0])}]
        return self._write({"text": text, **content})

    def send_wordless(self, kind: str) -> Json:
        """A sticker, photo, voice message, …"""
        return self._write({kind: WORDLESS[kind]})

    def forward(self, text: str) -> Json:
        """Pass on somebody else's words."""
        origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}
        return self._write({"text": text, "forward_origin": origin})

    def edit(self, message: Json, text: str) -> None:
        """Change a message of one's own."""
        self._world.updates.add("edited_message", {**message, "text": text, "edit_date": int(self._world.clock())})

    def tap(self, message: Json, label: str, *, accessible: bool = True) -> str:
        """Press the button with this label under a message; the id of the query."""
        buttons = [button for row in message["reply_markup"]["inline_keyboard"] for button in row]
        data = next(button["callback_data"] for button in buttons if button["text"] == label)
        return self.tap_data(message, data, accessible=accessible)

    def tap_data(self, message: Json, data: str, *, accessible: bool = True) -> str:
        """Press a button with this callback data."""
        where = message if accessible else {"chat": message["chat"], "message_id": message["message_id"], "date": 0}
        with self._world.changed:
            query = self._world.ask(self.id)
            body = {"id": query.id, "from": self._me, "message": where, "chat_instance": "1", "data": data}
            self._world.updates.add("callback_query", body)
        return query.id

    def block(self) -> None:
        """Stop the bot."""
        self._member("member", "kicked")
        self._chat.refusal = BLOCKED

    def unblock(self) -> None:
        """Let the bot write again."""
        self._chat.refusal = ""
        self._member("kicked", "member")

    def post(self, chat: Json, **content: Any) -> None:
        """Write in a group, where the bot is a member."""
        with self._world.changed:
            found = self._world.open_chat(chat)
            self._world.updates.add("message", found.add(self._me, content))

    def raw(self, kind: str, body: Json) -> None:
        """Any update at all."""
        with self._world.changed:
            self._world.updates.put({"update_id": self._world.updates.next_id, kind: body})

    # ------------------------------------------------------------------ seeing
    @property
    def messages(self) -> list[Json]:
        """What the bot wrote, as it stands now."""
        with self._world.changed:
            return deepcopy(self._seen())

    @property
    def keyboards(self) -> list[Json]:
        """The messages that show buttons now."""
        with self._world.changed:
            return deepcopy([message for message in self._seen() if "reply_markup" in message])

    @property
    def actions(self) -> list[str]:
        """Chat actions such as typing."""
        return [action for _, action in self._chat.actions]

    @property
    def answers(self) -> list[Answer]:
        """Answers to taps."""
        mine = [query for query in self._world.queries.values() if query.user_id == self.id]
        return [query.answer for query in mine if query.answer]

    def wait(self, seen: Callable[[FakeUser], bool], timeout: float = 15) -> None:
        """Wait until something can be seen; AssertionError when it does not come."""
        until = time.monotonic() + timeout
        with self._world.changed:
            while not seen(self):
                left = until - time.monotonic()
                assert left > 0, f"it did not come; the chat: {[message['text'] for message in self.messages]}"
                self._world.changed.wait(min(left, 0.5))

    def ask(self, text: str) -> list[Json]:
        """Type something and wait for the whole answer: it ends with buttons, or with a moment of silence."""
        return self._answered(lambda: self.send(text))

    def press(self, label: str) -> list[Json]:
        """Press a button of the newest keyboard and wait for the whole answer."""
        message = self.keyboards[-1]
        return self._answered(lambda: self.tap(message, label))

    def _answered(self, do: Callable[[], object]) -> list[Json]:
        with self._world.changed:
            before = len(self._seen())
            do()
            self.wait(lambda me: len(me._seen()) > before)
            settled = before
            while len(self._seen()) > settled and "reply_markup" not in self._seen()[-1]:
                settled = len(self._seen())
                self._world.changed.wait(0.1)
            return deepcopy(self._seen()[before:])

    # ------------------------------------------------------------------ inside
    def _seen(self) -> list[Json]:
        """What the bot wrote; whoever calls this holds ``changed``."""
        letters = [letter.body for letter in self._chat.letters.values()]
        return [body for body in letters if body["from"]["id"] == self._world.bot["id"]]

    def _write(self, content: Json) -> Json:
        with self._world.changed:
            self._chat.refusal = ""  # who writes lets the bot write
            body = self._chat.add(self._me, content)
            self._world.updates.add("message", body)
        return body

    def _member(self, before: str, after: str) -> None:
        body = {
            "chat": self._chat.info,
            "from": self._me,
            "date": int(self._world.clock()),
            "old_chat_member": self._membership(before),
            "new_chat_member": self._membership(after),
        }
        self._world.updates.add("my_chat_member", body)

    def _membership(self, status: str) -> Json:
        return {"status": status, "user": self._world.bot, **({"until_date": 0} if status == "kicked" else {})}
