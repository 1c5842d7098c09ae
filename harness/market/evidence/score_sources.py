"""Where a published score comes from, and what others published of the same product and test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from harness.market.evidence.reference import Reference, digests
from harness.market.evidence.sources import BESIDE, SAME, SHOWN, Evidence, product, with_sources
from harness.market.products.scores import one_each

if TYPE_CHECKING:
    from harness.market.queries import Queries

ROW = ("model_id", "effort", "setting", "score", "reported_by", "as_of", "source_id")
"""What tells one report of a score from another of the same product and benchmark."""


def references(rows: pd.DataFrame) -> list[str]:
    """The reference to each row of the query ``reported``."""
    products = rows["product_id"].fillna(rows["model_id"])
    return [str(Reference("score", (str(p), str(b)), row))
            for p, b, row in zip(products, rows["benchmark_id"], digests(rows, ROW), strict=True)]  # fmt: skip


def score(queries: Queries, reference: Reference) -> Evidence | None:
    """A product's score on a benchmark: the report that is named, else the one that its page shows (``one_each``).

    The same: other reports on that benchmark, whatever the effort. Beside it: the newest report on each other benchmark of the
    family, which asks the same questions under another set-up. None where there is no such score.
    """
    product_id, benchmark_id = reference.of
    rows = queries.frame("reported")
    rows = rows.assign(model_id=rows["product_id"].fillna(rows["model_id"]), own_id=rows["model_id"])
    rows = rows[rows["model_id"].eq(product_id)]
    family = rows.loc[rows["benchmark_id"].eq(benchmark_id), "family"].dropna()
    same = rows[rows["benchmark_id"].eq(benchmark_id)]
    same = same.assign(row=digests(same.assign(model_id=same["own_id"]), ROW))
    chosen = same[same["row"].eq(reference.row)] if reference.row else one_each(same)
    if chosen.empty:
        return None
    shown = chosen.head(1)
    others = same.drop(index=shown.index).sort_values(["as_of", "source_id"], ascending=[False, True], kind="stable")
    related = rows[rows["family"].isin(family) & rows["benchmark_id"].ne(benchmark_id)]
    beside = one_each(related) if len(related) else related
    parts = [shown.assign(group=SHOWN), others.assign(group=SAME), beside.assign(group=BESIDE)]
    out = pd.concat([part for part in parts if len(part)], ignore_index=True).rename(columns={"score": "value"})
    editions = queries.frame("benchmarks").set_index("benchmark_id")["edition"]
    out = out.assign(edition=out["benchmark_id"].map(editions))
    of = product(queries, product_id) | {"benchmark_id": benchmark_id}
    return Evidence(reference, of, with_sources(queries, out))
