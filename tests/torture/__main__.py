"""``make torture``: both ordeals in full, and the table of promises."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.torture.check import Report
from tests.torture.ordeal import die_anytime, die_everywhere


def main() -> None:
    """Run, print, and leave with 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    ordeals: dict[str, Callable[[Path], Report]] = {
        "Death at every commit and every send": lambda folder: die_everywhere(folder, chosen.seed),
        "Death at any moment": lambda folder: die_anytime(folder, chosen.seed, chosen.kills),
    }
    kept = True
    for name, ordeal in ordeals.items():
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            report = ordeal(Path(folder))
        sys.stdout.write(f"{name} (seed {chosen.seed}, {time.monotonic() - began:.0f} s)\n\n{report}\n\n")
        sys.stdout.flush()
        kept = kept and report.kept
    sys.exit(not kept)


if __name__ == "__main__":
    main()
