"""Opening of foreign files: regular files only, never a pipe or device, which may block, run for ever, or act when opened."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from harness.errors import BadInput

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
LINK = "is a symbolic link; links are not followed"


def opened(path: Path, *, follow: bool = False) -> BinaryIO:
    """An open regular file; ``follow`` allows a symbolic link to one (a model folder of the hub's cache is made of links).

    Raises:
        BadInput: there is no file, no right to read it, a link, or something that is no regular file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    if not follow:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    try:
        before = path.stat() if follow else path.lstat()
        refuse(before.st_mode)
        handle = os.open(path, flags)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in a name
        code = getattr(error, "errno", None)
        reason = LINK if code == errno.ELOOP else f"cannot be read: {os.strerror(code) if code else error}"
        raise BadInput(reason) from None
    try:
        refuse(os.fstat(handle).st_mode)  # another one may have taken its place
    except BadInput:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def refuse(mode: int) -> None:
    """Refuse what is no regular file, by its mode.

    Raises:
        BadInput: with the kind of thing that it is.
    """
    if stat.S_ISLNK(mode):
        raise BadInput(LINK)
    if not stat.S_ISREG(mode):
        kind = next((name for test, name in _KINDS if test(mode)), "something else")
        raise BadInput(f"is {kind}, no regular file")


def special(path: Path, *, follow: bool = False) -> str | None:
    """Reason that a path is read by nobody: a pipe, socket, device or link; none for regular files and folders.

    With ``follow`` a link counts as what it leads to, and one that leads in a circle as a link.
    """
    try:
        mode = (path.stat() if follow else path.lstat()).st_mode
    except OSError as error:
        return LINK if error.errno == errno.ELOOP else None
    except ValueError:
        return None
    if stat.S_ISDIR(mode):
        return None
    try:
        refuse(mode)
    except BadInput as problem:
        return str(problem)
    return None
