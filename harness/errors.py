"""The errors that a person sees.

    LandscapeError        anything we expect to go wrong; never shown as a traceback
    ├── BadInput          wrong usage or bad input; nothing was changed          exit 2
    │   └── MissingData   something that was asked for is not there              exit 2
    ├── PlanHeld          another process is at work on the same plan            exit 3
    ├── RunFailed         the work failed in part or whole; says what was kept   exit 1
    └── StoreError        the database cannot be read or written                 exit 1
        ├── StoreRefused  it, or its folder, is none that we may use; unchanged  exit 2
        └── StoreAway     what lies at a URL cannot be reached at this time      exit 1

A message says what was wrong, where (file and line, column, model, task) and what to do.
"""

from __future__ import annotations

import errno
import os
import traceback
from collections.abc import Sequence

from harness.scrub import scrub

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
LONGEST = 200
"""Characters of a file's name that a sentence shows."""
DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


class LandscapeError(Exception):
    """Base of all errors meant for people. ``exit_code`` is what the command line returns."""

    exit_code = 1

    def __str__(self) -> str:
        return scrub(super().__str__())


class BadInput(LandscapeError):
    """Wrong usage or bad input. ``problems`` holds every problem found, one sentence each."""

    exit_code = 2

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)

    def __str__(self) -> str:
        head = super().__str__()
        return "\n".join([head, *(f"  - {scrub(p)}" for p in self.problems)]) if self.problems else head


class MissingData(BadInput):
    """A run, model, data set or other object that was named does not exist."""


class PlanHeld(LandscapeError):
    """Another process is at work on the same plan; nothing was loaded or changed."""

    exit_code = 3


class RunFailed(LandscapeError):
    """Work failed after it had begun; the message names the results that are on disk."""


class StoreError(LandscapeError):
    """The database cannot be opened, read or written."""


class StoreRefused(StoreError):
    """The database file or its folder cannot be used; nothing was changed."""

    exit_code = 2


class StoreAway(StoreError):
    """A URL does not answer; what was done before is kept on this host."""


def is_full(error: BaseException) -> bool:
    """Whether an error means a full disk, by errno or, for libraries that pass on the text alone, by message."""
    return getattr(error, "errno", None) in FULL or any(os.strerror(n) in str(error) for n in FULL)


def is_denied(error: BaseException) -> bool:
    """Whether an error means missing rights of a file or folder, or a read-only disk."""
    return getattr(error, "errno", None) in DENIED or any(os.strerror(n) in str(error) for n in DENIED)


def explain(error: OSError) -> str:
    """Sentence for an error of the operating system."""
    name = str(error.filename or "")
    where = f" ({name if len(name) <= LONGEST else name[:LONGEST] + '…'})" if name else ""
    if is_full(error):
        return f"the disk is full{where}; make room and give the same command again. Finished work is kept."
    if is_denied(error):
        return f"no permission here{where}; change its rights, or choose another place (LANDSCAPE_DB, LANDSCAPE_RUNS)."
    if error.errno == errno.ENAMETOOLONG:
        return f"a name is longer than this system's file names can be{where}; give a shorter one."
    return f"{error.strerror or error}{where}."


def unforeseen(error: BaseException) -> str:
    """Sentence for an unexpected exception, a bug; LANDSCAPE_TRACEBACK=1 also prints the traceback."""
    if os.environ.get("LANDSCAPE_TRACEBACK"):
        traceback.print_exception(error)
    text = scrub(str(error)).strip().splitlines()
    description = f"{type(error).__name__}{': ' + text[0] if text else ''}".rstrip(".")
    return (
        f"an error that Landscape did not foresee: {description}. LANDSCAPE_TRACEBACK=1 shows where; please report it."
    )
