"""Publishing of a command's runs: each as it is sealed, and once more at the end where that failed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.errors import LandscapeError, unforeseen
from harness.runs.progress import Progress
from harness.store.remote import in_use


@dataclass(frozen=True)
class Published:
    """Whether a command's runs are in the database; the problem in one sentence, or None; the damaged run folders."""

    done: bool = True
    problem: str | None = None
    damaged: frozenset[str] = frozenset()


class Publisher:
    """Publishes sealed runs, one by one, and says what went wrong; the folders stay in any case.

    Every publish takes all sealed runs, this command's and whatever else lies there unpublished. A damaged run or pack,
    of whatever command, is named once and left out.
    """

    def __init__(self, show: Progress) -> None:
        self._show = show
        self._own: set[str] = set()
        self._said: set[str] = set()
        self._failure: str | None = None
        self._lines: list[str] = []
        self._damaged: frozenset[str] = frozenset()

    def __call__(self, folder: Path) -> None:
        """Publish a run that was just sealed, or was found sealed."""
        self._own.add(folder.name)
        self._publish()
        if self._failure:
            self._show.warn(f"harness: {folder.name} is sealed, but not published yet: {self._failure}")

    def finish(self) -> Published:
        """How publishing ended, after a last attempt where the one before failed."""
        if self._failure:
            self._publish()
        if self._failure:
            self._show.error(
                f"harness: the runs are sealed, but not published: {self._failure} They are kept in {in_use.runs_name()}; "
                "the same command, or harness db rebuild, publishes them."
            )
            return Published(False, self._failure)
        problem = " ".join(line.strip() for line in self._lines) or None
        return Published(not self._own & self._damaged, problem, self._damaged)

    def _publish(self) -> None:
        from harness.store.opening import bring_up_to_date, damage_lines

        try:
            loaded = bring_up_to_date()
        except LandscapeError as error:
            self._failure = str(error)
            return
        except Exception as error:  # a publish that fails in whatever way must not cost the next models their night
            self._failure = unforeseen(error)
            return
        self._failure, self._lines, self._damaged = None, damage_lines(loaded), frozenset(loaded.damaged)
        for line in self._lines:
            if line not in self._said:
                self._show.warn(line)
        self._said.update(self._lines)
