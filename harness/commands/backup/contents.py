"""Contents of a backup: which files of a machine it holds, under which names; where each goes when it is restored.

backup.json                       what is in it: every file's size and SHA-256
runs/<run id>/manifest.json …     sealed runs alone: one that is being written is none yet
runs/packs/…, runs/speeds/…       imported packs, measured speeds
runs/.journal/<plan>.jsonl        asked for: runs that are begun
catalog/….csv                     where the catalog in use is an own one
landscape.duckdb                  asked for: it can always be made again
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.files import visible
from harness.store import run_folder
from harness.store.public import PACKS
from harness.store.speeds.document import FOLDER as SPEEDS

INDEX = "backup.json"
DATABASE = "landscape.duckdb"
JOURNALS = ".journal"
_NAME = r"[^/\x00-\x1f\x7f\\.][^/\x00-\x1f\x7f\\]{0,250}"
_FOLDERS = (PACKS, SPEEDS, JOURNALS)
_OURS = re.compile(
    rf"runs/(?!(?:{PACKS}|{SPEEDS})/){_NAME}/(?:{'|'.join(map(re.escape, run_folder.FILES))})|runs/(?:{PACKS}|{SPEEDS})/{_NAME}"
    rf"|runs/{re.escape(JOURNALS)}/[0-9a-f]{{8,64}}\.jsonl|catalog/{_NAME}|{re.escape(DATABASE)}"
)


@dataclass(frozen=True)
class Places:
    """Folders of a machine. ``catalog`` is an own one; None where the catalog that ships is in use."""

    runs: Path
    database: Path
    catalog: Path | None = None


def files(places: Places, *, journals: bool, database: bool) -> Iterator[tuple[str, Path]]:
    """Name in the archive and path of each file to be kept, by kind and name."""
    for folder in run_folder.sealed(places.runs):
        yield from ((f"runs/{folder.name}/{name}", folder / name) for name in run_folder.FILES)
    for part in (PACKS, SPEEDS):
        yield from ((f"runs/{part}/{path.name}", path) for path in visible(places.runs / part))
    if journals:
        begun = sorted((places.runs / JOURNALS).glob("*.jsonl"))
        yield from ((f"runs/{JOURNALS}/{path.name}", path) for path in begun)
    if places.catalog is not None:
        yield from ((f"catalog/{path.name}", path) for path in visible(places.catalog) if path.is_file())
    if database and places.database.exists():
        yield DATABASE, places.database


def is_ours(name: str) -> bool:
    """Whether a backup may hold a file of this name: none that leads elsewhere, none that nobody here reads."""
    return _OURS.fullmatch(name) is not None


def unit(name: str) -> str:
    """What is put in place as one: a run's folder, else the file itself."""
    parts = name.split("/")
    return "/".join(parts[:2]) if len(parts) == 3 and parts[1] not in _FOLDERS else name


def destination(places: Places, name: str) -> Path | None:
    """Where a file or a run's folder goes; None for a catalog where no own one is in use."""
    top, _, rest = name.partition("/")
    if top == "runs":
        return places.runs / rest
    if top == "catalog":
        return places.catalog / rest if places.catalog is not None else None
    return places.database
