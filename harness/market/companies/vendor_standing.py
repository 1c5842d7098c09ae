"""Where a vendor stands: its rank over all and on each dimension with neighbours, and its newest figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.analysis.companies.rank_intervals import OVERALL
from harness.catalog.schema import DIMENSIONS
from harness.market.companies.figures import FIGURES

if TYPE_CHECKING:
    import pandas as pd

ALWAYS = FIGURES[:-1]  # all but staff
"""Figures of a profile's first screen that are named as not known where there is none; a run rate only where no full year's
revenue is known either."""
ALSO = ("weekly_users", "daily_users", "users", "customers", "net_income", "rnd_spend", "capex", "staff")
"""Figures that stand there where they are known."""


def places_of(places: pd.DataFrame, vendor_id: str) -> pd.DataFrame:
    """Places of one vendor, one row for all dimensions together (``overall``) and one a dimension.

    Columns: ``dimension, placed, rank, of`` (vendors placed), ``rank_low, rank_high, coverage``, and the ids of the vendors of
    the next better rank ``above``, of the same rank ``level`` and of the next worse rank ``below``. ``places`` is
    ``market.positions.dimension_positions``.
    """
    import pandas as pd

    rows: list[Mapping[str, Any]] = []
    for dimension in (OVERALL, *DIMENSIONS):
        every = places[places["dimension"] == dimension]
        placed = every[every["placed"].astype(bool)]
        own = every[every["vendor_id"] == vendor_id]
        rank = float(own["rank"].iloc[0]) if len(own) else float("nan")
        ids: Mapping[float, list[str]] = {
            float(r): sorted(part["vendor_id"]) for r, part in placed.groupby(placed["rank"].astype(float))
        }
        better, worse = max((r for r in ids if r < rank), default=None), min((r for r in ids if r > rank), default=None)
        rows.append(
            {
                "dimension": dimension, "placed": vendor_id in set(placed["vendor_id"]), "rank": rank, "of": len(placed),
                "rank_low": float(own["rank_low"].iloc[0]) if len(own) else float("nan"),
                "rank_high": float(own["rank_high"].iloc[0]) if len(own) else float("nan"),
                "coverage": float(own["coverage"].iloc[0]) if len(own) else 0.0,
                "above": ids[better] if better is not None else [],
                "level": [v for v in ids.get(rank, []) if v != vendor_id],
                "below": ids[worse] if worse is not None else [],
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def newest_figures(inputs: pd.DataFrame, vendor_id: str) -> pd.DataFrame:
    """Newest figures of one vendor: rows of ``inputs`` for ALWAYS and ALSO, in that order; one of ALWAYS that is not known
    has a row without a value. A year's revenue, a run rate and figures of users are rows of their own."""
    import pandas as pd

    own = inputs[inputs["vendor_id"] == vendor_id].drop_duplicates("input").set_index("input")
    asked = set(ALWAYS) - ({"revenue_run_rate"} if "revenue" in own.index else set())
    keys = [key for key in (*ALWAYS, *ALSO) if key in asked or key in own.index]
    rows: pd.DataFrame = own.reindex(pd.Index(keys, name="input")).reset_index()
    return rows.assign(vendor_id=vendor_id)


def leaders(places: pd.DataFrame, vendor_ids: Sequence[str]) -> pd.DataFrame:
    """Who is first of some vendors on each dimension: ``dimension, first`` (an id; None in a tie or with fewer than two
    placed), ``placed`` (how many of them), ``overlaps`` (whether the second's rank interval reaches the first's)."""
    import pandas as pd

    rows = []
    for dimension in DIMENSIONS:
        part = places[places["dimension"].eq(dimension) & places["vendor_id"].isin(vendor_ids)]
        part = part[part["placed"].astype(bool)].sort_values("rank", kind="stable")
        alone = len(part) > 1 and float(part["rank"].iloc[0]) < float(part["rank"].iloc[1])
        first = str(part["vendor_id"].iloc[0]) if alone else None
        overlaps = bool((part["rank_low"].iloc[1:] <= part["rank_high"].iloc[0]).any()) if len(part) > 1 else False
        rows.append({"dimension": dimension, "first": first, "placed": len(part), "overlaps": overlaps})
    return pd.DataFrame(rows, dtype=object)  # None stays None
