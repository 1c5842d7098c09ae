"""Replacement of several files in one step; after a crash the next reader finishes it.

The files are complete on disk under other names before a list of them, the intent, is; then each is renamed to its own
name. Without an intent nothing was put in place; with one, renaming what is still there finishes the work, and does
no harm where two do it at once.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path

from harness.errors import BadInput
from harness.files import sync, write_atomically

INTENT = ".intent.json"


def commit(folder: Path, staged: Mapping[str, str]) -> None:
    """Rename files of ``folder`` (staged name to the name it takes), all or, after a crash, all at the next ``finish``."""
    write_atomically(folder / INTENT, json.dumps(dict(staged)))
    _rename_all(folder, staged)


def finish(folder: Path) -> bool:
    """Finish a replacement that a crash interrupted; True where there was one.

    Raises:
        BadInput: it cannot be finished here; says what to do.
    """
    intent = folder / INTENT
    try:
        staged = json.loads(intent.read_text(encoding="utf-8"))
        if any(Path(n).name != n for pair in staged.items() for n in pair):
            raise ValueError
        _rename_all(folder, staged)
    except FileNotFoundError:
        return False
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise BadInput(
            f"A refresh of {folder} was interrupted and cannot be finished ({intent.name}): restore the folder's files, "
            "from Git for instance, remove that file and refresh again."
        ) from error
    return True


def _rename_all(folder: Path, staged: Mapping[str, str]) -> None:
    sync(folder)
    for name, target in staged.items():
        with contextlib.suppress(FileNotFoundError):  # renamed before the crash, or by another who finishes
            (folder / name).replace(folder / target)
    sync(folder)
    (folder / INTENT).unlink(missing_ok=True)
