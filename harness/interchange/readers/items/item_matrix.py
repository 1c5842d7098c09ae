"""Item matrices (CSV, JSON lines, Parquet): one run for each benchmark, model and agent, with what each item took.

The headline is the item's value, 0 to 1. Costs, tokens and seconds are further metrics of the same items. Rows of one
run and item (tries) are averaged.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.catalog.names import effort
from harness.errors import BadInput
from harness.interchange.foreign import bounded, parquet, table
from harness.interchange.foreign.draft import Draft, Task
from harness.interchange.foreign.names_and_dates import item_hash, model_name, parse_date
from harness.interchange.foreign.owners import spelled_owner
from harness.interchange.foreign.sample_list import Sample
from harness.interchange.foreign.task_scores import states_none
from harness.interchange.imported_run import Entry, Refused, Unit
from harness.interchange.readers.items.item_mapping import ItemMapping, KnownModel, read_item_mapping

FORMAT = "items"
SUFFIXES = (".csv", ".jsonl", ".jsonl.gz", ".parquet")
WHOLE = 0.95
"""Share of a benchmark's items from which on a run counts as whole: sources lose some items to errors of the service."""


@dataclass
class _Run:
    """What the rows of one benchmark, model and agent hold: values and numbers by item."""

    benchmark: str
    model: str
    agent: str | None
    effort: str | None
    values: dict[str, list[float | None]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    dates: set[str] = field(default_factory=set)
    editions: set[str] = field(default_factory=set)


def read(unit: Unit) -> Iterator[Entry]:
    """The runs of a matrix, by benchmark, model and agent; a row that cannot be read is refused with its number."""
    if unit.mapping is None:
        raise BadInput("is a matrix of items; say what its columns mean with a mapping file (`--mapping FILE`)")
    spec = read_item_mapping(unit.mapping)
    runs: dict[tuple[str, str, str], _Run] = {}
    for number, row in _rows(unit.files[0], spec):
        if not spec.wanted(row):
            continue
        try:
            _enter(runs, spec, row)
        except BadInput as problem:
            yield Refused(f"{unit.label} row {number}", str(problem))
    items: dict[str, set[str]] = defaultdict(set)
    for run in runs.values():
        items[run.benchmark] |= set(run.values)
    for _, run in sorted(runs.items()):
        numbers = {item: place for place, item in enumerate(sorted(items[run.benchmark]))}
        if spec.missing_is_wrong or any(v is not None for values in run.values.values() for v in values):
            yield _draft(unit, spec, run, numbers).finish()
        else:
            yield Refused(unit.label, f"says of no item whether {run.model} is right on {run.benchmark}")


def _rows(file: Path, spec: ItemMapping) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a matrix with their numbers, which are those of the lines in a file of text.

    Raises:
        BadInput: a column that the mapping names is in no row, or the file is broken or too large.
    """
    unseen = set(spec.columns)
    for number, row in _cells(file, spec):
        unseen -= row.keys()
        yield number, row
    if unseen:
        raise BadInput(f"lacks the columns {', '.join(sorted(unseen))} that the mapping names")


def _cells(file: Path, spec: ItemMapping) -> Iterator[tuple[int, dict[str, Any]]]:
    if file.name.endswith(".parquet"):
        yield from enumerate(parquet.rows(file, spec.columns), 1)
    elif file.name.endswith(".csv"):
        rows = table.read(file)
        for line in rows.lines:
            if len(line.cells) > len(rows.columns):
                raise BadInput(f"has {len(line.cells)} cells under {len(rows.columns)} columns in line {line.number}")
            yield line.number, dict(zip(rows.columns, line.cells, strict=False))
    else:
        for json_line in bounded.read_lines(file):
            if json_line.problem:
                raise BadInput(f"line {json_line.number} {json_line.problem}")
            yield json_line.number, bounded.mapping(json_line.value)


def _enter(runs: dict[tuple[str, str, str], _Run], spec: ItemMapping, row: Mapping[str, Any]) -> None:
    """Put a row into its run.

    Raises:
        BadInput: it names no model, item or benchmark, or a figure cannot be read.
    """
    names = {key: spec.word(key, row) for key in ("model", "item", "benchmark")}
    if missing := [key for key, word in names.items() if not word]:
        raise BadInput(f"names no {missing[0]}")
    model, item = model_name(names["model"]), str(names["item"])
    benchmark = spec.benchmarks.get(str(names["benchmark"]), str(names["benchmark"]))
    agent = spec.word("agent", row)
    value = _figure(row, spec.value.name, spec.value.factor)
    if value is not None and not 0 <= value <= 1:
        raise BadInput(f"has the value {value:g}, which is not from 0 to 1")
    numbers = {key: _figure(row, column.name, column.factor) for key, column in spec.numbers.items()}
    if negative := [key for key, number in numbers.items() if number is not None and number < 0]:
        raise BadInput(f"has {negative[0]} below 0")
    run = runs.setdefault((benchmark, model, agent or ""), _Run(benchmark, model, agent, spec.word("effort", row)))
    run.values[item].append(value)
    for key, number in numbers.items():
        if number is not None:
            run.numbers[key][item].append(number)
    if date := spec.word("date", row):
        run.dates.add(date)
    if edition := spec.word("edition", row):
        run.editions.add(edition)


def _figure(row: Mapping[str, Any], column: str, factor: float) -> float | None:
    """A cell's number times ``factor``; none where the cell is empty or says that there is none.

    Raises:
        BadInput: it is neither.
    """
    cell = row.get(column)
    raw = cell.strip() if isinstance(cell, str) else cell
    if raw is None or raw == "":
        return None
    number = bounded.number({"true": "True", "false": "False"}.get(raw.lower(), raw) if isinstance(raw, str) else raw)
    if number is None:
        if states_none(raw):
            return None
        raise BadInput(f"has no number under {column}: {str(raw)[:40]}")
    return number * factor


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
    draft = Draft(FORMAT, _digest(spec, run, samples), run.model, source)
    draft.file = unit.label
    draft.tool_version = ", ".join(sorted(run.editions)) or None
    draft.date = parse_date(max(run.dates)) if run.dates else None
    draft.tasks[run.benchmark] = Task(run.benchmark)
    draft.owner = spelled_owner(run.model, known.id)
    draft.conditions = {"source": source, **({"agent": run.agent} if run.agent else {})}
    draft.source = {"benchmark": run.benchmark, "agent": run.agent, "effort": asked}
    draft.source |= {key: spec.constants[key] for key in ("repository", "commit", "licence") if key in spec.constants}
    draft.samples.extend(samples)
    _judge(draft, spec, run, values)
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


def _digest(spec: ItemMapping, run: _Run, samples: list[Sample]) -> str:
    """SHA-256 of what the run is made of: its names and its items' numbers."""
    sha = hashlib.sha256(repr((sorted(spec.constants.items()), run.benchmark, run.model, run.agent)).encode())
    for sample in samples:
        sha.update(repr((sample.item, sample.doc_hash, sample.metric, sample.value)).encode())
    return sha.hexdigest()
