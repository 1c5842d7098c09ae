"""Patterns of model folders in a run file (``checkpoints/step-*``): the folders that they mean, in natural order."""

from __future__ import annotations

import re
from pathlib import Path

from harness.places import typed_path

MAX_FOLDERS = 10_000
"""Folders that one pattern may mean; as many as a file may have runs."""


def is_pattern(name: str, folder: Path) -> bool:
    """Whether a model's name is a pattern: it has ``*``, ``?`` or ``[``, and no folder has that very name."""
    if "://" in name or not any(sign in name for sign in "*?["):
        return False
    return not (folder / typed_path(name)).exists()


def folders(pattern: str, folder: Path) -> list[str]:
    """Paths of the folders that a pattern means, relative ones as seen from ``folder``; step-9 comes before step-10.

    Hidden folders are left out, and so are files.
    """
    path = typed_path(pattern)
    start = Path(path.anchor) if path.is_absolute() else folder
    parts = path.relative_to(path.anchor).parts
    if not parts or ".." in parts[1:]:
        return []
    found = []
    for match in start.glob(str(Path(*parts))):
        inside = match.relative_to(start)
        if match.is_dir() and not any(part.startswith(".") for part in inside.parts if part != ".."):
            found.append(str(match if path.is_absolute() else inside))
        if len(found) > MAX_FOLDERS:
            break
    return sorted(found, key=natural)


def natural(text: str) -> list[tuple[int, int, str]]:
    """Order of names with numbers in them, as a person counts."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"([0-9]+)", text) if part]
