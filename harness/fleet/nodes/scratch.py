"""Folders for the files of models' processes, and those that killed workers have left on this machine."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from harness.errors import BadInput
from harness.files import scratch_folder, sweep
from harness.fleet.nodes.own_folder import own_folder

PURPOSE = "fleet"
"""They lie in ``landscape-fleet-<user id>``, each locked by its worker for as long as that lives."""


def folder_of(key: str) -> AbstractContextManager[Path]:
    """A folder for a model's files, removed at the end of the block.

    Raises:
        BadInput: somebody else has made the folder that it would lie in.
    """
    return scratch_folder(own_folder(PURPOSE, Path(tempfile.gettempdir())), f"{key}-{secrets.token_hex(4)}")


def remove_left() -> list[str]:
    """Remove the folders that no living worker of the user holds; their names."""
    with contextlib.suppress(BadInput, OSError):
        return sweep(own_folder(PURPOSE, Path(tempfile.gettempdir())))
    return []
