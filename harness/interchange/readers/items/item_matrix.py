"""Item matrices (CSV, JSON lines, Parquet): one run for each benchmark, model, agent and effort, with what each took.

The headline is the item's value, 0 to 1. Costs, tokens and seconds are further metrics of the same items. Rows of one
run and item (tries) are averaged. A row that cannot be read refuses the whole file.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.catalog.names import effort
from harness.errors import BadInput
from harness.interchange.foreign import bounded, parquet, table
from harness.interchange.foreign.draft import Draft, Task
from harness.interchange.foreign.names_and_dates import item_hash, model_name
from harness.interchange.foreign.owners import spelled_owner
from harness.interchange.foreign.sample_list import Sample
from harness.interchange.imported_run import Entry, Refused, Unit
from harness.interchange.readers.items.cells import calendar_day, figure, word
from harness.interchange.readers.items.item_mapping import ItemMapping, KnownModel, read_item_mapping

FORMAT = "items"
SUFFIXES = (".csv", ".jsonl", ".jsonl.gz", ".parquet")
WHOLE = 0.95
"""Share of a benchmark's items from which on a run counts as whole: sources lose some items to errors of the service."""


EFFORTS = ("effort", "reasoning_effort", "thinking_effort")
"""Columns that sources have for efforts: where a mapping names none of them, efforts are not averaged unseen."""
_SHOWN = 20
"""Rows that cannot be read and names of the mapping that do not occur, listed in a refusal; the rest are counted."""


@dataclass
class _Run:
    """What the rows of one benchmark, model, agent and effort hold: values and numbers by item."""

    benchmark: str
    model: str
    agent: str | None
    effort: str | None
    # The benchmark as the matrix names it.
    word: str
    rows: set[int] = field(default_factory=set)
    values: dict[str, list[float | None]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    dates: set[str] = field(default_factory=set)
    editions: set[str] = field(default_factory=set)
    unnamed_efforts: set[str] = field(default_factory=set)


@dataclass
class _Matrix:
    """The runs of a matrix as its rows come in, and the words of the columns that the mapping filters by."""

    spec: ItemMapping
    runs: dict[tuple[str, str, str, str], _Run] = field(default_factory=dict)
    filtered: dict[str, set[str | None]] = field(default_factory=lambda: defaultdict(set))
    # The name in the matrix of each model by the name that is shown, without local folders and secrets.
    names: dict[str, str] = field(default_factory=dict)
    # Columns of efforts that the mapping does not name.
    efforts: tuple[str, ...] = ()


def read(unit: Unit) -> Iterator[Entry]:
    """The runs of a matrix, by benchmark, model, agent and effort.

    Raises:
        BadInput: the mapping cannot be used or names what is not there, or a row cannot be read: then nothing is
            imported.
    """
    if unit.mapping is None:
        raise BadInput("is a matrix of items; say what its columns mean with a mapping file (`--mapping FILE`)")
    spec = read_item_mapping(unit.mapping)
    file_hash = bounded.digest_file(unit.files[0])
    matrix = _Matrix(spec, efforts=tuple(c for c in EFFORTS if c not in spec.columns))
    _fill(matrix, unit.files[0])
    items: dict[str, set[str]] = defaultdict(set)
    for run in matrix.runs.values():
        items[run.benchmark] |= set(run.values)
    for _, run in sorted(matrix.runs.items()):
        numbers = {item: place for place, item in enumerate(sorted(items[run.benchmark]))}
        if spec.missing_is_wrong or any(v is not None for values in run.values.values() for v in values):
            draft = _draft(unit, spec, run, numbers)
            draft.source["matrix"] = {
                "file_sha256": file_hash, "row": min(run.rows), "benchmark": run.word, "metric": spec.metric
            }  # fmt: skip
            yield replace(draft.finish(), read_from=frozenset(run.rows))
        else:
            yield Refused(unit.label, f"says of no item whether {run.model} is right on {run.benchmark}")


def _fill(matrix: _Matrix, file: Path) -> None:
    """Put every row that the mapping wants into its run.

    Raises:
        BadInput: a row cannot be read, no row is wanted, or the mapping names what is not there.
    """
    spec, kind = matrix.spec, "row" if file.name.endswith(".parquet") else "line"
    unseen, count, problems = set(spec.columns), 0, _Several()
    for number, row in _cells(file, spec):
        count += 1
        unseen -= row.keys()
        try:
            filtered = spec.filtered(row)
            for column, found in filtered.items():
                matrix.filtered[column].add(found)
            if spec.wanted(filtered):
                _enter(matrix, number, row)
        except BadInput as problem:
            problems.add(f"{kind} {number} {problem}")
    if count and unseen:
        raise BadInput(f"lacks the columns {', '.join(sorted(unseen))} that the mapping names")
    problems.refuse("has rows that cannot be read, so that nothing of it was imported")
    if not count:
        raise BadInput("has no rows")
    for place in spec.absent(
        matrix.filtered,
        {run.word for run in matrix.runs.values()},
        {run.model for run in matrix.runs.values()},
        {(run.model, run.benchmark) for run in matrix.runs.values()},
    ):
        problems.add(place)
    problems.refuse("lacks names that the mapping has, so that nothing of it was imported")
    if not matrix.runs:
        raise BadInput("has no row that passes `keep` and `leave_out` of the mapping")
    for run in matrix.runs.values():
        if len(run.unnamed_efforts) > 1:
            found = ", ".join(sorted(run.unnamed_efforts))[:80]
            raise BadInput(
                f"has {run.model} at several efforts ({found}) in a column that the mapping does not name; say which with "
                "`columns.effort`, or keep one of them (`keep`)"
            )


@dataclass
class _Several:
    """Problems of a kind: the first of them in words, and how many there are."""

    shown: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, sentence: str) -> None:
        """Count a problem."""
        self.count += 1
        if len(self.shown) < _SHOWN:
            self.shown.append(sentence)

    def refuse(self, sentence: str) -> None:
        """Raise BadInput with the problems, where there are any."""
        if self.count:
            more = f"; and {self.count - len(self.shown):,} more" if self.count > len(self.shown) else ""
            raise BadInput(f"{sentence}: {'; '.join(self.shown)}{more}")


def _cells(file: Path, spec: ItemMapping) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a matrix with their numbers, which are those of the lines in a file of text.

    Raises:
        BadInput: the file is broken or too large, or a column stands twice, or a line has too few cells or too many.
    """
    if file.name.endswith(".parquet"):
        yield from enumerate(parquet.rows(file, {*spec.columns, *EFFORTS}), 1)
    elif file.name.endswith(".csv"):
        rows = table.read(file, strict=True)
        if rows.columns and (missing := sorted(spec.columns - set(rows.columns))):
            raise BadInput(f"lacks the columns {', '.join(missing)} that the mapping names")
        if twice := sorted(c for c in spec.columns if rows.columns.count(c) > 1):
            raise BadInput(f"has several columns named {', '.join(twice)}")
        for line in rows.lines:
            if len(line.cells) != len(rows.columns):
                raise BadInput(f"has {len(line.cells)} cells under {len(rows.columns)} columns in line {line.number}")
            yield line.number, dict(zip(rows.columns, line.cells, strict=True))
    else:
        for json_line in bounded.read_lines(file, unique=True):
            if json_line.problem or not isinstance(json_line.value, dict):
                raise BadInput(f"line {json_line.number} {json_line.problem or 'is no JSON object'}")
            yield json_line.number, json_line.value


def _enter(matrix: _Matrix, number: int, row: Mapping[str, Any]) -> None:
    """Put a row into its run.

    Raises:
        BadInput: it names no model, item or benchmark, or a cell cannot be read.
    """
    spec = matrix.spec
    names = {key: spec.word(key, row) or "" for key in ("model", "item", "benchmark")}
    if missing := [key for key, found in names.items() if not found]:
        raise BadInput(f"names no {missing[0]}")
    model, item, benchmark = _shown(matrix, names["model"]), names["item"], names["benchmark"]
    agent, effort_word, date, edition = (spec.word(key, row) for key in ("agent", "effort", "date", "edition"))
    value = figure(row, spec.value.name, spec.value.factor, truth=True)
    if value is not None and not 0 <= value <= 1:
        raise BadInput(f"has the value {value:g}, which is not from 0 to 1")
    numbers = {key: figure(row, column.name, column.factor) for key, column in spec.numbers.items()}
    if date and calendar_day(date) is None:
        raise BadInput(f"has no day such as 2026-01-31 under {spec.texts.get('date')}: {date[:40]}")
    unnamed = {found for column in matrix.efforts if (found := word(row, column))}
    benchmark = spec.benchmarks.get(benchmark, benchmark)
    key = (benchmark, model, agent or "", effort_word or "")
    run = matrix.runs.setdefault(key, _Run(benchmark, model, agent, effort_word, names["benchmark"]))
    if run.word != names["benchmark"]:
        raise BadInput(f"gives items of {run.word} and of {names['benchmark']} to one benchmark, {benchmark}")
    run.rows.add(number)
    run.values[item].append(value)
    for metric, taken in numbers.items():
        if taken is not None:
            run.numbers[metric][item].append(taken)
    if date:
        run.dates.add(date)
    if edition:
        run.editions.add(edition)
    run.unnamed_efforts |= unnamed


def _shown(matrix: _Matrix, raw: str) -> str:
    """A model's name as it is shown.

    Raises:
        BadInput: another model of the matrix would be shown under the same name.
    """
    shown = model_name(raw)
    if matrix.names.setdefault(shown, raw) != raw:
        raise BadInput(f"names a model that would be shown as {shown[:60]}, and so would another of the matrix")
    return shown


def _draft(unit: Unit, spec: ItemMapping, run: _Run, places: Mapping[str, int]) -> Draft:
    """The run, with every item of the benchmark where a missing one is wrong."""
    source = spec.constants.get("source") or unit.label
    known = spec.models.get(run.model, KnownModel())
    asked = known.effort or run.effort or effort.split(run.model.replace(":", "-"))[1]
    values = {item: _mean(run.values.get(item, ()), spec.missing_is_wrong) for item in places}
    samples = [
        Sample(run.benchmark, places[item], item_hash("item", item), spec.metric, value)
        for item, value in values.items()
        if value is not None
    ]
    for key, by_item in sorted(run.numbers.items()):
        samples += [
            Sample(run.benchmark, places[item], item_hash("item", item), key, math.fsum(figures) / len(figures))
            for item, figures in sorted(by_item.items())
        ]
    draft = Draft(FORMAT, "", run.model, source)
    draft.file = unit.label
    draft.tool_version = ", ".join(sorted(run.editions)) or None
    draft.date = calendar_day(max(run.dates)) if run.dates else None
    draft.tasks[run.benchmark] = Task(run.benchmark)
    draft.owner = spelled_owner(run.model, known.id)
    draft.conditions = {"source": source, **({"agent": run.agent} if run.agent else {})}
    draft.source = {"benchmark": run.benchmark, "agent": run.agent, "effort": asked}
    draft.source |= {key: spec.constants[key] for key in ("repository", "commit", "licence") if key in spec.constants}
    draft.samples.extend(samples)
    draft.item_names = list(places) if spec.names_are_public else []
    _judge(draft, spec, run, values)
    draft.digest = _digest(draft, samples)
    return draft


def _judge(draft: Draft, spec: ItemMapping, run: _Run, values: Mapping[str, float | None]) -> None:
    """The verdict's sentences that the matrix and its mapping have on a run."""
    unseen = sum(all(v is None for v in run.values.get(item, ())) for item in values)
    if unseen and spec.missing_is_wrong:
        draft.note("missing-is-wrong", f"{unseen:,} of {len(values):,} items have no outcome and count as wrong.")
    elif unseen:
        draft.note("unscored-items", f"{unseen:,} of {len(values):,} items have no outcome.")
        draft.partial = len(values) - unseen < WHOLE * len(values)
    if any(len(tries) > 1 for tries in run.values.values()):
        draft.note("tries", "Some items were tried several times; their values and costs are means of the tries.")
    for verdict in spec.verdicts:
        if (verdict.model, verdict.benchmark) == (run.model, run.benchmark):
            draft.note(verdict.code, verdict.message)
            draft.valid = False


def _mean(tries: list[float | None] | tuple[()], missing_is_wrong: bool) -> float | None:
    known = [0.0 if v is None else v for v in tries if v is not None or missing_is_wrong]
    return math.fsum(known) / len(known) if known else 0.0 if missing_is_wrong else None


def _digest(draft: Draft, samples: list[Sample]) -> str:
    """SHA-256 of what the run is made of: its names, its items' numbers, and what the mapping says of it."""
    said = [
        draft.model, draft.source, draft.conditions, draft.owner and draft.owner.model_id, draft.tool_version,
        draft.date and draft.date.isoformat(), sorted(draft.tasks), draft.valid, draft.partial, draft.notes,
    ]  # fmt: skip
    said += [draft.item_names] if draft.item_names else []
    sha = hashlib.sha256(json.dumps(said, sort_keys=True).encode("utf-8", "replace"))
    for sample in samples:
        sha.update(repr((sample.item, sample.doc_hash, sample.metric, sample.value)).encode())
    return sha.hexdigest()
