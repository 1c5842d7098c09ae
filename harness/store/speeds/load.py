"""Loading of measured speeds into the table ``speed``."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from harness import files
from harness.errors import BadInput
from harness.store import sql
from harness.store.loading import Loaded
from harness.store.speeds.document import FOLDER, read


def load_speeds(con: duckdb.DuckDBPyConnection, runs: Path) -> Loaded:
    """Load the measurements that the database lacks, each in a transaction of its own; damaged ones are named."""
    loaded = Loaded()
    known = sql.published(con, "speed")
    for path in files.visible(runs / FOLDER):
        if path.suffix != ".json":
            continue
        try:
            checksum = sql.sha256([path])
            if known.get(path.stem) == checksum:
                continue
            if path.stem in known:
                raise BadInput(f"{path} is in the database with other content. Run `harness db rebuild`.")
            _load(con, path, checksum)
            loaded.changed = True
        except OSError as error:
            loaded.problems.append(f"{path} cannot be read: {error.strerror}.")
        except BadInput as error:
            loaded.problems.append(str(error))
    return loaded


def _load(con: duckdb.DuckDBPyConnection, path: Path, checksum: str) -> None:
    """Insert the rows of one document.

    Raises:
        BadInput: it cannot be read, was changed, or holds what the table cannot.
    """
    text = json.dumps(read(path), ensure_ascii=False, sort_keys=True, allow_nan=False)
    with sql.transaction(con):
        con.register("speeds", pa.table({"document": pa.array([text], pa.string())}))
        try:
            con.execute(f"INSERT INTO speed BY NAME {sql.text('ingest', 'speed')}")
        except duckdb.Error as error:
            raise sql.bad_source(error, str(path)) from None
        finally:
            with suppress(duckdb.TransactionException):  # a failed statement has ended the transaction
                con.unregister("speeds")
        sql.note(con, "speed", path.stem, checksum)
