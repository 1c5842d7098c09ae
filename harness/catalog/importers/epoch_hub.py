"""Epoch AI's Benchmarking Hub: one CSV a benchmark, its own runs with their error, the others taken over from boards and papers.

Mapping: ``mappings/epoch_hub_benchmarks.csv`` gives each file's column its benchmark (first fit counts; ``by`` and
``pattern`` part a file of several set-ups), unit and scale, the column of the standard error, and who reports where the file
names nobody. ``Model version`` carries the effort after its last underscore; where that
is ``unknown`` or missing, the board's own ``Name`` or the first sentence of ``Notes`` may state it. Where Epoch names no
version, or no maker of a model that the catalog lacks, nothing is guessed. Epoch's own index never enters. A score that the catalog has from the
same reporter (most are in Epoch's older collection) is counted, not repeated.

Errors as the files mean them: that of Humanity's Last Exam is half of a 95 % interval (``stderr_per`` 1.96: it fits the
2,500 questions), those of APEX-Agents and WeirdML fit no standard error and stay out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from harness.catalog.import_context import ImportContext, Imported, SourceFile, decimal
from harness.catalog.importers.collected import mapping
from harness.catalog.importers.corrections import version_of
from harness.catalog.importers.epoch_scores import (
    REVISED_MONTHS,
    cited,
    months_between,
    noted_effort,
    shots,
)
from harness.catalog.importers.scored import Hints, Score, Scored, report, scored, table
from harness.catalog.names.effort import DEFAULT
from harness.catalog.rules import cell_rules
from harness.catalog.tables import Row

OWN = "Epoch AI"
_NOBODY = "Epoch AI collection"  # as epoch_scores writes a reporter whom the collection does not name
_INDEX = ("epoch_capabilities_index", "eci_")
_DAYS = ("Started at", "Date run", "Run date", "Date of evaluation", "Evaluation date", "Date added", "Date",
         "Last updated")  # fmt: skip
_SETTINGS = ("Agent", "Scaffold")
_SAME = Decimal("0.0005")
_APP = re.compile(r"-web-?app$")

Key = tuple[str, str, str]


@cache
def _columns() -> dict[str, dict[str, list[Row]]]:
    """Reviewed lines by file and column."""
    lines: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for line in mapping("epoch_hub_benchmarks.csv"):
        lines[line["file"]][line["column"]].append(line)
    return lines


def read(files: list[SourceFile], context: ImportContext) -> Imported:
    """All scores of the files given."""
    out = Imported()
    known = _known_scores(context)
    doubles = unnamed = 0
    for file in sorted(files, key=lambda f: f.name):
        kind = file.name.removesuffix(".csv")
        if kind.startswith(_INDEX):
            out.leave("file", file.name, "Epoch's own index and its parameters: never a score of the catalog")
            continue
        columns = _columns().get(kind)
        if columns is None:
            out.leave("file", file.name, "no mapping for it")
            continue
        for row in table(file, ("Model version", *columns)):
            if not row["Model version"]:
                unnamed += 1
                continue
            doubles += _row(out, context, row, columns, known)
    cited_by_rows = {r["source_id"] for r in out.rows["reported_scores"]}
    out.rows["sources"] = [r for r in out.rows["sources"] if r["source_id"] in cited_by_rows]
    if unnamed:
        out.leave("row", f"{unnamed} rows", "Epoch names no model version")
    if doubles:
        out.leave(
            "score", f"{doubles} scores", "the catalog has them already: same model, test, effort, reporter and value"
        )
    return out


def _row(
    out: Imported,
    context: ImportContext,
    row: Row,
    columns: Mapping[str, list[Row]],
    known: Mapping[Key, list[tuple[Decimal, str]]],
) -> int:
    """Add the scores of one row; the number of those that the catalog has already."""
    version = version_of(row).removesuffix("_unknown").removeprefix("parasail-")  # effort not known; a host
    model: Scored | None = None
    doubles = 0
    if not version:
        out.leave(
            "model",
            row["Model version"],
            f"its own name is another model's ({row.get('Name', '') or row.get('id', '')})",
        )
        return 0
    if _APP.search(version):
        out.leave("model", version, "run in its maker's web app, not the model as it is served")
        return 0
    for column, lines in columns.items():
        written = row.get(column, "")
        line = next((n for n in lines if not n["by"] or re.search(n["pattern"], row.get(n["by"], ""))), None)
        if not written:
            continue
        value = decimal(written.rstrip("%"))
        if line is None:
            stated = ", ".join(sorted({f"{n['by']} {row.get(n['by'], '')}" for n in lines}))
            test = f"beside {lines[0]['benchmark_id']}: {stated}"
            out.leave("set-up", test, f"no reviewed line for this set-up ({version}: {written})")
            continue
        if value is None:
            out.leave("score", f"{version}: {column} {written}", "not a number")
            continue
        model = model or scored(out, context, version, _hints(row))
        if model is None:
            break
        score = _score(out, context, row, line, model, value / (100 if written.endswith("%") else int(line["per"])))
        released = context.names.released.get(model.model_id, "")
        best = decimal(row.get("Best score (across scorers)", "")) if score.reported_by == OWN else None
        if _is_known(known, model, score, best):  # the older collection has an own run's best score
            doubles += 1
        elif released and score.as_of < released:
            why = f"of {score.as_of}, before the release of {model.model_id} on {released}"
            out.leave("score", f"{version}: {score.benchmark}", why)
        else:
            report(out, context, model, score)
    return doubles


def _hints(row: Row) -> Hints:
    day, maker = row.get("Release date", ""), row.get("Organization", "")
    # An owner that is no vendor keeps a name's family from standing in for a maker whom Epoch does not name.
    return Hints(owner="" if maker else "unstated", organisation=maker, released=day if cell_rules.date(day) else "")


def _score(out: Imported, context: ImportContext, row: Row, line: Row, model: Scored, value: Decimal) -> Score:
    released = context.names.released.get(model.model_id, "")
    own = line["reported_by"] == OWN
    if own:
        source, by, author, day = context.source_id, OWN, "", context.as_of
    else:
        source, (author, by), day = cited(out, context, row)
        if by == _NOBODY:
            by = row.get("Source", "")[:80] or line["reported_by"] or by
        if day < released <= context.as_of and months_between(day, released) <= REVISED_MONTHS:
            day = released  # of a paper only the month of its first version is known
    error = decimal(row.get(line["stderr"], "").rstrip("%")) if line["stderr"] else None
    parts = [shots(row.get("Shots", "")), *(f"{c.lower()} {row[c]}" for c in _SETTINGS if row.get(c))]
    return Score(
        line["benchmark_id"],
        value,
        line["unit"],
        "Epoch's own run" if own else "; ".join(filter(None, parts)),
        by,
        author == model.vendor_id,
        _day(row, context) or day,
        source,
        error / Decimal(line["stderr_per"]) if error else None,
        "primary" if own else "secondary",
        _effort(row, model.effort),
    )


def _effort(row: Row, named: str) -> str:
    """The effort that a row states beside its version's, or in more words (``120K`` and ``120K, High``); empty where it does not."""
    noted = noted_effort(row)
    return noted if named == DEFAULT or noted.endswith(f"-{named}") else ""


def _day(row: Row, context: ImportContext) -> str:
    """The day that the row itself states; empty where it states none, or one after the snapshot."""
    for column in _DAYS:
        day = cell_rules.date(row.get(column, "")[:10])
        if day and day <= context.date:
            return day.isoformat()
    return ""


def _known_scores(context: ImportContext) -> dict[Key, list[tuple[Decimal, str]]]:
    known: dict[Key, list[tuple[Decimal, str]]] = defaultdict(list)
    for row in context.there.rows["reported_scores"]:
        key = (row["model_id"], row["benchmark_id"], row["effort"])
        known[key].append((Decimal(row["score"]), row["reported_by"]))
    return known


def _is_known(
    known: Mapping[Key, list[tuple[Decimal, str]]], model: Scored, score: Score, best: Decimal | None
) -> bool:
    key = (model.model_id, score.benchmark, score.effort or model.effort)
    values = [score.value, *([best] if best is not None else [])]
    return any(
        _same_reporter(by, score.reported_by) and any(abs(there - value) <= _SAME for value in values)
        for there, by in known.get(key, ())
    )


def _same_reporter(there: str, here: str) -> bool:
    """Whether two spellings name one reporter: ``LiveBench`` and ``LiveBench Leaderboard``, or one that is not named."""
    first, second = sorted((re.sub(r"[^a-z0-9]", "", name.lower()) for name in (there, here)), key=len)
    return there == _NOBODY or bool(first) and second.startswith(first)
