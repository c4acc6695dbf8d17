"""What the coach says about a typed reply: what worked, in the learner's own words, and one thing to change."""

from __future__ import annotations

from collections.abc import Iterator

from dialogs.effect import Say
from dialogs.guard import View
from dialogs.phrases import Feedback
from dialogs.reading import PITFALLS, SKILLS, Finding, Reading
from dialogs.script import Text
from dialogs.text import Mark, Styled
from dialogs.voice import Voice

ECHO_LIMIT = 400  # a longer reply is not shown again as a whole
WORDS_LIMIT = 90


class Critic:
    """Says what a reading means. ``aim`` are the skills this try was for."""

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
        lines = [*self._praise(reply, reading), *self._change(reply, reading, aim)]
        parts = [_echo(reply, reading)] if reading.skills or reading.pitfalls else []
        text = Styled("")
        for part in [*parts, *lines]:
            text = text + Styled("\n\n" if text.text else "") + part
        return Say(text.text, "feedback", text.marks)

    def _praise(self, reply: str, reading: Reading) -> Iterator[Styled]:
        for skill in SKILLS:
            found = [finding for finding in reading.skills if finding.label == skill]
            if found:
                best = max(found, key=lambda finding: (finding.strength, finding.end - finding.start))
                words = self._feedback.skills[skill]
                texts = words.spelt_out if best.strength > 1 else words.hinted
                line = self._line(texts, f"feedback.{skill}.{best.strength}", words=_words(reply, best))
                yield Styled("✓ ", (Mark(0, 1, skill),)) + line

    def _change(self, reply: str, reading: Reading, aim: tuple[str, ...]) -> Iterator[Styled]:
        shown = {finding.label for finding in reading.skills}
        missing = [skill for skill in aim if skill not in shown]
        worst = min(reading.pitfalls, key=lambda finding: PITFALLS.index(finding.label), default=None)
        if worst:
            texts = self._feedback.pitfalls[worst.label].change
            line = self._line(texts, f"feedback.{worst.label}", words=_words(reply, worst))
            yield Styled("→ ", (Mark(0, 1, worst.label),)) + line
            return
        if reading.misfits:
            misfit = reading.misfits[0]
            named = self._feedback.feelings.get(misfit.label, misfit.label)
            words = _words(reply, misfit)
            yield Styled("→ ") + self._line(self._feedback.misfit, "feedback.misfit", words=words, feeling=named)
            return
        if not shown:
            yield self._line(self._feedback.nothing, "feedback.nothing")
        if missing:
            hint = self._feedback.skills[missing[0]].missing
            yield Styled("→ ") + self._line(hint, f"feedback.{missing[0]}.missing")

    def _line(self, texts: list[Text], place: str, **values: str) -> Styled:
        with self._voice.knowing(values):
            said = list(self._voice.say(texts, place, self._view))
        line = Styled("")
        for say in said:
            line = line + Styled("\n" if line.text else "") + Styled(say.text, say.marks)
        return line


def _words(reply: str, finding: Finding) -> str:
    words = " ".join(reply[finding.start : finding.end].split()).rstrip(".,;:")
    return words if len(words) <= WORDS_LIMIT else words[: WORDS_LIMIT - 1].rstrip() + "…"


def _echo(reply: str, reading: Reading) -> Styled:
    """The reply itself with its skills and its worst pitfall marked, unless it is very long."""
    if len(reply) > ECHO_LIMIT:
        return Styled("")
    found = [*reading.skills, *reading.pitfalls]
    marks = tuple(sorted((Mark(f.start, f.end, f.label) for f in found), key=lambda m: (m.start, m.end)))
    return Styled(reply, marks)
