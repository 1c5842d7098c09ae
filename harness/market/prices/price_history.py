"""The price story: what a level of capability cost over time, beside the list prices of the same models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from harness.analysis.cost import history
from harness.analysis.statistics.seed import SEED
from harness.market.prices.list_prices import RATIO

if TYPE_CHECKING:
    from harness.analysis.scale.fit import ScaleFit
    from harness.market.queries import Queries

LEVELS = ("gpt-4-0613", "gpt-4o", "o1", "gpt-5")
"""Models whose capability names a level of the price story."""
DRAWS = 200
"""Redrawn scales: the ends of a 95% interval then rest on five draws each."""
YEAR = pd.DateOffset(years=1)
"""Length of the first and the last period of which a halving time is given beside that of the whole time."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of capability: the model that names it, its points, and how its lowest price fell since that model's release, in
    the first year (None where less has passed) and in the last one (None where the level is younger)."""

    model_id: str
    model: str
    points: float
    whole: history.PriceDecline
    first_year: history.PriceDecline | None
    last_year: history.PriceDecline | None


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """Prices over time, USD per million tokens.

    ``lowest``: record prices ``model_id`` (of the level), ``level, date, price, product``. ``index``: ``date, basket, same``
    (100 on the first date): the basket of levels, and list prices of the same models. ``move``: the same models' change.
    ``first`` and ``last``: the days of the earliest and the newest price.
    """

    levels: tuple[Level, ...]
    lowest: pd.DataFrame
    index: pd.DataFrame
    move: history.PriceMove | None
    first: pd.Timestamp
    last: pd.Timestamp


def price_history(
    queries: Queries, fit: ScaleFit | None, ratio: float = RATIO, cached: float = 0.0
) -> PriceHistory | None:
    """The price story on the capability scale, up to the newest sheet of the whole market; None with fewer than two such sheets or
    where no level's model has prices of two dates. Products that the scale ranks count."""
    from harness.analysis.scale.fit import redrawn
    from harness.analysis.scale.ranks import ranked

    sheets = queries.frame("price_sheets", ratio=ratio, cached=cached)
    days = sheets.loc[sheets["whole"], "as_of"]
    if fit is None or days.nunique() < 2:
        return None
    points = fit.models.set_index("model_id")["points"]
    placed = ranked(fit)
    placed = {*placed.loc[placed["ranked"], "model_id"], *LEVELS} & set(points.index)
    newest = pd.Timestamp(days.max())
    prices = history.dated_prices(sheets, LEVELS)
    prices = prices[prices["product_id"].isin(placed) & (prices["date"] <= newest)].reset_index(drop=True)
    known = [level for level in LEVELS if level in points.index and (prices["product_id"] == level).any()]
    if not known:
        return None
    names = queries.frame("models").drop_duplicates("model_id").set_index("model_id")["name"]
    order = {model: i for i, model in enumerate(fit.models["model_id"])}
    scales = np.vstack([fit.models["points"].to_numpy(dtype=float), redrawn(fit, seed=SEED, draws=DRAWS)])
    sold = scales[:, [order[p] for p in prices["product_id"]]]
    levels, lines = [], []
    for level in sorted(known, key=points.__getitem__):
        reaches = sold >= scales[:, [order[level]]]
        start = prices.loc[prices["product_id"] == level, "date"].min()
        reaches &= (prices["date"] >= start).to_numpy()
        whole = history.price_decline(prices, reaches, start, newest)
        if whole is None or start == newest:
            continue
        aged = start + YEAR <= newest
        first_year = history.price_decline(prices, reaches, start, start + YEAR) if aged else None
        last_year = history.price_decline(prices, reaches, newest - YEAR, newest) if aged else None
        name = str(names.get(level, level))
        levels.append(Level(level, name, float(points[level]), whole, first_year, last_year))
        found = history.record_prices(prices, reaches[0])
        lines.append(
            found.assign(model_id=level, level=name, product=found["product_id"].map(names).fillna(found["product_id"]))
        )
    if not lines:
        return None
    lowest = pd.concat(lines, ignore_index=True)
    return PriceHistory(
        tuple(levels), lowest, _index(lowest, sheets), history.price_move(sheets, seed=SEED),
        prices["date"].min(), newest,
    )  # fmt: skip


def basket_levels(story: PriceHistory) -> list[str]:
    """Names of the levels in the basket of ``story.index``: those with a price on its first date, the least capable first."""
    if story.index.empty:
        return []
    held = story.lowest.loc[story.lowest["date"] <= story.index["date"].iloc[0], "model_id"]
    return [level.model for level in story.levels if level.model_id in set(held)]


def _index(lowest: pd.DataFrame, sheets: pd.DataFrame) -> pd.DataFrame:
    """The two indices on the dates of the market's sheets, from the first on which two levels have a price.

    The basket holds the levels of that first date, in equal shares; levels reached later stay out, or the work would not be
    the same.
    """
    sheets = sheets[sheets["whole"]]
    days = pd.to_datetime(pd.Series(sorted(sheets["as_of"].unique())))
    rows = []
    for level, part in lowest.groupby("model_id"):
        for day in days:
            before = part[part["date"] <= day]
            if len(before):
                rows.append((day, level, float(before["price"].iloc[-1])))
    table = pd.DataFrame(rows, columns=["date", "item", "price"])
    both = table.groupby("date")["item"].nunique() >= 2
    if not both.any():
        return pd.DataFrame(columns=["date", "basket", "same", "items", "models"])
    base = both[both].index[0]
    work = table[table["item"].isin(table.loc[table["date"] == base, "item"]) & (table["date"] >= base)]
    basket = history.price_index(work)
    same = sheets[sheets["basis"] == "maker"]
    same = pd.DataFrame(
        {"date": pd.to_datetime(same["as_of"]), "item": same["product_id"], "price": same["blended_per_mtok"]}
    )
    index = history.price_index(same[same["date"] >= base])
    joined = basket.rename(columns={"index": "basket"}).merge(
        index.rename(columns={"index": "same", "items": "models"}), on="date"
    )
    return joined[["date", "basket", "same", "items", "models"]]
