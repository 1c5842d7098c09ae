"""Vendors side by side: one row a measure and vendor, by front, each with unit, date and source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.analysis.companies.inputs import BY_KEY, MEASURED_INDEX
from harness.market.companies.vendor_themes import FRONT_OF, THEMES, order, theme

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

BESIDE = ("weekly_users", "daily_users", "paying_users", "users", "customers_part", "tokens_processed_part", "compute_capacity_part", "market_share", "developers",
          "downloads", "training_tokens", "operating_income")  # fmt: skip
"""Figures that ``inputs.toml`` does not declare and that are compared all the same."""
WORDS = ("business_model", "channel", "position", "product", "domain", "listing", "dataset")
"""Facts in words that are compared."""


def measures(inputs: pd.DataFrame, vendor_ids: Sequence[str]) -> pd.DataFrame:
    """Figures of some vendors, one row a measure and vendor: rows of ``inputs`` with ``front, theme, place``.

    Measures are the declared inputs and ``BESIDE``: those that rank always, others where one of the vendors has them. A vendor
    without a figure has a row without a value.
    """
    import pandas as pd

    own = inputs[inputs["vendor_id"].isin(vendor_ids)].drop_duplicates(["vendor_id", "input"])
    held = {k for k in own["input"] if k in BY_KEY or k in BESIDE or str(k).startswith(MEASURED_INDEX)}
    keys = sorted({*held, *(key for key, row in BY_KEY.items() if row.ranks)})
    dimension = {
        **dict(zip(own["input"], own["dimension"], strict=True)),
        **{k: r.dimension for k, r in BY_KEY.items()},
    }
    every = pd.DataFrame([(key, v) for key in keys for v in vendor_ids], columns=["input", "vendor_id"])
    rows = every.merge(own.drop(columns="dimension"), on=["input", "vendor_id"], how="left")
    rows = rows.assign(dimension=rows["input"].map(dimension))
    rows = rows.assign(
        theme=[theme(str(k), str(d)) for k, d in zip(rows["input"], rows["dimension"], strict=True)],
        place=[order(str(k)) for k in rows["input"]],
    )
    rows = rows.assign(front=rows["theme"].map(FRONT_OF), step=[THEMES.index(t) for t in rows["theme"]])
    return rows.sort_values(["step", "place", "input"], ignore_index=True, kind="stable").drop(columns="step")


def facts_of(queries: Queries, vendor_ids: Sequence[str]) -> pd.DataFrame:
    """All facts of some vendors (query ``facts``) with ``theme`` and ``front``, by theme, kind and vendor, the newest first."""
    import pandas as pd

    rows = pd.concat([queries.frame("facts", vendor_id=v) for v in vendor_ids], ignore_index=True)
    rows = rows.assign(theme=[theme(str(k), str(d)) for k, d in zip(rows["key"], rows["dimension"], strict=True)])
    rows = rows.assign(front=rows["theme"].map(FRONT_OF), step=[THEMES.index(t) for t in rows["theme"]])
    by = ["step", "key", "vendor_id", "as_of"]
    return rows.sort_values(by, ascending=[True, True, True, False], ignore_index=True, kind="stable").drop(
        columns="step"
    )
