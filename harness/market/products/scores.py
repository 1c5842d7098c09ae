"""Published scores of one product by benchmark, each among those of its peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.scale.preparation import highest

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

COLUMNS = ["benchmark_id", "benchmark", "domain", "language", "role", "score", "unit", "stderr", "effort", "setting", "set_up_by",
           "reported_by", "reporter", "evidence", "as_of", "source", "url", "reports", "peers", "place", "median", "best",
           "standing", "higher_is_better"]  # fmt: skip
LEAST_PEERS = 3
"""Products with a score on a benchmark, this one included, that make a place among them."""


def newest_scores(queries: Queries) -> pd.DataFrame:
    """One row a product and benchmark: its score at the highest effort, the newest of several reports of it; columns of
    ``reported`` with the product in ``model_id``, the number of all reports in ``reports`` and ``higher_is_better``."""
    rows = queries.frame("reported")
    rows = rows.assign(model_id=rows["product_id"].fillna(rows["model_id"]))
    counts = rows.groupby(["model_id", "benchmark_id"]).size().rename("reports").reset_index()
    rows = one_each(rows)
    upwards = queries.frame("benchmarks").set_index("benchmark_id")["higher_is_better"]
    rows = rows.assign(higher_is_better=rows["benchmark_id"].map(upwards).astype(object).fillna(True).astype(bool))
    return rows.merge(counts, on=["model_id", "benchmark_id"]).reset_index(drop=True)


def one_each(rows: pd.DataFrame) -> pd.DataFrame:
    """Of rows of ``reported`` (the product in ``model_id``) the one that stands for each product and benchmark: at the highest
    effort the newest, of several of a day the first source's."""
    rows = highest(rows).sort_values(["as_of", "source_id"], ascending=[False, True], kind="stable")
    return rows.drop_duplicates(["model_id", "benchmark_id"])


def scores(newest: pd.DataFrame, product_id: str) -> pd.DataFrame:
    """The product's scores (of ``newest_scores``), one row a benchmark: COLUMNS, the most used benchmarks first.

    ``peers``: products with a score, this one included; ``place`` among them from 1 (missing with fewer than LEAST_PEERS),
    ``median`` and ``best`` of theirs; ``standing``: the share of the other products that score lower, half of those that score
    the same; where less is better (``higher_is_better``) they go by the lowest.
    """
    own = newest[newest["model_id"].eq(product_id)]
    rows = []
    for row in own.to_dict("records"):
        peers = newest.loc[newest["benchmark_id"].eq(row["benchmark_id"]), "score"].astype(float)
        score, n, sign = float(row["score"]), len(peers), 1 if row["higher_is_better"] else -1
        below, same = int((sign * peers < sign * score).sum()), int((peers == score).sum()) - 1
        known = n >= LEAST_PEERS
        rows.append(
            row
            | {"peers": n, "place": float(n - below - same) if known else float("nan"), "median": float(peers.median()),
               "best": float((sign * peers).max() * sign), "standing": (below + same / 2) / (n - 1) if known else float("nan")}
        )  # fmt: skip
    import pandas as pd

    out = pd.DataFrame(rows).reindex(columns=COLUMNS)
    return out.sort_values(["peers", "benchmark_id"], ascending=[False, True], ignore_index=True)


def peer_scores(newest: pd.DataFrame, benchmarks: list[str]) -> pd.DataFrame:
    """All products' scores on these benchmarks: ``benchmark_id, benchmark, model_id, model, score``."""
    rows = newest[newest["benchmark_id"].isin(benchmarks)]
    return rows.assign(model=rows["model"].fillna(rows["model_id"]))[
        ["benchmark_id", "benchmark", "model_id", "model", "score"]
    ].reset_index(drop=True)
