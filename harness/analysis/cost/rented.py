"""What a run of ours costs on rented GPUs."""

from __future__ import annotations

import pandas as pd

from harness.errors import BadInput


def measured_costs(offers: pd.DataFrame, *, utilisation: float = 1.0, terms: str | None = None) -> pd.DataFrame:
    """Self-hosted cost, USD per million tokens, one row a run: ``per_mtok`` at the median offer of its GPU, ``low`` and
    ``high`` at the cheapest and the dearest, ``offers`` how many.

    ``offers``: one row a run and rental offer (view ``measured_cost``), ``per_mtok`` at full use; a run without offers has
    one row without a price and keeps an unknown cost. ``utilisation`` (0–1] is the share of paid time that serves;
    ``terms`` keeps offers of one kind. Raises BadInput for another utilisation.
    """
    if not 0 < utilisation <= 1:
        raise BadInput("Utilisation must be above 0 and at most 1.")
    runs = offers.drop_duplicates("run_id")[["run_id", "model", "device_name", "tokens_per_s", "wh_per_ktok"]]
    priced = offers if terms is None else offers[offers["terms"] == terms]
    cost = priced.groupby("run_id")["per_mtok"].agg(["count", "median", "min", "max"])
    cost = cost.set_axis(["offers", "per_mtok", "low", "high"], axis=1).reindex(runs["run_id"])
    prices = cost[["per_mtok", "low", "high"]].astype(float) / utilisation
    return pd.concat([runs.set_index("run_id"), cost["offers"].fillna(0), prices], axis=1).reset_index()
