"""The files that decide a model's numbers, looked at again after they were hashed: training jobs write over checkpoints.

A look costs a ``stat`` a file. Where a file's size, time, inode or status differ, its content is hashed again and decides;
while the files are being loaded another inode or time is enough, since a file may have been another one in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from harness.errors import BadInput, RunFailed


class Mark(NamedTuple):
    """What a look at a file says of it, its content aside; times in nanoseconds."""

    size: int
    inode: int
    modified: int
    status: int


@dataclass
class DecidingFiles:
    """Files as they were before they were hashed: ``marks`` by path, ``digest`` of their content.

    ``listed`` lists them anew, so that a file which appears is seen, and ``hashed`` hashes them.
    """

    listed: Callable[[], Sequence[Path]]
    hashed: Callable[[Sequence[Path]], str]
    marks: Mapping[Path, Mark]
    digest: str

    def refuse_replaced(self, name: str) -> None:
        """Look for the first time after the files were loaded.

        Raises:
            RunFailed: a file is another one than that which was hashed, or has another time: what was loaded is not known.
        """
        now = _marks(self.listed())
        if [p for p in {*now, *self.marks} if _written(now.get(p)) != _written(self.marks.get(p))]:
            raise RunFailed(
                f"Files of {name} were written while it was loaded: {self._names(now)}. Nothing was computed or kept. Give the "
                "same command again once they are whole, or score a copy that nothing writes to."
            )
        self.refuse_changed(name)

    def refuse_changed(self, name: str) -> None:
        """Look once more. A folder that is removed after it was loaded, as training jobs do, changes nothing.

        Raises:
            RunFailed: a file holds something else than was hashed.
        """
        now = _marks(self.listed())
        if now == {path: mark for path, mark in self.marks.items() if path in now}:
            return
        if self._digest() == self.digest:
            self.marks = now
            return
        raise RunFailed(
            f"Files of {name} were changed while it was scored: {self._names(now)}. Nothing was sealed; batches that were "
            "finished before are kept under the old revision. Score a copy that nothing writes to."
        )

    def _digest(self) -> str:
        try:
            return self.hashed(self.listed())
        except (OSError, BadInput):
            return ""

    def _names(self, now: Mapping[Path, Mark]) -> str:
        names = sorted(path.name for path in {*now, *self.marks} if now.get(path) != self.marks.get(path))
        return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def hashed(listed: Callable[[], Sequence[Path]], by: Callable[[Sequence[Path]], str]) -> DecidingFiles:
    """The files that ``listed`` gives, looked at and then hashed by ``by``."""
    files = listed()
    marks = _marks(files)
    return DecidingFiles(listed, by, marks, by(files))


def _written(mark: Mark | None) -> tuple[int, ...] | None:
    """Size, inode and time of writing: other ones say that a file was written or replaced."""
    return None if mark is None else mark[:3]


def _marks(files: Sequence[Path]) -> dict[Path, Mark]:
    """Mark of every file that is there."""
    marks = {}
    for path in files:
        try:
            found = path.stat()
        except OSError:
            continue
        marks[path] = Mark(found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns)
    return marks
