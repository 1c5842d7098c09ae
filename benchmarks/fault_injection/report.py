"""What came of one fault: how often it was injected, what was kept, whether the numbers are those of an undisturbed night."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Report:
    """One fault's outcome. ``problems`` name a try and what was wrong with it; ``kept`` and ``equal`` stay true without any."""

    fault: str
    tries: int = 0
    kept: bool = True
    equal: bool = True
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether something was tried and nothing was wrong."""
        return self.tries > 0 and self.kept and self.equal and not self.problems

    def lost(self, problem: str) -> None:
        """Finished work was lost, or computed again."""
        self.kept = False
        self.problems.append(problem)

    def differ(self, problem: str) -> None:
        """Something ended with other numbers than the undisturbed night, or did not end."""
        self.equal = False
        self.problems.append(problem)


@contextmanager
def timed(report: Report) -> Iterator[Report]:
    """Put the seconds that the block takes into ``report``."""
    started = time.monotonic()
    try:
        yield report
    finally:
        report.seconds = round(time.monotonic() - started, 1)
