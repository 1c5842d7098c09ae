"""Loading of run folders into the tables ``run``, ``perf``, ``result``, ``outcome``, ``suite`` and ``task``.

Parquet is streamed as Arrow batches, without prompts and answers: a large run needs no more memory
than a small one, and a folder may have any name (no globbing).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harness.errors import BadInput, MissingData
from harness.store import content, run_folder, sql
from harness.store.imported import other_file
from harness.store.loading import Loaded
from harness.store.migrations import migrate
from harness.store.run_folder import FILES

# Of samples.parquet the outcomes; prompt, target and response stay where they are.
_OUTCOME_COLUMNS = [n for n in run_folder.SAMPLES.names if n not in ("prompt", "target", "response")]
# Rows read at once: DuckDB holds several batches while it unfolds the choices' log-likelihoods.
_BATCH = 16_384
# Manifests that DuckDB looks into at once: one of a run with many tasks has 50 kB, and unfolded a multiple of that.
_MANIFESTS = 200
# DuckDB settings of the database in which damaged runs are told from sound ones.
_TRIAL: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "memory_limit": "1GB"}
_Run = TypeVar("_Run", str, Path)


def load_runs(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> Loaded:
    """Load the run folders that the database has not yet; a damaged one is named and left out, the others go on.

    All go in one transaction; only where that fails is each tried on its own, in a database beside.
    """
    new, loaded = _unpublished(con, folders)
    try:
        unhashed = _load_together(con, new)
    except BadInput:
        damaged = _damaged(new)
        loaded.problems += damaged.values()
        loaded.damaged |= {folder.name for folder in damaged}
        new = {folder: checksum for folder, checksum in new.items() if folder not in damaged}
        unhashed = _load_together(con, new)
    loaded.notes += [run_folder.unhashed_note(folder) for folder in unhashed]
    loaded.runs = [folder.name for folder in new]
    loaded.changed = bool(new)
    return loaded


def forget_runs(con: duckdb.DuckDBPyConnection, run_ids: Sequence[str]) -> bool:
    """Take out runs that came from folders, and what only they had of suites; whether there was any."""
    ids = {"ids": list(run_ids)}
    gone = con.execute(
        "DELETE FROM publication WHERE part = 'run' AND list_contains($ids, name) RETURNING name", ids
    ).fetchall()
    ids = {"ids": [name for (name,) in gone]}
    suites = "SELECT suite, suite_version FROM run WHERE list_contains($ids, run_id)"
    lonely = con.execute(
        f"{suites} EXCEPT SELECT suite, suite_version FROM run WHERE NOT list_contains($ids, run_id)", ids
    ).fetchall()
    for table in ("outcome", "result", "perf", "run"):
        con.execute(f"DELETE FROM {table} WHERE list_contains($ids, run_id)", ids)
    for suite, version in lonely:
        one = {"suite": suite, "version": version}
        con.execute("DELETE FROM task WHERE suite = $suite AND suite_version = $version", one)
        con.execute("DELETE FROM suite WHERE suite = $suite AND version = $version", one)
    return bool(gone)


def _load_together(con: duckdb.DuckDBPyConnection, folders: Mapping[Path, str]) -> list[Path]:
    """Load runs in one transaction; those whose manifests hold no hashes."""
    if not folders:
        return []
    ids = [folder.name for folder in folders]
    with sql.transaction(con):
        hashes = _insert(con, list(folders))
        sql.note_all(con, "run", {folder.name: checksum for folder, checksum in folders.items()})
        refresh_suites(con, ids)
        name_models(con, ids)
    return [folder for folder in folders if not hashes[folder]]


def _damaged(folders: Iterable[Path]) -> dict[Path, str]:
    """The folders that cannot be loaded, each with a sentence: every one is tried and undone."""
    damaged: dict[Path, str] = {}
    with (
        tempfile.TemporaryDirectory(prefix="landscape-load-") as scratch,
        closing(duckdb.connect(str(Path(scratch) / "trial.duckdb"), config=_TRIAL)) as con,
    ):
        migrate(con)
        for folder in folders:
            try:
                with sql.transaction(con):
                    _insert(con, [folder])
                    refresh_suites(con)
                    raise _Undone
            except _Undone:
                pass
            except BadInput as error:
                named = str(folder) in str(error)
                damaged[folder] = str(error) if named else f"{folder / 'manifest.json'}: {error}"
    return damaged


def refuse_unpublishable(folder: Path) -> None:
    """Refuse a run folder that no database could take, before it is sealed.

    A trial that this machine cannot make (no room for temporary files) says nothing of the folder.

    Raises:
        BadInput: with the value that does not fit.
    """
    try:
        problem = _damaged([folder]).get(folder)
    except (duckdb.Error, OSError):
        return
    if problem is not None:
        raise BadInput(problem)


class _Undone(Exception):
    """Ends a trial: its rows are not kept."""


def _insert(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> dict[Path, dict[str, str]]:
    """Insert the rows of runs (suite and task follow with ``refresh_suites``), a statement a table; their hashes.

    Raises:
        BadInput: a file of a folder is damaged, contradicts the manifest, or is not what was sealed.
    """
    hashes = _insert_manifests(con, folders)
    for table, name, schema, columns in (
        ("result", "results", run_folder.RESULTS, run_folder.RESULTS.names),
        ("outcome", "samples", run_folder.SAMPLES, _OUTCOME_COLUMNS),
    ):
        files = {folder / f"{name}.parquet": hashes[folder].get(name) for folder in folders}
        try:
            with _stream(con, name, files, schema, columns):
                con.execute(f"INSERT INTO {table} BY NAME {sql.text('ingest', table)}")
        except duckdb.Error as error:
            raise sql.bad_source(error, _named(list(files))) from None
    return hashes


def _insert_manifests(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> dict[Path, dict[str, str]]:
    """Insert the rows of ``run`` and ``perf``; returns the content hashes that each manifest holds of its tables."""
    hashes: dict[Path, dict[str, str]] = {}
    for part in _parts(folders):
        manifests = []
        for folder in part:
            manifest = run_folder.checked_manifest(folder)
            hashes[folder] = run_folder.refuse_changed_manifest(manifest, folder / "manifest.json")
            manifests.append(manifest)
        con.register("manifests", run_folder.manifest_table(manifests))
        try:
            for table in ("run", "perf"):
                con.execute(f"INSERT INTO {table} BY NAME {sql.text('ingest', table)}")
        except duckdb.Error as error:
            raise sql.bad_source(error, _named([folder / "manifest.json" for folder in part])) from None
        finally:
            with suppress(duckdb.TransactionException):  # a failed statement has ended the transaction
                con.unregister("manifests")
    return hashes


def _named(files: Sequence[Path]) -> str:
    return str(files[0]) if len(files) == 1 else f"One of {len(files):,} files such as {files[0]}"


def refresh_suites(con: duckdb.DuckDBPyConnection, run_ids: Sequence[str] | None = None) -> None:
    """Rebuild the rows of ``suite`` and ``task`` from the manifests of all runs of ``run_ids``' suites (None: of all suites).

    Raises:
        BadInput: a manifest's suite holds what the tables cannot.
    """
    ids = _runs_of_suites(con, run_ids)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE task_spec (suite VARCHAR, suite_version VARCHAR, task VARCHAR, "
        "standing STRUCT(of_suite BOOLEAN, sealed TIMESTAMP, run_id VARCHAR), spec JSON, redistribute BOOLEAN)"
    )
    try:
        for part in _parts(ids):
            con.execute(f"INSERT OR REPLACE INTO suite BY NAME {sql.text('ingest', 'suite')}", {"ids": part})
            con.execute(f"INSERT INTO task_spec BY NAME {sql.text('ingest', 'task_spec')}", {"ids": part})
        con.execute(f"INSERT OR REPLACE INTO task BY NAME {sql.text('ingest', 'task')}")
        con.execute("DROP TABLE task_spec")
    except duckdb.Error as error:
        raise sql.bad_source(error, "A suite or task that a manifest speaks of") from None


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


def _parts(runs: Sequence[_Run]) -> Iterator[list[_Run]]:
    """Runs (ids or folders) in lists of at most ``_MANIFESTS``."""
    for start in range(0, len(runs), _MANIFESTS):
        yield list(runs[start : start + _MANIFESTS])


def _unpublished(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> tuple[dict[Path, str], Loaded]:
    """Folders that the database lacks, with their checksums; and those that it cannot take."""
    checksums, public = sql.published(con, "run"), sql.published(con, "public-run")
    new: dict[Path, str] = {}
    loaded = Loaded()
    for folder in dict.fromkeys(folders):
        try:
            checksum = _checksum(folder)
            if checksums.get(folder.name) == checksum:
                continue
            manifest = run_folder.checked_manifest(folder)
            if folder.name in checksums and other_file.same_run(
                manifest, other_file.published_manifest(con, folder.name)
            ):
                _refuse_changed(folder, manifest)
                continue
            if folder.name in public:
                raise BadInput(f"{folder} has the id of a public run that is in the database.")
            if folder.name in checksums:
                raise BadInput(f"{folder} is in the database with other content. Run `harness db rebuild`.")
            new[folder] = checksum
        except BadInput as error:
            loaded.problems.append(str(error))
            loaded.damaged.add(folder.name)
    return new, loaded


def _refuse_changed(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a folder whose files are not those that were sealed.

    Raises:
        BadInput: with the file.
    """
    hashes = run_folder.refuse_changed_manifest(manifest, folder / "manifest.json")
    for name, schema in (("results", run_folder.RESULTS), ("samples", run_folder.SAMPLES)):
        for _ in _batches(folder / f"{name}.parquet", schema, schema.names, hashes.get(name)):
            pass


def _checksum(folder: Path) -> str:
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise MissingData(f"{folder} is no run folder: it lacks {', '.join(missing)} (as an ordinary file).")
    try:
        return sql.sha256(folder / name for name in FILES)
    except OSError as error:
        raise BadInput(f"{folder} cannot be read: {error.strerror}.") from None


@contextmanager
def _stream(
    con: duckdb.DuckDBPyConnection,
    name: str,
    files: Mapping[Path, str | None],
    schema: pa.Schema,
    columns: Sequence[str],
) -> Iterator[None]:
    """Register runs' Parquet files as ``name``, read batch by batch in their order; ``files`` has their content hashes.

    What goes wrong while DuckDB pulls the batches would reach us as DuckDB's error: it is kept and raised as ours.
    """
    failures: list[BadInput] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for path, sealed_hash in files.items():
                yield from _batches(path, schema, columns, sealed_hash)
        except BadInput as error:
            failures.append(error)
            raise

    con.register(name, pa.RecordBatchReader.from_batches(pa.schema([schema.field(c) for c in columns]), batches()))
    try:
        yield
    except duckdb.Error:
        if failures:
            raise failures[0] from None
        raise
    finally:
        with suppress(duckdb.TransactionException):  # a failed statement has ended the transaction
            con.unregister(name)


def _batches(
    path: Path, schema: pa.Schema, columns: Sequence[str], sealed_hash: str | None
) -> Iterator[pa.RecordBatch]:
    """The ``columns`` of one run's Parquet file, batch by batch; its content hash is checked at the end.

    Raises:
        BadInput: the file cannot be read, holds another run's rows, or has been changed since it was sealed.
    """
    rows = content.TableHash(schema) if sealed_hash else None
    read = schema.names if sealed_hash else list(columns)
    wanted = pa.schema([schema.field(c) for c in columns])
    try:
        with pq.ParquetFile(path) as file:
            there = set(file.schema_arrow.names)
            missing = [c for c in read if c not in there | content.LATER]
            if missing:
                raise BadInput(f"{path} lacks the columns {', '.join(missing)}.")
            for batch in file.iter_batches(batch_size=_BATCH, columns=[c for c in read if c in there]):
                if pc.any(pc.not_equal(batch.column("run_id"), path.parent.name)).as_py() is not False:
                    raise BadInput(f"{path} holds rows of another run than its folder's.")
                if rows:
                    rows.update(batch)
                arrays = [
                    batch.column(c).cast(wanted.field(c).type)
                    if c in there
                    else pa.nulls(len(batch), wanted.field(c).type)
                    for c in columns
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=wanted)
    except (pa.ArrowException, OSError, MemoryError, LookupError, TypeError, ValueError) as error:
        raise BadInput(f"{path} is no Parquet file that can be read: {_first_line(error)}.") from None
    if rows and rows.hexdigest() != sealed_hash:
        raise BadInput(f"{path} has been changed since the run was sealed (its hash says so).")


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
