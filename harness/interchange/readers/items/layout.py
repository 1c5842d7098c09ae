"""Where the rows of a source lie, as its mapping says it: in which files, at which place in them, and what lies beside.

    files: results/{folder}/instance_results/{benchmark}.json    # or a list; the end of a path below what is imported
    rows: leaderboards.*.results.*.per_instance_details.{item}   # or a list of steps, for keys that have dots
    beside:
      meta: results/{folder}/metadata.json
      scores: {file: results/{folder}/scores.json, find: benchmark}
    split: {$.subject_id: "terminus-2_{name}_at_{host}"}         # or a list, of which the first that fits counts
    values: {PASS: 1, FAIL: 0}

A step is a key, ``*`` (each entry of a list or an object; lists in lists are gone through) or a pattern such as ``{item}``,
which makes a column of the entry's key. ``find`` picks the entry of a list or an object that a column names. ``split`` makes
columns of the words in a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.interchange.foreign.bounded import mapping
from harness.interchange.readers.items.cells import is_true_number
from harness.interchange.readers.items.name_pattern import NamePattern, name_pattern

KEYS = ("files", "rows", "beside", "split", "values")
ROOT = "$"
"""Name of the whole document, or of a line's record, in columns: ``$.model``."""
_MOST_STEPS = 12
Problem = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step to the rows: a key (``pattern`` is none), else every entry whose key fits the pattern (``*``: any)."""

    key: str
    pattern: NamePattern | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """A file that says more of another one's rows: its path by the other's words, and the column that picks an entry."""

    parts: tuple[str, ...]
    find: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Files, each as the patterns of the last folders of its path and of its name; steps to the rows; files beside."""

    files: tuple[tuple[NamePattern, ...], ...] = ()
    steps: tuple[Step, ...] = ()
    beside: Mapping[str, Beside] = field(default_factory=dict)
    split: Mapping[str, tuple[NamePattern, ...]] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def columns(self) -> set[str]:
        """The columns that pick entries of files beside, and those that are split."""
        return {*self.split, *(beside.find for beside in self.beside.values() if beside.find)}


def read_layout(spec: Mapping[str, Any], problem: Problem) -> Layout:
    """The layout of a mapping's document; ``problem`` is told each entry that is not understood, with its place."""
    files = tuple(
        patterns
        for number, text in enumerate(_listed(spec.get("files")))
        if (patterns := _file(text, problem, "files", number)) is not None
    )
    if files and len({frozenset(w for part in file for w in part.words) for file in files}) > 1:
        problem("`files` have the same words in braces, each of them", "files")
    steps = _steps(spec["rows"], problem) if "rows" in spec else ()
    words = [word for step in steps if step.pattern for word in step.pattern.words]
    captured = {word for part in (files[0] if files else ()) for word in part.words}
    if len(set(words)) < len(words) or captured & set(words):
        problem("a word in braces of `files` and `rows` stands once", "rows")
    beside = {} if "beside" not in spec else _beside(spec["beside"], captured, problem)
    if beside and not files:
        problem("`beside` needs `files`", "beside")
    return Layout(
        files, steps, beside, _split(spec.get("split", {}), problem), _values(spec.get("values", {}), problem)
    )


def _listed(value: object) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _file(text: object, problem: Problem, *place: str | int) -> tuple[NamePattern, ...] | None:
    parts = text.split("/") if isinstance(text, str) else []
    patterns = [name_pattern(part) for part in parts]
    words = [word for pattern in patterns if pattern for word in pattern.words]
    if not parts or None in patterns or {"", ".", ".."} & set(parts) or len(set(words)) < len(words):
        problem("`files` are the end of a path such as results/{model}/{benchmark}.json", *place)
        return None
    return tuple(pattern for pattern in patterns if pattern is not None)


def _steps(value: object, problem: Problem) -> tuple[Step, ...]:
    texts = value.split(".") if isinstance(value, str) else value if isinstance(value, list) else []
    steps: list[Step] = []
    for text in texts:
        pattern = name_pattern(text) if isinstance(text, str) and ("{" in text or "}" in text or text == "*") else None
        if not isinstance(text, str) or not text or (pattern is None and set(text) & set("{}")):
            steps = []
            break
        steps.append(Step(text, pattern))
    if not 0 < len(steps) <= _MOST_STEPS:
        problem(
            f"`rows` are 1 to {_MOST_STEPS} steps to the rows, such as results.*.{{item}}, or a list of them", "rows"
        )
        return ()
    return tuple(steps)


def _beside(value: object, captured: set[str], problem: Problem) -> dict[str, Beside]:
    if not isinstance(value, dict):
        problem("`beside` holds names of files (`meta: results/{model}/metadata.json`)", "beside")
    found: dict[str, Beside] = {}
    for key, entry in mapping(value).items():
        spec = entry if isinstance(entry, dict) else {"file": entry}
        find = spec.get("find")
        patterns = _file(spec.get("file"), lambda *_: None)
        words = {word for part in patterns or () for word in part.words}
        plain = not any("*" in part.text or _has_ruled_word(part) for part in patterns or ())
        understood = patterns and words <= captured and plain and not set(spec) - {"file", "find"}
        if not understood or not (find is None or isinstance(find, str)) or "." in str(key) or key == ROOT:
            sentence = "is a path by the words of `files` as they are (`{word}`), or {file: that path, find: the column that names the entry}"
            problem(f"`beside.{key}` {sentence}", "beside", str(key))
            continue
        found[str(key)] = Beside(tuple(part.text for part in patterns or ()), find)
    return found


def _has_ruled_word(pattern: NamePattern) -> bool:
    """Whether a word in braces has a pattern of its own (``{item:*/*}``)."""
    return any(f"{{{word}}}" not in pattern.text for word in pattern.words)


def _split(value: object, problem: Problem) -> dict[str, tuple[NamePattern, ...]]:
    if not isinstance(value, dict):
        problem("`split` holds columns and how they are read (`split: {name: '{model} ({day})'}`)", "split")
    found: dict[str, tuple[NamePattern, ...]] = {}
    for key, entry in mapping(value).items():
        patterns = [name_pattern(text) if isinstance(text, str) else None for text in _listed(entry)]
        known = tuple(pattern for pattern in patterns if pattern and pattern.words)
        if not known or len(known) < len(patterns):
            problem(f"`split.{key}` is a pattern with words in braces, or a list of such", "split", str(key))
        found[str(key)] = known
    return found


def _values(value: object, problem: Problem) -> dict[str, float]:
    if not isinstance(value, dict):
        problem("`values` holds words and what each is worth (`values: {PASS: 1, FAIL: 0}`)", "values")
    found: dict[str, float] = {}
    for key, worth in mapping(value).items():
        if not is_true_number(worth) or not 0 <= worth <= 1:
            problem(f"`values.{key}` is a number from 0 to 1", "values", str(key))
        else:
            found[str(key).lower() if isinstance(key, bool) else str(key)] = float(worth)
    return found
