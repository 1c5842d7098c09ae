"""A mapping for a matrix of items: which column holds what, which rows count, what the source says of itself.

    columns: {model: model_raw, item: item_id, value: resolved, benchmark: suite, agent: agent, date: date,
              edition: agent_version, cost_usd: cost, output_tokens: out, seconds: {column: latency_ms, factor: 0.001}}
    constants: {source: OpenHands Index, repository: OpenHands/openhands-index-results, commit: 3015ac6, licence: MIT}
    metric: resolved
    missing: wrong
    keep: {agent: [OpenHands]}
    leave_out: {model_raw: [Claude 3.7 Sonnet]}
    benchmarks: {swe-bench: swe-bench-verified-openhands}
    models: {"DeepSeek V3.2 Reasoner": {id: deepseek-v3-2, effort: thinking}}
    verdicts:
      - {model: GLM-5, benchmark: gaia, code: agent-breakdown, message: The agent failed on most items.}

``columns`` needs the first three; ``benchmark``, ``agent`` and ``effort`` may be constants instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, sequence, text

NUMBERS = ("cost_usd", "input_tokens", "output_tokens", "reasoning_tokens", "seconds")
"""What an item may have taken: metrics of their own in ``outcome`` (``harness.metrics`` has their units)."""
_TEXTS = ("model", "item", "benchmark", "agent", "effort", "date", "edition")
_CONSTANTS = ("benchmark", "agent", "effort", "source", "repository", "commit", "licence", "edition", "date")
_MISSING = ("wrong", "absent")
_KEYS = ("columns", "constants", "metric", "missing", "keep", "leave_out", "benchmarks", "models", "verdicts")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers; its figures are multiplied by ``factor``."""

    name: str
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why the run of a model on a benchmark is no evidence of the model: it is kept, and compared with nothing."""

    model: str
    benchmark: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What a name of the matrix means: the catalog's id (none: as the catalog reads the name) and the effort."""

    id: str | None = None
    effort: str | None = None


@dataclass(frozen=True, slots=True)
class ItemMapping:
    """How to read a matrix: ``texts`` names the columns of words, ``numbers`` those of costs."""

    texts: Mapping[str, str]
    value: Column
    numbers: Mapping[str, Column]
    constants: Mapping[str, str]
    metric: str = "acc"
    missing_is_wrong: bool = False
    keep: Mapping[str, frozenset[str]] = field(default_factory=dict)
    leave_out: Mapping[str, frozenset[str]] = field(default_factory=dict)
    benchmarks: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, KnownModel] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()

    @property
    def columns(self) -> set[str]:
        """Every column that the mapping names."""
        filters = {*self.keep, *self.leave_out}
        return {self.value.name, *self.texts.values(), *(c.name for c in self.numbers.values()), *filters}

    def wanted(self, row: Mapping[str, Any]) -> bool:
        """Whether a row passes the filters."""
        return all(_cell(row, column) in values for column, values in self.keep.items()) and not any(
            _cell(row, column) in values for column, values in self.leave_out.items()
        )

    def word(self, key: str, row: Mapping[str, Any]) -> str | None:
        """What a row, else the whole source, says for a key of words."""
        column = self.texts.get(key)
        return (_cell(row, column) if column else None) or self.constants.get(key)


def _cell(row: Mapping[str, Any], column: str) -> str | None:
    value = row.get(column)
    return text(value.strip() if isinstance(value, str) else value)


def read_item_mapping(path: Path) -> ItemMapping:
    """A mapping file of a matrix.

    Raises:
        BadInput: with every problem of the file.
    """
    try:
        spec = mapping(bounded.read_yaml(path))
    except BadInput as problem:
        raise BadInput(f"The mapping {path.name} {problem}.") from None
    problems = [f"`{key}` is no key of a mapping ({', '.join(_KEYS)})" for key in spec if key not in _KEYS]
    columns, constants = mapping(spec.get("columns")), mapping(spec.get("constants"))
    texts = {key: str(columns[key]) for key in _TEXTS if text(columns.get(key))}
    numbers = {key: _column(columns[key], problems, key) for key in ("value", *NUMBERS) if key in columns}
    problems += [f"`columns.{key}` names the column of each row's {key}" for key in ("model", "item", "value")
                 if key not in texts and key not in numbers]  # fmt: skip
    for part, known in (("columns", (*_TEXTS, "value", *NUMBERS)), ("constants", _CONSTANTS)):
        unknown = [str(key) for key in mapping(spec.get(part)) if key not in known]
        problems += [f"`{part}.{key}` is none of {', '.join(known)}" for key in unknown]
    words = {str(key): str(value) for key, value in constants.items()}
    if "benchmark" not in texts and "benchmark" not in words:
        problems.append("the benchmark is a column (`columns.benchmark`) or one word (`constants.benchmark`)")
    metric = text(spec.get("metric", "acc")) or ""
    if not metric or "," in metric or metric in NUMBERS:
        problems.append("`metric` is a name without a comma, and no cost's")
    if spec.get("missing", "absent") not in _MISSING:
        problems.append(f"`missing` is {' or '.join(_MISSING)}")
    verdicts = tuple(_verdict(value, problems) for value in sequence(spec.get("verdicts")))
    keep, leave_out = (_filter(spec.get(key), problems, key) for key in ("keep", "leave_out"))
    if problems:
        raise BadInput(f"The mapping {path.name} cannot be used.", problems)
    return ItemMapping(
        texts,
        numbers.pop("value"),
        numbers,
        words,
        metric,
        spec.get("missing") == "wrong",
        keep,
        leave_out,
        {str(key): str(value) for key, value in mapping(spec.get("benchmarks")).items()},
        {str(key): _known(value) for key, value in mapping(spec.get("models")).items()},
        verdicts,
    )


def _column(value: object, problems: list[str], key: str) -> Column:
    spec = value if isinstance(value, dict) else {"column": value}
    name, factor = text(spec.get("column")), bounded.number(spec.get("factor", 1.0))
    if not name or not factor or factor < 0:
        problems.append(f"`columns.{key}` is a column's name, or {{column: name, factor: positive number}}")
    return Column(name or "", factor or 1.0)


def _filter(value: object, problems: list[str], key: str) -> dict[str, frozenset[str]]:
    spec = mapping(value)
    problems += [
        f"`{key}.{column}` is a list of words" for column, words in spec.items() if not isinstance(words, list)
    ]
    return {str(column): frozenset(str(word) for word in sequence(words)) for column, words in spec.items()}


def _known(value: object) -> KnownModel:
    spec = value if isinstance(value, dict) else {"id": value}
    return KnownModel(text(spec.get("id")), text(spec.get("effort")))


def _verdict(value: object, problems: list[str]) -> Verdict:
    words = {key: text(mapping(value).get(key), 300) or "" for key in ("model", "benchmark", "code", "message")}
    if not all(words.values()):
        problems.append("each of `verdicts` has a model, a benchmark (as the runs name it), a code and a message")
    return Verdict(**words)
