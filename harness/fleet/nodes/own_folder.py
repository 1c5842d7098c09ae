"""Folders of the user's alone among the temporary files, where everybody may make folders."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from harness.errors import BadInput


def own_folder(purpose: str, parent: Path) -> Path:
    """The user's folder ``landscape-<purpose>-<user id>`` in ``parent``, closed to others.

    Raises:
        BadInput: somebody else made it.
    """
    folder = parent / f"landscape-{purpose}-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
        raise BadInput(f"{folder} is not yours; have it removed, or set TMPDIR to a short folder of yours.")
    folder.chmod(0o700)
    return folder
