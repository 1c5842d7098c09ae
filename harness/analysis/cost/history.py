"""How prices fall: of a level of capability, of the same models, and of a fixed basket of both."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.statistics.uncertainty import CONFIDENCE

LEAST_SHARED = 50
"""Models that two dates must share: the 95% interval of the median of 50 is from the 18th to the 33rd, about the middle third
(binomial)."""
NEW = pd.Timedelta(days=92)
"""A maker's first recorded price counts from the model's release where that is at most this long before the record."""


def dated_prices(sheets: pd.DataFrame, launched: Collection[str] = ()) -> pd.DataFrame:
    """Dated list prices ``product_id, date, price``, one row a product and date, earliest first.

    ``sheets``: ``product_id, as_of, released, basis, blended_per_mtok``, one row a product and market sheet. Medians of fewer
    than three hosts stay out. A maker's first recorded price counts from the release where that lies at most ``NEW`` before the
    record, for the products ``launched`` wherever it lies.
    """
    rows = sheets[sheets["basis"] != "few"]
    rows = rows.assign(date=pd.to_datetime(rows["as_of"]), price=rows["blended_per_mtok"].astype(float))
    rows = rows[rows["price"] > 0].sort_values(["date", "product_id"], kind="stable")
    released = pd.to_datetime(rows["released"])
    age = rows["date"] - released
    first = ~rows["product_id"].duplicated() & (rows["basis"] == "maker") & (age >= pd.Timedelta(0))
    first &= (age <= NEW) | rows["product_id"].isin(launched)
    launches = rows[first].assign(date=released[first])
    rows = pd.concat([launches, rows]).drop_duplicates(["product_id", "date"])
    return rows.sort_values(["date", "price", "product_id"], kind="stable", ignore_index=True)[
        ["product_id", "date", "price"]
    ]


def record_prices(prices: pd.DataFrame, reaches: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """The rows of ``dated_prices`` that set a new lowest price among the products that reach a level.

    ``reaches``: shape ``(rows,)``, whether the row's product does.
    """
    rows = prices[reaches]
    before = rows["price"].cummin().shift(fill_value=np.inf)
    return rows[rows["price"] < before].drop_duplicates("date", keep="last").reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class PriceDecline:
    """Fall of the lowest price of a level between two days: from ``before`` to ``now``, USD per million tokens.

    ``halving``: months in which it halved on average, with the 95% interval ``low`` to ``high``; infinite where it did not
    fall.
    """

    first: pd.Timestamp
    last: pd.Timestamp
    before: float
    now: float
    halving: float
    low: float
    high: float


def price_decline(
    prices: pd.DataFrame, reaches: npt.NDArray[np.bool_], first: pd.Timestamp, last: pd.Timestamp
) -> PriceDecline | None:
    """How fast the lowest price so far of a level fell between two days; None where nothing reaches it on the first.

    ``reaches``: shape ``(1 + draws, rows)``: which rows of ``dated_prices`` are of products that reach the level, first as
    estimated, then on redrawn scales. The halving time is months · ln 2 / ln(before ÷ now), its interval the quantiles over
    the redrawn scales, on each of which the lowest prices are found anew. Prices are quoted, not estimated. Source: Epoch AI
    (2025), "LLM inference prices have fallen rapidly but unequally", for lowest prices at a level of capability.
    """
    shown = np.minimum.accumulate(np.where(reaches, prices["price"].to_numpy(dtype=float), np.inf), axis=1)
    at = prices["date"].searchsorted([first, last], side="right") - 1
    if at[0] < 0 or not np.isfinite(shown[0, at[0]]):
        return None
    before, now = shown[:, at[0]], shown[:, at[1]]
    months = (last - first).days / (365.25 / 12)
    with np.errstate(divide="ignore", invalid="ignore"):
        halving = np.where(before > now, months * np.log(2) / np.log(before / now), np.inf)
    drawn = halving[1:][np.isfinite(before[1:])]
    ends = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    low, high = np.quantile(drawn, ends, method="inverted_cdf") if len(drawn) else (math.nan, math.nan)
    return PriceDecline(first, last, float(before[0]), float(now[0]), float(halving[0]), float(low), float(high))


@dataclass(frozen=True, slots=True)
class PriceMove:
    """Median relative change of the list prices of the same ``models`` between two dates, with its 95% interval."""

    models: int
    median: float
    low: float
    high: float
    first: object
    last: object


def price_move(sheets: pd.DataFrame, *, seed: int, least: int = LEAST_SHARED, draws: int = 1000) -> PriceMove | None:
    """The change from the first date that shares ``least`` models with the last date, to that; None where no date does.

    ``sheets``: ``product_id, as_of, basis, whole, blended_per_mtok``; the prices are makers' own (of other models each sheet has
    other hosts), on dates of whole sheets.
    Percentile bootstrap over models. Source: Efron and Tibshirani (1993), ch. 13.
    """
    by_day = _by_day(sheets)
    if not by_day:
        return None
    last = max(by_day)
    shared = {day: part.index.intersection(by_day[last].index) for day, part in by_day.items() if day != last}
    first = min((day for day, models in shared.items() if len(models) >= least), default=None)
    if first is None:
        return None
    models = shared[first]
    moves = (by_day[last].loc[models] / by_day[first].loc[models] - 1).to_numpy(dtype=float)
    drawn = np.median(np.random.default_rng(seed).choice(moves, size=(draws, len(moves))), axis=1)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return PriceMove(len(models), float(np.median(moves)), float(low), float(high), first, last)


def _by_day(sheets: pd.DataFrame) -> dict[Any, pd.Series[float]]:
    rows = sheets[(sheets["blended_per_mtok"] > 0) & (sheets["basis"] == "maker") & sheets["whole"]].set_index(
        "product_id"
    )
    return {day: part["blended_per_mtok"].astype(float) for day, part in rows.groupby("as_of")}


def price_index(lowest: pd.DataFrame) -> pd.DataFrame:
    """Price of a fixed basket, 100 on the first date: ``date, index, items``.

    ``lowest``: ``date, item, price``, one row an item and date (an item may enter late). From one date to the next, the
    geometric mean of the price ratios of the items that both dates have, chained: the Jevons index. Source: IMF (2020),
    Consumer Price Index Manual, ch. 8 (elementary indices) and ch. 9 (chaining).
    """
    table = lowest.pivot(index="date", columns="item", values="price").sort_index()
    steps = np.log(table).diff()
    moved = steps.mean(axis=1).fillna(0.0)
    return pd.DataFrame(
        {
            "date": table.index,
            "index": 100 * np.exp(moved.cumsum()).to_numpy(),
            "items": steps.notna().sum(axis=1).to_numpy(),
        }
    )
