"""Publishing of a change to the database: lock, copy the file, change the copy, sync, rename.

Readers hold the old file and never meet a lock or a half state; a crash leaves the old file. The
copy shares blocks with the original where the file system can (a reflink).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from harness import files
from harness.errors import LandscapeError, StoreError, StoreRefused, is_denied, is_full
from harness.store import migrations, sql
from harness.store.migrations import migrate

# Longest wait for another publish. The largest one measured (a rebuild of 10^7 outcomes) takes under a minute.
LOCK_SECONDS = 600.0
_MEMORY = "2GB"
_THREADS = 2
# Linux: ioctl that makes a file share another's blocks (linux/fs.h).
_FICLONE = 0x40049409


def publish(
    db: Path,
    change: Callable[[duckdb.DuckDBPyConnection], bool],
    *,
    fresh: bool = False,
    wait: float = LOCK_SECONDS,
) -> bool:
    """Apply ``change`` to a copy of ``db`` and replace ``db`` by it; True where anything changed.

    ``change`` gets a connection to the copy, sets its own transactions and returns whether it changed something; where
    it did not, or raised, the file stays as it is. ``fresh`` starts from an empty database instead of a copy.

    Raises:
        StoreError: the folder or file cannot be read or written, the disk is full, or the file is not ours.
    """
    try:
        with alone(db, wait):
            return _publish_locked(db, change, fresh)
    except OSError as error:
        raise _failure(db, error) from error


@contextmanager
def alone(db: Path, wait: float = LOCK_SECONDS) -> Iterator[None]:
    """Whatever replaces ``db`` does it inside this block: nobody else publishes to it meanwhile.

    Raises:
        StoreError: another publish does not end.
    """
    files.make_folder(db.parent)
    lock = FileLock(str(_beside(db, "lock")))
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise StoreError(f"Another publish to {db} has not ended within {wait:.0f} seconds; try again later.") from None
    try:
        yield
    finally:
        lock.release()


def refuse_unusable(db: Path) -> None:
    """Raise StoreError for a database that could not be published to, before any work is done for it.

    Raises:
        StoreRefused: its folder cannot be written, or the file is not ours or of a newer version.
    """
    folder = next(p for p in (db.parent, *db.parent.parents) if p.exists())
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
        if not db.exists():
            return
        _refuse_open_elsewhere(db)
        with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as con:
            con.execute("ATTACH $path AS land (READ_ONLY)", {"path": str(db)})
            migrations.refuse_foreign(con, "land")
    except (OSError, duckdb.Error) as error:
        raise _failure(db, error) from error


def _publish_locked(db: Path, change: Callable[[duckdb.DuckDBPyConnection], bool], fresh: bool) -> bool:
    for stale in _scratch_files(db):  # left by a publish that was killed; we hold the lock
        _remove(stale)
    scratch = _beside(db, f"tmp-{os.getpid()}")
    try:
        if db.exists() and not fresh:
            _refuse_open_elsewhere(db)
            _copy(db, scratch)
        changed = _apply(db, scratch, change)
        if changed or fresh:
            _put_in_place(scratch, db)
        return changed or fresh
    finally:
        for left in _scratch_files(db):
            _remove(left)


def _apply(db: Path, scratch: Path, change: Callable[[duckdb.DuckDBPyConnection], bool]) -> bool:
    """Run ``change`` on the copy and checkpoint it into the file."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": _THREADS,
        "memory_limit": _MEMORY,
        "temp_directory": f"{scratch}.spill",
        "autoinstall_known_extensions": False,
    }
    try:
        con = duckdb.connect(str(scratch), config=settings)
    except duckdb.Error as error:
        raise _failure(db, error) from error
    try:
        con.execute("SET TimeZone = 'UTC'")
        with sql.transaction(con):
            renewed = migrate(con)
        changed = change(con) or renewed
        if changed:
            con.execute("CHECKPOINT")
        return changed
    except duckdb.Error as error:
        raise _failure(db, error) from error
    finally:
        with suppress(duckdb.Error):
            con.close()


def _put_in_place(scratch: Path, db: Path) -> None:
    if Path(f"{scratch}.wal").exists():
        raise StoreError(f"{db} could not be written whole; the old database stands.")
    files.sync(scratch)
    Path(f"{db}.wal").unlink(missing_ok=True)  # only a fresh database gets here with one; it belongs to the old file
    files.replace(scratch, db)


def _refuse_open_elsewhere(db: Path) -> None:
    if Path(f"{db}.wal").exists():
        raise StoreRefused(
            f"{db}.wal lies beside the database: another program has it open for writing, or was stopped while it had. "
            "Close that program, or make the database again with `harness db rebuild`."
        )


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as old, target.open("wb") as new:
        try:
            fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())
            return
        except OSError:
            pass  # no reflinks on this file system
    shutil.copyfile(source, target)


def _beside(db: Path, suffix: str) -> Path:
    return db.parent / f".{db.name}.{suffix}"


def _scratch_files(db: Path) -> list[Path]:
    """The unfinished copies of a database, and what DuckDB puts beside them."""
    return [p for p in db.parent.iterdir() if p.name.startswith(f".{db.name}.tmp-")]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _failure(db: Path, error: Exception) -> StoreError:
    """StoreError with a sentence for a failure of the disk or of DuckDB."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    unchanged = "The database is unchanged."
    if is_full(error):
        return StoreError(
            f"The disk is full: {db} could not be written in {db.parent}. Free some space and try again. {unchanged}"
        )
    if is_denied(error):
        return StoreRefused(
            f"{db.parent} cannot be written ({text}). Set LANDSCAPE_DB to a file in a folder of yours. {unchanged}"
        )
    if "not a valid DuckDB database file" in text:
        return StoreRefused(
            f"{db} is no DuckDB database. Move it away, or make the database again with `harness db rebuild`. {unchanged}"
        )
    if isinstance(error, LandscapeError):
        return StoreError(text)
    if isinstance(error, NotADirectoryError | FileExistsError):
        return StoreRefused(
            f"{db} could not be written: {text}. Set LANDSCAPE_DB to a file in a folder of yours. {unchanged}"
        )
    return StoreError(f"{db} could not be written: {text}. {unchanged}")
