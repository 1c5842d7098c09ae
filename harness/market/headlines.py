"""Numbers of headlines: who leads, how many cannot be told from the leader, and by how much one is ahead of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.analysis.statistics.ranking import independent_pairs

if TYPE_CHECKING:
    import pandas as pd

GPT_5_POINTS = 150.0
"""The level at which good value is asked: GPT-5, one of the two models that fix the unit of the capability scale."""


@dataclass(frozen=True, slots=True)
class Leader:
    """The first ``row`` of a board, and how many ``rivals`` on it cannot be told from it."""

    row: pd.Series[Any]
    rivals: int


def leader(board: pd.DataFrame) -> Leader:
    """The leader of a board (``class, …``) of at least one row, best first."""
    row = board.iloc[0]
    return Leader(row, int((board["class"] == row["class"]).sum()) - 1)


def ahead(rows: pd.DataFrame) -> pd.DataFrame:
    """How far the first of ``rows`` (``model, score, stderr``) is ahead of each other one, in the score's unit.

    Columns ``model, difference, low, high``: the other model and the difference with its 95% interval, as if both were
    measured on different items (``analysis.statistics.ranking.independent_pairs``).
    """
    pairs = independent_pairs(rows[["model", "score", "stderr"]]).head(len(rows) - 1)
    return pairs.rename(columns={"model_b": "model"})[["model", "difference", "low", "high"]].astype(
        {"difference": float, "low": float, "high": float}
    )


def level(rows: pd.DataFrame, gaps: pd.DataFrame | None = None) -> pd.Series[bool]:
    """Which of ``rows`` (``model, score, stderr``; the best first) cannot be told from the first, which counts itself.

    The 95% interval of the difference holds 0; without a standard error only an equal score is level. ``gaps`` are the
    differences, as ``ahead`` gives them for independent measurements.
    """
    import pandas as pd

    gaps = ahead(rows) if gaps is None else gaps
    same = (gaps["low"] <= 0) | (gaps["difference"] == 0)
    return pd.Series([True, *same], index=rows.index)


def best_of_each(board: pd.DataFrame, column: str) -> dict[str, pd.Series[Any]]:
    """The most capable row (``score``) of each value of ``column``; rows without a value count for none."""
    ordered = board.dropna(subset=[column]).sort_values(["score", "model"], ascending=[False, True])
    return {str(row[column]): row for _, row in ordered.drop_duplicates(column).iterrows()}


def cheapest_at(rows: pd.DataFrame, level: float) -> pd.Series[Any] | None:
    """The cheapest (``x``) of the rows that reach ``level`` (``y``); of equal prices the most capable. None where none does."""
    reach = rows[rows["y"] >= level].sort_values(["x", "y", "model_id"], ascending=[True, False, True])
    return None if reach.empty else reach.iloc[0]
