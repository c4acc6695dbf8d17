"""Reads in the requests that the server got what was tried, what came of it, and what the coach could know of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from tests.botapi.server import Request
from tests.torture.history import Absence, History, Try, mark

SENT = ("sendMessage", "editMessageReplyMarkup")
"""What is insisted upon, until it is known what became of it."""


@dataclass(frozen=True)
class Kill:
    """The life that was ended, and by person the message that was under way."""

    life: int
    under_way: Mapping[int, str]

    @classmethod
    def of(cls, requests: Sequence[Request], under_way: Mapping[int, str]) -> Self:
        """The kill that ended what was asked until now."""
        return cls(sum(map(_begins_life, requests)), under_way)


def observe(history: History, requests: Sequence[Request], kills: Sequence[Kill]) -> None:
    """Put in the history what the requests tell."""
    life = 0
    for at, request in enumerate(requests):
        life += _begins_life(request)
        person = request.params.get("chat_id", 0)
        if request.method == "sendMessage" and person:  # the coach may die before it has said whom it means
            history.tries[person].append(_try(request, at, life))
        if request.method == "getUpdates":
            for absence in (one for all_of_one in history.absences.values() for one in all_of_one):
                _learn(absence, request, at, life)
        if request.method in SENT and request.status == 403 and not request.unheard:
            for absence in history.absences[person]:
                if absence.learnt < at < absence.ended:
                    absence.knocks.append(life)
    for kill in kills:
        for person, message in kill.under_way.items():
            _doubt(history.tries[person], kill.life, message)
    history.kills = len(kills)


def _begins_life(request: Request) -> bool:
    """Each life asks once who it is, before anything else."""
    return request.method == "getMe"


def _try(request: Request, at: int, life: int) -> Try:
    name = mark(request.params["text"], request.params.get("reply_markup"))
    return Try(
        at, life, name, request.params["text"], request.effect, refused=request.status == 403, sure=not request.unheard
    )


def _learn(absence: Absence, request: Request, at: int, life: int) -> None:
    """Whoever asks for later updates has this one."""
    if at < absence.learnt and request.params.get("offset", 0) > absence.update:
        absence.learnt, absence.life = at, life


def _doubt(tries: list[Try], life: int, message: str) -> None:
    """What was under way at a kill may have come, and nobody knows."""
    for number in reversed(range(len(tries))):
        if (tries[number].life, tries[number].mark) == (life, message):
            tries[number] = replace(tries[number], sure=False)
            return
