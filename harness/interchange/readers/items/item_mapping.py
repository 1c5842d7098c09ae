"""A mapping for a matrix of items: which column holds what, which rows count, what the source says of itself.

    columns: {model: model_raw, item: item_id, value: resolved, benchmark: suite, agent: agent, date: date,
              edition: agent_version, cost_usd: cost, output_tokens: out, seconds: {column: latency_ms, factor: 0.001}}
    constants: {source: OpenHands Index, repository: OpenHands/openhands-index-results, commit: 3015ac6, licence: MIT}
    metric: resolved
    missing: wrong
    item_names: public
    keep: {agent: [OpenHands]}
    leave_out: {model_raw: [Claude 3.7 Sonnet]}
    benchmarks: {swe-bench: swe-bench-verified-openhands}
    models: {"DeepSeek V3.2 Reasoner": {id: deepseek-v3-2, effort: thinking}}
    verdicts:
      - {model: GLM-5, benchmark: gaia, code: agent-breakdown, message: The agent failed on most items.}

``item_names: public`` says that the items' names are public identifiers, no texts: then the run keeps them beside their hashes.
``columns`` needs the first three; ``answer`` (what was answered, kept as a hash) is for sources that have it; ``benchmark``,
``agent`` and ``effort`` may be constants instead. ``layout`` says where the rows lie. ``extends: NAME`` takes the keys that the
mapping itself does not have from a shipped one. What is not understood is
refused with its line, and so is a name that never occurs in the matrix (``absent``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, sequence
from harness.interchange.foreign.limits import yaml_lines
from harness.interchange.foreign.owners import in_catalog
from harness.interchange.readers.items import layout
from harness.interchange.readers.items.cells import calendar_day, is_true_number, name_of, word
from harness.interchange.readers.items.layout import Layout

NUMBERS = ("cost_usd", "input_tokens", "output_tokens", "reasoning_tokens", "seconds", "tries")
"""What an item may have taken, and of how many tries its value is the mean: metrics of their own in ``outcome``
(``harness.metrics`` has their units)."""
OWN = ("model", "item", "value")
_TEXTS = ("model", "item", "benchmark", "agent", "effort", "date", "edition", "answer")
_CONSTANTS = ("benchmark", "agent", "effort", "source", "repository", "commit", "licence", "edition", "date")
_MISSING = ("wrong", "absent")
_KEYS = (
    "columns", "constants", "metric", "missing", "item_names", "keep", "leave_out", "benchmarks", "models", "verdicts",
    "extends", *layout.KEYS,
)  # fmt: skip
SHIPPED = Path(__file__).parents[2] / "item_mappings"
"""Mappings of tables with a row for each model and item, of which the shipped runs are made."""
ORIGINAL = SHIPPED / "original"
"""Mappings of public sources as their repositories have them."""
_METRIC = re.compile(r"[A-Za-z0-9][\w.@+-]{0,59}")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers; its figures are multiplied by ``factor``, and divided by those of the column ``of``."""

    name: str
    factor: float = 1.0
    of: str | None = None


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
    names_are_public: bool = False
    keep: Mapping[str, frozenset[str | None]] = field(default_factory=dict)
    leave_out: Mapping[str, frozenset[str | None]] = field(default_factory=dict)
    benchmarks: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, KnownModel] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()
    layout: Layout = field(default_factory=Layout)
    lines: Mapping[yaml_lines.Place, int] = field(default_factory=dict)
    # Of every edition of a source, also of a part of it: a name that is not there is no fault.
    any_edition: bool = False

    @property
    def columns(self) -> set[str]:
        """Every column that the mapping names."""
        filters = {*self.keep, *self.leave_out}
        numbers = {name for c in (self.value, *self.numbers.values()) for name in (c.name, c.of) if name}
        return numbers | {*self.texts.values()} | filters | self.layout.columns

    @property
    def parallel(self) -> set[str]:
        """Columns of numbers that lists of tries may stand in, beside that of the values."""
        return {name for name in (self.value.of, *(c.name for c in self.numbers.values())) if name}

    def filtered(self, row: Mapping[str, Any]) -> dict[str, str | None]:
        """A row's words in the columns of the filters.

        Raises:
            BadInput: a cell is a list or an object.
        """
        return {column: _choice(word(row, column)) for column in {*self.keep, *self.leave_out}}

    def wanted(self, filtered: Mapping[str, str | None]) -> bool:
        """Whether a row with these words (``filtered``) passes the filters."""
        return all(filtered[column] in words for column, words in self.keep.items()) and not any(
            filtered[column] in words for column, words in self.leave_out.items()
        )

    def word(self, key: str, row: Mapping[str, Any]) -> str | None:
        """What a row, else the whole source, says for a key of words.

        Raises:
            BadInput: the cell is no name.
        """
        column = self.texts.get(key)
        return (
            name_of(row, column, whole=key == "item" and not self.names_are_public) if column else None
        ) or self.constants.get(key)

    def absent(
        self,
        filtered: Mapping[str, set[str | None]],
        benchmarks: set[str],
        models: set[str],
        runs: set[tuple[str, str]],
    ) -> list[str]:
        """The names of the mapping that the matrix does not have, each with its place.

        ``filtered`` are all words of the filters' columns; ``benchmarks`` (as in the matrix), ``models`` and ``runs``
        (model, benchmark as the runs name it) are those of the rows that pass the filters.
        """
        places: list[tuple[yaml_lines.Place, str | None]] = [
            ((key, column), found)
            for key, filters in (("keep", self.keep), ("leave_out", self.leave_out))
            for column, words in filters.items()
            for found in sorted(words - filtered.get(column, set()), key=str)
        ]
        places += [(("benchmarks", key), key) for key in self.benchmarks if key not in benchmarks]
        places += [(("models", key), key) for key in self.models if key not in models]
        places += [
            (("verdicts", number), f"{verdict.model} on {verdict.benchmark}")
            for number, verdict in enumerate(self.verdicts)
            if (verdict.model, verdict.benchmark) not in runs
        ]
        return [
            f"{str(found)[:60]} (`{place[0]}`, line {self.lines.get(place, 1)} of the mapping)"
            for place, found in places
        ]


def _choice(found: str | None) -> str | None:
    """A word of a filter; true and false in any spelling are one."""
    return found.lower() if found is not None and found.lower() in ("true", "false") else found


class _Reader:
    """A mapping's document and what is wrong with it, each with its line."""

    def __init__(self, source: str) -> None:
        document = _extended(bounded.parse_yaml(source))
        self.lines = yaml_lines.lines(source)
        self.problems = [f"line {line}: `{key}` is given twice" for line, key in yaml_lines.repeated_keys(source)]
        self.spec = mapping(document)
        if not isinstance(document, dict):
            self.problems.append("line 1: it is no mapping; a matrix of items needs `columns`")

    def problem(self, sentence: str, *place: str | int) -> None:
        """Note a problem of an entry."""
        while place and place not in self.lines:
            place = place[:-1]
        self.problems.append(f"line {self.lines.get(place, 1)}: {sentence}")

    def part(self, key: str, known: tuple[str, ...] | None = None) -> dict[str, Any]:
        """The entry of a key that holds names and values, empty where the mapping has none; its keys are words."""
        value = self.spec.get(key, {})
        if not isinstance(value, dict):
            self.problem(f"`{key}` holds names and their values (`{key}: {{name: value}}`)", key)
        found = {str(k): v for k, v in mapping(value).items()}
        for name in found if known is not None else ():
            if name not in (known or ()):
                self.problem(f"`{key}.{name}` is none of {', '.join(known or ())}", key, name)
        return found

    def words(self, key: str, found: Mapping[str, Any]) -> dict[str, str]:
        """The entries of a part that are words; a problem for each other one."""
        for name, value in found.items():
            if _scalar(value) is None:
                self.problem(f"`{key}.{name}` is a word of one line", key, name)
        return {name: text for name, value in found.items() if (text := _scalar(value)) is not None}


def _extended(document: Any) -> Any:
    """A mapping's document with the keys that it takes from a shipped mapping.

    Raises:
        BadInput: no mapping of that name is shipped.
    """
    name = document.get("extends") if isinstance(document, dict) else None
    if name is None:
        return document
    path = SHIPPED / f"{name}.yaml"
    if not isinstance(name, str) or not _CODE.fullmatch(name) or not path.is_file():
        raise BadInput(f"extends {str(name)[:60]}, and no mapping of that name is shipped")
    return {**mapping(bounded.read_yaml(path)), **document}


def _scalar(value: object) -> str | None:
    """A word, number or day of a mapping as text; none for everything else."""
    if isinstance(value, bool):
        return None
    try:
        return name_of({"": value}, "")
    except BadInput:
        return None


def shipped(name: str) -> Path | None:
    """The shipped mapping of a name, first among those of original files; none where there is none."""
    paths = [folder / f"{name}.yaml" for folder in (ORIGINAL, SHIPPED)] if _CODE.fullmatch(name) else []
    return next((path for path in paths if path.is_file()), None)


def shipped_names() -> list[str]:
    """The names of all shipped mappings."""
    return sorted({path.stem for folder in (ORIGINAL, SHIPPED) for path in folder.glob("*.yaml")})


def read_item_mapping(path: Path) -> ItemMapping:
    """A mapping file of a matrix.

    Raises:
        BadInput: with every problem of the file.
    """
    try:
        reader = _Reader(bounded.decode(bounded.read_bytes(path, bounded.MB)))
    except BadInput as problem:
        raise BadInput(f"The mapping {path.name} {problem}.") from None
    for key in reader.spec:
        if key not in _KEYS:
            reader.problem(f"`{key}` is no key of a mapping ({', '.join(_KEYS)})", str(key))
    columns, constants = reader.part("columns", (*_TEXTS, "value", *NUMBERS)), reader.part("constants", _CONSTANTS)
    texts = reader.words("columns", {key: columns[key] for key in _TEXTS if key in columns})
    numbers = {key: _column(reader, key, columns[key]) for key in ("value", *NUMBERS) if key in columns}
    _check_columns(reader, columns, [*texts.values(), *(c.name for c in numbers.values())])
    words = reader.words("constants", {key: value for key, value in constants.items() if key in _CONSTANTS})
    if "benchmark" not in columns and "benchmark" not in constants:
        reader.problem("the benchmark is a column (`columns.benchmark`) or one word (`constants.benchmark`)")
    if "date" in words and calendar_day(words["date"]) is None:
        reader.problem("`constants.date` is a day such as 2026-01-31", "constants", "date")
    metric = reader.spec.get("metric", "acc")
    if not isinstance(metric, str) or not _METRIC.fullmatch(metric) or metric in NUMBERS:
        reader.problem("`metric` is a name of letters, digits and . _ - + @, and no cost's", "metric")
    missing = reader.spec.get("missing", "absent")
    if missing not in _MISSING:
        reader.problem(f"`missing` is {' or '.join(_MISSING)}", "missing")
    if reader.spec.get("item_names", "public") != "public":
        reader.problem("`item_names` is public, or is not there", "item_names")
    keep, leave_out = (_filter(reader, key) for key in ("keep", "leave_out"))
    benchmarks = reader.words("benchmarks", reader.part("benchmarks"))
    models = {name: _known(reader, name, value) for name, value in reader.part("models").items()}
    verdicts = tuple(_verdicts(reader))
    where = layout.read_layout(reader.spec, reader.problem)
    if reader.problems:
        raise BadInput(f"The mapping {path.name} cannot be used.", reader.problems)
    value = numbers.pop("value")
    return ItemMapping(
        texts, value, numbers, words, metric, missing == "wrong", "item_names" in reader.spec, keep, leave_out, benchmarks,
        models, verdicts, where, reader.lines, path.resolve().parent == ORIGINAL.resolve(),
    )  # fmt: skip


def _check_columns(reader: _Reader, columns: Mapping[str, Any], named: list[str]) -> None:
    """Note which of the needed columns the mapping does not name, and which it names for two things."""
    for key in OWN:
        if key not in columns:
            reader.problem(f"`columns.{key}` names the column of each row's {key}", "columns")
    for column in sorted({column for column in named if column and named.count(column) > 1}):
        reader.problem(f"the column {column} stands for two things", "columns")


def _column(reader: _Reader, key: str, value: object) -> Column:
    spec = value if isinstance(value, dict) else {"column": value}
    column, factor, of = _scalar(spec.get("column")), spec.get("factor", 1.0), _scalar(spec.get("of"))
    known = {"column", "factor", "of"} if key == "value" else {"column", "factor"}
    if column is None or not is_true_number(factor) or factor <= 0 or set(spec) - known or ("of" in spec) > bool(of):
        more = ", of: column to divide by" if key == "value" else ""
        sentence = f"`columns.{key}` is a column's name, or {{column: name, factor: positive number{more}}}"
        reader.problem(sentence, "columns", key)
        return Column("")
    return Column(column, float(factor), of)


def _filter(reader: _Reader, key: str) -> dict[str, frozenset[str | None]]:
    """The words of each column that rows are chosen by; ``null`` is a cell that is empty or not there."""
    found: dict[str, frozenset[str | None]] = {}
    for column, values in reader.part(key).items():
        words = [str(v).lower() if isinstance(v, bool) else _scalar(v) for v in sequence(values)]
        known = [_choice(w) for w, v in zip(words, sequence(values), strict=True) if w is not None or v is None]
        if not known or len(known) < len(words) or len(set(known)) < len(known):
            reader.problem(f"`{key}.{column}` is a list of words, each once", key, column)
        found[column] = frozenset(known)
    return found


def _known(reader: _Reader, name: str, value: object) -> KnownModel:
    spec = value if isinstance(value, dict) else {"id": value}
    words = {str(key): _scalar(text) for key, text in spec.items()}
    if not words or set(words) - {"id", "effort"} or None in words.values():
        reader.problem(f"`models.{name}` is the catalog's id, or {{id: …, effort: …}}", "models", name)
    elif (model_id := words.get("id")) and not in_catalog(model_id):
        reader.problem(f"`models.{name}`: the catalog has no model {model_id}", "models", name)
    return KnownModel(words.get("id"), words.get("effort"))


def _verdicts(reader: _Reader) -> Iterator[Verdict]:
    values = reader.spec.get("verdicts", [])
    if not isinstance(values, list):
        reader.problem("`verdicts` is a list (`- {model: …, benchmark: …, code: …, message: …}`)", "verdicts")
    seen: set[tuple[str, str, str]] = set()
    for number, value in enumerate(sequence(values)):
        words = {str(key): _scalar(text) or "" for key, text in mapping(value).items()}
        if set(words) != {"model", "benchmark", "code", "message"} or not all(words.values()):
            sentence = "each of `verdicts` has a model, a benchmark (as the runs name it), a code and a message"
            reader.problem(sentence, "verdicts", number)
            continue
        verdict = Verdict(**words)
        if not _CODE.fullmatch(verdict.code):
            reader.problem("a verdict's code has small letters, digits and hyphens", "verdicts", number)
        if (key := (verdict.model, verdict.benchmark, verdict.code)) in seen:
            reader.problem(f"the verdict {verdict.code} on {verdict.model} is given twice", "verdicts", number)
        seen.add(key)
        yield verdict
