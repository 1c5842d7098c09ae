"""Numbered migrations: ``sql/schema/NNNN_name.sql``, each applied once, in order, and recorded.

The table ``migration`` holds number, name and checksum of what was applied; by it a database of a
newer version, and a DuckDB file that is none of ours, are recognised. Views and macros
(``sql/views``) carry no data and are made anew whenever their text has changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from harness import places
from harness.errors import StoreError, StoreRefused

_NOTE = "CREATE TABLE migration (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL)"
# The views' row in `migration`; real migrations start at 1.
_VIEWS = 0
# From this one on the database records where its rows came from. Rows without a record are loaded again.
_RECORDED = 2
_OF_RUNS = ("outcome", "result", "perf", "run", "task", "suite")


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration: its number, name, the SHA-256 of its SQL, and the SQL."""

    number: int
    name: str
    checksum: str
    sql: str


def shipped(folder: Path | None = None) -> list[Migration]:
    """The migrations of this version, by number.

    Raises:
        StoreError: the numbers do not run 1, 2, 3, …
    """
    migrations = []
    for path in sorted((folder or places.asset("sql/schema")).glob("*.sql")):
        number, _, name = path.stem.partition("_")
        text = path.read_text(encoding="utf-8")
        migrations.append(Migration(int(number), name, hashlib.sha256(text.encode()).hexdigest(), text))
    if [m.number for m in migrations] != list(range(1, len(migrations) + 1)):
        raise StoreError("The schema's migrations are not numbered 1, 2, 3, …: the installation is incomplete.")
    return migrations


def migrate(con: duckdb.DuckDBPyConnection, folder: Path | None = None) -> bool:
    """Bring the database of ``con`` to this version, inside the caller's transaction; True where it changed.

    Raises:
        StoreError: the file is no Landscape database, or a newer version made it.
    """
    steps = shipped(folder)
    if not con.execute("SELECT 1 FROM duckdb_tables() WHERE NOT internal LIMIT 1").fetchone():
        con.execute(_NOTE)
    done = _refuse_foreign(con, steps, "main")
    if 0 < done < _RECORDED:
        for table in _OF_RUNS:
            con.execute(f"DELETE FROM {table}")
    for step in steps[done:]:
        con.execute(step.sql)
        con.execute("INSERT INTO migration VALUES (?, ?, ?)", [step.number, step.name, step.checksum])
    return _make_views(con) or done < len(steps)


def verify(con: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """Refuse an attached database that this version cannot read.

    Raises:
        StoreError: no Landscape database; of a newer version; or of an older one (publish anything to renew it).
    """
    steps = shipped()
    if _refuse_foreign(con, steps, catalog) < len(steps):
        raise StoreRefused(
            "The database was made by an older version of Landscape. Renew it with `harness db rebuild`."
        )


def refuse_foreign(con: duckdb.DuckDBPyConnection, catalog: str) -> None:
    """Refuse an attached database that a publish could not bring to this version.

    Raises:
        StoreRefused: no Landscape database; or of a newer version.
    """
    _refuse_foreign(con, shipped(), catalog)


def _refuse_foreign(con: duckdb.DuckDBPyConnection, steps: list[Migration], catalog: str) -> int:
    """Number of ``steps`` that the database has; StoreRefused for a database of another program or a newer version."""
    schema = "migration" if catalog == "main" else f"{catalog}.migration"
    try:
        rows = con.execute(
            f"SELECT number, name, checksum FROM {schema} WHERE number <> {_VIEWS} ORDER BY number"
        ).fetchall()
    except duckdb.Error:
        raise StoreRefused("The file is a DuckDB file, but no Landscape database; it is left as it is.") from None
    if len(rows) > len(steps):
        raise StoreRefused(
            f"The database was made by a newer version of Landscape (its schema is {len(rows)}, this version knows "
            f"{len(steps)}). Update Landscape, or make the database again with `harness db rebuild`."
        )
    for step, (number, name, checksum) in zip(steps, rows, strict=False):
        if (step.number, step.checksum) != (number, checksum):
            raise StoreRefused(
                f"The database was made by another version of Landscape (step {number}, {name}, of its schema is not "
                "ours). Make it again with `harness db rebuild`."
            )
    return len(rows)


def _make_views(con: duckdb.DuckDBPyConnection) -> bool:
    texts = [p.read_text(encoding="utf-8") for p in sorted(places.asset("sql/views").glob("*.sql"))]
    checksum = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    note = con.execute(f"SELECT checksum FROM migration WHERE number = {_VIEWS}").fetchone()
    if note and note[0] == checksum:
        return False
    for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
        con.execute(f'DROP VIEW "{name}"')
    for (name,) in con.execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE NOT internal AND function_type = 'table_macro'"
    ).fetchall():
        con.execute(f'DROP MACRO TABLE "{name}"')
    for text in texts:
        con.execute(text)
    con.execute(f"INSERT OR REPLACE INTO migration VALUES ({_VIEWS}, 'views', ?)", [checksum])
    return True
