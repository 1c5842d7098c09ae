"""Runs of a matrix of items that were read from the same rows under another mapping: a corrected mapping replaces them.

The same file, benchmark (as the matrix names it) and metric, and rows that a new run was made of: two readings of one thing,
of which the new one counts. Other rows, another metric or benchmark are other runs, and stay.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.imported_run import ImportedRun
from harness.store import run_folder


def matrix_runs(runs_dir: Path) -> dict[str, dict[str, Any]]:
    """What each sealed run of a matrix was read from (``source.matrix`` of its manifest), by its id."""
    found = {}
    for folder in run_folder.sealed(runs_dir):
        if "-items-" in folder.name:
            try:
                source = run_folder.read_manifest(folder).get("source")
            except BadInput:
                continue  # damaged: publishing says so
            if isinstance(source, dict) and isinstance(source.get("matrix"), dict):
                found[folder.name] = source["matrix"]
    return found


def replaced(run: ImportedRun, earlier: dict[str, dict[str, Any]]) -> list[str]:
    """The ids of the earlier runs of which ``run`` is another reading."""
    own = run.manifest["source"].get("matrix")
    if not own:
        return []
    return [
        run_id
        for run_id, matrix in earlier.items()
        if run_id != run.run_id
        and all(matrix.get(key) == own[key] for key in ("benchmark", "metric"))
        and matrix.get("row") in run.read_from.get(str(matrix.get("file_sha256")), ())
    ]


def of_known_files(run: ImportedRun, earlier: dict[str, dict[str, Any]]) -> bool:
    """Whether an earlier run was read from a file of this one: it comes into its place with those that replace others."""
    return any(matrix.get("file_sha256") in run.read_from for matrix in earlier.values())
