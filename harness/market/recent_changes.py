"""What changed lately that matters: models that took the lead, new releases, makers' own prices that moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from harness.analysis.scale.trend import records
from harness.market.prices.price_changes import price_changes
from harness.market.scale_board import ahead

if TYPE_CHECKING:
    from harness.analysis.scale.fit import ScaleFit
    from harness.market.queries import Queries

NEW_DAYS = 100
"""How long before the newest date of its kind a release or a price counts as lately."""
LEADER_COLUMNS = ["released", "model_id", "model", "points", "before", "difference", "low", "high"]
RELEASE_COLUMNS = ["released", "model_id", "model", "vendor_en", "vendor_zh", "points"]
MOVE_COLUMNS = ["as_of", "before", "model_id", "model", "blended_before", "blended_now", "change"]


def new_leaders(board: pd.DataFrame, fit: ScaleFit, most: int) -> pd.DataFrame:
    """The last models that stood above every model released before them, the newest first: LEADER_COLUMNS.

    ``board``: ``market.scale_board``. ``before`` is the leader until then; ``difference, low, high`` is how far, in points, the
    model is ahead of it on one scale. The first leader of all has none before it.
    """
    best = records(board.rename(columns={"score": "points"})).reset_index(drop=True)
    rows = []
    for place in range(max(1, len(best) - most), len(best)):
        pair = best.iloc[[place, place - 1]]
        gap = ahead(fit, pair).iloc[0]
        row = best.iloc[place]
        ends = (gap["difference"], gap["low"], gap["high"])
        rows.append(
            (row["released"], row["model_id"], row["model"], row["points"], best["model"].iloc[place - 1], *ends)
        )
    return pd.DataFrame(rows[::-1], columns=LEADER_COLUMNS)


def newest_releases(queries: Queries, board: pd.DataFrame, most: int) -> pd.DataFrame:
    """The newest products of vendors that have a ranked model, of the last NEW_DAYS days: RELEASE_COLUMNS, ``points`` where ranked.

    A vendor counts once a day (with its most capable, then the first by name), so that one family does not fill the list. The order is by day.
    """
    released = queries.frame("releases").rename(columns={"name": "model"})
    released = released[released["vendor_id"].isin(set(board["vendor_id"])) & released["released"].notna()]
    released = released.assign(released=pd.to_datetime(released["released"]))
    released = released[released["released"] > released["released"].max() - pd.Timedelta(days=NEW_DAYS)]
    points = board.set_index("model_id")["score"]
    rows = released.assign(points=released["model_id"].map(points))
    rows = rows.sort_values(["released", "points", "model"], ascending=[False, False, True], na_position="last")
    return rows.drop_duplicates(["released", "vendor_id"])[RELEASE_COLUMNS].head(most).reset_index(drop=True)


def price_moves(queries: Queries, most: int, ratio: float) -> pd.DataFrame:
    """The latest moves of the makers' own prices of language models, the newest first, larger ones before smaller: MOVE_COLUMNS.

    Prices are USD per million tokens, blended at ``ratio`` input tokens for each output token; ``change`` is the share by which
    the new one differs. A model counts once, with its last move, within NEW_DAYS of the newest; what becomes free is left
    out: that is a plan, no price.
    """
    moves = price_changes(queries)
    moves = moves[moves["provider_id"].eq(moves["vendor_id"])].dropna(
        subset=["input_before", "input_now", "output_before", "output_now"]
    )
    language = queries.frame("releases")["model_id"]
    moves = moves[moves["model_id"].isin(set(language))]
    for side in ("before", "now"):
        moves[f"blended_{side}"] = (ratio * moves[f"input_{side}"] + moves[f"output_{side}"]) / (ratio + 1)
    moves = moves[(moves["blended_before"] > 0) & (moves["blended_now"] > 0)]
    moves = moves.assign(
        change=moves["blended_now"] / moves["blended_before"] - 1, as_of=pd.to_datetime(moves["as_of"])
    )
    moves = moves[moves["change"].abs() > 1e-6]
    moves = moves[moves["as_of"] > moves["as_of"].max() - pd.Timedelta(days=NEW_DAYS)]
    moves = moves.assign(size=moves["change"].abs())
    moves = moves.sort_values(["as_of", "size", "model_id"], ascending=[False, False, True])
    return moves.drop_duplicates("model_id")[MOVE_COLUMNS].head(most).reset_index(drop=True)
