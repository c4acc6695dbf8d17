"""Proposes the points of the cues from labelled replies: python -m benchmarks.points --data DIR > weights.yaml

A reply shows a label when its best sentence has enough points. The points are the coefficients of a logistic
regression over the cues of a sentence (the rules that find something in it, and the signs of its structure), fitted
so that only the best sentence of a reply that shows the label has to speak for it, then multiplied and rounded. Every
data set has the same say; the lines of tests/replies/dev.jsonl are one more. The points a sentence needs are those
that give the best mean F1. Needs scikit-learn, which the project itself does not: pip install scikit-learn
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.public import TASKS, Task, most, one_of, read_rows
from bot.content import content_folder
from dialogs.diagnostic import Diagnostic
from dialogs.reader import Reader, load_reader
from dialogs.reader.explanation import Note
from dialogs.reader.shape import HINTS
from dialogs.reading import Context

SCALE = 5
RARE = 12
"""A cue of fewer sentences gets no points."""
SMALL = 0.12
"""A coefficient smaller than this is left out."""
LOW_QUALITY = 3
"""Replies of sessions that experts call bad count more, so that a lecture is not taken for listening."""
OURS = Path(__file__).parent.parent / "tests" / "replies" / "dev.jsonl"


@dataclass(frozen=True)
class Plan:
    """What the points of one label are fitted on."""

    tasks: tuple[str, ...]
    ours: str | None = None
    """Which label of our own lines says the same."""
    say: float = 2.0
    """How much our own lines count when the needed points are chosen; a public task counts 1."""
    strength: int = 2
    one_of: tuple[str, ...] = ()
    without: tuple[str, ...] = field(default_factory=tuple)
    """Cues that often stand beside the label and say nothing of it."""


TELLING = (
    Task("AnnoMI information", "annomi", lambda row: most("input")(row) and not most("advice")(row), {"information"}),
    Task("MI-gold information", "migold", one_of("code", "Give Information"), {"information"}),
    Task("ESConv information", "esconv", one_of("strategy", "Information"), {"information"}),
)
GIVES_BACK = ("echo_1", "so_you", "so_they", "retells_you", "stressed_detail", "admits", "hears_you")
FEELS = (
    *("must_be_hard", "must_be_feeling", "says_feeling", "feel_with_you", "must_have", "sounds_like_you_feel"),
    *("sounds_hard", "that_hurts", "feel_alongside", "i_feel_you", "exclaims", "friendly_word", "bare_sorry"),
    *("sorry_for_you", "understand_why", "anyone_would", "makes_sense"),
)
WARM = (
    *("sorry_for_you", "hurts_me_too", "hugs", "we_care", "you_matter", "finest_you", "wishes", "encouraged"),
    *(
        "you_can_do_it",
        "gets_better",
        "reach_me",
        "praise",
        "friendly_word",
        "that_hurts",
        "i_feel_you",
        "says_feeling",
    ),
    *("affirm", "presence", "bare_sorry", "feel_with_you", "feel_alongside", "glad_for_you", "tell_me", "thanks"),
    *("must_have", "must_be_hard", "agrees", "i_as_helper", "i_hope"),
)
PLANS = {
    "turn_toward": Plan(("EPITOME explorations", "ESConv question"), "turn_toward", say=0.5, strength=1),
    "reflection": Plan(("AnnoMI reflection", "ESConv reflection")),
    "advice": Plan(("ESConv advice", "MI-gold advice")),
    "fixing": Plan(("ESConv advice", "MI-gold advice"), "fixing"),
    "listen": Plan(("AnnoMI reflection", "ESConv reflection"), "listen", strength=1, one_of=GIVES_BACK, without=FEELS),
    "self_disclosure": Plan(("EPITOME interpretations", "ESConv self-disclosure", "MI-gold self-disclosure")),
    "empathize": Plan(
        ("EPITOME emotional reactions", "MI-gold support"), "empathize", say=1.2, strength=1, one_of=WARM
    ),
    "closed_question": Plan(("AnnoMI closed question", "MI-gold closed question")),
    "information": Plan(tuple(task.name for task in TELLING)),
}


@dataclass
class Replies:
    """The replies a label is fitted on, with the cues of their sentences."""

    cues: list[list[set[str]]] = field(default_factory=list)
    gold: list[bool] = field(default_factory=list)
    already: list[bool] = field(default_factory=list)
    """Whether rules alone show the task's labels."""
    source: list[str] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)

    def add(self, cues: list[set[str]], gold: bool, already: bool, source: str, weight: float) -> None:
        self.cues.append(cues)
        self.gold.append(gold)
        self.already.append(already)
        self.source.append(source)
        self.weight.append(weight)


def unweighed_reader() -> Reader:
    """The reader of the packaged content without its points."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "reader"
        shutil.copytree(content_folder(None) / "reader", folder)
        (folder / "weights.yaml").unlink(missing_ok=True)
        problems: list[Diagnostic] = []
        reader = load_reader(folder, "reader", problems, prove=False)
    if reader is None:
        sys.exit("\n".join(map(str, problems)))
    return reader


class Bench:
    """All labelled replies, read once."""

    def __init__(self, data: Path) -> None:
        self._reader = unweighed_reader()
        self._rows = read_rows(data / "dev")
        self._ours = [json.loads(line) for line in OURS.open(encoding="utf-8")]
        self._tasks = {task.name: task for task in (*TASKS, *TELLING)}
        self._read: dict[tuple[str, str], tuple[list[set[str]], set[str]]] = {}

    def replies(self, plan: Plan) -> Replies:
        out = Replies()
        for name in plan.tasks:
            task = self._tasks[name]
            rows = [row for row in self._rows[task.data] if task.rows(row)]
            for row in rows:
                cues, labels = self._look(row["context"], row["reply"])
                weight = 2000 / len(rows) * (LOW_QUALITY if row.get("quality") == "low" else 1)
                out.add(cues, task.gold(row), bool(labels & task.labels), name, weight)
        ours = [line for line in self._ours if plan.ours and plan.ours not in line["maybe"]]
        for line in ours:
            cues, labels = self._look(line["context"], line["reply"])
            out.add(cues, plan.ours in line["skills"] + line["pitfalls"], plan.ours in labels, "ours", 2500 / len(ours))
        return out

    def _look(self, context: str, reply: str) -> tuple[list[set[str]], set[str]]:
        if (context, reply) not in self._read:
            explained = self._reader.explain(reply, Context(context))
            cues = [set(note.cues) - _about_lines(note) for note in explained.notes] or [set()]
            reading = explained.reading
            labels = {one.label for one in (*reading.skills, *reading.pitfalls, *reading.acts)}
            self._read[context, reply] = cues, labels
        return self._read[context, reply]


def _about_lines(note: Note) -> set[str]:
    """Rules that only give hints of the other person's line are no cues in a reply."""
    return {
        match.rule.id
        for match in note.matches
        if match.rule.shape.shows and set(match.rule.shape.shows) <= set(HINTS) - {"concession"}
    }


def fit(plan: Plan, replies: Replies) -> tuple[int, dict[str, int]]:
    """The points a sentence needs, and those of every cue."""
    sentences = [cues - set(plan.without) for reply in replies.cues for cues in reply]
    owner = np.array([number for number, reply in enumerate(replies.cues) for _ in reply])
    common = Counter(cue for cues in sentences for cue in cues)
    vectorizer, model = _train(sentences, owner, replies, lambda cue: common[cue] >= RARE)
    strong = {cue for cue, c in zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True) if abs(c) >= SMALL}
    vectorizer, model = _train(sentences, owner, replies, strong.__contains__)
    points = {
        str(cue): round(float(c) * SCALE)
        for cue, c in zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)
    }
    needs = _threshold(plan, replies, points)
    if needs < 1:  # every sentence either asks or states: both begin with what is missing
        for kind in ("statement", "question"):
            points[kind] = points.get(kind, 0) + 1 - needs
        needs = 1
    return needs, {cue: p for cue, p in points.items() if p}


def _train(
    sentences: list[set[str]], owner: Any, replies: Replies, use: Callable[[str], bool]
) -> tuple[DictVectorizer, LogisticRegression]:
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([{cue: 1.0 for cue in cues if use(cue)} for cues in sentences])
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
    gold = np.array(replies.gold)[owner]
    length = np.bincount(owner)
    weight = np.array(replies.weight)[owner] / length[owner] ** 0.5
    keep = np.ones(len(sentences), dtype=bool)
    for _ in range(4):
        model = LogisticRegression(C=0.08, max_iter=500, solver="liblinear")
        model.fit(matrix[keep], gold[keep], sample_weight=weight[keep])
        score = model.decision_function(matrix)
        best = np.full(len(length), -np.inf)
        np.maximum.at(best, owner, score)
        keep = ~gold | (score >= best[owner] - 1e-9) | (score > 0.3)
    return vectorizer, model


def _threshold(plan: Plan, replies: Replies, points: Mapping[str, int]) -> int:
    """The needed points with the best mean F1, where each public task counts 1."""
    best = np.array([max(sum(points.get(cue, 0) for cue in cues) for cues in reply) for reply in replies.cues])
    gold, already, source = np.array(replies.gold), np.array(replies.already), np.array(replies.source)

    def value(needs: int) -> float:
        found = (best >= needs) | already
        figures = ((name, source == name) for name in dict.fromkeys(replies.source))
        return sum(
            (plan.say if name == "ours" else 1.0)
            * float(2 * (found & gold & here).sum() / max(1, (found & here).sum() + (gold & here).sum()))
            for name, here in figures
        )

    return max(range(-15, 30), key=value)


def written(label: str, plan: Plan, needs: int, points: Mapping[str, int]) -> Iterator[str]:
    yield f"  {label}:"
    yield f"    needs: {needs}"
    if plan.one_of:
        yield f"    one_of: [{', '.join(plan.one_of)}]"
    yield f"    strength: {plan.strength}"
    yield "    cues:"
    yield from (f"      {cue}: {p}" for cue, p in sorted(points.items(), key=lambda cue: (-cue[1], cue[0])))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    warnings.filterwarnings("ignore")
    bench = Bench(options.parse_args().data)
    print("# How cues speak together: a sentence shows a label when its cues (rules and signs) have enough points.")
    print("# The points were proposed by benchmarks/points.py from labelled replies, and rounded; see docs/reader.md.")
    print("weights:")
    for label, plan in PLANS.items():
        print(*written(label, plan, *fit(plan, bench.replies(plan))), sep="\n")


if __name__ == "__main__":
    main()
