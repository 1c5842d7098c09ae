"""Measured serving speeds: one JSON document a measurement in ``speeds`` below the folder of runs, and the table ``speed``.

The format is described in ``docs/formats.md``. A document holds its own hash; a damaged one is named and left out.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from harness import files
from harness.errors import BadInput
from harness.store import content, run_folder, sql
from harness.store.loading import Loaded

FORMAT = 1
FOLDER = "speeds"


def write(runs: Path, document: dict[str, Any]) -> Path:
    """Write one measurement, whole or not at all; returns its file. ``document`` holds all but format and hash."""
    folder = runs / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    whole = {"format": FORMAT, **document}
    whole[content.KEY] = {"manifest": content.manifest_hash(whole)}
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return files.write_atomically(folder / f"{document['speed_id']}.json", text + "\n")


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
    document = run_folder.parsed(path)
    if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
        raise BadInput(f"{path} is no measurement of speed: it has no list of shapes.")
    if document.get("speed_id") != path.stem:
        raise BadInput(f"{path} is named otherwise than the measurement in it, {document.get('speed_id')}.")
    version = document.get("format")
    if not isinstance(version, int) or version > FORMAT:
        raise BadInput(f"{path} has format {version!r}; this version reads up to {FORMAT}. Update Landscape.")
    if not run_folder.refuse_changed_manifest(document, path):
        raise BadInput(f"{path} holds no hash of itself.")
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, allow_nan=False)
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
