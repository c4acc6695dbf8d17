"""The coach as people start it: a process with a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ATTUNE = str(Path(sys.executable).with_name("attune"))
ROOT = Path(__file__).resolve().parents[2]
ONBOARDING = ("1", "1", "Sam")
"""18 or older; my partner; a name. Then the first try."""
REPLY = "That must have been tough. How did that make you feel?"


class Home:
    """An empty home directory, and the coach started in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.env = {**keep, "HOME": str(path), "PYTHONWARNINGS": "error"}

    def run(
        self, *words: str, typed: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``attune`` to its end, with ``typed`` as its input."""
        return subprocess.run(
            [ATTUNE, *words],
            input=typed,
            env={**self.env, **(env or {})},
            cwd=self.path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def chat(self, *lines: str) -> str:
        """What the coach says to these lines, typed through a pipe."""
        done = self.run("chat", typed="".join(line + "\n" for line in lines))
        assert (done.returncode, done.stderr) == (0, "")
        return " ".join(done.stdout.split())  # wrapping is of no concern here
