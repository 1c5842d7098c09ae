"""Runs that take the place of others, all at once: a hidden note names both before the first of them is in its place.

    .replacing-<hash>.json    {"old": ["…-items-1a2b3c4d"], "new": ["…-items-5e6f7a8b"]}

Until every new run is in its place the new ones are none, from then on the old ones are: whenever a process ends, one side
stands whole. The old folders and the note go when the database has the new runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness import files

_NOTE = ".replacing-*.json"


@dataclass(frozen=True, slots=True)
class Replacement:
    """A note, and the names of the folders that it speaks of."""

    path: Path
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def done(self) -> bool:
        """Whether every new run is in its place."""
        return all(os.path.lexists(self.path.parent / name / "manifest.json") for name in self.new)


def note(runs: Path, old: Iterable[str], new: Iterable[str]) -> None:
    """Write down that runs are about to take the place of others; under the lock of the folder of runs (``files.exclusive``)."""
    _write(runs, old, new)


def revive(runs: Path, names: Iterable[str]) -> None:
    """Let runs be runs again that were replaced once; under the same lock."""
    again = set(names)
    for one in _notes(runs):
        if again & set(one.old):
            if rest := set(one.old) - again:
                _write(runs, rest, one.new)
            one.path.unlink(missing_ok=True)


def _write(runs: Path, old: Iterable[str], new: Iterable[str]) -> None:
    text = json.dumps({"old": sorted(old), "new": sorted(new)})
    files.write_atomically(runs / f".replacing-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json", text)


def absent(runs: Path) -> set[str]:
    """The names of folders that stand for no run: replaced ones, and those that came before all of their replacement."""
    return {name for one in _notes(runs) for name in (one.old if one.done else one.new)}


def finish(runs: Path) -> None:
    """Remove what has been replaced, after the database has what replaces it."""
    for one in _notes(runs):
        if one.done:
            _remove(runs, one.old)
            one.path.unlink(missing_ok=True)


def sweep(runs: Path) -> None:
    """Remove the new runs of a replacement that was killed half-way, and the old ones of one that was not.

    Of the latter the note stays, until the database has the new runs.
    """
    if next(_notes(runs), None) is None:
        return
    with suppress(OSError), files.exclusive(runs):
        for one in _notes(runs):
            if one.done:
                _remove(runs, one.old)
            else:
                _remove(runs, one.new)
                one.path.unlink(missing_ok=True)


def _notes(runs: Path) -> Iterator[Replacement]:
    for path in sorted(runs.glob(_NOTE)) if runs.is_dir() else ():
        with suppress(OSError, ValueError, TypeError, KeyError):
            document = json.loads(path.read_text(encoding="utf-8"))
            old, new = (tuple(str(name) for name in document[key]) for key in ("old", "new"))
            if all(Path(name).name == name for name in (*old, *new)):
                yield Replacement(path, old, new)


def _remove(runs: Path, names: Iterable[str]) -> None:
    """Remove folders; each leaves its place whole before its files go."""
    present = [runs / name for name in names if (runs / name).is_dir()]
    if not present:
        return
    with files.scratch_folder(runs, "replaced") as scratch:
        for folder in present:
            folder.rename(scratch / folder.name)
            shutil.rmtree(scratch / folder.name, ignore_errors=True)
