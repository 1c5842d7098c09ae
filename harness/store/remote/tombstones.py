"""Notes at the URL of runs that an import replaced: no host takes them for runs any more.

The notes are those of ``harness.store.imported.replacing``, settled ones only, and they stay at the URL. An import, which
alone changes what is replaced, holds the lease ``imports``: it brings the notes first, and those that no longer hold when
it is done are removed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import files
from harness.store.remote.lease import hold
from harness.store.remote.lease_terms import terms
from harness.store.remote.objects import Objects

LEASE = "imports"
WAIT = 600.0
"""Seconds that an import waits for another's end."""
MOST_BYTES = 8 << 20
_NAME = re.compile(r"\.replacing-[0-9a-f]{16}\.json")


@contextmanager
def importing(objects: Objects, runs: Path) -> Iterator[None]:
    """Import runs into the folder of runs while no other host does; what it replaces is told to the others at the end.

    Raises:
        LeaseHeld: another host's import does not end.
        StoreAway, StoreRefused: as the URL answers.
    """
    with hold(objects, LEASE, terms(), wait=WAIT):
        runs.mkdir(parents=True, exist_ok=True)
        bring(objects, runs)
        before = _here(runs)
        yield
        send(objects, runs)
        for name in before - _here(runs):
            objects.remove(name)


def bring(objects: Objects, runs: Path) -> None:
    """Copy the notes that this host lacks into the folder of runs."""
    for name in objects.names().objects:
        if _NAME.fullmatch(name) and not (runs / name).exists():
            raw = objects.read(name, MOST_BYTES)
            if raw is not None and _settled(raw):
                files.write_atomically(runs / name, raw)


def send(objects: Objects, runs: Path) -> None:
    """Copy settled notes of this host to the URL, where the runs that they name are no runs any more."""
    for name in sorted(_here(runs) - set(objects.names().objects)):
        raw = (runs / name).read_bytes()
        if not _settled(raw):
            continue
        objects.write(name, raw)
        for run_id in json.loads(raw)["old"]:
            objects.remove(f"{run_id}/manifest.json")  # without it there is no run
            objects.remove_folder(run_id)


def _here(runs: Path) -> set[str]:
    return {path.name for path in runs.iterdir() if _NAME.fullmatch(path.name)}


def _settled(raw: bytes) -> bool:
    """Whether a note names plain replaced runs alone, and no coming ones."""
    try:
        note = json.loads(raw)
        plain = all(isinstance(n, str) and Path(n).name == n and n[:1] not in ("", ".") for n in note["old"])
        return bool(note["new"] == [] and plain)
    except (ValueError, LookupError, TypeError):
        return False
