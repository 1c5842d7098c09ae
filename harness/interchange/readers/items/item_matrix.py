"""Item matrices: one run for each benchmark, model, agent and effort of a source, with what each item took.

The headline is the item's value, 0 to 1. Costs, tokens and seconds are further metrics of the same items. Rows of one
run and item (tries) are averaged. A row that cannot be read refuses its whole file; where a source has several files the
others are read, without the runs that may have rows in the refused one.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.catalog.names import effort
from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.draft import Draft, Task
from harness.interchange.foreign.names_and_dates import answer_hash, item_hash, model_name
from harness.interchange.foreign.owners import spelled_owner
from harness.interchange.foreign.sample_list import Sample
from harness.interchange.imported_run import Entry, Refused, Unit
from harness.interchange.readers.items.cells import answer_of, calendar_day, figure, tries, word, worth
from harness.interchange.readers.items.file_rows import file_rows
from harness.interchange.readers.items.item_mapping import ItemMapping, KnownModel, read_item_mapping
from harness.interchange.readers.items.matrix_runs import (
    Matrix,
    MatrixRun,
    empty,
    join,
    may_lack,
    refuse_other_benchmark,
    refuse_other_model,
)
from harness.interchange.readers.items.source_files import SourceFile, files_of

FORMAT = "items"
WHOLE = 0.95
"""Share of a benchmark's items from which on a run counts as whole: sources lose some items to errors of the service."""
_SHOWN = 20
"""Rows that cannot be read and names of the mapping that do not occur, listed in a refusal; the rest are counted."""


def read(unit: Unit) -> Iterator[Entry]:
    """The runs of a matrix, by benchmark, model, agent and effort.

    Raises:
        BadInput: the mapping cannot be used or names what is not there, or a row cannot be read: then nothing is
            imported.
    """
    if unit.mapping is None:
        raise BadInput("is a matrix of items; say what its columns mean with a mapping file (`--mapping FILE`)")
    spec = read_item_mapping(unit.mapping)
    matrix, hashes = empty(spec), dict[str, str]()
    unread: list[tuple[SourceFile, Matrix]] = []
    files = files_of(unit, spec.layout)
    for file in files:
        part = empty(spec)
        try:
            hashes[file.label] = bounded.digest_file(file.path)
            _fill(part, file)
            join(matrix, part)
        except (BadInput, RecursionError, MemoryError) as problem:
            if len(files) == 1:
                raise
            reason = str(problem) if isinstance(problem, BadInput) else "is nested too deeply or too large to be read"
            yield Refused(file.label, reason)
            unread.append((file, part))
    if len(unread) == len(files):
        return
    _check(matrix, whole=not unread)
    items: dict[str, set[str]] = defaultdict(set)
    for run in matrix.runs.values():
        items[run.benchmark] |= set(run.values)
    for key, run in sorted(matrix.runs.items()):
        if lacking := next((file.label for file, part in unread if may_lack(matrix, key, file, part)), None):
            yield Refused(
                unit.label, f"has rows of {run.model} on {run.benchmark} that may be in {lacking}, which is refused"
            )
            continue
        numbers = {item: place for place, item in enumerate(sorted(items[run.benchmark]))}
        if spec.missing_is_wrong or any(v is not None for values in run.values.values() for v in values):
            draft = _draft(unit, spec, run, numbers)
            first = min(run.rows)
            draft.source["matrix"] = {
                "file_sha256": hashes[first], "row": min(run.rows[first]), "benchmark": run.word, "metric": spec.metric
            }  # fmt: skip
            yield replace(draft.finish(), read_from={hashes[label]: rows for label, rows in run.rows.items()})
        else:
            yield Refused(unit.label, f"says of no item whether {run.model} is right on {run.benchmark}")


def _fill(matrix: Matrix, file: SourceFile) -> None:
    """Put every row of a file that the mapping wants into its run.

    Raises:
        BadInput: a row cannot be read, there is none, or none has a model, an item, a value or a benchmark.
    """
    spec, count, problems = matrix.spec, 0, _Several()
    for row in file_rows(file, spec):
        count += 1
        matrix.unseen -= row.cells.keys()
        try:
            filtered = spec.filtered(row.cells)
            for column, found in filtered.items():
                matrix.filtered[column].add(found)
            if spec.wanted(filtered):
                for one in tries(row.cells, spec.value.name, spec.parallel):
                    _enter(matrix, file.label, row.number, one)
        except BadInput as problem:
            problems.add(f"{row.place} {problem}")
    if count:
        _refuse_unseen(
            matrix, {spec.value.name, *(spec.texts[k] for k in ("model", "item", "benchmark") if k in spec.texts)}
        )
    problems.refuse("has rows that cannot be read, so that nothing of it was imported")
    if not count:
        raise BadInput("has no rows" + (" at the place that `rows` of the mapping names" if spec.layout.steps else ""))


def _refuse_unseen(matrix: Matrix, columns: set[str]) -> None:
    if unseen := sorted(matrix.unseen & columns):
        above = (
            "; columns of a record above the row's are named with it, as `$.model`" if matrix.spec.layout.steps else ""
        )
        raise BadInput(f"lacks the columns {', '.join(unseen)} that the mapping names{above}")


def _check(matrix: Matrix, *, whole: bool) -> None:
    """Refuse a source that lacks what its mapping names; of one with refused files (not ``whole``) that cannot be told.

    Raises:
        BadInput: with each name and its place; no row is wanted; or efforts would be averaged unseen.
    """
    if whole:
        _refuse_absent(matrix)
    for run in matrix.runs.values():
        if len(run.unnamed_efforts) > 1:
            found = ", ".join(sorted(run.unnamed_efforts))[:80]
            raise BadInput(
                f"has {run.model} at several efforts ({found}) in a column that the mapping does not name; say which with "
                "`columns.effort`, or keep one of them (`keep`)"
            )


def _refuse_absent(matrix: Matrix) -> None:
    spec, problems = matrix.spec, _Several()
    if not spec.any_edition:
        _refuse_unseen(matrix, spec.columns)
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


def _enter(matrix: Matrix, label: str, number: int, row: Mapping[str, Any]) -> None:
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
    value = worth(row, spec.value.name, spec.value.factor, spec.value.of, spec.layout.values)
    if value is not None and not 0 <= value <= 1:
        raise BadInput(f"has the value {value:g}, which is not from 0 to 1")
    numbers = {key: figure(row, column.name, column.factor) for key, column in spec.numbers.items()}
    if date and calendar_day(date) is None:
        raise BadInput(f"has no day such as 2026-01-31 under {spec.texts.get('date')}: {date[:40]}")
    unnamed = {found for column in matrix.efforts if (found := word(row, column))}
    benchmark = spec.benchmarks.get(benchmark, benchmark)
    key = (benchmark, model, agent or "", effort_word or "")
    run = matrix.runs.setdefault(key, MatrixRun(benchmark, model, agent, effort_word, names["benchmark"]))
    refuse_other_benchmark(run, names["benchmark"])
    run.rows[label].add(number)
    run.values[item].append(value)
    for metric, taken in numbers.items():
        if taken is not None:
            run.numbers[metric][item].append(taken)
    if date:
        run.dates.add(date)
    if edition:
        run.editions.add(edition)
    if (answer := answer_of(row, spec.texts.get("answer"))) is not None:
        run.answers[item].add(answer_hash(answer))
    run.unnamed_efforts |= unnamed


def _shown(matrix: Matrix, raw: str) -> str:
    """A model's name as it is shown.

    Raises:
        BadInput: another model of the matrix would be shown under the same name.
    """
    shown = model_name(raw)
    refuse_other_model(matrix, shown, raw)
    matrix.names[shown] = raw
    return shown


def _draft(unit: Unit, spec: ItemMapping, run: MatrixRun, places: Mapping[str, int]) -> Draft:
    """The run, with every item of the benchmark where a missing one is wrong."""
    source = spec.constants.get("source") or unit.label
    known = spec.models.get(run.model, KnownModel())
    asked = known.effort or run.effort or effort.split(run.model.replace(":", "-"))[1]
    values = {item: _mean(run.values.get(item, ()), spec.missing_is_wrong) for item in places}
    samples = [
        Sample(
            run.benchmark,
            places[item],
            item_hash("item", item),
            spec.metric,
            value,
            answer_hash=_one(run.answers.get(item)),
        )
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


def _one(answers: set[str] | None) -> str | None:
    """The answer of an item; none where its tries have several."""
    return next(iter(answers)) if answers and len(answers) == 1 else None


def _judge(draft: Draft, spec: ItemMapping, run: MatrixRun, values: Mapping[str, float | None]) -> None:
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
        if sample.answer_hash:
            sha.update(sample.answer_hash.encode())
    return sha.hexdigest()
