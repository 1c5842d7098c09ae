"""What ``harness vendors --rank`` says in English: the table of the vendors' dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness.analysis.companies.rank_intervals import OVERALL
from harness.catalog.schema import DIMENSIONS
from harness.charts.chart import DASH
from harness.i18n.translator import Translator

if TYPE_CHECKING:
    import pandas as pd

SAY = Translator("en")

RANKS = (
    "Rank: among all vendors placed, with its 90% interval over other normalisations, weights and inputs left out; "
    f"{DASH} is a vendor with too few inputs to be placed."
)


def dimensions_table(rows: pd.DataFrame, names: dict[str, str]) -> Table:
    """One row a vendor: rank over all and on each dimension, each with its interval; those with a rank first."""
    table = Table(box=None, pad_edge=False)
    table.add_column("vendor", overflow="fold")
    for dimension in (OVERALL, *DIMENSIONS):
        table.add_column(title(dimension), justify="right", no_wrap=True)
    cells = {(row["vendor_id"], row["dimension"]): row for row in rows.to_dict("records")}
    overall = rows[rows["dimension"].eq(OVERALL)].sort_values(["rank", "vendor_id"], na_position="last")
    for vendor in overall["vendor_id"]:
        table.add_row(names[vendor], *(ranks(cells[vendor, d]) for d in (OVERALL, *DIMENSIONS)))
    return table


def title(dimension: str) -> str:
    """A dimension in words."""
    return "Over all" if dimension == OVERALL else SAY.known("dimension", dimension)


def ranks(row: dict[Any, Any]) -> str:
    """A rank with its interval: ``14 (4–21)``; a dash where there is none."""
    if row["rank"] is None or row["rank"] != row["rank"]:
        return DASH
    return f"{row['rank']:.0f} ({row['rank_low']:.0f}–{row['rank_high']:.0f})"
