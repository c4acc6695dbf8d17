"""How fast the reader reads, and how much it needs: python benchmarks/speed.py

Replies of 12 to 18 words come from tests/replies; each is read as an answer to its line, once to warm up and
then timed. The worst case is the slowest of several hostile texts of 4096 characters, the best of three tries each.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

REPLIES = Path(__file__).parent.parent / "tests" / "replies"
ROUNDS = 5
HOSTILE = {
    "one letter": "a" * 4096,
    "one word": "so " * 1365,
    "questions": "why? " * 819,
    "unfinished phrases": "i know how you " * 273,
    "feelings": "sad angry so really very " * 163,
    "negations": "not never " * 409,
    "no spaces": "ithinkyoushould" * 273,
    "emoji": "😢" * 4096,
    "quotes": "\"' " * 1365,
    "combining marks": "e\u0301" * 2048,
    "punctuation": "?!., " * 819,
    "all kinds": "I get why you're upset, but you should just talk to her. Have you tried? At least you " * 48,
}


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def memory() -> float:
    """The most memory this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    from benchmarks.public import the_reader  # the libraries are loaded before memory is measured
    from dialogs.reading import Context

    before = memory()
    start = time.perf_counter()
    reader = the_reader()
    print(f"loading: {time.perf_counter() - start:.2f} s")
    lines = [json.loads(line) for file in sorted(REPLIES.rglob("*.jsonl")) for line in file.open(encoding="utf-8")]
    items = [(one["reply"], Context(one["context"])) for one in lines if 12 <= len(one["reply"].split()) <= 18]

    def read_all() -> None:
        for reply, context in items:
            reader.read(reply, context)

    first = seconds(read_all)
    usual = min(seconds(read_all) for _ in range(ROUNDS))
    print(f"a reply of about 15 words ({len(items)} of them): {usual / len(items) * 1e6:.0f} µs")
    print(f"the same, with lines and words never seen before: {first / len(items) * 1e6:.0f} µs")
    for name, text in HOSTILE.items():
        fastest = min(seconds(partial(reader.read, text[:4096], Context(f"{n} {text[:500]}"))) for n in range(3))
        print(f"4096 characters, {name}: {fastest * 1e3:.1f} ms")
    print(f"memory for the reader: {memory() - before:.0f} MB")


if __name__ == "__main__":
    main()
