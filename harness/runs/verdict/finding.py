"""One thing to know about a run: a code, a sentence, and whether it keeps the run off the leaderboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

SHOWN = 5
"""Tasks that one sentence names."""


@dataclass(frozen=True)
class Finding:
    """One thing to know about a run. ``invalid`` findings keep it off the leaderboard."""

    code: str
    message: str
    invalid: bool

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON types."""
        return asdict(self)


def listed(names: Sequence[str]) -> str:
    """The first names as a list in words, and whether there are more."""
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
