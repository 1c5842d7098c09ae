"""The SQL that ships with the project, by name: ``sql/queries/leaderboard.sql`` is ``leaderboard``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import duckdb

from harness import places
from harness.errors import BadInput


@cache
def text(kind: str, name: str) -> str:
    """Text of one SQL file, without its closing semicolon.

    Raises:
        BadInput: there is no such file.
    """
    path = places.asset(f"sql/{kind}") / f"{name}.sql"
    if not name.replace("_", "").isalnum() or not path.is_file():
        names = ", ".join(sorted(p.stem for p in places.asset(f"sql/{kind}").glob("*.sql")))
        raise BadInput(f"There is no SQL {name!r} in sql/{kind}; there are {names}.")
    return path.read_text(encoding="utf-8").strip().removesuffix(";")


def columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Names and types of a table's columns, in order."""
    rows = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE table_name = $table AND database_name = current_database() ORDER BY column_index",
        {"table": table},
    ).fetchall()
    return {str(name): str(kind) for name, kind in rows}


def sha256(paths: Iterable[Path]) -> str:
    """Checksum of files' names and bytes, in the given order."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def published(con: duckdb.DuckDBPyConnection, part: str) -> dict[str, str]:
    """Checksums of the published sources of one kind, by name."""
    rows = con.execute("SELECT name, sha256 FROM publication WHERE part = $part ORDER BY name", {"part": part})
    return {str(name): str(checksum) for name, checksum in rows.fetchall()}


def note(con: duckdb.DuckDBPyConnection, part: str, name: str, checksum: str) -> None:
    """Record the checksum of a published source."""
    con.execute(
        "INSERT OR REPLACE INTO publication VALUES ($part, $name, $sum)",
        {"part": part, "name": name, "sum": checksum},
    )
