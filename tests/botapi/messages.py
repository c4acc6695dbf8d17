"""The methods that put, change and take away messages, and answer taps.

Each method here bears the name of the Bot API's; a parameter that it lacks is not supported by this server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.botapi import keyboard
from tests.botapi.body import Upload
from tests.botapi.chat import Chat, Letter
from tests.botapi.errors import BadRequest
from tests.botapi.picture import Pictures
from tests.botapi.text import CAPTION_LIMIT, ENTITIES_LIMIT, MESSAGE_LIMIT, compose
from tests.botapi.world import World

Json = dict[str, Any]
ChatId = int | str

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


class Messages:
    """What the bot says and takes back."""

    def __init__(self, world: World, remark: Callable[[str], None]) -> None:
        self._world = world
        self._remark = remark
        self._pictures = Pictures()

    def send_message(
        self,
        chat_id: ChatId,
        text: str,
        entities: list[Json] | None = None,
        link_preview_options: Json | None = None,
        disable_notification: bool = False,
        protect_content: bool = False,
        reply_parameters: Json | None = None,
        reply_markup: Json | None = None,
    ) -> Json:
        content = self._text(text, entities)
        if link_preview_options:
            content["link_preview_options"] = link_preview_options
        return self._put(chat_id, content, protect_content, reply_parameters, reply_markup)

    def send_photo(
        self,
        chat_id: ChatId,
        photo: Upload | str,
        caption: str = "",
        caption_entities: list[Json] | None = None,
        disable_notification: bool = False,
        protect_content: bool = False,
        reply_parameters: Json | None = None,
        reply_markup: Json | None = None,
    ) -> Json:
        words, marks = self._words(caption, caption_entities, CAPTION_LIMIT)
        content: Json = {"photo": self._pictures.keep(photo)}
        if words:
            content |= {"caption": words} | ({"caption_entities": marks} if marks else {})
        return self._put(chat_id, content, protect_content, reply_parameters, reply_markup)

    def edit_message_text(
        self,
        chat_id: ChatId | None = None,
        message_id: int | None = None,
        text: str = "",
        entities: list[Json] | None = None,
        link_preview_options: Json | None = None,
        reply_markup: Json | None = None,
    ) -> Json:
        chat, letter = self._editable(chat_id, message_id)
        if "text" not in letter.body:
            raise BadRequest("there is no text in the message to edit")
        content = {"entities": None, **self._text(text, entities), "link_preview_options": link_preview_options}
        return self._change(chat, letter, {**content, "reply_markup": keyboard.checked(reply_markup)})

    def edit_message_reply_markup(
        self, chat_id: ChatId | None = None, message_id: int | None = None, reply_markup: Json | None = None
    ) -> Json:
        chat, letter = self._editable(chat_id, message_id)
        return self._change(chat, letter, {"reply_markup": keyboard.checked(reply_markup)})

    def delete_message(self, chat_id: ChatId, message_id: int) -> bool:
        self._world.chat(chat_id).delete(message_id, self._world.bot)
        return True

    def delete_messages(self, chat_id: ChatId, message_ids: list[int]) -> bool:
        chat = self._world.chat(chat_id)
        for message_id in message_ids:
            if message_id in chat.letters:  # those not found are passed over
                chat.delete(message_id, self._world.bot)
        return True

    def answer_callback_query(
        self, callback_query_id: str, text: str = "", show_alert: bool = False, cache_time: int = 0
    ) -> bool:
        self._world.answer(callback_query_id, text, alert=show_alert)
        return True

    def send_chat_action(self, chat_id: ChatId, action: str) -> bool:
        chat = self._world.chat(chat_id)
        chat.admit()
        chat.actions.append((self._world.clock(), action))
        self._world.tick()
        return True

    def leave_chat(self, chat_id: ChatId) -> bool:
        chat = self._world.chat(chat_id)
        if chat.private:
            raise BadRequest("chat member status can't be changed in private chats")
        chat.refusal = f"bot is not a member of the {chat.info['type']} chat"
        return True

    def _text(self, text: str, entities: list[Json] | None) -> Json:
        words, marks = self._words(text, entities, MESSAGE_LIMIT)
        return {"text": words} | ({"entities": marks} if marks else {})

    def _words(self, text: str, entities: list[Json] | None, limit: int) -> tuple[str, list[Json]]:
        if entities and len(entities) > ENTITIES_LIMIT:
            self._remark(f"more than {ENTITIES_LIMIT} entities: the rest would be ignored")
        return compose(text, entities or [], limit)

    def _put(self, chat_id: ChatId, content: Json, protect: bool, reply: Json | None, markup: Json | None) -> Json:
        chat = self._world.chat(chat_id)
        chat.admit()
        if protect:
            content["has_protected_content"] = True
        if reply and (letter := self._answered(chat, reply)):
            content["reply_to_message"] = {k: v for k, v in letter.body.items() if k != "reply_to_message"}
        if buttons := keyboard.checked(markup):
            content["reply_markup"] = buttons
        sender = None if chat.info["type"] == "channel" else self._world.bot
        return chat.add(sender, content, editable=keyboard.is_inline(markup))

    def _answered(self, chat: Chat, reply: Json) -> Letter | None:
        if strange := reply.keys() - {"message_id", "allow_sending_without_reply"}:
            raise BadRequest(f"not supported by this server: {', '.join(sorted(strange))}")
        if reply.get("allow_sending_without_reply"):
            return chat.letters.get(reply["message_id"])
        return chat.find(reply["message_id"], "be replied")

    def _editable(self, chat_id: ChatId | None, message_id: int | None) -> tuple[Chat, Letter]:
        if chat_id is None:
            raise BadRequest("chat_id is empty")
        chat = self._world.chat(chat_id)
        chat.admit()
        letter = chat.find(message_id, "edit")
        if letter.body.get("from") != self._world.bot or not letter.editable:
            raise BadRequest("message can't be edited")
        return chat, letter

    def _change(self, chat: Chat, letter: Letter, content: Json) -> Json:
        if all(letter.body.get(name) == value for name, value in content.items()):
            raise BadRequest(NOT_MODIFIED)
        return chat.change(letter, content)
