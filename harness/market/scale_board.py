"""The board of reported capability: models ranked on the stitched scale, one row a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.scale import RANKED_BENCHMARKS

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale import ScaleFit
    from harness.market.queries import Queries

RANK_COLUMNS = ["model", "rank", "rank_low", "rank_high", "class", "leader"]
FIT_COLUMNS = ["model_id", "score", "stderr", "low", "high", "benchmarks"]
MODEL_COLUMNS = ["name", "vendor_id", "vendor_en", "vendor_zh", "segment", "country", "params_b", "open_weights",
                 "released", "licence"]  # fmt: skip


def scale_board(queries: Queries, fit: ScaleFit | None, benchmarks: int = RANKED_BENCHMARKS) -> pd.DataFrame:
    """Models that ``fit`` can rank, best first: RANK_COLUMNS, FIT_COLUMNS (log-odds on the anchor) and MODEL_COLUMNS.

    ``benchmarks`` is the fewest that a ranked model has; ``fit`` comes from ``analysis.scale.fit_reported``, with None
    the board has no row. ``model`` is the catalogue's name, or the id where the catalogue has no such model.
    """
    import pandas as pd

    from harness.analysis.scale import rankable
    from harness.analysis.statistics.ranking import ranking

    if fit is None:
        columns = [*RANK_COLUMNS, *FIT_COLUMNS, *MODEL_COLUMNS]
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    models = queries.frame("models").drop_duplicates("model_id")[["model_id", *MODEL_COLUMNS]]
    scores = rankable(fit, benchmarks).rename(columns={"capability": "score"}).assign(model=lambda f: f["model_id"])
    board = ranking(scores)[RANK_COLUMNS].merge(scores, on="model").merge(models, on="model_id", how="left")
    return board.assign(model=board["name"].where(board["name"].notna(), board["model_id"]))
