"""What an import says of identity: each reading of a name that a person may want to look at, by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

# Kind of note, and the heading under which the report lists it.
HEADINGS = {
    "new-product": "new products",
    "same-weights": "new rows under a known product (same weights)",
    "snapshot": "snapshots to decide (added as products of their own)",
    "period-alias": "names read by an alias of a period",
    "moving-name": "moving names that no alias covers on that day",
    "effort": "efforts taken off a name",
    "date": "dates taken off a name",
    "beyond-model": "names that say more than their model",
    "unknown-set-up": "set-ups unknown: tests left out",
}
# Kinds of ``Unmatched`` that name a test under a set-up for which the catalog has no row.
SET_UP_KINDS = ("set-up", "benchmark")


@dataclass(frozen=True)
class Note:
    """One reading: its kind (a key of HEADINGS), the source's name, the model (empty: none), and what was read."""

    kind: str
    name: str
    model_id: str
    says: str

    def __str__(self) -> str:
        return f"{self.name} -> {self.model_id}: {self.says}" if self.model_id else f"{self.name}: {self.says}"


def set_ups(left: Iterable[str]) -> list[Note]:
    """One note for each distinct test among the names of scores that were left out."""
    return [
        Note("unknown-set-up", name, "", f"{count} score{'s' * (count > 1)} left out")
        for name, count in sorted(Counter(left).items())
    ]


def by_kind(notes: Iterable[Note]) -> dict[str, list[Note]]:
    """Notes under each heading, in its order; kinds without notes are there, empty."""
    parts: dict[str, list[Note]] = {kind: [] for kind in HEADINGS}
    for note in notes:
        parts[note.kind].append(note)
    return parts
