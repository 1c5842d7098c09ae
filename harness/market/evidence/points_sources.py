"""Where a product's points on the capability scale come from: every score that made them, with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from harness.market.evidence.reference import Reference
from harness.market.evidence.sources import BESIDE, SHOWN, Evidence, product, with_sources
from harness.market.products.scores import one_each

if TYPE_CHECKING:
    from harness.analysis.scale.fit import ScaleFit
    from harness.market.queries import Queries


def points(queries: Queries, fit: ScaleFit | None, reference: Reference) -> Evidence | None:
    """A product's points with their 95% interval; beside them the scores that the fit holds of it, the newest first.

    A score is the mean over its sources where there are several (``remark``: how many), with the source and day of the report that
    its page shows. ``difference`` of a score is its residual: what it lies above what the points say. None where the scale does not
    hold the product.
    """
    (product_id,) = reference.of
    placed = fit.models[fit.models["model_id"].eq(product_id)] if fit is not None else pd.DataFrame()
    if fit is None or placed.empty:
        return None
    own = fit.scores[fit.scores["model_id"].eq(product_id)]
    rows = queries.frame("reported")
    rows = rows.assign(model_id=rows["product_id"].fillna(rows["model_id"]))
    mine = rows[rows["model_id"].eq(product_id) & rows["role"].eq("scale")]
    reports = one_each(mine).drop(columns="score")
    beside = reports.merge(own[["benchmark_id", "score", "reports", "residual"]], on="benchmark_id")
    beside = beside.assign(value=beside["score"], unit="fraction", difference=beside["residual"], group=BESIDE,
                           remark=beside["reports"].astype(int).astype(str))  # fmt: skip
    beside = beside.sort_values(["as_of", "benchmark_id"], ascending=[False, True], kind="stable")
    place = placed.iloc[0]
    shown = pd.DataFrame(
        [{"group": SHOWN, "value": place["points"], "low": place["low"], "high": place["high"], "unit": "points",
          "as_of": mine["as_of"].max()}]
    )  # fmt: skip
    out = pd.concat([shown, beside], ignore_index=True)
    return Evidence(reference, product(queries, product_id), with_sources(queries, out))
