"""Stored runs, read back for export: from run folders, or from run tables (which have no texts)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from harness import names
from harness.errors import BadInput, MissingData
from harness.interchange import run_parquet
from harness.interchange.imported_run import ImportedRun
from harness.store import content, run_folder
from harness.store.public import public_files


def resolve(name: str, runs_dir: Path, table_folders: Sequence[Path] = ()) -> str:
    """The id of the one run that ``name`` is, or is a part of.

    Raises:
        MissingData: no run has it.
        BadInput: several have it.
    """
    ids = {folder.name for folder in run_folder.sealed(runs_dir)}
    for tables in (runs_dir / run_parquet.FOLDER, *table_folders):
        ids |= run_parquet.run_ids(tables)
    return names.one_run(name, ids, f"in {runs_dir} or among the shipped runs")


def load(run_id: str, runs_dir: Path, table_folders: Sequence[Path] = ()) -> ImportedRun:
    """A run by its id, from its folder or else from run tables.

    Raises:
        MissingData: no run of that id is in either.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = runs_dir / run_id
    try:
        if "/" not in run_id and "\\" not in run_id and run_id not in ("", ".", "..") and folder.is_dir():
            return _from_folder(folder)
        for tables in (runs_dir / run_parquet.FOLDER, *table_folders):
            for file in public_files(tables, "run"):
                rows = pq.read_table(file, columns=["manifest"], filters=[("run_id", "=", run_id)])
                if rows.num_rows:
                    return _from_tables(json.loads(rows.column("manifest")[0].as_py()), file, run_id)
    except (pa.ArrowException, OSError, LookupError, TypeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BadInput(
            f"The run {run_id} is damaged: {reason.rstrip('.')}. `harness db check` names what is."
        ) from None
    raise MissingData(f"There is no run {run_id} in {runs_dir} or among the shipped runs; `harness runs` lists them.")


def _from_folder(folder: Path) -> ImportedRun:
    """The run of a folder, as it was sealed.

    Raises:
        BadInput: a file is not what the manifest's hashes say.
    """
    import pyarrow.parquet as pq

    manifest = run_folder.read_manifest(folder)
    hashes = run_folder.refuse_changed_manifest(manifest, folder / "manifest.json")
    tables = {}
    for name, schema in (("results", run_folder.RESULTS), ("samples", run_folder.SAMPLES)):
        path = folder / f"{name}.parquet"
        if not path.is_file():
            raise BadInput(f"{folder} lacks {path.name} (as an ordinary file).")
        tables[name] = run_folder.with_later(pq.read_table(path), schema).select(schema.names).cast(schema)
        if hashes.get(name, None) not in (None, content.table_hash(tables[name])):
            raise BadInput(f"{path} has been changed since the run was sealed (its hash says so).")
    return ImportedRun(manifest, tables["results"], tables["samples"])


def _from_tables(manifest: dict[str, object], file: Path, run_id: str) -> ImportedRun:
    """A run out of run tables; an item's hash has its first 64 bits, likelihoods are the logarithms of the probabilities."""
    import math

    import pyarrow as pa
    import pyarrow.parquet as pq

    stem = file.name.removesuffix(".run.parquet")
    parts = {}
    for table in ("result", "outcome"):
        path = file.with_name(f"{stem}.{table}.parquet")
        parts[table] = pq.read_table(path, filters=[("run_id", "=", run_id)]).to_pylist() if path.is_file() else []
    samples = [
        {
            **row,
            "doc_hash": format(row["doc_hash"], "016x") if row["doc_hash"] is not None else None,
            "cluster": format(row["cluster"], "016x") if row["cluster"] is not None else None,
            "answer_hash": format(row["answer_hash"], "016x") if row.get("answer_hash") is not None else None,
            "choice_loglikelihoods": [math.log(p) if p > 0 else -1e9 for p in row["choice_probs"]]
            if row["choice_probs"]
            else None,
        }
        for row in parts["outcome"]
    ]
    return ImportedRun(
        manifest,
        pa.Table.from_pylist(parts["result"], schema=run_folder.RESULTS),
        pa.Table.from_pylist(samples, schema=run_folder.SAMPLES),
    )
