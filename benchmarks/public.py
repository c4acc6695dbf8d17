"""How well the reader reads, on public data that people have labelled: python benchmarks/public.py --data DIR

DIR holds ``dev`` and ``heldout``, each with epitome.csv, annomi.csv, esconv.csv, migold.csv and (held out only)
edintents.csv; benchmarks/README.md says where the data come from. A task is right when any of its labels is found.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content import content_folder
from dialogs.course import ContentError
from dialogs.diagnostic import Diagnostic
from dialogs.reader import Reader, load_reader
from dialogs.reading import Context, Reading

Row = dict[str, str]

QUESTION = {"open_question", "closed_question", "turn_toward"}
REFLECTION = {"listen", "reflection", "names_feeling"}
ADVICE = {"advice", "fixing"}
STORY = {"self_disclosure", "hijacking"}
SUPPORT = {"empathize", "validate", "affirmation", "sympathy"}
ACKNOWLEDGING = {"empathize", "validate", "listen", "reflection", "affirmation"}
TELLING = {"advice", "fixing", "information", "judging", "minimizing", "dismissing"}
WELL_WISHING = {"encouraging", "wishing", "appreciating", "expressing_relief"}


@dataclass(frozen=True)
class Task:
    """One yes-or-no question about a reply, as people answered it and as the reader does."""

    name: str
    data: str
    gold: Callable[[Row], bool]
    labels: set[str]
    rows: Callable[[Row], bool] = lambda row: True


def one_of(column: str, *values: str) -> Callable[[Row], bool]:
    return lambda row: row[column] in values


def above(column: str) -> Callable[[Row], bool]:
    """Not labelled 0."""
    return lambda row: row[column] != "0"


def most(column: str) -> Callable[[Row], bool]:
    """More than half of the annotators said so."""
    return lambda row: float(row[column]) > 0.5


def one_sentence(row: Row) -> bool:
    """A message of several sentences has one label in ESConv, for its main move only."""
    return len([part for part in re.split(r"(?<=[.!?])\s+", row["reply"].strip()) if re.search(r"\w", part)]) == 1


ADVISING = ("Advise without Permission", "Advise with Permission", "Direct", "Warn")
EMPATHIC = ("acknowledging", "sympathizing", "consoling", "expressing_care_concern", "agreeing")
TASKS = (
    Task("EPITOME emotional reactions", "epitome", above("er"), {"empathize"}),
    Task("EPITOME interpretations", "epitome", above("ip"), {"validate", *STORY}),
    Task("EPITOME explorations", "epitome", above("ex"), {"turn_toward"}),
    Task("AnnoMI question", "annomi", most("question"), QUESTION),
    Task("AnnoMI open question", "annomi", most("open"), {"open_question"}),
    Task("AnnoMI closed question", "annomi", most("closed"), {"closed_question"}),
    Task("AnnoMI reflection", "annomi", most("reflection"), REFLECTION),
    Task("ESConv question", "esconv", one_of("strategy", "Questions"), {"turn_toward"}, one_sentence),
    Task(
        "ESConv reflection",
        "esconv",
        one_of("strategy", "Reflection of feelings", "Restatement or Paraphrasing"),
        REFLECTION,
        one_sentence,
    ),
    Task("ESConv advice", "esconv", one_of("strategy", "Providing Suggestions"), ADVICE),
    Task("ESConv self-disclosure", "esconv", one_of("strategy", "Self-disclosure"), STORY),
    Task("MI-gold question", "migold", one_of("code", "Open Question", "Closed Question"), QUESTION),
    Task("MI-gold closed question", "migold", one_of("code", "Closed Question"), {"closed_question"}),
    Task("MI-gold advice", "migold", one_of("code", *ADVISING), ADVICE),
    Task("MI-gold support", "migold", one_of("code", "Support", "Affirm"), SUPPORT),
    Task("MI-gold self-disclosure", "migold", one_of("code", "Self-Disclose"), STORY),
    Task("ED question", "edintents", one_of("intent", "questioning"), QUESTION),
    Task(
        "ED empathy",
        "edintents",
        one_of("intent", *EMPATHIC),
        ACKNOWLEDGING,
        lambda row: row["intent"] not in WELL_WISHING,
    ),
)
LEVELS = (("emotional reactions", "er", {"empathize"}), ("interpretations", "ip", {"validate", *STORY}))
LEVELS += (("explorations", "ex", {"turn_toward"}),)


def read_rows(folder: Path) -> dict[str, list[Row]]:
    """The rows of every file that is there."""
    rows: dict[str, list[Row]] = {}
    for name in sorted({task.data for task in TASKS}):
        if (path := folder / f"{name}.csv").exists():
            with path.open(encoding="utf-8", newline="") as file:
                rows[name] = list(csv.DictReader(file))
    return rows


def labels(reading: Reading) -> dict[str, int]:
    """Every label that was found, with its greatest strength."""
    out: dict[str, int] = {}
    for finding in (*reading.skills, *reading.pitfalls, *reading.acts):
        out[finding.label] = max(out.get(finding.label, 0), finding.strength)
    return out


def f1(pairs: Iterable[tuple[bool, bool]]) -> tuple[float, float, float, int]:
    """Precision, recall, F1 and the number of positives, from pairs of gold and found."""
    pairs = list(pairs)
    both = sum(gold and found for gold, found in pairs)
    positives, shown = sum(gold for gold, _ in pairs), sum(found for _, found in pairs)
    return both / max(1, shown), both / max(1, positives), 2 * both / max(1, positives + shown), positives


def tasks(rows: Mapping[str, list[Row]], found: Mapping[str, list[dict[str, int]]]) -> Iterator[str]:
    """A line for every task, and the mean."""
    figures = []
    yield f"{'task':30} {'rows':>5} {'yes':>5} {'prec.':>6} {'recall':>6} {'F1':>6}"
    for task in TASKS:
        if task.data in rows:
            picked = [(row, one) for row, one in zip(rows[task.data], found[task.data], strict=True) if task.rows(row)]
            precision, recall, figure, yes = f1((task.gold(row), bool(task.labels & one.keys())) for row, one in picked)
            figures.append(figure)
            yield f"{task.name:30} {len(picked):5} {yes:5} {precision:6.3f} {recall:6.3f} {figure:6.3f}"
    yield f"mean F1 of {len(figures)} tasks: {sum(figures) / len(figures):.3f}"


def levels(rows: list[Row], found: list[dict[str, int]]) -> Iterator[str]:
    """EPITOME's three levels: none, weak and strong."""
    for name, column, wanted in LEVELS:
        guess = [str(max((one[label] for label in wanted & one.keys()), default=0)) for one in found]
        each = [
            f1((row[column] == level, mine == level) for row, mine in zip(rows, guess, strict=True))[2]
            for level in "012"
        ]
        yield f"EPITOME {name}, 3 levels, macro-F1: {sum(each) / 3:.3f}"


def sessions(rows: list[Row], found: list[dict[str, int]], readings: list[Reading]) -> Iterator[str]:
    """AnnoMI: pitfalls on good reflections, and whether good sessions can be told from bad ones."""
    good = [
        bool(reading.pitfalls)
        for row, reading in zip(rows, readings, strict=True)
        if row["quality"] == "high" and row["main"] == "reflection" and float(row["input"]) == 0
    ]
    yield f"pitfalls raised on {len(good)} good reflections: {sum(good) / len(good):.1%}"
    shares: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, one in zip(rows, found, strict=True):
        shares[row["quality"], row["id"].split("-")[0]].append(
            bool(REFLECTION & one.keys()) - bool(TELLING & one.keys())
        )
    high, low = ([sum(s) / len(s) for (kind, _), s in shares.items() if kind == which] for which in ("high", "low"))
    pairs = [(a > b) + 0.5 * (a == b) for a in high for b in low]
    yield f"telling {len(high)} good from {len(low)} bad sessions, AUC: {sum(pairs) / len(pairs):.3f}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--split", choices=["dev", "heldout"], default="dev")
    chosen = options.parse_args()
    reader = the_reader()
    rows = read_rows(chosen.data / chosen.split)
    if not rows:
        options.error(f"there are no data in {chosen.data / chosen.split}")
    readings = {name: [reader.read(row["reply"], Context(row["context"])) for row in rows[name]] for name in rows}
    found = {name: [labels(reading) for reading in readings[name]] for name in rows}
    print(*tasks(rows, found), sep="\n")
    if "epitome" in rows:
        print(*levels(rows["epitome"], found["epitome"]), sep="\n")
    if "annomi" in rows:
        print(*sessions(rows["annomi"], found["annomi"], readings["annomi"]), sep="\n")


def the_reader() -> Reader:
    """The reader of the packaged content."""
    problems: list[Diagnostic] = []
    reader = load_reader(content_folder(None) / "reader", "reader", problems, prove=False)
    if reader is None:
        raise ContentError(problems)
    return reader


if __name__ == "__main__":
    main()
