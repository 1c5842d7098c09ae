"""Whom one compares a product with: its neighbours in rank, and the best at about its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["why", "model_id", "model", "score", "low", "high", "rank_low", "rank_high", "blended_per_mtok"]
ABOUT = 1.25
"""How many times dearer or cheaper another product may be and still cost about the same."""


def around(board: pd.DataFrame, product_id: str, each: int = 4) -> pd.DataFrame:
    """Rows of the board (best first) around the product: ``each`` before and after it, more on one side where the other ends."""
    at = board.reset_index(drop=True).index[board["model_id"].eq(product_id)]
    if not len(at):
        return board.head(0)
    first = max(0, min(int(at[0]) - each, len(board) - 2 * each - 1))
    return board.iloc[first : first + 2 * each + 1].reset_index(drop=True)


def rivals(board: pd.DataFrame, prices: pd.DataFrame, product_id: str, most: int = 3) -> pd.DataFrame:
    """Products to compare with: COLUMNS, nearest first. ``why``: ``rank`` (the nearest in points) or ``price`` (the most capable
    at ``ABOUT`` the same list price); who is both stands once, under ``rank``.

    ``board``: ``market.scale_board``; ``prices``: ``list_prices``. Empty where the product is neither ranked nor priced.
    """
    import pandas as pd

    costs = prices.drop_duplicates("product_id").set_index("product_id")["blended_per_mtok"].astype(float)
    rows = board.assign(blended_per_mtok=board["model_id"].map(costs))
    own = rows[rows["model_id"].eq(product_id)]
    others = rows[~rows["model_id"].eq(product_id)]
    near = others.head(0)
    if len(own):
        gap = (others["score"] - float(own["score"].iloc[0])).abs()
        near = others.loc[gap.sort_values(kind="stable").index].head(most)
    price = costs.get(product_id)
    alike = others.head(0)
    if price is not None and price == price:
        ratio = others["blended_per_mtok"] / price
        alike = others[ratio.between(1 / ABOUT, ABOUT) & ~others["model_id"].isin(near["model_id"])]
        alike = alike.sort_values("score", ascending=False, kind="stable").head(most)
    return pd.concat([near.assign(why="rank"), alike.assign(why="price")], ignore_index=True).reindex(columns=COLUMNS)
