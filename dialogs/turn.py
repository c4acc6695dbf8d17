"""The working state of one step: frames move, things are said, and in the end there is a new session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from random import Random

from dialogs.course import Course
from dialogs.deal import deal
from dialogs.effect import Attempt, Button, Complete, Effect, Offer, Say
from dialogs.feedback import Critic
from dialogs.guard import View, holds
from dialogs.machine import Taken
from dialogs.numbers import count
from dialogs.reading import SKILLS, Context, Reading, read_fitting
from dialogs.relocate import relocate
from dialogs.script import ALWAYS, REPLY, Ask, Card, Edge, Script, State, Text
from dialogs.session import Frame, Progress, Session
from dialogs.text import Styled
from dialogs.voice import Voice

HISTORY = 20  # steps that /back can undo
MAX_HOPS = 200  # states passed through in one step; content is checked for loops, so this is never reached


class Turn:
    """One step being taken. It works on copies; the session it began with stays as it was."""

    def __init__(self, course: Course, session: Session, progress: Progress, now: datetime, rng: Random) -> None:
        self.course = course
        self.progress = progress
        self.now = now
        self.rng = rng
        self.frames = list(session.frames)
        self.history = list(session.history)
        self.epoch = session.epoch
        self.offered = session.offered
        self.memory = dict(session.memory)
        self.seen = dict(session.seen)
        self.dealt = dict(session.dealt)
        self.effects: list[Effect] = []
        self.trace: list[tuple[str, str, str, int]] = []
        """Edges taken: script, state, trigger, index; a state entered has the trigger "" and index 0."""
        self.reading: Reading | None = None
        self.voice = Voice(course.language, self.seen, rng, self._value)
        self._done = set(progress.done)
        self._offering = False

    # ------------------------------------------------------------------ looking
    @property
    def top(self) -> Frame:
        return self.frames[-1]

    @property
    def script(self) -> Script:
        return self.course.scripts[self.top.script]

    @property
    def state(self) -> State:
        return self.script.states[self.top.state]

    @property
    def welcomed(self) -> bool:
        """Whether the first conversation is finished."""
        return self.course.start.script in self._done

    @property
    def relation(self) -> str:
        """Whom the learner chose to practise with: partner, child or friend."""
        return self.memory.get("relation", "partner")

    def view(self) -> View:
        """What guards can see now."""
        if not self.frames:
            return View(self.reading, 0, {}, frozenset(self._done), self.memory, first_time=False, paused=False)
        top = self.top
        return View(
            self.reading,
            top.tries.get(top.state, 0),
            top.chose,
            frozenset(self._done),
            self.memory,
            first_time=self.seen.get(f"at.{top.script}.{top.state}", 0) <= 1,
            paused=len(self.frames) > 1 and not top.called,
        )

    def context(self) -> Context:
        """What the learner's reply answers."""
        ask = self.state.ask
        card = self._card(ask)
        if card:
            line = self.voice.fill(card.line).text
            return Context(line, tuple(card.feelings), tuple(card.facts), card.speaker)
        if ask and ask.line:
            return Context(
                self.voice.fill(ask.line).text, tuple(ask.feelings), tuple(ask.facts), ask.speaker or self.relation
            )
        return Context()

    # ------------------------------------------------------------------ saying
    def phrase(self, name: str, **values: str) -> None:
        """One of the coach's standard sentences."""
        texts: list[Text] = getattr(self.course.phrases, name)
        with self.voice.knowing(values):
            self._say(texts, f"phrases.{name}")

    def present(self) -> None:
        """Show the present step again, as it was."""
        place = f"{self.top.script}.{self.top.state}.say"
        self.effects.extend(self.voice.say(self.state.say, place, self.view(), again=True))
        self._say_line()
        self._offering = True

    def ask_to_choose(self) -> None:
        """Offer the buttons again; the texts above them only when they were said long ago."""
        welcomed_back = bool(self.effects)
        self.phrase("choose")
        if welcomed_back:
            self.present()
        self._offering = True

    def _say(self, texts: Iterable[Text], place: str) -> None:
        self.effects.extend(self.voice.say(texts, place, self.view()))

    def _say_line(self) -> None:
        ask = self.state.ask
        card = self._card(ask)
        line = card.line if card else ask.line if ask else None
        if line:
            said = self.voice.fill(line)
            self.effects.append(Say(said.text, "line", said.marks))

    def _value(self, name: str) -> str:
        """The words for a placeholder."""
        if name in self.memory:
            return self.memory[name]
        if name == "person":
            return self._value(self.relation)
        if name in self.course.phrases.names:
            return self.course.phrases.names[name]
        if name.startswith("card."):
            card = self._latest_card()
            return self.voice.fill(getattr(card, name.removeprefix("card."))).text if card else ""
        return str(count(self.progress, self.course.lessons, frozenset(self._done)).get(name, ""))

    # ------------------------------------------------------------------ moving
    def open(self, script: str, *, called: bool = False) -> None:
        """Put a script on top; :meth:`enter` lets it speak."""
        found = self.course.scripts[script]
        self.frames.append(Frame(script=script, version=found.version, state=found.start, called=called))

    def home(self) -> None:
        """Leave everything and go where everything returns to."""
        self.frames = []
        self.open((self.course.menu if self.welcomed else self.course.start).script)

    def fire(self, trigger: str) -> None:
        """Take the first edge of the trigger whose guards hold, then let the next state speak."""
        before = tuple(self.frames)
        taken = self.course.machine(self.top.script).take(self.top.state, trigger, self.view())
        if taken is None:  # checked content always has a fallback
            self.phrase("go_on")
            self.present()
            return
        self._remember_choice(trigger)
        self._follow(taken)
        self.keep(before)

    def keep(self, before: tuple[Frame, ...]) -> None:
        """Note where the learner was, for /back, if they have moved since."""
        if [(f.script, f.state) for f in before] != [(f.script, f.state) for f in self.frames]:
            self.history = [*self.history, before][-HISTORY:]

    def enter(self) -> None:
        """Let the top state speak, and go on through states that do not wait."""
        for _ in range(MAX_HOPS):
            if not self.frames:
                self.home()
            if self.top.entered:  # an interruption is over
                self._resume()
                return
            self._arrive()
            if self.state.end:
                self._end(self.state.end)
            elif ALWAYS in self.state.when:
                taken = self.course.machine(self.top.script).take(self.top.state, ALWAYS, self.view())
                if taken is None:
                    self.home()
                else:
                    self._move(taken)
            else:
                return
        self.home()

    def judge(self, reply: str) -> bool:
        """Read a typed reply and give feedback on it; False when it cannot be read, which is no try."""
        self.reading = reading = read_fitting(self.course.reader, reply, self.context())
        if reading.unread:
            self._offering = True
        else:
            self.count_try()
            self.effects.append(self._attempt(reading))
        self.effects.append(Critic(self.course.feedback, self.voice, self.view()).comment(reply, reading, self._aim()))
        return reading.unread is None

    def _attempt(self, reading: Reading) -> Attempt:
        return Attempt(
            self.top.script,
            self.top.state,
            self.top.card,
            self.top.tries[self.top.state],
            tuple(skill for skill in SKILLS if any(f.label == skill for f in reading.skills)),
            tuple(sorted({f.label for f in reading.pitfalls})),
        )

    def _aim(self) -> tuple[str, ...]:
        """The skills this try is for: what the question says, else the card."""
        ask = self.state.ask
        card = self._card(ask)
        return (ask.aim if ask else None) or (card.aim if card else None) or ()

    def count_try(self) -> None:
        """One more reply in this state."""
        tries = {**self.top.tries, self.top.state: self.top.tries.get(self.top.state, 0) + 1}
        self._change(tries=tries)

    def undo(self) -> bool:
        """Go back to the step before; False when there is none."""
        while self.history:
            frames, _ = relocate(self.course, self.history.pop())
            if frames and frames[-1].entered:
                self.frames = list(frames)
                return True
        return False

    def _change(self, **values: object) -> None:
        self.frames[-1] = self.top.model_copy(update=values)

    def _remember_choice(self, trigger: str) -> None:
        if trigger != REPLY:
            self._change(chose={**self.top.chose, self.top.state: trigger})

    def _follow(self, taken: Taken) -> None:
        self._move(taken)
        if taken.edge.go or taken.edge.begin:
            self.enter()
        else:
            self._offering = True

    def _move(self, taken: Taken) -> None:
        """Say what the edge says, and go where it goes; nothing is entered yet."""
        edge: Edge = taken.edge
        self.trace.append((self.top.script, self.top.state, taken.trigger, taken.index))
        self.memory.update(edge.remember)
        self._say(edge.say, f"{self.top.script}.{self.top.state}.{taken.trigger}.{taken.index}")
        if edge.begin:
            self.frames = []
            self.open(edge.begin)
        elif edge.go:
            self._change(state=edge.go, entered=False)
            if edge.call:
                self.open(edge.call, called=True)

    def _arrive(self) -> None:
        top = self.top
        self.trace.append((top.script, top.state, "", 0))
        visits = f"at.{top.script}.{top.state}"
        self.seen[visits] = self.seen.get(visits, 0) + 1
        tries = {state: count for state, count in top.tries.items() if state != top.state}
        self._change(entered=True, tries=tries)
        ask = self.state.ask
        if ask and ask.deck:
            self._deal(ask.deck)
        self._say(self.state.say, f"{top.script}.{top.state}.say")
        self._say_line()
        self._offering = True

    def _end(self, how: str) -> None:
        ended = self.frames.pop()
        if how == "done":
            self._done.add(ended.script)
            self.effects.append(Complete(ended.script, self.course.scripts[ended.script].version))

    def _resume(self) -> None:
        if self.script.kind != "menu":
            self.phrase("resumed", title=self.script.title)
        self.present()

    # ------------------------------------------------------------------ cards
    def _deal(self, deck: str) -> None:
        cards = self.course.decks[deck].cards
        dealt = [name for name in self.dealt.get(deck, ()) if name in cards]
        card = deal(cards, dealt, self.relation, self.rng)
        self.dealt[deck] = (*(name for name in dealt if name != card), card)
        self._change(card=card)

    def _card(self, ask: Ask | None) -> Card | None:
        return self.course.card(ask.deck, self.top.card) if ask and ask.deck else None

    def _latest_card(self) -> Card | None:
        decks = [state.ask.deck for state in self.script.states.values() if state.ask and state.ask.deck]
        return next((card for deck in decks if (card := self.course.card(deck, self.top.card))), None)

    # ------------------------------------------------------------------ closing
    def close(self) -> tuple[Session, list[Effect]]:
        """The new session and all effects, with the keyboard that is now offered."""
        if not any(isinstance(effect, Say) for effect in self.effects):
            self.phrase("go_on")
        if self._offering:
            self.epoch += 1
            self.offered = tuple(self._buttons())
            if self.offered:
                self.effects.append(Offer(self.epoch, self.offered))
        session = Session(
            frames=tuple(self.frames),
            history=tuple(self.history),
            epoch=self.epoch,
            offered=self.offered,
            memory=self.memory,
            seen=self.seen,
            dealt=self.dealt,
            last=self.now,
        )
        return session, self.effects

    def _buttons(self) -> Iterable[Button]:
        view = self.view()
        for name, labels in self.state.buttons.items():
            label = next((label for label in labels if holds(label.if_, view)), None)
            if label:
                filled: Styled = self.voice.fill(label.text)
                yield Button(name, filled.text)
