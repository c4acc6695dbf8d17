"""All that the server knows: the bot, the chats, the queries, the updates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition
from typing import Any

from tests.botapi.chat import Chat
from tests.botapi.errors import BadRequest, TooOld
from tests.botapi.updates import Updates

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a user saw after a tap, and how long it took."""

    at: float
    delay: float
    query_id: str
    text: str
    alert: bool


@dataclass
class Query:
    """A tap that waits for its answer."""

    id: str
    user_id: int
    at: float
    expired: bool = False
    answer: Answer | None = None


class World:
    """The state behind the server. Whoever reads or changes it from outside holds ``changed``."""

    query_lifetime = 15.0
    """Seconds in which a tap has to be answered."""

    def __init__(self, bot: Json, clock: Callable[[], float]) -> None:
        self.bot = bot
        self.clock = clock
        self.changed = Condition()
        self.steps = 0
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.expiring = 0
        self.updates = Updates(self.changed)

    def tick(self) -> int:
        """Something changed: the next step, told to all who wait."""
        with self.changed:
            self.steps += 1
            self.changed.notify_all()
            return self.steps

    def open_chat(self, info: Json, refusal: str = "") -> Chat:
        """A new chat."""
        with self.changed:
            chat = Chat(info, self.clock, self.tick, refusal)
            return self.chats.setdefault(chat.id, chat)

    def chat(self, chat_id: int | str | None) -> Chat:
        """The chat that a request names by its id or, if it is public, its username."""
        for chat in self.chats.values():
            if chat_id == chat.id or (not chat.private and chat_id == f"@{chat.info.get('username')}"):
                return chat
        raise BadRequest("chat not found")

    def ask(self, user_id: int) -> Query:
        """A new query."""
        query = Query(f"{user_id * 2**32 + len(self.queries) + 1}", user_id, self.clock(), self.expiring > 0)
        self.expiring = max(0, self.expiring - 1)
        self.queries[query.id] = query
        return query

    def expire(self, coming: int) -> None:
        """Make the queries that wait too old, and so many that are still to come."""
        with self.changed:
            for query in self.queries.values():
                query.expired = query.expired or query.answer is None
            self.expiring = coming

    def answer(self, query_id: str, text: str, *, alert: bool) -> None:
        """Answer a query, once and in time."""
        query, now = self.queries.get(query_id), self.clock()
        if query and query.answer and self.updates.tapped_again[query_id]:
            self.updates.tapped_again[query_id] -= 1
            raise TooOld(on_demand=True)
        if query is None or query.answer or now - query.at > self.query_lifetime:
            raise TooOld
        if query.expired:
            raise TooOld(on_demand=True)
        query.answer = Answer(now, now - query.at, query_id, text, alert)
        self.tick()
