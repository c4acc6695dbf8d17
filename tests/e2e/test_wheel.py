"""The wheel, installed in a clean environment in another directory by the very steps of the Dockerfile."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from .home import ROOT

IGNORED = shutil.ignore_patterns(".*", "tests", "__pycache__", "*.egg-info")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The ``attune`` command of a fresh environment."""
    place = tmp_path / "wheel"
    source, install = place / "src", place / "install"
    shutil.copytree(ROOT, source, ignore=IGNORED)
    venv.create(place / "env")
    # The builder comes from the lock of this checkout, so that building needs no registry; pip is ours as well, as it
    # takes long to put one into every environment, and longer to compile what is never used.
    pip = [sys.executable, "-m", "pip"]
    there = ["--python", str(place / "env" / "bin" / "python")]
    for step in re.findall(r"^RUN (.+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE):
        words = [word.replace("/install", str(install)) for word in shlex.split(step)]
        assert words[:3] == ["python", "-m", "pip"], "the image must need nothing that this test does not do"
        building = words[3] == "wheel"
        command = [*pip, *words[3:], "--no-build-isolation"] if building else [*pip, *there, *words[3:], "--no-compile"]
        subprocess.run(command, cwd=source, check=True, capture_output=True)
        if building:
            shutil.copytree(source / "dist", install)
            shutil.copy(source / "requirements.lock", install)
    shutil.rmtree(source)
    return place / "env" / "bin" / "attune"


def run(attune: Path, home: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(home)}
    return subprocess.run(
        [str(attune), *words], input=typed, env=env, cwd=home, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_coach_runs_from_the_wheel_with_content_that_checks_clean(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "chat", typed="1\n1\nSam\nThat must have been tough.\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Sam comes to the door" in done.stdout
    assert "[That must have been tough]" in done.stdout
    for what in ("check", "test"):
        assert run(installed, tmp_path, "content", what).returncode == 0
