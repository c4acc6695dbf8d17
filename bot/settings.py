"""Settings: environment variables that begin with ATTUNE_. ``docs/operators.md`` explains them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cryptography.fernet import Fernet
from platformdirs import user_config_path, user_data_path
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.data import data_folder
from bot.errors import PlainError

PREFIX = "ATTUNE_"
LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(PlainError):
    """One or more settings are wrong; the text names each variable, the mistake and a right example."""


def key_file() -> Path:
    """Where the key is kept when ATTUNE_SECRET_KEY is not set: apart from the data, so that no copy holds both."""
    return user_config_path("attune", appauthor=False) / "secret.key"


def _default_database() -> str:
    file = user_data_path("attune", appauthor=False) / "attune.db"
    return URL.create("sqlite", database=str(file)).render_as_string()


def _database(value: str) -> str:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError("is not the address of a database") from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ValueError("names a kind of database that the coach does not use: take sqlite or postgresql")
    if not url.database:
        raise ValueError("names no database")
    return value


def _folder(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError(f"names {value}, which is not a folder")
    return value


def _keys(value: SecretStr) -> SecretStr:
    for number, key in enumerate(value.get_secret_value().split(","), 1):
        try:
            Fernet(key.strip())
        except ValueError:
            raise ValueError(f"holds no key at place {number}; docs/operators.md shows how to make one") from None
    return value


def _token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d+:[\w-]{20,}", value.get_secret_value()):
        raise ValueError("is not a token: digits, a colon, then many letters and digits")
    return value


def _server(value: str) -> str:
    if not re.fullmatch(r"https?://[^/\s?#]+/?", value):
        raise ValueError("is not the address of a server: scheme, host and perhaps a port")
    return value.rstrip("/")


def _log_level(value: str) -> str:
    if value.lower() not in LOG_LEVELS:
        raise ValueError(f"is “{value}”, which is none of {', '.join(LOG_LEVELS)}")
    return value.lower()


def _expected(words: str) -> WrapValidator:
    """In words of our own, what a number has to be."""

    def check(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
        try:
            return read(value)
        except ValidationError:
            raise ValueError(f"is “{value}”, which is not {words}") from None

    return WrapValidator(check)


class Settings(BaseSettings):
    """What an operator can choose; a field ``x`` is the variable ``ATTUNE_X``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default_factory=_default_database,
        repr=False,  # it may hold a password
        description="the database",
        examples=["sqlite:////var/lib/attune/attune.db"],
    )
    content: Annotated[Path, AfterValidator(_folder)] | None = Field(
        default=None,
        description="the folder with the content, instead of the one that comes with the coach",
        examples=["/home/me/my-content"],
    )
    secret_key: Annotated[SecretStr, AfterValidator(_keys)] | None = Field(
        default=None,
        description="the key for stored texts, instead of the key file; several are separated by commas",
        examples=[Fernet.generate_key().decode()],  # a new one each time: one printed for all would be no secret
    )
    telegram_token: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        default=None,
        description="the token of your bot, from @BotFather",
        examples=["110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"],
    )
    telegram_api: Annotated[str, AfterValidator(_server)] = Field(
        default="https://api.telegram.org",
        description="the Bot API server: scheme, host and port",
        examples=["http://localhost:8081"],
    )
    telegram_rate: Annotated[float, Field(gt=0, le=1000), _expected("a number above 0, up to 1000")] = Field(
        default=30, description="messages a second to everybody together", examples=["30"]
    )
    telegram_chat_rate: Annotated[float, Field(gt=0, le=30), _expected("a number above 0, up to 30")] = Field(
        default=1, description="messages a second to one chat, after a burst", examples=["1"]
    )
    telegram_chat_burst: Annotated[int, Field(ge=1, le=30), _expected("a whole number from 1 to 30")] = Field(
        default=6, description="messages to one chat that may go out at once", examples=["6"]
    )
    learner_burst: Annotated[int, Field(ge=1), _expected("a whole number, 1 or more")] = Field(
        default=60, description="messages and taps that one learner may send at once", examples=["60"]
    )
    learner_rate: Annotated[float, Field(gt=0, allow_inf_nan=False), _expected("a number above 0")] = Field(
        default=1, description="messages and taps a second of one learner, after a burst", examples=["1"]
    )
    learner_inbox: Annotated[int, Field(ge=1), _expected("a whole number, 1 or more")] = Field(
        default=200, description="messages and taps of one learner that may wait to be answered", examples=["200"]
    )
    log: Annotated[str, AfterValidator(_log_level)] = Field(
        default="warning",
        description=f"how much is logged: {', '.join(LOG_LEVELS)}",
        examples=["info"],
    )


@dataclass(frozen=True)
class Shown:
    """A setting as people may see it: secrets are hidden."""

    variable: str
    value: str
    source: str
    about: str


def load_settings() -> Settings:
    """The settings of this environment; raises ``SettingsError`` with all that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_mistakes(error))) from None  # its own text repeats the values


def show(settings: Settings) -> list[Shown]:
    """Every setting with its value and where that comes from, for ``attune settings``."""
    values = {
        "database_url": _without_password(settings.database_url),
        "content": str(settings.content or data_folder("content")),
        "secret_key": "(hidden)" if settings.secret_key else f"the key file {key_file()}",
        "telegram_token": "(hidden)" if settings.telegram_token else "(not set)",
        "telegram_api": settings.telegram_api,
        "telegram_rate": f"{settings.telegram_rate:g}",
        "telegram_chat_rate": f"{settings.telegram_chat_rate:g}",
        "telegram_chat_burst": str(settings.telegram_chat_burst),
        "learner_burst": str(settings.learner_burst),
        "learner_rate": f"{settings.learner_rate:g}",
        "learner_inbox": str(settings.learner_inbox),
        "log": settings.log,
    }
    return [
        Shown(
            variable=PREFIX + name.upper(),
            value=values[name],
            source="environment" if name in settings.model_fields_set else "default",
            about=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _mistakes(error: ValidationError) -> Iterator[str]:
    for mistake in error.errors(include_input=False, include_url=False):
        name = str(mistake["loc"][0])
        variable = PREFIX + name.upper()
        wrong = mistake["msg"].removeprefix("Value error, ")
        example = (Settings.model_fields[name].examples or [""])[0]
        yield f"{variable} {wrong}. Example: {variable}={example}"


def _without_password(address: str) -> str:
    url = make_url(address)
    hidden = {name: "hidden" for name in url.query if "pass" in name.lower()}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)
