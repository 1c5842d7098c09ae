"""Inputs of positioning, one row a vendor and input: the view ``vendor_position`` and what needs more than one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from harness.analysis.companies.inputs import BY_KEY, INPUTS, declared
from harness.analysis.opportunities import LICENCE_CLASSES, licence_class
from harness.analysis.statistics.uncertainty import Floats
from harness.catalog.schema import LANGUAGE_KINDS

COLUMNS = ["vendor_id", "dimension", "input", "value", "unit", "origin", "as_of", "source_id", "stated", "stated_unit",
           "note", "stderr", "group_id", "too_old"]  # fmt: skip
RECENT_YEARS = 2
"""Years before the newest release in which a product speaks for its vendor's prices and licences, as in ``vendor_position``."""
MIN_PRICES = 10
"""Priced products on the scale that the market's line through log prices needs."""
PRIOR_PRODUCTS = 2
"""Products at the market's price that stand beside a vendor's own in its price position: one product's price says little of it."""


def gather_inputs(
    view: pd.DataFrame,
    model: pd.DataFrame,
    *,
    parents: Mapping[str, str] | None = None,
    board: pd.DataFrame | None = None,
    listed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """All inputs of positioning in long form, columns COLUMNS, ready for ``positioning.position``.

    ``view`` is ``vendor_position``; added are the best capability and the best open one of the last two years (``board``: ``vendor_id, score,
    stderr, model, open_weights, released``, points), the price at its capability (``board`` and ``listed``: ``product_id,
    blended_per_mtok, basis``), the share of permissive licences (``model``), and the figures of its group for a subsidiary
    (``parents``: group by vendor; ``group_id`` names it). ``stderr`` is a value's standard error where it has one. ``too_old``
    says that a fact is older than its input allows, counted from the newest fact. A vendor without a basis for an input has no row.
    """
    recent = _recent(model)
    parts = [view, _licences(recent)]
    if board is not None and len(board):
        board = board[board["model_id"].isin(recent["model_id"])]
        opened = board[board["open_weights"].fillna(False).astype(bool)]
        parts += [_best(board, "capability"), _best(opened, "capability_open")]
        if listed is not None and len(listed):
            parts.append(_price_position(board, listed))
    rows = pd.concat(
        [part.reindex(columns=COLUMNS[:-2]) for part in parts if len(part)] or [view.reindex(columns=COLUMNS[:-2])]
    )
    rows = rows.assign(group_id=None).reset_index(drop=True)
    kinds = [
        declared(str(key), str(dimension)) for key, dimension in zip(rows["input"], rows["dimension"], strict=True)
    ]
    rows = rows.assign(dimension=[kind.dimension for kind in kinds])
    rows = pd.concat([rows, _of_the_group(rows, parents or {})], ignore_index=True)
    return rows.assign(too_old=_too_old(rows))[COLUMNS]


def _rows(values: pd.DataFrame, key: str) -> pd.DataFrame:
    row = BY_KEY[key]
    return values.assign(dimension=row.dimension, input=key, unit=row.unit, origin=row.origin)


def _recent(model: pd.DataFrame) -> pd.DataFrame:
    """Language products released within ``RECENT_YEARS`` of the newest release."""
    rows = model[model["model_id"].eq(model["product_id"]) & model["kind"].isin(LANGUAGE_KINDS)]
    released = pd.to_datetime(rows["released"])
    newest = pd.to_datetime(model["released"]).max()
    return rows[released > newest - pd.DateOffset(years=RECENT_YEARS)]


def _licences(products: pd.DataFrame) -> pd.DataFrame:
    kinds = [licence_class(a, b) for a, b in zip(products["licence"], products["open_weights"], strict=True)]
    classified = products.assign(kind=kinds)
    classified = classified[classified["kind"].isin(LICENCE_CLASSES[:-1])]
    classified = classified.assign(permissive=(classified["kind"] == "permissive").astype(float))
    share = classified.groupby("vendor_id").agg(value=("permissive", "mean"), as_of=("released", "max")).reset_index()
    return _rows(share, "licence_openness")


def _best(board: pd.DataFrame, key: str) -> pd.DataFrame:
    """Each vendor's highest product, named in ``note``; in whole points, as readers see them: a hundredth of one parts nobody."""
    best = board.dropna(subset=["vendor_id", "score"]).sort_values("score", ascending=False, kind="stable")
    best = best.drop_duplicates("vendor_id")
    return _rows(
        best.assign(value=best["score"].astype(float).round(), note=best["model"], as_of=best["released"]), key
    )


def _price_position(board: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Median over a vendor's products of list price ÷ the market's at the same points.

    The market's price is the line through log₁₀ prices by Theil and Sen (Sen 1968), which a few dear products do not move.
    The median is drawn towards the market: times n ÷ (n + PRIOR_PRODUCTS) on the log scale for n products. Products whose price is
    the median of fewer than three hosts are left out.
    """
    prices = listed[listed["basis"].ne("few") & (listed["blended_per_mtok"] > 0)]
    rows = board.merge(prices[["product_id", "blended_per_mtok", "as_of"]], left_on="model_id", right_on="product_id")
    if len(rows) < MIN_PRICES or rows["score"].nunique() < 2:
        return pd.DataFrame()
    logged = np.log10(rows["blended_per_mtok"].to_numpy(dtype=float))
    points = rows["score"].to_numpy(dtype=float)
    rows = rows.assign(residual=_off_the_line(points, logged))
    found = rows.groupby("vendor_id").agg(
        residual=("residual", "median"), as_of=("as_of", "max"), n=("residual", "size")
    )
    note = [f"{n} products" if n > 1 else "1 product" for n in found["n"]]
    drawn = found["residual"] * found["n"] / (found["n"] + PRIOR_PRODUCTS)
    return _rows(found.assign(value=10**drawn, note=note).reset_index(), "price_position")


def _off_the_line(x: Floats, y: Floats) -> Floats:
    """What ``y`` has above the line by Theil and Sen: its slope the median of all pairs' slopes, its height the median."""
    right = x[:, None] > x
    slopes = (y[:, None] - y)[right] / (x[:, None] - x)[right]
    rest = y - np.median(slopes) * x
    return np.asarray(rest - np.median(rest))


def _of_the_group(rows: pd.DataFrame, parents: Mapping[str, str]) -> pd.DataFrame:
    """Rows that subsidiaries take over from their groups, for inputs that allow it and where they have none of their own."""
    allowed = {row.key for row in INPUTS if row.group}
    own = set(zip(rows["vendor_id"], rows["input"], strict=True))
    parts = []
    for vendor, parent in sorted(parents.items()):
        theirs = rows[(rows["vendor_id"] == parent) & rows["input"].isin(allowed)]
        theirs = theirs[[(vendor, key) not in own for key in theirs["input"]]]
        parts.append(theirs.assign(vendor_id=vendor, group_id=parent))
    return pd.concat(parts, ignore_index=True) if parts else rows.iloc[:0]


def _too_old(rows: pd.DataFrame) -> pd.Series[Any]:
    """Whether a fact is older than its input allows, counted from the newest fact of all."""
    day = pd.to_datetime(rows["as_of"])
    newest = day[rows["origin"] == "fact"].max()
    years = np.array([declared(str(key), "").years for key in rows["input"]])
    age = (newest - day).dt.days.to_numpy(dtype=float) / 365.25
    return pd.Series((years > 0) & (age > years), index=rows.index)
