"""The subject's models among their field on the capability scale: the rows that charts and sentences of the first pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.market import headlines
from harness.market.scale_board import ahead

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.subjects import Subject

DRAWN = 12
"""Rows of a chart for half a page's width: more would make it higher than wide."""
OWN = 3
"""Models of a single vendor among its field: its best ones."""


def ranked(material: Material) -> pd.DataFrame:
    """Ranked models that the report is about, best first; all ranked ones where nothing was chosen."""
    rows = material.scale
    return rows[rows["model_id"].isin(material.scope.models)] if material.scope.narrowed else rows


def own(material: Material, about: Subject) -> list[str]:
    """Ids of the ranked models that a chart sets off: those compared, a single vendor's best; none for a market."""
    if about.kind == "market":
        return list(ranked(material)["model_id"].head(DRAWN)) if material.scope.narrowed else []
    if about.kind == "vendor":
        return list(ranked(material)["model_id"].head(OWN))
    return list(about.named.dropna(subset=["score"])["model_id"])


def field(material: Material, about: Subject) -> pd.DataFrame:
    """Up to DRAWN ranked models, best first: the subject's, and the best one of each of the foremost other vendors."""
    board, ids = material.scale, own(material, about)
    chosen = board[board["model_id"].isin(ids)]
    others = board[~board["vendor_id"].isin(chosen["vendor_id"])] if about.kind != "market" else board
    others = others[~others["model_id"].isin(ids)].drop_duplicates("vendor_id").head(max(DRAWN - len(chosen), 0))
    both = board["model_id"].isin([*chosen["model_id"], *others["model_id"]])
    return board[both]


def gap(material: Material, rows: pd.DataFrame) -> dict[str, Any]:
    """How far the first of ``rows`` is ahead of the second, in points: ``difference, low, high``."""
    assert material.fit is not None  # there are ranked models
    return dict(ahead(material.fit, rows.head(2)).iloc[0].items())


def rivals(material: Material, rows: pd.DataFrame) -> int:
    """How many of ``rows``, best first, are within the margin of error of the first."""
    if len(rows) == len(material.scale):
        return headlines.leader(rows).rivals
    assert material.fit is not None  # there are ranked models
    return int(headlines.level(rows, ahead(material.fit, rows)).sum()) - 1
