"""The URLs in use, if any: the runs' and the database's, each opened once a process. Without a URL nothing is imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from harness import places
from harness.scrub import scrub

if TYPE_CHECKING:
    from harness.store.remote.database_copy import DatabaseCopy, Follower
    from harness.store.remote.objects import Objects
    from harness.store.remote.run_copies import RunCopies

_T = TypeVar("_T")


def runs(folder: Path | None = None) -> RunCopies | None:
    """The runs at the URL in use; None where runs lie in a folder, or ``folder`` is not the URL's working copy.

    Raises:
        StoreRefused: the URL cannot be used.
    """
    return _if_asked(places.runs_url(), folder, places.runs, _runs)


def database(path: Path | None = None) -> DatabaseCopy | None:
    """The database at the URL in use; None where it is a file, or ``path`` is not the URL's working copy.

    Raises:
        StoreRefused: the URL cannot be used.
    """
    return _if_asked(places.database_url(), path, places.database, _database)


def follow() -> None:
    """Look after the copy of the database, as often as a process that reads for long should; nothing without a URL.

    Raises:
        StoreError: there is no copy yet, and the URL does not answer.
    """
    if (copy := database()) is not None:
        _follower(copy).look()


def database_name() -> str:
    """The database as people know it: its file, or its URL without secrets."""
    return scrub(places.database_url() or str(places.database()))


def runs_name() -> str:
    """The folder of runs as people know it: its path, or its URL without secrets."""
    return scrub(places.runs_url() or str(places.runs()))


def say(text: str) -> None:
    """A sentence on standard error."""
    print(text, file=sys.stderr, flush=True)


def _if_asked(
    url: str | None, asked: Path | None, working_copy: Callable[[], Path], opened: Callable[[str, Path], _T]
) -> _T | None:
    """What lies at a URL; None without one, or where another place than its working copy is asked for."""
    if url is None or (asked is not None and asked != working_copy()):
        return None
    return opened(url, working_copy())


@lru_cache(maxsize=4)
def _runs(url: str, folder: Path) -> RunCopies:
    from harness.store.remote.run_copies import RunCopies

    return RunCopies(_objects(url), folder, lambda text: say(f"harness: {text}"))


@lru_cache(maxsize=4)
def _database(url: str, path: Path) -> DatabaseCopy:
    from harness.errors import StoreRefused
    from harness.store.remote.database_copy import DatabaseCopy
    from harness.store.remote.objects import is_plain

    parent, _, name = url.rpartition("/")
    objects = _objects(parent)
    if not is_plain(name):
        raise StoreRefused(f"{objects.shown} needs the name of a file behind it, such as landscape.duckdb.")
    return DatabaseCopy(objects, name, path, say)


@lru_cache(maxsize=4)
def _follower(copy: DatabaseCopy) -> Follower:
    from harness.store.remote.database_copy import Follower

    return Follower(copy)


@lru_cache(maxsize=8)
def _objects(url: str) -> Objects:
    from harness.store.remote.objects import Objects

    objects = Objects(url)
    if not objects.makes_once:
        say(
            f"harness: it is not known that {objects.shown} gives a name to one of several hosts that ask at once; two that "
            "start the same plan in the same second may both compute it (docs/remote.md)."
        )
    return objects
