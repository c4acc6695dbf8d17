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

from .conftest import ROOT

IGNORED = shutil.ignore_patterns(".*", "tests", "__pycache__", "*.egg-info")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``attune`` command of a fresh environment."""
    place = tmp_path_factory.mktemp("wheel")
    source, install = place / "src", place / "install"
    shutil.copytree(ROOT, source, ignore=IGNORED)
    venv.create(place / "env", with_pip=True)
    for step in re.findall(r"^RUN (.+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE):
        words = [word.replace("/install", str(install)) for word in shlex.split(step)]
        assert words[0] == "python", "the image must need nothing that this test does not do"
        building = "wheel" in words
        # the builder comes from the lock of this checkout, so that building needs no registry
        python = sys.executable if building else str(place / "env" / "bin" / "python")
        extra = ["--no-build-isolation"] if building else []
        subprocess.run([python, *words[1:], *extra], cwd=source, check=True, capture_output=True)
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


def test_the_coach_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "chat", typed="1\n1\nSam\nThat must have been tough.\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Sam comes to the door" in done.stdout
    assert "[That must have been tough]" in done.stdout


def test_the_wheel_carries_content_that_checks_clean(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "content", "check").returncode == 0
    assert run(installed, tmp_path, "content", "test").returncode == 0
