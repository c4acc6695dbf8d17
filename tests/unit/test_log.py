"""What is logged carries nobody's words."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from bot import app
from bot.settings import Settings


async def test_an_error_that_nobody_waited_for_is_logged_without_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def fail() -> None:
        raise LookupError("zanzibar")

    monkeypatch.setenv("HOME", str(tmp_path))
    async with app.opened(Settings(database_url=f"sqlite:///{tmp_path}/attune.db")):
        asyncio.get_running_loop().create_task(fail())
        await asyncio.sleep(0)
        gc.collect()
    told = capfd.readouterr().err
    assert "zanzibar" not in told
    assert "LookupError" in told
    assert "test_log.py" in told
