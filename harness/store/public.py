"""Loading of packs: Parquet files of many runs (or of reported scores), with exactly the tables' columns.

Others' public runs and our runs on published models ship with the project in this form (``data/public_runs``,
``data/measured_runs``), and an import of many records makes such packs (``PACKS`` below the folder of runs). The files of one pack share the beginning of their names, ``<pack>.run.parquet``,
``<pack>.result.parquet``; the file of runs comes last, so that without it there is no pack. Each pack is loaded, replaced
or left out as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from harness.errors import BadInput
from harness.files import visible
from harness.store import content, sql
from harness.store.loading import Loaded
from harness.store.run_folder import HASHED
from harness.store.runs import name_models, refresh_suites

# In the order of loading.
TABLES = ("suite", "task", "run", "result", "outcome", "perf")
REPORTED = "reported_score"
# Where imported packs lie, below the folder of runs.
PACKS = "packs"
# Columns of a file of imported scores; `benchmark` is the source's own name of the test, or the catalog's id.
_REPORTED_COLUMNS = ("model_id", "benchmark", "metric", "score", "unit", "setting", "reported_by", "reporter", "as_of",
                     "source_id")  # fmt: skip
HASHES = b"landscape.content"
"""Metadata of a pack's file of runs (or of reported scores): JSON, content hashes of the pack's files by table."""
_BY_RUN = ("run", "result", "outcome", "perf")
# Rows read at once; of runs fewer, whose manifests may have 50 kB each.
_BATCH, _RUN_BATCH = 16_384, 500


@dataclass(frozen=True)
class Pack:
    """One pack: its name (the same after every rebuild) and its files by table."""

    name: str
    files: Mapping[str, Path]

    def checksum(self) -> str:
        """SHA-256 over the files.

        Raises:
            BadInput: one of them is no ordinary file, or cannot be read.
        """
        for path in self.files.values():
            if not path.is_file():
                raise BadInput(f"{path} is no ordinary file.")
        try:
            return sql.sha256(self.files.values())
        except OSError as error:
            raise BadInput(f"A file of the pack {self.name} cannot be read: {error}.") from None


def load_public(con: duckdb.DuckDBPyConnection, *folders: Path) -> Loaded:
    """Bring the packed runs up to date with the packs of ``folders``; a damaged one is named and left out.

    A folder that is absent or empty means no packs. A pack that is damaged keeps the rows that it had before.
    """
    loaded = Loaded()
    before, sound = sql.published(con, "public"), list[Pack]()
    now: set[str] = set()
    for folder in folders:
        loaded.problems += _orphans(folder)
    for pack in (p for folder in folders for p in packs(folder)):
        now.add(pack.name)
        try:
            checksum = pack.checksum()
            if before.get(pack.name) != checksum:
                with sql.transaction(con):
                    _forget(con, pack.name, before.get(pack.name))
                    loaded.runs += _load_pack(con, pack, checksum)
                loaded.changed = True
                loaded.notes += unhashed_notes(pack)
            sound.append(pack)
        except BadInput as error:
            loaded.problems.append(str(error))
            loaded.packs.add(pack.name)
    gone = [name for name in before if name not in now]
    if gone or loaded.changed:
        with sql.transaction(con):
            for name in gone:
                _forget(con, name, before[name])
            _renew_suites(con, sound)
        loaded.changed = True
    return loaded


def packs(folder: Path) -> list[Pack]:
    """The packs of runs in a folder, by name: those with a file of runs, or of suites and tasks alone.

    Files of results without one of runs are no pack: an import that puts them there was stopped, or goes on just now.
    """
    names = [(path, *_split(path.name)) for path in visible(folder)]
    stems = sorted({stem for _, stem, table in names if table in TABLES})
    whole = [
        Pack(_name(folder, s), {t: p for t in TABLES for p, stem, x in names if (stem, x) == (s, t)}) for s in stems
    ]
    return [pack for pack in whole if "run" in pack.files or not set(pack.files) & set(_BY_RUN)]


def _orphans(folder: Path) -> list[str]:
    """A sentence for each shipped pack without a file of runs; an imported one without is an import that was stopped."""
    if folder.name == PACKS:
        return []
    stems = {(stem, table) for stem, table in (_split(path.name) for path in visible(folder))}
    lost = sorted({stem for stem, table in stems if table in _BY_RUN[1:] and (stem, "run") not in stems})
    return [
        f"{folder}: {stem}.run.parquet is not there; without it the pack's other files name no run." for stem in lost
    ]


def public_files(folder: Path, table: str) -> list[Path]:
    """The Parquet files of ``folder`` that hold rows of ``table``, by name; hidden ones are no packs."""
    return [path for path in visible(folder) if _split(path.name)[1] == table]


def _split(name: str) -> tuple[str, str]:
    """Pack and table of a file's name; no table for other files."""
    stem, _, table = name.removesuffix(".parquet").rpartition(".")
    return stem, table if name.endswith(".parquet") else ""


def _name(folder: Path, stem: str) -> str:
    return f"{PACKS}/{stem}" if folder.name == PACKS else stem or "public"


def file_hashes(path: Path) -> dict[str, str]:
    """Content hashes by table that a pack's file of runs or reported scores holds; none in older ones.

    Raises:
        BadInput: the file is no Parquet file that can be read.
    """
    try:
        metadata = pq.read_metadata(path).metadata or {}
        hashes = json.loads(metadata.get(HASHES, b"{}"))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise sql.bad_source(error, str(path)) from None
    return {str(k): str(v) for k, v in hashes.items()} if isinstance(hashes, dict) else {}


def with_hashes(table: pa.Table, hashes: Mapping[str, str]) -> pa.Table:
    """The table with the content hashes of its pack in its metadata."""
    metadata = {**(table.schema.metadata or {}), HASHES: json.dumps(dict(sorted(hashes.items()))).encode()}
    return table.replace_schema_metadata(metadata)


def _load_pack(con: duckdb.DuckDBPyConnection, pack: Pack, checksum: str) -> list[str]:
    """Insert a pack's rows, inside a transaction; the ids of its runs.

    Raises:
        BadInput: a file is damaged, has other columns than its table, or rows that contradict the database.
    """
    hashes = file_hashes(pack.files["run"]) if "run" in pack.files else {}
    missing = sorted(set(hashes) - set(pack.files))
    if missing:
        raise BadInput(
            f"{pack.files['run']} belongs to a pack with files of {', '.join(missing)}, which are not there."
        )
    for table, path in pack.files.items():
        _load(con, path, table, hashes.get(table, "" if hashes else None))
    for table in _BY_RUN[1:]:
        row = con.execute(f"SELECT run_id FROM {table} ANTI JOIN run USING (run_id) LIMIT 1").fetchone()
        if row:
            path = pack.files[table]
            raise BadInput(f"{path}: the public runs hold rows of {table} for {row[0]}, which no file of runs names.")
    try:
        refresh_suites(con)
    except BadInput as error:
        raise BadInput(f"{pack.files.get('run')}: {error}") from None
    if "run" in pack.files and not hashes:
        _refuse_lost_hashes(con, pack.files["run"])
    sql.note(con, "public", pack.name, checksum)
    new = con.execute(
        "INSERT INTO publication SELECT 'public-run', run_id, $sum FROM run WHERE run_id NOT IN "
        "(SELECT name FROM publication WHERE part IN ('run', 'public-run')) ORDER BY run_id RETURNING name",
        {"sum": checksum},
    )
    return [str(name) for (name,) in new.fetchall()]


def unhashed_notes(pack: Pack) -> list[str]:
    """A sentence where a pack of runs holds no hashes, as in the earliest versions."""
    if "run" not in pack.files or file_hashes(pack.files["run"]):
        return []
    path = pack.files["run"]
    return [f"{path} holds no hashes of its pack, as in the earliest versions: whether it was changed nobody can tell."]


def _refuse_lost_hashes(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse a pack without hashes whose runs are of a version that writes them.

    Raises:
        BadInput: with the file and a run of it.
    """
    ids = pq.read_table(path, columns=["run_id"]).column("run_id").to_pylist()
    row = con.execute(
        "SELECT run_id FROM run WHERE list_contains($ids, run_id) AND try_cast(manifest ->> 'format' AS INT) >= $hashed LIMIT 1",
        {"ids": ids, "hashed": HASHED},
    ).fetchone()
    if row:
        raise BadInput(
            f"{path} holds no hashes of its pack, as every pack with a run of format {HASHED} ({row[0]}) does: whether it "
            "was changed nobody can tell. Restore it from a copy, or export it anew."
        )


def _forget(con: duckdb.DuckDBPyConnection, name: str, checksum: str | None) -> None:
    """Delete what a pack had in the database; ``checksum`` is the pack's then."""
    if checksum is None:
        return
    for table in _BY_RUN:
        con.execute(
            f"DELETE FROM {table} WHERE run_id IN "
            "(SELECT name FROM publication WHERE part = 'public-run' AND sha256 = $sum)",
            {"sum": checksum},
        )
    con.execute("DELETE FROM publication WHERE part = 'public-run' AND sha256 = $sum", {"sum": checksum})
    con.execute("DELETE FROM publication WHERE part = 'public' AND name = $name", {"name": name})


def _renew_suites(con: duckdb.DuckDBPyConnection, sound: Sequence[Pack]) -> None:
    """Make ``suite`` and ``task`` again: from the packs' own files, then from the manifests of all runs."""
    for table in ("suite", "task"):
        con.execute(f"DELETE FROM {table}")
        for pack in sound:
            if table in pack.files:
                _load(con, pack.files[table], table, None)
    refresh_suites(con)
    name_models(con)


def _load(con: duckdb.DuckDBPyConnection, path: Path, table: str, sealed_hash: str | None) -> None:
    """Insert a file's rows; of runs that another pack has brought already, none. ``sealed_hash`` None: unknown."""
    wanted = list(sql.columns(con, table))
    keep_first = "OR IGNORE " if table in ("suite", "task") else ""
    new = "WHERE run_id NOT IN (SELECT name FROM publication WHERE part = 'public-run')" if table in _BY_RUN else ""
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if sorted(names) != sorted(c for c in wanted if c in names or c not in content.LATER):
                raise BadInput(f"{path} has the columns {', '.join(names)}; they must be {', '.join(wanted)}.")
            rows = content.TableHash(file.schema_arrow) if sealed_hash is not None else None
            con.register(
                "public_rows", pa.RecordBatchReader.from_batches(file.schema_arrow, _batches(file, rows, table))
            )
            try:
                con.execute(f"INSERT {keep_first}INTO {table} BY NAME SELECT * FROM public_rows {new}")
            finally:
                with suppress(duckdb.TransactionException):  # a failed statement has ended the transaction
                    con.unregister("public_rows")
            if rows and rows.hexdigest() != sealed_hash:
                raise BadInput(f"{path} has been changed since the pack was written (its hash says so).")
    except (pa.ArrowException, OSError, MemoryError, LookupError, TypeError, ValueError, duckdb.Error) as error:
        raise sql.bad_source(error, str(path)) from None


def _batches(file: pq.ParquetFile, rows: content.TableHash | None, table: str) -> Iterator[pa.RecordBatch]:
    for batch in file.iter_batches(batch_size=_RUN_BATCH if table == "run" else _BATCH):
        if rows:
            rows.update(batch)
        yield batch


def load_reported(con: duckdb.DuckDBPyConnection, runs: Path, *, again: bool) -> Loaded:
    """Bring the imported reported scores up to date with the packs; ``again`` where the table was just emptied.

    A damaged file is named and left out.
    """
    loaded = Loaded()
    files: dict[str, tuple[Path, str]] = {}
    for path in public_files(runs / PACKS, REPORTED):
        try:
            files[path.name] = path, Pack(path.name, {REPORTED: path}).checksum()
        except BadInput as error:
            loaded.problems.append(str(error))
    if not again and sql.published(con, REPORTED) == {name: checksum for name, (_, checksum) in files.items()}:
        return loaded
    with sql.transaction(con):
        con.execute("DELETE FROM reported_score WHERE source_id LIKE 'import-%'")
        had = con.execute("DELETE FROM publication WHERE part = $part RETURNING 1", {"part": REPORTED}).fetchall()
    for name, (path, checksum) in files.items():
        try:
            with sql.transaction(con):
                _load_reported(con, path)
                sql.note(con, REPORTED, name, checksum)
            loaded.changed = True
        except BadInput as error:
            loaded.problems.append(str(error))
    loaded.changed = loaded.changed or bool(had)
    return loaded


def _load_reported(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    sealed_hash = file_hashes(path).get(REPORTED)
    try:
        table = pq.read_table(path)
        if sorted(table.column_names) != sorted(_REPORTED_COLUMNS):
            must = ", ".join(_REPORTED_COLUMNS)
            raise BadInput(f"{path} has the columns {', '.join(table.column_names)}; they must be {must}.")
        if sealed_hash and content.table_hash(table) != sealed_hash:
            raise BadInput(f"{path} has been changed since the pack was written (its hash says so).")
        if not all(str(source).startswith("import-") for source in table.column("source_id").to_pylist()):
            raise BadInput(f"{path} holds scores of a source that is no import.")
        con.register("reported", table)
        try:
            con.execute(sql.text("ingest", "reported_score"))
        finally:
            with suppress(duckdb.TransactionException):
                con.unregister("reported")
    except (pa.ArrowException, OSError, MemoryError, LookupError, TypeError, ValueError, duckdb.Error) as error:
        raise sql.bad_source(error, str(path)) from None
