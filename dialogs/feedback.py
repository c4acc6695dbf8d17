"""What the coach says about a typed reply: what worked, in the learner's own words, and one thing to change."""

from __future__ import annotations

from collections.abc import Iterator

from dialogs.effect import Say
from dialogs.guard import View
from dialogs.phrases import Feedback
from dialogs.quote import Quotes
from dialogs.reading import PITFALLS, SKILLS, Reading
from dialogs.script import Text
from dialogs.text import Mark, Styled
from dialogs.voice import Voice

ECHO_LIMIT = 400  # a longer reply is not shown again as a whole


class Critic:
    """Says what a reading means. ``aim`` are the skills this try was for; one of them is enough."""

    def __init__(self, feedback: Feedback, voice: Voice, view: View) -> None:
        self._feedback = feedback
        self._voice = voice
        self._view = view

    def comment(self, reply: str, reading: Reading, aim: tuple[str, ...]) -> Say:
        """One message: the reply with its spans marked, what they do, and at most one thing to change."""
        if reading.unread:
            texts = self._feedback.foreign if reading.unread == "foreign" else self._feedback.wordless
            line = self._line(texts, f"feedback.{reading.unread}")
            return Say(line.text, "feedback", line.marks)
        found = (*reading.skills, *reading.pitfalls, *reading.misfits)
        quotes = Quotes(reply, found, self._feedback.joins)
        text = Styled("")
        for part in (
            *_echo(reply, reading, quotes),
            *self._praise(reading, quotes),
            *self._change(reading, quotes, aim),
        ):
            text = text + Styled("\n\n" if text.text else "") + part
        return Say(text.text, "feedback", text.marks)

    def _praise(self, reading: Reading, quotes: Quotes) -> Iterator[Styled]:
        said: set[str] = set()
        for skill in SKILLS:
            found = [finding for finding in reading.skills if finding.label == skill]
            if found:
                best = max(found, key=lambda one: (one.strength, quotes.words(one) not in said, one.end - one.start))
                said.add(quotes.words(best))
                words = self._feedback.skills[skill]
                texts = words.spelt_out if best.strength > 1 else words.hinted
                line = self._line(texts, f"feedback.{skill}.{best.strength}", words=quotes.words(best))
                yield Styled("✓ ", (Mark(0, 1, skill),)) + line

    def _change(self, reading: Reading, quotes: Quotes, aim: tuple[str, ...]) -> Iterator[Styled]:
        shown = {finding.label for finding in reading.skills}
        worst = min(reading.pitfalls, key=lambda finding: PITFALLS.index(finding.label), default=None)
        if worst:
            texts = self._feedback.pitfalls[worst.label].change
            line = self._line(texts, f"feedback.{worst.label}", words=quotes.words(worst))
            yield Styled("→ ", (Mark(0, 1, worst.label),)) + line
            return
        if reading.misfits:
            misfit = reading.misfits[0]
            named = self._feedback.feelings.get(misfit.label, misfit.label)
            words = quotes.words(misfit)
            yield Styled("→ ") + self._line(self._feedback.misfit, "feedback.misfit", words=words, feeling=named)
            return
        if not shown:
            yield self._line(self._feedback.nothing, "feedback.nothing")
        if aim and shown.isdisjoint(aim):
            skill = aim[(self._view.tries - 1) % len(aim)]  # another one at the next try
            yield Styled("→ ") + self._line(self._feedback.skills[skill].missing, f"feedback.{skill}.missing")

    def _line(self, texts: list[Text], place: str, **values: str) -> Styled:
        with self._voice.knowing(values):
            said = list(self._voice.say(texts, place, self._view))
        line = Styled("")
        for say in said:
            line = line + Styled("\n" if line.text else "") + Styled(say.text, say.marks)
        return line


def _echo(reply: str, reading: Reading, quotes: Quotes) -> Iterator[Styled]:
    """The reply itself with its skills and pitfalls marked, if there are any and it is not very long."""
    found = (*reading.skills, *reading.pitfalls)
    if found and len(reply) <= ECHO_LIMIT:
        marks = (Mark(*quotes.span(one), one.label) for one in found)
        yield Styled(reply, tuple(sorted(marks, key=lambda mark: (mark.start, mark.end))))
