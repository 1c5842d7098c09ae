"""Runs that take the place of others, all at once: a hidden note names both before the first of them is in its place.

    .replacing-<hash>.json    {"old": ["…-items-1a2b3c4d"], "new": ["…-items-5e6f7a8b"]}

Until every new run is in its place the new ones are none, from then on the old ones are: whenever a process ends, one side
stands whole. A note that has come about is settled: it names no new runs any more, so that nothing that later befalls them
changes what it says. Of notes that are not settled there is one at a time. The old folders and the settled note go when the
database has the new runs. Whoever changes notes or folders does it under the lock of the folder of runs (``files.exclusive``).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness import files

_NOTE = ".replacing-*.json"


@dataclass(frozen=True, slots=True)
class Replacement:
    """A note, the names of the folders that it speaks of, and whether every new run was in its place when it was read."""

    path: Path
    old: tuple[str, ...]
    new: tuple[str, ...]
    done: bool


def note(runs: Path, old: Iterable[str], new: Iterable[str], standing: Iterable[str] = ()) -> None:
    """Write down, before ``new`` come into their places, that they replace ``old``; under the lock of the folder of runs.

    ``standing``: runs that are in their places and valid. Those of both that were replaced once are runs again with the rest.
    """
    settle(runs)
    gone = absent(runs)
    coming = {name for name in new if name in gone or not _in_place(runs, name)}
    coming |= {name for name in standing if name in gone and _in_place(runs, name)}
    replaced = set(old) - coming
    if replaced or coming & gone:
        _write(runs, replaced, coming)


def settle(runs: Path) -> None:
    """Settle a note whose new runs are all in their places, else undo it and remove those that are; under the same lock.

    At each step the notes that are left say the same.
    """
    notes = _notes(runs)
    for one in notes:
        if not one.done:
            _remove(runs, one.new)
            one.path.unlink(missing_ok=True)
    done = sorted((one for one in notes if one.done), key=lambda one: bool(one.new))
    if len(done) > 1 or any(one.new for one in done):
        gone = _replaced(done)
        written = _write(runs, gone, ()) if gone else None
        for one in done:
            if one.path != written:
                one.path.unlink(missing_ok=True)


def absent(runs: Path) -> set[str]:
    """The names of folders that stand for no run: replaced ones, and those that came before all of their replacement."""
    notes = _notes(runs)
    return _replaced(notes) | {name for one in notes if not one.done for name in one.new}


def settled(runs: Path) -> set[str]:
    """The names of the runs that have been replaced, after whatever a killed process left is settled."""
    if _notes(runs):
        with suppress(OSError), files.exclusive(runs):
            settle(runs)
            return absent(runs)
    return set()


def finish(runs: Path, forgotten: set[str]) -> None:
    """Remove the replaced runs that the database has forgotten, and their names from the notes.

    What was replaced since the database was brought up to date stays until it is again.
    """
    if not forgotten:
        return
    with suppress(OSError), files.exclusive(runs):
        settle(runs)
        gone = absent(runs)
        _remove(runs, gone & forgotten)
        written = _write(runs, gone - forgotten, ()) if gone - forgotten else None
        for one in _notes(runs):
            if one.path != written:
                one.path.unlink(missing_ok=True)


def sweep(runs: Path) -> None:
    """Remove the new runs of a replacement that was killed half-way, and the old ones of those that were not.

    Of the latter the note stays, until the database has the new runs.
    """
    if _notes(runs):
        with suppress(OSError), files.exclusive(runs):
            settle(runs)
            _remove(runs, absent(runs))


def _replaced(notes: Iterable[Replacement]) -> set[str]:
    """The replaced runs of the notes that have come about: of settled ones, but those that are runs again, and of the last."""
    done = [one for one in notes if one.done]
    again = {name for one in done for name in one.new}
    before = {name for one in done if not one.new for name in one.old}
    return (before - again) | {name for one in done if one.new for name in one.old}


def _write(runs: Path, old: Iterable[str], new: Iterable[str]) -> Path:
    text = json.dumps({"old": sorted(old), "new": sorted(new)})
    path = runs / f".replacing-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    files.write_atomically(path, text)
    return path


def _notes(runs: Path) -> list[Replacement]:
    """All notes of one moment: read again where another process changed them meanwhile."""
    paths: list[Path] | None = None
    notes: list[Replacement] = []
    while paths != (now := sorted(runs.glob(_NOTE)) if runs.is_dir() else []):
        paths, notes = now, [one for path in now if (one := _read(path)) is not None]
    return notes


def _read(path: Path) -> Replacement | None:
    with suppress(OSError, ValueError, TypeError, KeyError):
        document = json.loads(path.read_text(encoding="utf-8"))
        old, new = (tuple(str(name) for name in document[key]) for key in ("old", "new"))
        if all(Path(name).name == name and not name.startswith(".") for name in (*old, *new)):
            return Replacement(path, old, new, all(_in_place(path.parent, name) for name in new))
    return None


def _in_place(runs: Path, name: str) -> bool:
    return os.path.lexists(runs / name / "manifest.json")


def _remove(runs: Path, names: Iterable[str]) -> None:
    """Remove folders; each leaves its place whole before its files go."""
    present = [runs / name for name in names if (runs / name).is_dir()]
    if not present:
        return
    with files.scratch_folder(runs, "replaced") as scratch:
        for folder in present:
            folder.rename(scratch / folder.name)
            shutil.rmtree(scratch / folder.name, ignore_errors=True)
