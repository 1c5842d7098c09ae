"""Readers of the database: the file is attached, read-only, to an in-memory connection of each reader.

``duckdb.connect(path)`` would hand back the old database as long as anything in the process holds
that path; attached files of two generations can be read side by side. Nothing but the attached file
can be reached through a reader.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from harness.errors import BadInput, StoreError, StoreRefused
from harness.store import sql
from harness.store.migrations import migrate, verify
from harness.store.reads import contents

if TYPE_CHECKING:
    import pandas as pd

Generation = tuple[int, int]
NOWHERE: Generation = (0, 0)

# One leaderboard over 10^7 outcomes needs some 100 MB; the site shares its host with others.
_MEMORY = "1GB"
_THREADS = 2
_NAME = "land"
_VECTORS = 50
"""Of 2,048 rows: of how many a part of a large frame is."""


def reader_settings(memory: str = _MEMORY, threads: int = _THREADS) -> dict[str, str | bool | int | float | list[str]]:
    """DuckDB settings of a connection that reads."""
    return {"threads": threads, "memory_limit": memory, "autoinstall_known_extensions": False}


class Reader:
    """One generation of the database. Safe to share between threads: every query has its own cursor.

    Where ``path`` does not exist the reader is ``empty``: all tables and views are there, without rows.
    """

    def __init__(self, path: Path, *, memory: str = _MEMORY, threads: int = _THREADS) -> None:
        """Open ``path``.

        Raises:
            StoreError: the file is no database of ours, is damaged, or a newer version made it.
        """
        self.path = path
        self._lock = threading.Lock()
        self._con = duckdb.connect(":memory:", config=reader_settings(memory, threads))
        self._close = weakref.finalize(self, self._con.close)
        try:
            self.generation = self._attach()
        except BaseException:
            self.close()
            raise
        self.contents = contents.Contents(self._plain_rows, self.generation)

    @property
    def empty(self) -> bool:
        """True where there is no database yet."""
        return self.generation == NOWHERE

    def frame(self, name: str, /, **params: object) -> pd.DataFrame:
        """Rows of the query ``sql/queries/<name>.sql``. A parameter that is not given is null: no filter.

        Raises:
            BadInput: no such query, or it has no such parameter.
            StoreError: the query failed.
        """
        return self.sql(sql.text("queries", name), params)

    def rows(self, name: str, /, **params: object) -> list[dict[str, Any]]:
        """``frame(…)`` as plain values, one dictionary a row; for commands that start fast, without pandas."""
        result: list[dict[str, Any]] = self._answer(sql.text("queries", name), params, _dictionaries)
        return result

    def sql(self, text: str, params: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Rows of one SELECT with named parameters (``$name``)."""
        frame: pd.DataFrame = self._answer(text, params or {}, _frame)
        return frame

    def _answer(self, text: str, params: Mapping[str, object], take: Callable[[Any], Any]) -> Any:
        """What ``take`` makes of the cursor on which the query ran."""
        arguments = dict(params)
        try:
            names = duckdb.extract_statements(text)[0].named_parameters
        except duckdb.Error as error:
            raise StoreError(f"A query cannot be read: {error}") from error
        if unknown := sorted(set(arguments) - names):
            raise BadInput(f"The query has no parameter {', '.join(unknown)}; it has {', '.join(sorted(names))}.")
        values = {key: arguments.get(key) for key in names}
        if contents.is_recording():
            contents.note(self.contents.parts(text, values), self.generation)
        try:
            with self._cursor() as cursor:
                return take(cursor.execute(text, values or None))
        except duckdb.Error as error:
            raise StoreError(f"A query of {self.path} failed: {error}") from error

    def _plain_rows(self, text: str) -> list[tuple[Any, ...]]:
        try:
            with self._cursor() as cursor:
                return cursor.execute(text).fetchall()
        except duckdb.Error as error:
            raise StoreError(f"A query of {self.path} failed: {error}") from error

    def close(self) -> None:
        """Close the connection and the file; garbage collection of the reader does the same."""
        self._close()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            cursor = self._con.cursor()
        cursor.execute(f"USE {_NAME}")  # a cursor does not inherit it
        return cursor

    def _attach(self) -> Generation:
        """Attach the file and return its generation, the same before and after the attachment."""
        while True:
            before = generation(self.path)
            if before == NOWHERE:
                self._con.execute(f"ATTACH ':memory:' AS {_NAME}")
                self._con.execute(f"USE {_NAME}")
                migrate(self._con)
                break
            try:
                self._con.execute(f"ATTACH $path AS {_NAME} (READ_ONLY)", {"path": str(self.path)})
            except duckdb.Error as error:
                if generation(self.path) != before:
                    continue
                raise StoreRefused(f"{self.path} cannot be read: {str(error).splitlines()[0]}") from error
            if generation(self.path) == before:
                verify(self._con, _NAME)
                break
            self._con.execute(f"DETACH {_NAME}")
        self._con.execute("SET enable_external_access = false")
        self._con.execute("SET lock_configuration = true")
        return before


class Database:
    """The database as a long-lived process sees it: one shared reader for each generation of the file.

    ``current()`` is cheap (one ``stat``) and safe in threads. Who holds an older reader may go on with it;
    it is closed when nobody does.
    """

    def __init__(self, path: Path, *, memory: str = _MEMORY, threads: int = _THREADS) -> None:
        self.path = path
        self._settings = (memory, threads)
        self._lock = threading.Lock()
        self._reader: Reader | None = None

    @property
    def generation(self) -> Generation:
        """Key of caches: the file's generation, which changes with every publish."""
        return generation(self.path)

    def current(self) -> Reader:
        """Reader of the file's present generation.

        Raises:
            StoreError: the file cannot be read.
        """
        with self._lock:
            if self._reader is None or self._reader.generation != generation(self.path):
                memory, threads = self._settings
                self._reader = Reader(self.path, memory=memory, threads=threads)
            return self._reader

    def frame(self, name: str, /, **params: object) -> pd.DataFrame:
        """``current().frame(…)``."""
        return self.current().frame(name, **params)


def _dictionaries(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _frame(cursor: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """All rows of the cursor, as ``cursor.df()`` gives them; a part at a time, which of many rows takes half the memory."""
    parts = [cursor.fetch_df_chunk(_VECTORS)]
    while len(part := cursor.fetch_df_chunk(_VECTORS)):
        parts.append(part)
    if len(parts) == 1:
        return parts[0]
    import pandas as pd

    for name in parts[0].columns:  # a part without any text does not know that there is text
        kinds = {str(part[name].dtype): part[name].dtype for part in parts}
        if {"str", "object"} <= kinds.keys():
            parts = [part.astype({name: kinds["str"]}) for part in parts]
    return pd.concat(parts, ignore_index=True)


def generation(path: Path) -> Generation:
    """Inode and time of the file; ``NOWHERE`` where there is none.

    Raises:
        StoreError: the file's folder cannot be read.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return NOWHERE
    except OSError as error:
        raise StoreRefused(f"{path} cannot be read: {error.strerror}.") from error
    return status.st_ino, status.st_mtime_ns
