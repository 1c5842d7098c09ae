"""Sweeping of what killed processes left below the folder of runs: hidden files and folders, and halves of packs."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from harness import files
from harness.store.imported import replacing
from harness.store.public import PACKS, REPORTED, TABLES
from harness.store.speeds.document import FOLDER as SPEEDS

# Files of an imported pack, by its name: those of the tables, and the file that makes the pack whole.
_IMPORTED = re.compile(rf"(import-[0-9a-f]{{16}})\.({'|'.join((*TABLES, REPORTED))})\.parquet")


def sweep(runs: Path) -> None:
    """Remove leftovers in the folder of runs, its packs, journals and caches; what a living process holds stays."""
    files.sweep(runs)
    replacing.sweep(runs)
    for folder in (runs / PACKS, runs / SPEEDS, *_caches(runs)):
        files.sweep(folder)
    files.sweep(runs / ".journal", "*.lock")  # of plans that a killed process held
    with suppress(OSError), files.exclusive(runs / PACKS):  # an import puts a pack's files in place under this lock
        _sweep_half_packs(runs / PACKS)


def _caches(runs: Path) -> list[Path]:
    """The hidden folders of journals and reusable answers."""
    with suppress(OSError):
        return [p for p in runs.iterdir() if p.name.startswith(files.HIDDEN) and not p.name.startswith(files.SCRATCH)]
    return []


def _sweep_half_packs(folder: Path) -> None:
    """Remove the files of imported packs that have no file of runs: their import was killed between two renamings."""
    names = [(path, match) for path in files.visible(folder) if (match := _IMPORTED.fullmatch(path.name))]
    whole = {match[1] for _, match in names if match[2] in ("run", REPORTED)}
    for path, match in names:
        if match[1] not in whole and not path.is_dir():
            path.unlink(missing_ok=True)
