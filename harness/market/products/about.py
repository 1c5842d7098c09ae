"""Which product a name means, and what the catalog says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.market.search.answers import answers
from harness.market.search.entries import Entry, letters

if TYPE_CHECKING:
    from harness.market.queries import Queries

NEAREST = 6
"""Products that are named where a name means none."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the catalog, or a model that only runs name (``row`` is then empty, and ``id`` the runs' name of it).

    ``row``: columns of the query ``models``. ``ids``: the catalog's ids of it, second entries included.
    """

    id: str
    name: str
    row: dict[Any, Any] = field(default_factory=dict)
    ids: tuple[str, ...] = ()

    @property
    def catalogued(self) -> bool:
        """Whether the catalog knows the model."""
        return bool(self.row)


def product(queries: Queries, entries: Sequence[Entry], wanted: str) -> Product | None:
    """The product that ``wanted`` means: by an id of the catalog, a run's name, else a whole name that means one thing alone."""
    models = queries.frame("models").drop_duplicates("model_id").set_index("model_id", drop=False)
    if wanted in models.index:
        id = str(models.loc[wanted, "product_id"])
        rows = models[models["product_id"] == id]
        row = models.loc[id if id in models.index else wanted].to_dict()
        return Product(id, str(row["name"]), row, tuple(rows["model_id"]))
    if any(entry.kind == "run" and entry.id == wanted for entry in entries):
        return Product(wanted, wanted)
    if " · " in wanted:  # a leaderboard's name of one of several runs of a model
        return product(queries, entries, wanted.partition(" · ")[0])
    sought = letters(wanted)
    called = {e.id for e in entries if e.kind == "model" and sought and sought in e.letters}
    return product(queries, entries, called.pop()) if len(called) == 1 and wanted not in called else None


def nearest(entries: Sequence[Entry], wanted: str) -> list[Entry]:
    """Up to ``NEAREST`` models whose names come nearest to ``wanted``, by all of it, else by ever less of its words."""
    parts = wanted.replace("/", " ").replace("-", " ").replace("_", " ").split()
    for text in (wanted, *(" ".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))):
        found = [a.entry for a in answers(entries, text) if a.entry.kind in ("model", "run")]
        if found:
            return found[:NEAREST]
    return []
