"""Make ``data/measured_runs``: ``python -m harness.interchange.build_measured RUNS data/measured_runs [--partial]``.

RUNS is a folder of sealed runs of this harness on published models. Out of each comes its scores and item outcomes,
numbers and hashes only, with what the run says of its machine, versions and command; local paths are cut off. A run that
cannot stand for its model (broken, invalid, over a part of the items, not measured here, of a model that the catalog does
not know) is refused, and nothing is written; with ``--partial`` a run from which whole tasks are left out is taken,
which its manifest then says. The same runs make the same bytes. ``docs/measured_runs.md`` says what is in it.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from pathlib import Path
from typing import Any

from harness import places
from harness.errors import BadInput, LandscapeError
from harness.interchange import run_parquet, stored_runs
from harness.interchange.foreign.owners import Owner, owner
from harness.interchange.foreign.privacy import without_paths
from harness.interchange.imported_run import ImportedRun
from harness.store import run_folder

STEM = "measured"
# What is committed stays below this (docs/measured_runs.md).
MAX_BYTES = 15_000_000


def build(runs: Path, out: Path, *, partial: bool = False) -> list[ImportedRun]:
    """Write the run tables of all sealed runs of ``runs`` to ``out``; the runs as they are shipped, by id.

    Raises:
        BadInput: with every run that is refused, and why; ``out`` is as it was.
    """
    folders = run_folder.sealed(runs)
    if not folders:
        raise BadInput(f"{runs} holds no sealed run.")
    shipped: list[ImportedRun] = []
    problems: list[str] = []
    for folder in folders:
        try:
            shipped.append(as_shipped(stored_runs.load(folder.name, runs), partial=partial))
        except BadInput as error:
            problems.append(f"{folder.name}: {error}")
    problems += _twice(shipped)
    if problems:
        raise BadInput(f"{len(problems)} of the runs in {runs} cannot be shipped:", problems)
    written = run_parquet.write(out, STEM, shipped, level=19)
    for old in set(out.glob(f"{STEM}.*.parquet")) - set(written):
        old.unlink()
    return sorted(shipped, key=lambda run: run.run_id)


def as_shipped(run: ImportedRun, *, partial: bool = False) -> ImportedRun:
    """The run without local paths, under an id of its own, with the hub id of its model.

    An id of its own, since whoever has the run folder publishes it beside this one, and the newer stands for the model.

    Raises:
        BadInput: the run cannot stand for a model of the catalog.
    """
    import pyarrow as pa

    known = _refuse(run.manifest, partial)
    digest = hashlib.sha256(f"{STEM}\n{run.manifest['content']['manifest']}".encode()).hexdigest()
    run_id = re.sub(r"[0-9a-f]{8}$", digest[:8], run.run_id)
    manifest: dict[str, Any] = _strings(run.manifest)
    del manifest["content"]  # hashes of the run folder's files; the pack has its own
    manifest["run_id"] = run_id
    manifest["model"]["hub_id"] = _hub_id(str(known.model_id))
    results, samples = (
        table.set_column(0, "run_id", pa.array([run_id] * table.num_rows, pa.string()))
        for table in (run.results, run.samples)
    )
    return ImportedRun(manifest, results, samples)


def _refuse(manifest: dict[str, Any], partial: bool) -> Owner:
    """The catalog's model of a run that may be shipped.

    Raises:
        BadInput: the run may not be shipped.
    """
    if manifest.get("origin") != "measured" or "manifest" not in (manifest.get("content") or {}):
        raise BadInput("it was not measured and sealed by this version of the harness.")
    if not manifest.get("valid"):
        said = "; ".join(str(f.get("message")) for f in manifest["verdict"] if f.get("invalid"))
        raise BadInput(f"it is not valid: {said}")
    plan = manifest.get("plan") or {}
    if plan.get("limit") is not None or plan.get("sample") is not None:
        raise BadInput("it scored a part of the items; ship runs over all of them.")
    if manifest.get("partial") and not partial:
        lacking = ", ".join(str(entry["task"]) for entry in manifest.get("left_out") or [])
        raise BadInput(
            f"it is partial (without {lacking}); --partial ships it all the same, and it stands for no model."
        )
    known = owner(str(manifest["model"]["id"]))
    if known.model_id is None:
        raise BadInput(
            f"the catalog knows no model {manifest['model']['id']!r}; add it to models.csv, or its name to aliases.csv."
        )
    return known


def _twice(runs: list[ImportedRun]) -> list[str]:
    """Runs of one model revision, suite version and dtype: only one of them could stand for the model."""
    first: dict[tuple[str, ...], str] = {}
    problems = []
    for run in runs:
        m = run.manifest
        key = tuple(map(str, (m["model"]["revision"], m["suite"]["name"], m["suite"]["version"], m["dtype"])))
        if key in first:
            problems.append(f"{run.run_id} measures what {first[key]} measures, too; keep one of them.")
        first.setdefault(key, run.run_id)
    return problems


def _hub_id(model_id: str) -> str | None:
    """The hub id of a model of the catalog in use."""
    with (places.catalog() / "models.csv").open(encoding="utf-8-sig", newline="") as lines:
        return next((row["hub_id"] or None for row in csv.DictReader(lines) if row["model_id"] == model_id), None)


def _strings(value: Any) -> Any:
    """A manifest's values with local paths cut out of every text."""
    if isinstance(value, str):
        return without_paths(value)
    if isinstance(value, dict):
        return {key: _strings(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_strings(entry) for entry in value]
    return value


def main(arguments: list[str]) -> int:
    """Build, print what there is; exit 2 where a run is refused, 1 where the tables are too large."""
    partial = "--partial" in arguments
    folders = [Path(a) for a in arguments if a != "--partial"]
    if len(folders) != 2:
        print("usage: python -m harness.interchange.build_measured RUNS OUT [--partial]", file=sys.stderr)
        return 2
    try:
        runs = build(folders[0], folders[1], partial=partial)
    except LandscapeError as error:
        print(f"harness: {error}", file=sys.stderr)
        return error.exit_code
    size = sum(f.stat().st_size for f in folders[1].glob(f"{STEM}.*.parquet"))
    for run in runs:
        print(f"{run.items:8,} outcomes  {run.run_id}")
    print(f"{len(runs):,} runs in {size / 1e6:.2f} MB")
    return 0 if size <= MAX_BYTES else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
