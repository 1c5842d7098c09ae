"""The document of a measured speed: its place, its format and its hash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness import files
from harness.errors import BadInput
from harness.store import content, run_folder

FORMAT = 1
FOLDER = "speeds"


def write(runs: Path, document: dict[str, Any]) -> Path:
    """Write one measurement, whole or not at all; returns its file. ``document`` holds all but format and hash."""
    folder = runs / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    whole = {"format": FORMAT, **document}
    whole[content.KEY] = {"manifest": content.manifest_hash(whole)}
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return files.write_atomically(folder / f"{document['speed_id']}.json", text + "\n")


def read(path: Path) -> dict[str, Any]:
    """The document of a file.

    Raises:
        BadInput: it cannot be read, was changed, is named otherwise, or a newer version wrote it.
    """
    document = run_folder.parsed(path)
    if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
        raise BadInput(f"{path} is no measurement of speed: it has no list of shapes.")
    if document.get("speed_id") != path.stem:
        raise BadInput(f"{path} is named otherwise than the measurement in it, {document.get('speed_id')}.")
    version = document.get("format")
    if type(version) is not int or not 1 <= version <= FORMAT:
        raise BadInput(f"{path} has format {version!r}; this version reads up to {FORMAT}. Update Landscape.")
    run_folder.refuse_changed_document(document, path)
    return document
