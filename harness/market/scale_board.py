"""The board of reported capability: products ranked on the capability scale, one row a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.scale.ranks import LEAST_BENCHMARKS

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.market.queries import Queries

RANK_COLUMNS = ["model", "rank", "rank_low", "rank_high", "class", "leader", "within_leader"]
FIT_COLUMNS = ["model_id", "score", "stderr", "low", "high", "benchmarks", "domains"]
MODEL_COLUMNS = ["name", "vendor_id", "vendor_en", "vendor_zh", "segment", "country", "params_b", "open_weights",
                 "released", "licence"]  # fmt: skip


def scale_board(queries: Queries, fit: ScaleFit | None, benchmarks: int = LEAST_BENCHMARKS) -> pd.DataFrame:
    """Products that ``fit`` can rank, best first: RANK_COLUMNS, FIT_COLUMNS (``score`` in points) and MODEL_COLUMNS.

    ``benchmarks`` is the fewest that a ranked product has; ``fit`` comes from ``analysis.scale.fit.fit_reported``, with None
    the board has no row. ``model`` is the catalogue's name, or the id where the catalogue has no such model; ``model_id`` is
    the product's.
    """
    import pandas as pd

    from harness.analysis.scale.ranks import ranked

    if fit is None:
        columns = [*RANK_COLUMNS, *FIT_COLUMNS, *MODEL_COLUMNS]
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    models = queries.frame("models").drop_duplicates("model_id")[["model_id", *MODEL_COLUMNS]]
    rows = ranked(fit, benchmarks)
    rows = rows[rows["ranked"]].rename(columns={"points": "score"})
    board = rows.merge(models, on="model_id", how="left")
    board = board.assign(model=board["name"].where(board["name"].notna(), board["model_id"]))
    return board[[*RANK_COLUMNS, *FIT_COLUMNS, *MODEL_COLUMNS]]


def ahead(fit: ScaleFit, rows: pd.DataFrame) -> pd.DataFrame:
    """How far the first of ``rows`` (``model_id, model``) is ahead of each other one: ``model, difference, low, high``, in points.

    The interval is that of the difference on one scale (``analysis.scale.ranks.pairs``), as ``market.headlines.ahead`` is that
    of independent measurements.
    """
    from harness.analysis.scale.ranks import pairs

    found = pairs(fit, list(rows["model_id"])).head(len(rows) - 1)
    return found.assign(model=rows["model"].to_numpy(dtype=object)[1:])[["model", "difference", "low", "high"]]
