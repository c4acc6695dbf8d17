"""The placeholders that the coach fills by itself."""

from __future__ import annotations

from dialogs.reading import SKILLS
from dialogs.session import Progress

NUMBERS = ("lessons_done", "lessons_total", "tries_week", *(f"{skill}_week" for skill in SKILLS))
CARD_TEXTS = ("card.setting", "card.model", "card.why")


def count(progress: Progress, lessons: frozenset[str], done: frozenset[str]) -> dict[str, int]:
    """Each number by its name. ``done`` are the scripts finished by now, of which ``lessons`` count."""
    return {
        "lessons_done": len(done & lessons),
        "lessons_total": len(lessons),
        "tries_week": progress.tries_week,
        **{f"{skill}_week": progress.week.get(skill, 0) for skill in SKILLS},
    }
