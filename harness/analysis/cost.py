"""What capability costs: blended price, self-hosted cost, cost per correct answer, frontier, decline and dispersion.

All money is in US dollars, prices are per million tokens. Which price is current and which GPU a run used is SQL's to say
(views ``current_price`` and ``gpu_offer``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats
from harness.errors import BadInput

RATIO = 3.0  # input tokens per output token in a blended price, as Artificial Analysis states it; a reader's setting
BANDS = (0.6, 0.8, 0.92)
"""Quantiles of capability that bands begin at: the best 40, 20 and 8 % of models. Nearer the top too few dates have one."""
LEAST_SHARED = 50
"""Models that two dates must share: the 95 % interval of the median of 50 is from the 18th to the 33rd, about the middle third
(binomial)."""
DECLINE_COLUMNS = ["band", "records", "first", "last", "halving_months", "low", "high", "slope_log2_per_year"]


def blended_price(input_per_mtok: npt.ArrayLike, output_per_mtok: npt.ArrayLike, *, ratio: float = RATIO) -> Floats:
    """Price of a million tokens of which ``ratio`` are input for each that is output; unknown if either is."""
    if not ratio >= 0:
        raise BadInput("The input:output ratio must be 0 or more.")
    given, produced = np.asarray(input_per_mtok, dtype=float), np.asarray(output_per_mtok, dtype=float)
    return np.asarray((ratio * given + produced) / (ratio + 1))


def cost_per_correct(per_mtok: npt.ArrayLike, tokens_per_item: npt.ArrayLike, accuracy: npt.ArrayLike) -> Floats:
    """Cost of one correct answer: price per token × tokens of an item ÷ share correct; infinite at accuracy 0."""
    price, tokens, share = (np.asarray(v, dtype=float) for v in (per_mtok, tokens_per_item, accuracy))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(share == 0, np.inf, price * tokens / 1e6 / share))


def measured_costs(offers: pd.DataFrame, *, utilisation: float = 1.0, terms: str | None = None) -> pd.DataFrame:
    """Self-hosted cost, USD per million tokens, one row a run: ``per_mtok`` at the median offer of its GPU, ``low`` and
    ``high`` at the cheapest and the dearest, ``offers`` how many.

    ``offers``: one row a run and rental offer (view ``measured_cost``), ``per_mtok`` at full use; a run without offers has
    one row without a price and keeps an unknown cost. ``utilisation`` (0–1] is the share of paid time that serves;
    ``terms`` keeps offers of one kind. Raises BadInput for another utilisation.
    """
    if not 0 < utilisation <= 1:
        raise BadInput("Utilisation must be above 0 and at most 1.")
    runs = offers.drop_duplicates("run_id")[["run_id", "model", "device_name", "tokens_per_s", "wh_per_ktok"]]
    priced = offers if terms is None else offers[offers["terms"] == terms]
    cost = priced.groupby("run_id")["per_mtok"].agg(["count", "median", "min", "max"])
    cost = cost.set_axis(["offers", "per_mtok", "low", "high"], axis=1).reindex(runs["run_id"])
    prices = cost[["per_mtok", "low", "high"]].astype(float) / utilisation
    return pd.concat([runs.set_index("run_id"), cost["offers"].fillna(0), prices], axis=1).reset_index()


def pareto(cost: npt.ArrayLike, quality: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Boolean mask of Pareto-optimal points (least cost, most quality), shape ``(n,)``: no other point costs at most as much
    and is at least as good, one of the two strictly.

    Equal points are on the frontier together; a point with an unknown side never is.
    """
    rows = _pareto_rows(np.asarray(cost, dtype=float)[None], np.asarray(quality, dtype=float)[None])
    return np.asarray(rows[0], dtype=np.bool_)


def _pareto_rows(cost: Floats, quality: Floats) -> npt.NDArray[np.bool_]:
    """``pareto`` of each row, shape ``(draws, n)``."""
    known = ~(np.isnan(cost) | np.isnan(quality))
    on = known.copy()
    for i in range(cost.shape[1]):
        c, q = cost[:, [i]], quality[:, [i]]
        with np.errstate(invalid="ignore"):
            beaten = ((cost <= c) & (quality > q)) | ((cost < c) & (quality >= q))
        on[:, i] &= ~(beaten & known).any(axis=1)
    return on


def pareto_membership(frame: pd.DataFrame, *, seed: int, draws: int = 2000) -> pd.DataFrame:
    """The frame (``cost, score, stderr``) with ``on_frontier`` and ``membership``, the probability of being on it.

    Parametric bootstrap: scores are redrawn as normal with their standard errors, seeded; an unknown error counts
    as 0 and so does that of a cost. Source: Efron and Tibshirani (1993), ch. 6.
    """
    cost, score = frame["cost"].to_numpy(dtype=float), frame["score"].to_numpy(dtype=float)
    error = np.nan_to_num(frame["stderr"].to_numpy(dtype=float))
    drawn = score + error * np.random.default_rng(seed).standard_normal((draws, len(frame)))
    share = _pareto_rows(np.broadcast_to(cost, drawn.shape), drawn).mean(axis=0)
    return frame.assign(on_frontier=pareto(cost, score), membership=share)


def price_decline(offers: pd.DataFrame, *, bands: Sequence[float], confidence: float = CONFIDENCE) -> pd.DataFrame:
    """How fast the price of a given capability falls: halving time of the lowest price, one row a band.

    ``offers``: ``date, price, capability``; a band is the capability at least reached. The record-low prices over time
    are regressed as log2(price) on years; the halving time is −12/slope months, its interval the image of the slope's
    Student interval, open (infinite) where prices may not fall at all. NaN with fewer than three records. Columns
    DECLINE_COLUMNS. Source: Epoch AI (2025), "LLM inference prices have fallen rapidly but unequally".
    """
    rows = [(band, *_decline(_records(offers[offers["capability"] >= band]), confidence)) for band in bands]
    return pd.DataFrame(rows, columns=DECLINE_COLUMNS)


def capability_bands(capability: pd.Series[float]) -> tuple[float, ...]:
    """Lower ends of the bands whose prices are followed: the ``BANDS`` quantiles of the models' capability, rounded to 0.1."""
    return tuple(float(band) + 0.0 for band in capability.quantile(list(BANDS)).round(1).drop_duplicates())


def lowest_prices(offers: pd.DataFrame, *, bands: Sequence[float]) -> pd.DataFrame:
    """Lowest price on each date of a model of at least each band's capability: ``band, date, price``.

    ``offers``: ``date, price, capability``.
    """
    parts = [
        offers[offers["capability"] >= b].groupby("date")["price"].min().reset_index().assign(band=b) for b in bands
    ]
    columns = ["band", "date", "price"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _records(offers: pd.DataFrame) -> pd.DataFrame:
    """The offers that set a new lowest price, in order of date."""
    rows = offers[offers["price"] > 0].dropna(subset=["date", "price"])
    rows = rows.assign(date=pd.to_datetime(rows["date"])).sort_values(["date", "price"], kind="stable")
    before = rows["price"].cummin().shift(fill_value=np.inf)
    return rows[rows["price"] < before].drop_duplicates("date", keep="last")


def _decline(records: pd.DataFrame, confidence: float) -> tuple[object, ...]:
    n = len(records)
    ends = (records["date"].iloc[0], records["date"].iloc[-1]) if n else (pd.NaT, pd.NaT)
    if n < 3:
        return (n, *ends, math.nan, math.nan, math.nan, math.nan)
    x = (records["date"] - records["date"].iloc[0]).dt.days.to_numpy(dtype=float) / 365.25
    y = np.log2(records["price"].to_numpy(dtype=float))
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    residuals = y - y.mean() - slope * centred
    error = math.sqrt(float(residuals @ residuals) / (n - 2) / float(centred @ centred))
    half = float(special.stdtrit(n - 2, 0.5 + confidence / 2)) * error
    halving = [-12.0 / s if s < 0 else math.inf for s in (slope, slope - half, slope + half)]
    return (n, *ends, *halving, slope)


@dataclass(frozen=True, slots=True)
class PriceMove:
    """Median relative change of the lowest output prices of the same models between two dates, with its 95 % interval."""

    models: int
    median: float
    low: float
    high: float
    first: object
    last: object


def price_move(prices: pd.DataFrame, *, seed: int, least: int = LEAST_SHARED, draws: int = 1000) -> PriceMove | None:
    """The change from the first date that shares ``least`` models with the last date, to that; None where no date does.

    ``prices``: ``model_id, as_of, currency, output_per_mtok``; a model counts with its lowest paid output price in US dollars.
    Percentile bootstrap over models. Source: Efron and Tibshirani (1993), ch. 13.
    """
    rows = prices[(prices["currency"] == "USD") & (prices["output_per_mtok"] > 0)]
    lowest = {day: part.groupby("model_id")["output_per_mtok"].min() for day, part in rows.groupby("as_of")}
    if not lowest:
        return None
    last = max(lowest)
    shared = {day: part.index.intersection(lowest[last].index) for day, part in lowest.items() if day != last}
    first = min((day for day, models in shared.items() if len(models) >= least), default=None)
    if first is None:
        return None
    models = shared[first]
    moves = (lowest[last].loc[models] / lowest[first].loc[models] - 1).to_numpy(dtype=float)
    drawn = np.median(np.random.default_rng(seed).choice(moves, size=(draws, len(moves))), axis=1)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return PriceMove(len(models), float(np.median(moves)), float(low), float(high), first, last)


def score_spread(scores: pd.DataFrame) -> pd.DataFrame:
    """Standard deviation of the logarithm of the scores on each benchmark, most spread first: ``benchmark, models, spread``.

    ``scores``: ``model_id, benchmark, score``; scores of 0 are left out. The cost of a right answer is price ÷ score, so
    the spread says how far the order by cost of a right answer can leave the order by price.
    """
    rows = scores[scores["score"] > 0]
    spread = np.log(rows["score"].astype(float)).groupby(rows["benchmark"]).agg(["size", "std"])
    spread = spread.set_axis(["models", "spread"], axis=1).rename_axis("benchmark").reset_index()
    return spread.sort_values("spread", ascending=False, kind="stable", ignore_index=True)


def price_dispersion(listed: pd.DataFrame) -> pd.DataFrame:
    """How much providers differ on the same model, from current prices: one row a model with two or more providers.

    ``model_id, providers, lowest, median, highest, ratio, variation, cheapest_provider``; each provider counts with its
    cheapest offer; ``variation`` is the coefficient of variation. Free offers and unmatched ones are left out.
    Source: Baye, Morgan, Scholten (2004) for the measures of price dispersion.
    """
    best = _cheapest_by_provider(listed)
    columns = ["model_id", "providers", "lowest", "median", "highest", "ratio", "variation", "cheapest_provider"]
    if best.empty:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in columns})
    out = best.groupby("model_id")["blended_per_mtok"].agg(["size", "min", "median", "max", "mean", "std"])
    cheapest = best.drop_duplicates("model_id").set_index("model_id")["provider_id"]
    out = out[out["size"] >= 2].rename(columns={"size": "providers", "min": "lowest", "max": "highest"})
    out = out.assign(
        ratio=out["highest"] / out["lowest"],
        variation=out["std"] / out["mean"],
        cheapest_provider=cheapest.reindex(out.index),
    )
    return out.reset_index()[columns].sort_values("ratio", ascending=False, ignore_index=True, kind="stable")


def undercutting(listed: pd.DataFrame) -> pd.DataFrame:
    """Who undercuts whom on the same models: ``cheaper, dearer, models, median_ratio, shared`` for every pair of providers.

    ``models`` counts those where ``cheaper`` asks less, ``shared`` all that both sell; ``median_ratio`` is dearer ÷ cheaper
    over ``models``.
    """
    best = _cheapest_by_provider(listed)[["model_id", "provider_id", "blended_per_mtok"]]
    both = best.merge(best, on="model_id", suffixes=("_low", "_high"))
    shared = both.groupby(["provider_id_low", "provider_id_high"]).size().rename("shared")
    both = both[both["blended_per_mtok_low"] < both["blended_per_mtok_high"]]
    both = both.assign(ratio=both["blended_per_mtok_high"] / both["blended_per_mtok_low"])
    pairs = both.groupby(["provider_id_low", "provider_id_high"])["ratio"].agg(["size", "median"])
    pairs = pairs.join(shared).reset_index()
    pairs.columns = pd.Index(["cheaper", "dearer", "models", "median_ratio", "shared"])
    return pairs.sort_values(["models", "median_ratio"], ascending=False, ignore_index=True, kind="stable")


def win_rates(pairs: pd.DataFrame, *, most: int) -> tuple[pd.DataFrame, pd.Series[float]]:
    """Matrix of win rates (share of shared models on which the row is cheaper than the column), and each row's overall rate.

    ``pairs`` from ``undercutting``. The ``most`` providers that share most models with others, highest overall rate first.
    Empty where too few models are shared, or all at the same price.
    """
    wins = pairs.pivot(index="cheaper", columns="dearer", values="models")
    shared = pairs.pivot(index="cheaper", columns="dearer", values="shared")
    shared = shared.combine_first(shared.T)
    busiest = shared.sum(axis=1).sort_values(ascending=False, kind="stable").index[:most]
    shared = shared.loc[busiest, busiest]
    wins = wins.reindex(index=busiest, columns=busiest).fillna(0.0)
    total = (wins.where(shared.notna()).sum(axis=1) / shared.sum(axis=1)).dropna()
    order = total.sort_values(ascending=False, kind="stable").index
    return (wins / shared).loc[order, order], total.loc[order]


def _cheapest_by_provider(listed: pd.DataFrame) -> pd.DataFrame:
    rows = listed[listed["model_id"].notna() & (listed["blended_per_mtok"] > 0)]
    rows = rows.sort_values(["model_id", "blended_per_mtok", "provider_id"], kind="stable")
    return rows.drop_duplicates(["model_id", "provider_id"])
