"""Loading of run folders into the tables ``run``, ``perf``, ``result``, ``outcome``, ``suite`` and ``task``.

Parquet is streamed as Arrow batches, without prompts and answers: a large run needs no more memory
than a small one, and a folder may have any name (no globbing).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harness.errors import BadInput, MissingData
from harness.store import content, run_folder, sql
from harness.store.loading import Loaded
from harness.store.migrations import migrate
from harness.store.run_folder import FILES

# Of samples.parquet the outcomes; prompt, target and response stay where they are.
_OUTCOME_COLUMNS = [n for n in run_folder.SAMPLES.names if n not in ("prompt", "target", "response")]
_BATCH = 65_536
# DuckDB settings of the database in which damaged runs are told from sound ones.
_TRIAL: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "memory_limit": "1GB"}
_ORIGINS = ("measured", "imported")
_NEEDED = (("model", "id"), ("suite", "name"), ("engine", "name"))
# Entries of a manifest that pages and analyses read, with their JSON types; each may be absent or null.
_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "tasks": (list, "a list"),
    "verdict": (list, "a list"),
    "plan": (dict, "an object"),
    "perf": (dict, "an object"),
    "hardware": (dict, "an object"),
    "versions": (dict, "an object"),
    "partial": (bool, "true or false"),
    "valid": (bool, "true or false"),
    "started": (str, "a time"),
    "sealed": (str, "a time"),
}
# Entries of a task, in the suite or in the list of scored tasks; each may be absent or null.
_TASK_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "task": (str, "a name"),
    "kind": (str, "a name"),
    "num_fewshot": (int, "a whole number"),
    "higher_is_better": (bool, "true or false"),
    "redistribute": (bool, "true or false"),
    "chance": ((int, float), "a number"),
    "best": ((int, float), "a number"),
    "h0": ((int, float), "a number"),
}


def load_runs(con: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> Loaded:
    """Load the run folders that the database has not yet; a damaged one is named and left out, the others go on.

    All go in one transaction; only where that fails is each tried on its own, in a database beside.
    """
    new, loaded = _unpublished(con, folders)
    try:
        _load_together(con, new)
    except BadInput:
        damaged = _damaged(new)
        loaded.problems += damaged.values()
        loaded.damaged |= {folder.name for folder in damaged}
        new = {folder: checksum for folder, checksum in new.items() if folder not in damaged}
        _load_together(con, new)
    loaded.runs = [folder.name for folder in new]
    loaded.changed = bool(new)
    return loaded


def _load_together(con: duckdb.DuckDBPyConnection, folders: Mapping[Path, str]) -> None:
    if not folders:
        return
    with sql.transaction(con):
        for folder, checksum in folders.items():
            load_run(con, folder)
            sql.note(con, "run", folder.name, checksum)
        refresh_suites(con)
        name_models(con)


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
                    load_run(con, folder)
                    refresh_suites(con)
                    raise _Undone
            except _Undone:
                pass
            except BadInput as error:
                named = str(folder) in str(error)
                damaged[folder] = str(error) if named else f"{folder / 'manifest.json'}: {error}"
    return damaged


class _Undone(Exception):
    """Ends a trial: its rows are not kept."""


def load_run(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Insert one run's rows (suite and task follow with ``refresh_suites``).

    Raises:
        BadInput: a file of the folder is damaged, contradicts the manifest, or is not what was sealed.
    """
    manifest = _manifest(folder)
    hashes = run_folder.refuse_changed_manifest(manifest, folder / "manifest.json")
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, allow_nan=False)
    path = folder / "manifest.json"
    try:
        for table in ("run", "perf"):
            con.execute(f"INSERT INTO {table} BY NAME {sql.text('ingest', table)}", {"manifest": text})
        for table, name, schema, columns in (
            ("result", "results", run_folder.RESULTS, run_folder.RESULTS.names),
            ("outcome", "samples", run_folder.SAMPLES, _OUTCOME_COLUMNS),
        ):
            path = folder / f"{name}.parquet"
            with _stream(con, name, path, schema, columns, hashes.get(name)):
                con.execute(f"INSERT INTO {table} BY NAME {sql.text('ingest', table)}")
    except duckdb.Error as error:
        raise sql.bad_source(error, str(path)) from None


def refresh_suites(con: duckdb.DuckDBPyConnection) -> None:
    """Rebuild the rows of ``suite`` and ``task`` from the runs' manifests.

    Raises:
        BadInput: a manifest's suite holds what the tables cannot.
    """
    for table in ("suite", "task"):
        try:
            con.execute(f"INSERT OR REPLACE INTO {table} BY NAME {sql.text('ingest', table)}")
        except duckdb.Error as error:
            raise sql.bad_source(error, f"The {table} that the manifest speaks of") from None


def name_models(con: duckdb.DuckDBPyConnection) -> None:
    """Set the model and vendor of each run, as ids of the present catalog."""
    con.execute(
        f"UPDATE run SET model_id = named.model_id, vendor_id = named.vendor_id "
        f"FROM ({sql.text('ingest', 'catalog_names')}) AS named WHERE run.run_id = named.run_id"
    )


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
            _manifest(folder)
            if folder.name in public:
                raise BadInput(f"{folder} has the id of a public run that is in the database.")
            if folder.name in checksums:
                raise BadInput(f"{folder} is in the database with other content. Run `harness db rebuild`.")
            new[folder] = checksum
        except BadInput as error:
            loaded.problems.append(str(error))
            loaded.damaged.add(folder.name)
    return new, loaded


def _checksum(folder: Path) -> str:
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise MissingData(f"{folder} is no run folder: it lacks {', '.join(missing)} (as an ordinary file).")
    try:
        return sql.sha256(folder / name for name in FILES)
    except OSError as error:
        raise BadInput(f"{folder} cannot be read: {error.strerror}.") from None


def _manifest(folder: Path) -> dict[str, Any]:
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
    _refuse_types(folder / "manifest.json", "", manifest, _TYPES)
    for where, tasks in (("suite.tasks", manifest["suite"].get("tasks")), ("tasks", manifest.get("tasks"))):
        if tasks is not None and not (isinstance(tasks, list) and all(isinstance(task, dict) for task in tasks)):
            raise BadInput(f"{folder / 'manifest.json'}: {where} is not a list of tasks.")
        for number, task in enumerate(tasks or []):
            _refuse_types(folder / "manifest.json", f"{where}[{number}].", task, _TASK_TYPES)
    return manifest


def _refuse_types(
    path: Path, where: str, entries: Mapping[str, Any], types: Mapping[str, tuple[type | tuple[type, ...], str]]
) -> None:
    for name, (kind, words) in types.items():
        if entries.get(name) is not None and not isinstance(entries[name], kind):
            raise BadInput(f"{path}: {where}{name} is not {words}.")


@contextmanager
def _stream(
    con: duckdb.DuckDBPyConnection,
    name: str,
    path: Path,
    schema: pa.Schema,
    columns: Sequence[str],
    sealed_hash: str | None,
) -> Iterator[None]:
    """Register a run's Parquet file as ``name``, read batch by batch in its own order, and check its content hash.

    What goes wrong while DuckDB pulls the batches would reach us as DuckDB's error: it is kept and raised as ours.
    """
    rows = content.TableHash(schema) if sealed_hash else None
    read = schema.names if sealed_hash else list(columns)
    wanted = pa.schema([schema.field(c) for c in columns])
    failures: list[Exception] = []

    def batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
        try:
            for batch in file.iter_batches(batch_size=_BATCH, columns=read):
                if pc.any(pc.not_equal(batch.column("run_id"), path.parent.name)).as_py() is not False:
                    raise BadInput(f"{path} holds rows of another run than its folder's.")
                if rows:
                    rows.update(batch)
                arrays = [batch.column(c).cast(wanted.field(c).type) for c in columns]
                yield pa.RecordBatch.from_arrays(arrays, schema=wanted)
        except Exception as error:
            failures.append(error)
            raise

    try:
        with pq.ParquetFile(path) as file:
            missing = [c for c in read if c not in file.schema_arrow.names]
            if missing:
                raise BadInput(f"{path} lacks the columns {', '.join(missing)}.")
            con.register(name, pa.RecordBatchReader.from_batches(wanted, batches(file)))
            try:
                yield
                if rows and rows.hexdigest() != sealed_hash:
                    raise BadInput(f"{path} has been changed since the run was sealed (its hash says so).")
            except duckdb.Error:
                if failures:
                    raise failures[0] from None
                raise
            finally:
                with suppress(duckdb.TransactionException):  # a failed statement has ended the transaction
                    con.unregister(name)
    except (pa.ArrowException, OSError, MemoryError, LookupError, TypeError, ValueError) as error:
        raise BadInput(f"{path} is no Parquet file that can be read: {_first_line(error)}.") from None


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
