"""The script language as typed values: what ``docs/authors.md`` describes, and nothing else."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Speaker = Literal["partner", "child", "friend"]
Kind = Literal["start", "menu", "page", "lesson", "practice", "part"]
Afterwards = Literal["resume", "restart", "abandon"]

REPLY = "reply"
ALWAYS = "always"
PLURAL_FORMS = ("zero", "one", "two", "few", "many", "other")


def _listed(value: Any) -> Any:
    """One item may stand for a list of one."""
    return value if isinstance(value, list) else [value]


def _as_text(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class Part(BaseModel):
    """Base of every piece of the language: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Names = Annotated[tuple[Id, ...], BeforeValidator(lambda value: tuple(_listed(value))), Field(min_length=1)]


class Guard(Part):
    """Conditions, all of which must hold."""

    shows: Names | None = None
    shows_any: Names | None = None
    shows_count: Annotated[int, Field(ge=1, le=4)] | None = None
    avoids: Names | None = None
    falls_into: Names | None = None
    try_: Annotated[int | None, Field(ge=1, alias="try")] = None
    chose: dict[Id, Id] | None = None
    done: Names | None = None
    knows: Id | None = None
    remembers: dict[Id, Words] | None = None
    first_time: Literal[True] | None = None
    paused: bool | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("“if” holds no guard")
        return self

    @property
    def about_reply(self) -> bool:
        """Whether it asks about a reply that was read."""
        fields = (self.shows, self.shows_any, self.shows_count, self.avoids, self.falls_into)
        return any(value is not None for value in fields)


class Text(Part):
    """One message: a plain text, a variant, a sequence, a plural or a model answer."""

    text: Words | None = None
    any: Annotated[list[Words], Field(min_length=2)] | None = None
    then: Annotated[list[Words], Field(min_length=2)] | None = None
    model: Words | None = None
    plural: Id | None = None
    zero: Words | None = None
    one: Words | None = None
    two: Words | None = None
    few: Words | None = None
    many: Words | None = None
    other: Words | None = None
    if_: Annotated[Guard | None, Field(alias="if")] = None
    once: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [name for name in ("text", "any", "then", "model", "plural") if getattr(self, name) is not None]
        if len(forms) != 1:
            raise ValueError("a text needs exactly one of text, any, then, model, plural")
        if self.plural is None and any(getattr(self, form) is not None for form in PLURAL_FORMS):
            raise ValueError("plural forms need “plural: <number>” beside them")
        return self

    @property
    def templates(self) -> dict[tuple[str | int, ...], str]:
        """Every template with its place inside this text."""
        out: dict[tuple[str | int, ...], str] = {}
        for name in ("text", "model", *PLURAL_FORMS):
            if (value := getattr(self, name)) is not None:
                out[name,] = value
        for name in ("any", "then"):
            for index, value in enumerate(getattr(self, name) or ()):
                out[name, index] = value
        return out


OneText = Annotated[Text, BeforeValidator(_as_text)]
Texts = Annotated[list[OneText], BeforeValidator(_listed)]


class Ask(Part):
    """A question for typed words: a practice try, or something to remember."""

    line: Words | None = None
    speaker: Speaker | None = None
    feelings: list[Id] = []
    facts: list[Words] = []
    deck: Id | None = None
    aim: Names | None = None
    remember: Id | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 300

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [name for name in ("line", "deck", "remember") if getattr(self, name) is not None]
        if len(forms) != 1:
            raise ValueError("a question needs exactly one of line, deck, remember")
        own: dict[str, set[str]] = {
            "line": {"line", "speaker", "feelings", "facts", "aim"},
            "deck": {"deck", "aim"},
            "remember": {"remember", "limit"},
        }
        if odd := sorted(self.model_fields_set - own[forms[0]]):
            raise ValueError(f"“{odd[0]}” does not go with “{forms[0]}”")
        return self


class Edge(Part):
    """What happens on a trigger."""

    if_: Annotated[Guard | None, Field(alias="if")] = None
    say: Texts = []
    go: Id | None = None
    call: Id | None = None
    begin: Id | None = None
    remember: dict[Id, Words] = {}

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if self.begin and (self.go or self.call):
            raise ValueError("“begin” leaves this script: it does not go with “go” or “call”")
        if self.call and not self.go:
            raise ValueError("“call” needs “go”: the state to come back to")
        if not (self.go or self.begin or self.say):
            raise ValueError("an edge that stays here needs something to say")
        return self


class Label(Part):
    """A button's label, shown when its guards hold."""

    text: Words
    if_: Annotated[Guard | None, Field(alias="if")] = None


Labels = Annotated[list[Annotated[Label, BeforeValidator(_as_text)]], BeforeValidator(_listed), Field(min_length=1)]
Edges = Annotated[list[Edge], BeforeValidator(_listed), Field(min_length=1)]


class State(Part):
    """A place in a script: it waits, passes on or ends."""

    say: Texts = []
    ask: Ask | None = None
    buttons: dict[Id, Labels] = {}
    when: dict[Id, Edges] = {}
    end: Literal["done", "left"] | None = None

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        if self.end and (self.ask or self.buttons or self.when):
            raise ValueError("a state that ends has no ask, buttons or when")
        if ALWAYS in self.when and (self.ask or self.buttons or len(self.when) > 1):
            raise ValueError("“always” passes on at once: no ask, buttons or other triggers beside it")
        if reserved := {REPLY, ALWAYS} & set(self.buttons):
            raise ValueError(f"a button cannot be called “{reserved.pop()}”")
        return self

    @property
    def waits(self) -> bool:
        return bool(self.ask or self.buttons)


class Command(Part):
    """The command that opens a script at any moment."""

    name: Id
    about: Annotated[str, StringConstraints(min_length=3, max_length=256)]
    afterwards: Afterwards = "resume"


class Script(Part):
    """One file: a conversation with a stable id."""

    script: Id
    version: Annotated[int, Field(ge=1)]
    kind: Kind
    title: Words
    command: Command | None = None
    start: Id
    safe: Id | None = None
    was: list[Id] = []
    renamed: dict[Id, Id] = {}
    states: Annotated[dict[Id, State], Field(min_length=1)]

    @property
    def refuge(self) -> str:
        """The state to fall back on when a learner's place is gone."""
        return self.safe or self.start


class Card(Part):
    """Somebody says something: one situation to practise with."""

    speaker: Speaker
    mood: Literal["hard", "good"]
    setting: Words
    line: Words
    feelings: Annotated[list[Id], Field(min_length=1)]
    facts: Annotated[list[Words], Field(min_length=1)]
    aim: Names | None = None
    model: Words
    why: Words


class Deck(Part):
    """A set of practice cards."""

    deck: Id
    version: Annotated[int, Field(ge=1)]
    cards: Annotated[dict[Id, Card], Field(min_length=1)]
