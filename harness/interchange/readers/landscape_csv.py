"""Runs of this harness as two tables, ``<run>.results.csv`` and ``<run>.samples.csv``: written and read back.

Each row of both says whether its run is valid and partial; the rows of results hold the verdict, too.
Nothing is lost on the way: an empty cell is unknown and a quoted empty one is empty text; a text that a
spreadsheet would take for a formula stands behind an apostrophe, and one that begins so already behind another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded, own_export
from harness.interchange.foreign.bounded import mapping, text
from harness.interchange.foreign.draft import Draft
from harness.interchange.foreign.names_and_dates import model_name
from harness.interchange.imported_run import Entry, ImportedRun, Refused, Unit
from harness.interchange.readers import landscape
from harness.spreadsheets import FORMULA_STARTS
from harness.store.content import LATER
from harness.store.run_folder import RESULTS, SAMPLES

FORMAT = "landscape-csv"
# What the tables say of the run beside its rows.
ABOUT = ("model", "suite", "origin", "valid", "partial")
# What only the results say: the verdict, a finding a line, and the run's conditions as JSON.
ABOUT_RESULTS = (*ABOUT, "verdict", "conditions")
_OLD = ("model", "suite", "origin")  # before the verdict travelled
_HEADERS = [RESULTS.names, SAMPLES.names, [n for n in SAMPLES.names if n not in LATER]]
_BLOCK = 4 * bounded.MB  # bytes of a table parsed at once; no row is longer


def is_table(header: list[str]) -> bool:
    """The results or the samples of a run."""
    return header in [[*about, *names] for about in (ABOUT_RESULTS, ABOUT, _OLD) for names in _HEADERS]


def write(run: ImportedRun, out: Path) -> list[Path]:
    """Results and items as two tables, each row with its run's model, suite, origin and verdict; the files."""
    out.mkdir(parents=True, exist_ok=True)
    manifest = run.manifest
    carried = own_export.carried(manifest)
    verdict = "\n".join(f"{f['code']}: {' '.join(f['message'].split())}" for f in carried.pop("verdict"))
    same = (
        manifest["model"]["id"],
        manifest["suite"]["name"],
        manifest["origin"],
        carried.pop("valid"),
        carried.pop("partial"),
    )
    more = (verdict, json.dumps(carried, ensure_ascii=False, sort_keys=True))
    written = []
    for name, table, about, values in (
        ("results", run.results, ABOUT_RESULTS, (*same, *more)),
        ("samples", run.samples, ABOUT, same),
    ):
        path = out / f"{run.run_id}.{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            handle.write(_line((*about, *table.column_names)))
            for batch in table.to_batches(max_chunksize=4096):
                handle.writelines(_line((*values, *row.values())) for row in batch.to_pylist())
        written.append(path)
    return written


def _line(values: tuple[Any, ...]) -> str:
    return ",".join(map(_cell, values)) + "\r\n"


def _cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula; lists as numbers with spaces; nothing where unknown."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = " ".join(map(repr, value))
    elif not isinstance(value, str):
        return repr(value)
    elif value.lstrip("'").startswith(FORMULA_STARTS):
        value = f"'{value}"
    shown = str(value)
    if shown and not any(c in shown for c in ',"\r\n'):
        return shown
    return '"' + shown.replace('"', '""') + '"'


def _text(cell: str | None) -> str | None:
    """The text that ``_cell`` wrote."""
    return cell[1:] if cell and cell[0] == "'" and cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def read(unit: Unit) -> Iterator[Entry]:
    """The runs whose tables lie in one folder; a run with a broken table is left out."""
    runs: dict[str, Draft] = {}
    carried: dict[str, dict[str, Any]] = {}
    digests: dict[str, list[str]] = {}
    broken: set[str] = set()
    for file in unit.files:
        digest, touched = bounded.digest_file(file), set[str]()
        try:
            for row in _rows(file):
                run_id = text(row.get("run_id"), 200)
                if run_id is None:
                    raise BadInput("has a row without run_id")
                if run_id not in touched:
                    touched.add(run_id)
                    digests.setdefault(run_id, []).append(digest)
                    carried[run_id] = (
                        {**carried.get(run_id, {}), **_carried(row)}
                        if "value" not in row
                        else carried.get(run_id) or _carried(row)
                    )
                _add(runs.setdefault(run_id, _draft(unit, run_id, row)), row, carried[run_id], file.name)
        except BadInput as problem:
            broken |= touched | {file.name.rsplit(".", 2)[0]}
            yield Refused(file.name if file.parent == unit.path else unit.label, str(problem))
    for run_id, draft in runs.items():
        if run_id not in broken:
            draft.digest = hashlib.sha256("".join(sorted(digests[run_id])).encode()).hexdigest()
            if carried[run_id]:
                own_export.apply(draft, carried[run_id])
            else:
                draft.note(
                    "verdict-unknown", "The tables are of an export that did not say what its run's verdict was."
                )
            yield draft.finish()


def _draft(unit: Unit, run_id: str, row: dict[str, str | None]) -> Draft:
    draft = Draft(FORMAT, "", model_name(row.get("model")), "landscape", file=unit.label)
    draft.source = {"run_id": run_id, "suite": text(row.get("suite"), 100)}
    return draft


def _carried(row: dict[str, str | None]) -> dict[str, Any]:
    """What a row says of its run; nothing in tables from before the verdict travelled."""
    if "valid" not in row:
        return {}
    truth = {"True": True, "False": False}
    lines = [line.partition(": ") for line in (row.get("verdict") or "").splitlines()]
    try:
        conditions = mapping(bounded.parse_json(row.get("conditions") or "{}"))
    except BadInput:
        conditions = {}
    return {
        **conditions,
        "valid": truth.get(str(row["valid"])),
        "partial": truth.get(str(row["partial"])),
        "verdict": [{"code": code, "message": message} for code, _, message in lines],
    }


def _add(draft: Draft, row: dict[str, Any], carried: dict[str, Any], name: str) -> None:
    if "value" not in row:
        better = {"True": True, "False": False}.get(str(row.get("higher_is_better")))
        landscape.add_result(draft, {**row, "higher_is_better": better}, carried, name)
    else:
        choices = (row.get("choice_loglikelihoods") or "").split()
        landscape.add_sample(draft, {**row, "choice_loglikelihoods": choices}, name)


def _rows(file: Path) -> Iterator[dict[str, str | None]]:
    """The rows of a table as texts, by batches."""
    import pyarrow as pa
    from pyarrow import csv

    names = (*ABOUT_RESULTS, *(SAMPLES.names if "value" in _header(file) else RESULTS.names))
    convert = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    parse, blocks = csv.ParseOptions(newlines_in_values=True), csv.ReadOptions(block_size=_BLOCK, use_threads=False)
    try:
        with csv.open_csv(file, read_options=blocks, parse_options=parse, convert_options=convert) as reader:
            for batch in reader:
                for row in batch.to_pylist():
                    yield {key: _text(value) for key, value in row.items()}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadInput(f"{file.name} is no readable CSV: {' '.join(str(error).split())[:200]}") from None


def _header(file: Path) -> list[str]:
    with file.open("rb") as handle:
        return bounded.decode(handle.readline(64_000)).rstrip("\r\n").split(",")
