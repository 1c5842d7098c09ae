"""Restoring of a backup: all of it unpacked aside and verified, then put in place; what differs there stays unless forced."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from harness import files
from harness.commands.backup import contents
from harness.commands.backup.contents import INDEX, Places
from harness.commands.backup.write import FORMAT
from harness.errors import BadInput, MissingData, RunFailed
from harness.offline import archive
from harness.offline.file_list import Entry, copy, read_document, read_entries, refuse_without_room
from harness.store import run_folder
from harness.store.publish import alone


@dataclass(frozen=True)
class Restored:
    """What a restore did, by unit (a run, a file): written, already there, taken the place of others, and not asked for."""

    written: tuple[str, ...]
    present: tuple[str, ...]
    replaced: tuple[str, ...]
    left_out: tuple[str, ...]


def restore(source: Path, places: Places, *, force: bool = False, only_check: bool = False) -> Restored:
    """Restore a backup, or with ``only_check`` read and verify all of it and change nothing.

    Raises:
        MissingData: there is no archive.
        BadInput: it is none of ours, or something else is in a place of its files (and ``force`` is not given).
        RunFailed: it is damaged, or the disk refused; nothing that was there was changed.
    """
    if not source.exists():
        raise MissingData(f"There is no archive at {source}.")
    try:
        with archive.reading(source, INDEX) as (raw, members):
            entries = read_index(raw, source)
            if only_check:
                return _check(entries, members, source)
            return _restore(entries, members, source, places, force)
    except OSError as error:
        raise RunFailed(f"The backup cannot be put in place: {error.strerror or error}{_where(error)}.") from None


def read_index(raw: bytes, source: Path) -> dict[str, Entry]:
    """The files that a backup names.

    Raises:
        BadInput: with every problem of the index.
    """
    index = f"{INDEX} of {source}"
    return read_entries(read_document(raw, FORMAT, index, str(source)), index, _path_problem, _torn)


def _path_problem(path: object) -> str | None:
    """What is wrong with the name of a file of a backup, as a sentence without its full stop."""
    ours = isinstance(path, str) and contents.is_ours(path)
    return None if ours else f"{str(path)[:120]!r} is no place of a backup's file"


def _torn(entries: Iterable[str]) -> list[str]:
    """A sentence for each run of which the index does not name every file."""
    named = Counter(contents.unit(name) for name in entries if contents.unit(name) != name)
    torn = sorted(unit for unit, count in named.items() if count != len(run_folder.FILES))
    return [f"{unit} is no whole run" for unit in torn]


def _check(entries: dict[str, Entry], members: archive.Members, source: Path) -> Restored:
    """Every member against its hash, without a place to write to."""
    seen = set()
    for name, _, open_member in members:
        entry = _expected(entries, name, source)
        with open_member() as handle:
            _copy(handle, entry, None, source)
        seen.add(name)
    _refuse_missing(entries, seen, source)
    return Restored((), tuple(sorted({contents.unit(name) for name in entries})), (), ())


def _restore(
    entries: dict[str, Entry], members: archive.Members, source: Path, places: Places, force: bool
) -> Restored:
    units: dict[str, list[Entry]] = {}
    for entry in entries.values():
        units.setdefault(contents.unit(entry.path), []).append(entry)
    targets = {name: contents.destination(places, name) for name in units}
    left_out = [name for name, target in targets.items() if target is None]
    states = {name: _state(name, target, units[name]) for name, target in targets.items() if target is not None}
    if (differing := [str(targets[name]) for name, state in states.items() if state == "other"]) and not force:
        raise BadInput(
            "Something else is in the place of what the backup holds; nothing was written. Move it away, or give --force to "
            "put the backup in its place.",
            differing[:20] + ([f"… and {len(differing) - 20} more"] if len(differing) > 20 else []),
        )
    wanted = [name for name, state in states.items() if state != "same"]
    parents = {targets[name].parent for name in wanted}  # type: ignore[union-attr]  # those without are left out
    _refuse_too_large(units, wanted, places)
    with contextlib.ExitStack() as stack:
        scratch = {}
        for parent in sorted(parents):
            parent.mkdir(parents=True, exist_ok=True)
            scratch[parent] = stack.enter_context(files.scratch_folder(parent, "restore"))
        aside = {name: scratch[targets[name].parent] / Path(name).name for name in wanted}  # type: ignore[union-attr]
        _unpack(entries, members, aside, source)
        if places.runs.is_dir():
            stack.enter_context(files.exclusive(places.runs))
        for name in wanted:
            if name == contents.DATABASE:
                stack.enter_context(alone(places.database))  # who publishes would put a change of the old one over it
                # the log belongs to the file that was there
                places.database.with_name(f"{places.database.name}.wal").unlink(missing_ok=True)
            _put(aside[name], targets[name])  # type: ignore[arg-type]
    replaced = tuple(name for name in wanted if states[name] == "other")
    return Restored(
        tuple(name for name in wanted if states[name] == "absent"),
        tuple(name for name, state in states.items() if state == "same"),
        replaced,
        tuple(left_out),
    )


def _state(unit: str, target: Path, entries: Sequence[Entry]) -> str:
    """absent, same or other: what is in the place of a run or a file."""
    if not (target.exists() or target.is_symlink()):
        return "absent"
    if entries[0].path == unit:
        return "same" if _is(target, entries[0]) else "other"
    if target.is_symlink() or not target.is_dir():
        return "other"
    same = {path.name for path in files.visible(target)} == {Path(entry.path).name for entry in entries}
    return "same" if same and all(_is(target / Path(e.path).name, e) for e in entries) else "other"


def _is(place: Path, entry: Entry) -> bool:
    """Whether a plain file has the bytes that were kept."""
    return not place.is_symlink() and entry.is_at(place)


def _unpack(entries: dict[str, Entry], members: archive.Members, aside: dict[str, Path], source: Path) -> None:
    """Unpack what is wanted, and verify all of it and all else."""
    seen = set()
    for name, _, open_member in members:
        entry = _expected(entries, name, source)
        unit = contents.unit(name)
        place = aside.get(unit)
        if place is not None and unit != name:
            place.mkdir(exist_ok=True)
            place = place / Path(name).name
        with open_member() as handle:
            _copy(handle, entry, place, source)
        seen.add(name)
    _refuse_missing(entries, seen, source)


def _expected(entries: dict[str, Entry], name: str, source: Path) -> Entry:
    if name not in entries:
        raise BadInput(f"{source} holds {name[:120]!r}, which its {INDEX} does not name; nothing was changed.")
    return entries[name]


def _copy(handle: IO[bytes], entry: Entry, place: Path | None, source: Path) -> None:
    """Copy a member, never more than the size that was named; refuse other bytes than those that were kept."""
    with contextlib.ExitStack() as stack:
        same = copy(handle, entry, stack.enter_context(place.open("wb")) if place is not None else None)
    if not same:
        raise RunFailed(
            f"{source} is damaged: {entry.path} is not what was kept. Nothing was changed; take another backup."
        )
    if place is not None:
        files.sync(place)


def _refuse_missing(entries: dict[str, Entry], seen: set[str], source: Path) -> None:
    if missing := sorted(set(entries) - seen):
        raise RunFailed(f"{source} is not whole: {missing[0]} is missing ({len(missing)} in all). Nothing was changed.")


def _refuse_too_large(units: dict[str, list[Entry]], wanted: Sequence[str], places: Places) -> None:
    size = sum(entry.size for name in wanted for entry in units[name])
    refuse_without_room(size, places.runs, "backup")


def _put(scratch: Path, target: Path) -> None:
    """Put a file or a run's folder in its place; what a rename cannot replace goes first, into the scratch folder."""
    if (target.is_dir() and not target.is_symlink()) or (scratch.is_dir() and os.path.lexists(target)):
        target.rename(scratch.with_name(f"{scratch.name}.old"))
    files.sync(scratch)
    scratch.replace(target)
    files.sync(target.parent)


def _where(error: OSError) -> str:
    return f" ({error.filename})" if error.filename else ""
