"""What a learner sees in a terminal: effects as coloured text."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.style import Style
from rich.text import Text

from dialogs.effect import Effect, Offer, Say
from dialogs.text import outermost

WIDTH = 78
STYLES = {
    "strong": Style(bold=True),
    "listen": Style(color="cyan", bold=True),
    "empathize": Style(color="magenta", bold=True),
    "turn_toward": Style(color="green", bold=True),
    "validate": Style(color="blue", bold=True),
}
PITFALL = Style(color="yellow", bold=True, underline=True)
SIGNS = ("✓", "→")  # of feedback; they have a colour and need no brackets
EDGES = {"plain": "", "line": "  ┃ ", "model": "  │ ", "feedback": "  "}


class Screen:
    """Writes effects to a stream. Without colours, marked words stand in [brackets]."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False, soft_wrap=False)
        self._console.width = min(self._console.width, WIDTH)

    @property
    def coloured(self) -> bool:
        """Whether this stream takes colours; NO_COLOR and a pipe turn them off."""
        return self._console.color_system is not None and not self._console.no_color

    def show(self, effect: Effect) -> None:
        """Write one effect."""
        if isinstance(effect, Say):
            self._say(effect)
        elif isinstance(effect, Offer):
            self._offer(effect)

    def echo(self, words: str) -> None:
        """Write what a learner entered through a pipe."""
        self._console.print(Text(f"› {words}", style="dim"))

    def note(self, words: str) -> None:
        """Write a remark of the terminal itself."""
        self._console.print(Text(words, style="dim"))

    def _say(self, say: Say) -> None:
        """Write a message with its edge before every line, and an empty line after it."""
        text = Text(say.text) if self.coloured else Text(_bracketed(say))
        if self.coloured:
            for mark in say.marks:
                text.stylize(STYLES.get(mark.label, PITFALL), mark.start, mark.end)
        if say.style == "line":
            text = Text.assemble("“", text, "”", style="italic")
        edge = EDGES[say.style]
        for line in text.wrap(self._console, self._console.width - len(edge)):
            row = Text.assemble((edge, "dim"), line)
            row.rstrip()
            self._console.print(row)
        self._console.print()

    def _offer(self, offer: Offer) -> None:
        for number, button in enumerate(offer.buttons, start=1):
            self._console.print(Text.assemble((f"  {number}  ", "bold cyan"), button.label))
        self._console.print()


def _bracketed(say: Say) -> str:
    """The text with skills and pitfalls in brackets; emphasis stays plain."""
    marks = [mark for mark in say.marks if mark.label != "strong" and say.text[mark.start : mark.end] not in SIGNS]
    out = say.text
    for mark in sorted(outermost(marks), key=lambda mark: mark.start, reverse=True):
        out = f"{out[: mark.start]}[{out[mark.start : mark.end]}]{out[mark.end :]}"
    return out
