"""The SQL that ships with the project, by name: ``sql/queries/leaderboard.sql`` is ``leaderboard``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import duckdb

from harness import places
from harness.errors import BadInput, is_full


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


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One transaction: committed at the end of the block, undone where the block raises."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a failed statement may have ended it
            con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def bad_source(error: Exception, what: str) -> BadInput:
    """BadInput for a source that cannot be loaded; an error of the disk or of DuckDB itself is raised as it is."""
    own = isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException | duckdb.FatalException)
    if own or isinstance(error, duckdb.InternalException) or is_full(error):
        raise error
    if isinstance(error, duckdb.ConstraintException) and "uplicate key" in str(error):
        return BadInput(f"{what} cannot be published: it holds a row twice, or a run that is there already ({error}).")
    text = str(error).strip().splitlines()
    return BadInput(f"{what} cannot be published: {text[0].rstrip('.') if text else type(error).__name__}.")


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


def note_all(con: duckdb.DuckDBPyConnection, part: str, checksums: Mapping[str, str]) -> None:
    """Record the checksums of many sources of one kind that were not published before, by name."""
    con.execute(
        "INSERT INTO publication SELECT $part, unnest($names), unnest($sums) ORDER BY ALL",
        {"part": part, "names": list(checksums), "sums": list(checksums.values())},
    )


def note(con: duckdb.DuckDBPyConnection, part: str, name: str, checksum: str) -> None:
    """Record the checksum of a published source."""
    con.execute(
        "INSERT OR REPLACE INTO publication VALUES ($part, $name, $sum)",
        {"part": part, "name": name, "sum": checksum},
    )
