"""Loading of run folders into the tables ``run``, ``perf``, ``result``, ``outcome``, ``suite`` and ``task``.

Parquet is streamed as Arrow batches, without prompts and answers: a large run needs no more memory
than a small one, and a folder may have any name (no globbing).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harness.errors import BadInput, MissingData
from harness.store import run_folder, sql

FILES = ("manifest.json", "results.parquet", "samples.parquet")
# Of samples.parquet the outcomes; prompt, target and response stay where they are.
_OUTCOME_COLUMNS = [n for n in run_folder.SAMPLES.names if n not in ("prompt", "target", "response")]
_BATCH = 65_536
# Manifests that DuckDB looks into at once: one of a run with many tasks has 50 kB, and unfolded a multiple of that.
_MANIFESTS = 200
_ORIGINS = ("measured", "imported")
_NEEDED = (("model", "id"), ("suite", "name"), ("engine", "name"))


def load_runs(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> list[str]:
    """Load the run folders that the database has not yet, inside the caller's transaction; return their ids.

    Raises:
        BadInput: folders that are no runs, or runs that the database holds with other content.
    """
    new = _unpublished(con, folders)
    for folder, checksum in new.items():
        load_run(con, folder)
        sql.note(con, "run", folder.name, checksum)
    if new:
        ids = [folder.name for folder in new]
        refresh_suites(con, ids)
        name_models(con, ids)
    return [folder.name for folder in new]


def load_run(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Insert one run's rows (suite and task follow with ``refresh_suites``).

    Raises:
        BadInput: a file of the folder is damaged or contradicts the manifest.
    """
    text = json.dumps(_manifest(folder), ensure_ascii=False, sort_keys=True, allow_nan=False)
    try:
        for table in ("run", "perf"):
            con.execute(f"INSERT INTO {table} BY NAME {sql.text('ingest', table)}", {"manifest": text})
        for table, name, schema, columns in (
            ("result", "results", run_folder.RESULTS, run_folder.RESULTS.names),
            ("outcome", "samples", run_folder.SAMPLES, _OUTCOME_COLUMNS),
        ):
            with _stream(con, name, folder / f"{name}.parquet", schema, columns):
                con.execute(f"INSERT INTO {table} BY NAME {sql.text('ingest', table)}")
    except (duckdb.DataError, duckdb.IntegrityError) as error:
        raise BadInput(f"{folder} cannot be published: {str(error).splitlines()[0]}.") from None


def refresh_suites(con: duckdb.DuckDBPyConnection, run_ids: Sequence[str] | None = None) -> None:
    """Rebuild the rows of ``suite`` and ``task`` from the manifests of all runs of ``run_ids``' suites (None: of all suites)."""
    ids = _runs_of_suites(con, run_ids)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE task_spec (suite VARCHAR, suite_version VARCHAR, task VARCHAR, "
        "standing STRUCT(of_suite BOOLEAN, sealed TIMESTAMP, run_id VARCHAR), spec JSON)"
    )
    for part in _parts(ids):
        con.execute(f"INSERT OR REPLACE INTO suite BY NAME {sql.text('ingest', 'suite')}", {"ids": part})
        con.execute(f"INSERT INTO task_spec BY NAME {sql.text('ingest', 'task_spec')}", {"ids": part})
    con.execute(f"INSERT OR REPLACE INTO task BY NAME {sql.text('ingest', 'task')}")
    con.execute("DROP TABLE task_spec")


def _runs_of_suites(con: duckdb.DuckDBPyConnection, run_ids: Sequence[str] | None) -> list[str]:
    """Ids of all runs whose suite and version a run of ``run_ids`` has (None: any has), in order."""
    rows = con.execute(
        "SELECT run_id FROM run WHERE manifest IS NOT NULL AND suite_version IS NOT NULL AND ($ids IS NULL OR "
        "(suite, suite_version) IN (SELECT (suite, suite_version) FROM run WHERE run_id IN (SELECT unnest($ids::VARCHAR[])))) "
        "ORDER BY run_id",
        {"ids": None if run_ids is None else list(run_ids)},
    )
    return [str(run_id) for (run_id,) in rows.fetchall()]


def name_models(con: duckdb.DuckDBPyConnection, run_ids: Sequence[str] | None = None) -> None:
    """Set the model and vendor of each run of ``run_ids`` (None: of all runs), as ids of the present catalog."""
    if run_ids is None:
        run_ids = [str(run_id) for (run_id,) in con.execute("SELECT run_id FROM run ORDER BY run_id").fetchall()]
    for part in _parts(run_ids):
        con.execute(
            f"UPDATE run SET model_id = named.model_id, vendor_id = named.vendor_id "
            f"FROM ({sql.text('ingest', 'catalog_names')}) AS named WHERE run.run_id = named.run_id",
            {"ids": part},
        )


def _parts(run_ids: Sequence[str]) -> Iterator[list[str]]:
    """Run ids in lists of at most ``_MANIFESTS``."""
    for start in range(0, len(run_ids), _MANIFESTS):
        yield list(run_ids[start : start + _MANIFESTS])


def _unpublished(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> dict[Path, str]:
    """Folders that the database lacks, with their checksums; one error with all problems where there are any."""
    checksums, public = sql.published(con, "run"), sql.published(con, "public-run")
    new: dict[Path, str] = {}
    problems: list[str] = []
    for folder in dict.fromkeys(folders):
        try:
            checksum = _checksum(folder)
            _manifest(folder)
        except BadInput as error:
            problems.append(str(error))
            continue
        if folder.name in public:
            problems.append(f"{folder} has the id of a public run that is in the database.")
        elif checksums.get(folder.name, checksum) != checksum:
            problems.append(f"{folder} is in the database with other content. Run `harness db rebuild`.")
        elif folder.name not in checksums:
            new[folder] = checksum
    if problems:
        raise BadInput("These runs cannot be published; nothing was changed.", problems)
    return new


def _checksum(folder: Path) -> str:
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise MissingData(f"{folder} is no run folder: it lacks {', '.join(missing)}.")
    return sql.sha256(folder / name for name in FILES)


def _manifest(folder: Path) -> dict[str, object]:
    manifest = run_folder.read_manifest(folder)
    if manifest["run_id"] != folder.name:
        raise BadInput(f"{folder} is named otherwise than the run in it, {manifest['run_id']}.")
    if manifest.get("origin") not in _ORIGINS:
        raise BadInput(
            f"{folder / 'manifest.json'} has origin {manifest.get('origin')!r}: not {' or '.join(_ORIGINS)}."
        )
    for section, key in _NEEDED:
        part = manifest.get(section)
        if not isinstance(part, dict) or not isinstance(part.get(key), str):
            raise BadInput(f"{folder / 'manifest.json'} names no {section}.{key}.")
    return manifest


@contextmanager
def _stream(
    con: duckdb.DuckDBPyConnection, name: str, path: Path, schema: pa.Schema, columns: Sequence[str]
) -> Iterator[None]:
    """Register a run's Parquet file as ``name``, read batch by batch in its own order.

    What goes wrong while DuckDB pulls the batches would reach us as DuckDB's error: it is kept and raised as ours.
    """
    wanted = pa.schema([schema.field(c) for c in columns])
    failures: list[Exception] = []

    def batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
        try:
            for batch in file.iter_batches(batch_size=_BATCH, columns=list(columns)):
                if pc.any(pc.not_equal(batch.column("run_id"), path.parent.name)).as_py() is not False:
                    raise BadInput(f"{path} holds rows of another run than its folder's.")
                arrays = [batch.column(c).cast(wanted.field(c).type) for c in columns]
                yield pa.RecordBatch.from_arrays(arrays, schema=wanted)
        except (BadInput, pa.ArrowException, OSError) as error:
            failures.append(error)
            raise

    try:
        with pq.ParquetFile(path) as file:
            missing = [c for c in columns if c not in file.schema_arrow.names]
            if missing:
                raise BadInput(f"{path} lacks the columns {', '.join(missing)}.")
            con.register(name, pa.RecordBatchReader.from_batches(wanted, batches(file)))
            try:
                yield
            except duckdb.Error:
                if failures:
                    raise failures[0] from None
                raise
            finally:
                with suppress(duckdb.TransactionException):  # a failed statement has ended the transaction
                    con.unregister(name)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path} is no Parquet file that can be read: {str(error).splitlines()[0]}.") from None
