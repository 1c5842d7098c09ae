"""Writing of the catalog's files: after a crash or an error either all old files stand or all new ones."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from harness.catalog import staged_commit
from harness.catalog.schema import BY_NAME, TABLES
from harness.catalog.tables import Row, as_csv
from harness.files import SCRATCH, locked, sync


def write(folder: Path, rows: Mapping[str, list[Row]]) -> list[str]:
    """Write every table whose text changed; all new files are complete on disk before the first is put in place."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = {}
    for table in TABLES:
        text = as_csv(BY_NAME[table.name], rows[table.name]).encode()
        path = folder / table.file
        if not path.is_file() or path.read_bytes() != text:
            changed[path] = text
    staged: dict[str, str] = {}
    with ExitStack() as locks:  # held until the files are in place: a sweep leaves them alone
        try:
            for path, text in changed.items():
                scratch = folder / f"{SCRATCH}{os.getpid()}-{path.name}"
                locks.enter_context(locked(scratch))
                staged[scratch.name] = path.name
                scratch.write_bytes(text)
                sync(scratch)
        except BaseException:
            for name in staged:
                (folder / name).unlink(missing_ok=True)
            raise
        if staged:
            staged_commit.commit(folder, staged)
    return [p.name for p in changed]
