"""Strict YAML: plain data plus the position of every value.

PyYAML reads YAML 1.1, where ``on`` is true, ``21:30`` is 1290 and a repeated key silently wins. Here scalars
follow YAML 1.2, and whatever the two versions read differently must be put in quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dialogs.diagnostic import Diagnostic

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

MAX_BYTES = 512 * 1024

Path_ = tuple[str | int, ...]

_AMBIGUOUS = re.compile(
    r"^(?:yes|no|on|off|y|n|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|0[0-7]+)$", re.IGNORECASE
)

_BRACE = re.compile(r"(?:^|[:-])\s+\{\w+\}.")  # “say: {Partner} says”


class _Loader(_Base):
    """Composes nodes with YAML 1.2 scalars."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]+\.[0-9]+$", "-+0123456789"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


@dataclass(frozen=True)
class Source:
    """One file's data, with the (line, column) of every key and value, counted from 1."""

    file: str
    data: Any
    keys: dict[Path_, tuple[int, int]] = field(repr=False)
    values: dict[Path_, tuple[int, int]] = field(repr=False)

    def at(self, path: Path_, *, key: bool = False) -> tuple[int, int]:
        """The position of ``path``; parts that the file does not have are passed over."""
        known: Path_ = ()
        for part in path:
            if (*known, part) in self.values:
                known = (*known, part)
        table = self.keys if key and known in self.keys else self.values
        return table.get(known, (1, 1))

    def problem(self, path: Path_, code: str, message: str, fix: str, *, key: bool = False) -> Diagnostic:
        line, column = self.at(path, key=key)
        return Diagnostic(self.file, line, column, code, message, fix)


def read_source(path: Path, name: str, problems: list[Diagnostic]) -> Source | None:
    """Read the file at ``path``; ``name`` is what diagnostics call it. None when it cannot be used."""
    raw = path.read_bytes()
    if len(raw) > MAX_BYTES:
        problems.append(Diagnostic(name, 1, 1, "Y006", f"The file is larger than {MAX_BYTES // 1024} KB.", "Split it."))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.append(Diagnostic(name, line, 1, "Y006", "The file is not UTF-8.", "Save it as UTF-8."))
        return None
    return parse_source(text, name, problems)


def parse_source(text: str, name: str, problems: list[Diagnostic]) -> Source | None:
    """Like :func:`read_source`, from text. Every problem found is added to ``problems``."""
    before = len(problems)
    try:
        anchor = next((e for e in yaml.parse(text, _Loader) if getattr(e, "anchor", None)), None)
        if anchor is not None:
            problems.append(
                Diagnostic(
                    name,
                    *_position(anchor),
                    "Y004",
                    "Anchors (&) and aliases (*) are not used here.",
                    "Write the value out, or put the text in quotes if it starts with & or *.",
                )
            )
            return None
        node = yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        problems.append(_syntax(name, text, error))
        return None
    except yaml.YAMLError as error:  # a character that YAML does not allow
        line = text[: getattr(error, "position", 0)].count("\n") + 1
        problems.append(
            Diagnostic(name, line, 1, "Y001", "The file holds a character YAML does not allow.", "Remove it.")
        )
        return None
    if node is None:
        problems.append(Diagnostic(name, 1, 1, "Y006", "The file is empty.", "Write something, or remove the file."))
        return None
    reader = _Reader(name, problems)
    data = reader.build(node, ())
    return None if len(problems) > before else Source(name, data, reader.keys, reader.values)


def _syntax(name: str, text: str, error: yaml.MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    unclosed = "quoted scalar" in (error.context or "")
    if unclosed:  # what is wrong is where the quote opens, not where the file ends
        mark = error.context_mark or mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if unclosed:
        return Diagnostic(name, line, column, "Y001", "A quote opens here and is not closed well.", "Close the quotes.")
    what = (error.problem or "it cannot be read").rstrip(".")
    written = (text.splitlines() or [""])[min(line, text.count("\n") or 1) - 1]
    if "\t" in written:
        return Diagnostic(name, line, column, "Y003", "There is a tab here.", "Indent with spaces.")
    if "undefined alias" in what:
        return Diagnostic(name, line, column, "Y004", "A value starts with *.", "Put the text in quotes.")
    if _BRACE.search(written):
        return Diagnostic(name, line, column, "Y001", "A text begins with {.", "Put the text in double quotes.")
    return Diagnostic(
        name,
        line,
        column,
        "Y001",
        f"This is not readable YAML: {what}.",
        "Check quotes, colons and indentation nearby.",
    )


class _Reader:
    def __init__(self, name: str, problems: list[Diagnostic]) -> None:
        self.name = name
        self.problems = problems
        self.keys: dict[Path_, tuple[int, int]] = {}
        self.values: dict[Path_, tuple[int, int]] = {}

    def build(self, node: yaml.Node, path: Path_) -> Any:
        self.values[path] = _position(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._add(key_node, "S003", "A key must be a plain word.", "Write a word before the colon.")
                continue
            self._scalar(key_node)
            key = str(key_node.value)
            if key in out:
                self._add(
                    key_node,
                    "Y002",
                    f"“{key}” stands here a second time.",
                    "Give it another name, or remove one.",
                )
                continue
            self.keys[*path, key] = _position(key_node)
            out[key] = self.build(value_node, (*path, key))
        return out

    def _scalar(self, node: yaml.Node) -> Any:
        value: str = node.value
        if not getattr(node, "style", None) and _AMBIGUOUS.match(value):
            self._add(
                node,
                "Y005",
                f"Some YAML tools read {value} without quotes as something else.",
                f'Put it in quotes: "{value}".',
            )
        kind = node.tag.rpartition(":")[2]
        if kind == "bool":
            return value == "true"
        if kind == "int":
            return int(value)
        if kind == "float":
            return float(value)
        return None if kind == "null" else value

    def _add(self, node: yaml.Node, code: str, message: str, fix: str) -> None:
        self.problems.append(Diagnostic(self.name, *_position(node), code, message, fix))


def _position(node: yaml.Node | yaml.Event) -> tuple[int, int]:
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
