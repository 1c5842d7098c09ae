"""Check of the database against its sources: a second one is built from them, and compared table by table.

Comparing row counts and checksums of every table, and of every run in it, finds a changed, missing
or additional row whatever made it.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

import duckdb

from harness.errors import BadInput
from harness.store import sql
from harness.store.catalog import FILES as CATALOG_FILES
from harness.store.imported import other_file
from harness.store.loading import Loaded
from harness.store.migrations import migrate
from harness.store.reader import Reader, reader_settings
from harness.store.rebuild import load_all

_BY_RUN = ("run", "result", "outcome", "perf")
_WHOLE = ("suite", "task")


def check(db: Path, catalog: Path, public_runs: Path, runs: Path, measured_runs: Path | None = None) -> list[str]:
    """Damaged sources, and differences of the database from its sources, one sentence each; empty where there are none.

    Raises:
        StoreError: the database cannot be read.
    """
    if not db.exists():
        return [f"There is no database at {db}. Make it with `harness db rebuild`."]
    Reader(db).close()  # refuses what is no database of ours
    with tempfile.TemporaryDirectory(prefix="landscape-check-") as scratch:
        con = duckdb.connect(str(Path(scratch) / "again.duckdb"), config=reader_settings())
        with closing(con):
            with sql.transaction(con):
                migrate(con)
            sources = _load_sources(con, catalog, public_runs, runs, measured_runs)
            problems = sources.problems
            con.execute("ATTACH $db AS old (READ_ONLY)", {"db": str(db)})
            for file, table in CATALOG_FILES.items():
                problems += _compare(con, table, f"the catalog's {file}")
            problems += _compare(con, "speed", "the measurements in the folder of runs")
            damaged = sources.damaged | _of_packs(con, sources.packs)
            for table in _BY_RUN:
                problems += _compare_runs(con, table, damaged)
            if not problems:
                problems += _changed_folders(con)
                for table in _WHOLE:
                    problems += _compare(con, table, "the runs' manifests")
    return problems


def _load_sources(
    con: duckdb.DuckDBPyConnection, catalog: Path, public_runs: Path, runs: Path, measured_runs: Path | None
) -> Loaded:
    """Load the sources as a rebuild does; of a catalog that cannot be loaded the problems are named, too."""
    try:
        return load_all(con, catalog, public_runs, runs, measured_runs)
    except BadInput as error:
        loaded = load_all(con, None, public_runs, runs, measured_runs)
        loaded.problems = (error.problems or [str(error)]) + loaded.problems
        return loaded


def _compare(con: duckdb.DuckDBPyConnection, table: str, source: str) -> list[str]:
    old, new = (_sum(con, f"{schema}.{table}") for schema in ("old", "main"))
    if old == new:
        return []
    return [
        f"Table {table}: {old[0]} rows in the database, {new[0]} in {source}"
        + (", with other content." if old[0] == new[0] else ".")
    ]


def _compare_runs(con: duckdb.DuckDBPyConnection, table: str, damaged: set[str]) -> list[str]:
    """Runs whose rows differ, are missing from the database, or stand there without a source; not the damaged ones."""
    rows = con.execute(
        f"""
        WITH sums AS (
            SELECT 'old' AS side, run_id, count(*) AS n, sum(hash(t)) AS total, bit_xor(hash(t)) AS mixed
            FROM old.{table} AS t GROUP BY run_id
            UNION ALL
            SELECT 'new', run_id, count(*), sum(hash(t)), bit_xor(hash(t)) FROM main.{table} AS t GROUP BY run_id
        )
        SELECT o.run_id, n.run_id, o.n, n.n
        FROM (FROM sums WHERE side = 'old') AS o
        FULL JOIN (FROM sums WHERE side = 'new') AS n USING (run_id)
        WHERE (o.n, o.total, o.mixed) IS DISTINCT FROM (n.n, n.total, n.mixed)
        ORDER BY run_id
        """
    ).fetchall()
    problems = []
    elsewhere = other_file.same_runs(con, [old for old, new, *_ in rows if old == new]) if table == "run" else set()
    for old, new, old_n, new_n in rows:
        if old in damaged | elsewhere:
            continue
        if old is None:
            problems.append(f"Run {new}: its {new_n} rows of {table} are not in the database.")
        elif new is None:
            problems.append(f"Run {old}: {old_n} rows of {table} in the database have no run folder or public file.")
        elif old_n != new_n:
            problems.append(f"Run {old}: {old_n} rows of {table} in the database, {new_n} in its source.")
        else:
            problems.append(f"Run {old}: its rows of {table} in the database differ from its source.")
    return problems


def _of_packs(con: duckdb.DuckDBPyConnection, packs: set[str]) -> set[str]:
    """Ids of the runs that the database has of these packs."""
    rows = con.execute(
        "SELECT run.name FROM old.publication AS run INNER JOIN old.publication AS pack USING (sha256) "
        "WHERE run.part = 'public-run' AND pack.part = 'public' AND pack.name IN (SELECT unnest($names::VARCHAR[]))",
        {"names": sorted(packs)},
    ).fetchall()
    return {str(name) for (name,) in rows}


def _changed_folders(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Runs whose files are not those that were published, though their numbers are (prompts, answers)."""
    rows = con.execute(
        "SELECT name FROM old.publication AS o INNER JOIN main.publication AS n USING (part, name) "
        "WHERE part = 'run' AND o.sha256 <> n.sha256 ORDER BY name"
    ).fetchall()
    names = [str(name) for (name,) in rows]
    elsewhere = other_file.same_runs(con, names)
    return [f"Run {name}: its folder has changed since it was published." for name in names if name not in elsewhere]


def _sum(con: duckdb.DuckDBPyConnection, table: str) -> tuple[object, ...]:
    row = con.execute(f"SELECT count(*), sum(hash(t)), bit_xor(hash(t)) FROM {table} AS t").fetchone()
    assert row is not None
    return tuple(row)
