"""Settings: what is read, what is refused and what is shown."""

import os
import re
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, key_file, load_settings, show

DOCS = Path(__file__).parents[2] / "docs" / "operators.md"
KEY = "A" * 43 + "="  # always the same: it is part of the names of tests


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ATTUNE_")]:
        monkeypatch.delenv(name)


def shown() -> dict[str, tuple[str, str]]:
    return {setting.variable: (setting.value, setting.source) for setting in show(load_settings())}


def test_nothing_needs_to_be_set() -> None:
    settings = load_settings()
    assert re.fullmatch(r"sqlite:///.*attune\.db", settings.database_url)
    assert (settings.content, settings.secret_key, settings.log) == (None, None, "warning")
    assert {source for _, source in shown().values()} == {"default"}


def test_the_key_lies_apart_from_the_data() -> None:
    assert not load_settings().database_url.startswith(f"sqlite:///{key_file().parent}")
    assert shown()["ATTUNE_SECRET_KEY"] == (f"the key file {key_file()}", "default")


def test_what_is_set_is_read_and_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ATTUNE_DATABASE_URL", f"sqlite:///{tmp_path}/a.db")
    monkeypatch.setenv("ATTUNE_CONTENT", str(tmp_path))
    monkeypatch.setenv("ATTUNE_LOG", "INFO")
    settings = load_settings()
    assert (settings.content, settings.log) == (tmp_path, "info")
    assert shown()["ATTUNE_DATABASE_URL"] == (f"sqlite:///{tmp_path}/a.db", "environment")
    assert shown()["ATTUNE_CONTENT"] == (str(tmp_path), "environment")


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"ATTUNE_{name.upper()}", "")
    assert {source for _, source in shown().values()} == {"default"}


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://coach:rhubarb@db.example/attune?password=custard&sslmode=require"
    monkeypatch.setenv("ATTUNE_DATABASE_URL", address)
    monkeypatch.setenv("ATTUNE_SECRET_KEY", f"{KEY},{KEY}")
    settings = load_settings()
    everything = f"{settings!r} {settings} {show(settings)}"
    assert not any(secret in everything for secret in ("rhubarb", "custard", KEY))
    assert shown()["ATTUNE_DATABASE_URL"][0].startswith("postgresql://coach:***@db.example/attune?")
    assert shown()["ATTUNE_SECRET_KEY"] == ("(hidden)", "environment")
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == f"{KEY},{KEY}"


@pytest.mark.parametrize(
    ("variable", "value", "wrong"),
    [
        ("ATTUNE_DATABASE_URL", "attune.db", "is not the address of a database"),
        ("ATTUNE_DATABASE_URL", "postgresql://host:port/attune", "is not the address of a database"),
        ("ATTUNE_DATABASE_URL", "mysql://host/attune", "take sqlite or postgresql"),
        ("ATTUNE_DATABASE_URL", "sqlite://", "names no database"),
        ("ATTUNE_CONTENT", "/no/such/folder", "/no/such/folder, which is not a folder"),
        ("ATTUNE_SECRET_KEY", f"{KEY},rhubarb", "holds no key at place 2"),
        ("ATTUNE_TELEGRAM_TOKEN", "rhubarb", "is not a token"),
        ("ATTUNE_TELEGRAM_API", "localhost", "is not the address of a server"),
        ("ATTUNE_TELEGRAM_RATE", "fast", "is “fast”, which is not a number above 0, up to 1000"),
        ("ATTUNE_TELEGRAM_RATE", "0", "is “0”, which is not a number above 0, up to 1000"),
        ("ATTUNE_TELEGRAM_RATE", "1001", "is “1001”, which is not a number above 0, up to 1000"),
        ("ATTUNE_TELEGRAM_RATE", "nan", "is “nan”, which is not a number above 0, up to 1000"),
        ("ATTUNE_TELEGRAM_CHAT_RATE", "31", "is “31”, which is not a number above 0, up to 30"),
        ("ATTUNE_TELEGRAM_CHAT_BURST", "1.5", "is “1.5”, which is not a whole number from 1 to 30"),
        ("ATTUNE_TELEGRAM_CHAT_BURST", "31", "is “31”, which is not a whole number from 1 to 30"),
        ("ATTUNE_LEARNER_BURST", "0", "is “0”, which is not a whole number, 1 or more"),
        ("ATTUNE_LEARNER_RATE", "inf", "is “inf”, which is not a number above 0"),
        ("ATTUNE_LEARNER_INBOX", "many", "is “many”, which is not a whole number, 1 or more"),
        ("ATTUNE_LOG", "loud", "“loud”, which is none of debug, info, warning, error"),
    ],
)
def test_a_wrong_setting_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str, wrong: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as told:
        load_settings()
    text = str(told.value)
    assert text.startswith(f"{variable} ")
    assert wrong in text
    assert "rhubarb" not in text
    example = text.partition(f"Example: {variable}=")[2]
    if variable == "ATTUNE_CONTENT":
        example = str(tmp_path)
    monkeypatch.setenv(variable, example)
    load_settings()


def test_all_wrong_settings_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"ATTUNE_{name.upper()}", "rhubarb")
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert [line.split()[0] for line in str(told.value).splitlines()] == [
        f"ATTUNE_{name.upper()}" for name in Settings.model_fields
    ]


def test_every_setting_is_documented() -> None:
    named = re.findall(r"^\| `(ATTUNE_\w+)`", DOCS.read_text(), re.MULTILINE)
    assert named == [setting.variable for setting in show(load_settings())]
