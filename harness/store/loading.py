"""The outcome of loading sources into the database: what changed, and what was left out because it is damaged."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Loaded:
    """Ids of the runs that are new in the database, whether anything changed, and the damaged sources.

    ``problems`` has one sentence a damaged run folder or pack: which file, and what is wrong with it. ``damaged`` are the
    ids of damaged run folders, ``packs`` the names of damaged packs. ``notes`` has a sentence for each run that was loaded
    although nothing tells whether it was changed. ``catalog`` says why the catalog was left as it was.
    """

    runs: list[str] = field(default_factory=list)
    changed: bool = False
    problems: list[str] = field(default_factory=list)
    damaged: set[str] = field(default_factory=set)
    packs: set[str] = field(default_factory=set)
    catalog: str = ""
    notes: list[str] = field(default_factory=list)

    def add(self, other: Loaded) -> None:
        """Add the outcome of another part."""
        self.runs += other.runs
        self.changed = self.changed or other.changed
        self.problems += other.problems
        self.damaged |= other.damaged
        self.packs |= other.packs
        self.notes += other.notes
