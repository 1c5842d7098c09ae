"""What capability costs: list price, self-hosted cost, energy, cost per correct answer, frontier and trend.

All money is in one currency, converted with the rates given by the caller; an unknown currency leaves the price
unknown. Prices are per million tokens. Facts (list prices) and measurements (throughput) stay in columns of their own.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats
from harness.errors import BadInput

RATIO = 3.0  # input tokens per output token in a blended price, as Artificial Analysis states it; a reader's setting
USD = {"USD": 1.0}
DAYS_PER_MONTH = 365.25 / 12
DECLINE_COLUMNS = ["band", "records", "first", "last", "halving_months", "low", "high", "slope_log2_per_year"]


def blended_price(input_per_mtok: npt.ArrayLike, output_per_mtok: npt.ArrayLike, *, ratio: float = RATIO) -> Floats:
    """Price of a million tokens of which ``ratio`` are input for each that is output; unknown if either is."""
    if not ratio >= 0:
        raise BadInput("The input:output ratio must be 0 or more.")
    given, produced = np.asarray(input_per_mtok, dtype=float), np.asarray(output_per_mtok, dtype=float)
    return np.asarray((ratio * given + produced) / (ratio + 1))


def list_prices(
    price: pd.DataFrame,
    *,
    ratio: float = RATIO,
    rates: Mapping[str, float] = USD,
    as_of: dt.date | None = None,
) -> pd.DataFrame:
    """Newest row of each offer (table ``price``) still on sale at ``as_of``, with ``blended_per_mtok``.

    A market snapshot is a whole sheet (its ``source_id`` ends with its date): an offer whose newest row is not on the
    newest sheet of its series by then is withdrawn.

    ``rates``: value of one unit of each currency in the currency wanted; ``input_per_mtok`` and ``output_per_mtok``
    come back converted too. Offers in another currency keep a null price.
    """
    rows = price.assign(as_of=pd.to_datetime(price["as_of"]))
    if as_of is not None:
        rows = rows[rows["as_of"] <= pd.Timestamp(as_of)]
    series = rows["source_id"].astype("string").str.extract(r"^(.*)-\d{4}-\d{2}-\d{2}$")[0]
    newest = rows.groupby(series)["as_of"].transform("max")
    rows = rows.assign(listed=series.isna() | (rows["as_of"] == newest))
    rows = rows.sort_values("as_of", kind="stable").drop_duplicates(["provider_id", "offer_id"], keep="last")
    rows = rows[rows["listed"].astype(bool)].drop(columns="listed")
    rate = rows["currency"].map(dict(rates)).astype(float)
    given, produced = (rows[c].astype(float) * rate for c in ("input_per_mtok", "output_per_mtok"))
    rows = rows.assign(input_per_mtok=given, output_per_mtok=produced)
    return rows.assign(blended_per_mtok=blended_price(given, produced, ratio=ratio)).reset_index(drop=True)


def self_hosted_per_mtok(
    per_gpu_hour: npt.ArrayLike, tokens_per_s: npt.ArrayLike, *, gpus: float = 1, utilisation: float = 1.0
) -> Floats:
    """Cost of a million tokens on rented GPUs: $/h ÷ (tokens/s × 3600) × 10⁶ ÷ utilisation.

    ``utilisation`` (0–1] is the share of paid time that serves. Infinite without throughput.
    """
    if not 0 < utilisation <= 1:
        raise BadInput("Utilisation must be above 0 and at most 1.")
    price, speed = np.asarray(per_gpu_hour, dtype=float), np.asarray(tokens_per_s, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(price * gpus / (speed * 3600.0) * 1e6 / utilisation)


def energy_per_ktok(energy_j: npt.ArrayLike, tokens: npt.ArrayLike) -> Floats:
    """Energy in watt-hours per thousand tokens from joules; NaN where there are no tokens."""
    joules, count = np.asarray(energy_j, dtype=float), np.asarray(tokens, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(count > 0, joules / 3600.0 / count * 1000.0, np.nan))


def cost_per_correct(per_mtok: npt.ArrayLike, tokens_per_item: npt.ArrayLike, accuracy: npt.ArrayLike) -> Floats:
    """Cost of one correct answer: price per token × tokens of an item ÷ share correct; infinite at accuracy 0."""
    price, tokens, share = (np.asarray(v, dtype=float) for v in (per_mtok, tokens_per_item, accuracy))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(share == 0, np.inf, price * tokens / 1e6 / share))


def measured_costs(
    run: pd.DataFrame,
    perf: pd.DataFrame,
    gpu_price: pd.DataFrame,
    *,
    utilisation: float = 1.0,
    rates: Mapping[str, float] = USD,
    terms: str | None = None,
) -> pd.DataFrame:
    """Self-hosted cost of each complete, valid run: the newest of each offer's price of one GPU of the run's kind.

    Tables ``run, perf, gpu_price``; columns ``run_id, model, device_name, gpu, offers, per_gpu_hour, per_mtok, low,
    high, wh_per_ktok, tokens_per_s``. The cost is at the median offer, ``low`` and ``high`` at the cheapest and the
    dearest. Runs with ``perf.complete`` false are left out; a device without a price keeps a null cost.
    """
    rows = run.loc[run["valid"].astype(bool), ["run_id", "model"]].merge(
        perf[perf["complete"].astype(bool)], on="run_id"
    )
    offers = gpu_price if terms is None else gpu_price[gpu_price["terms"] == terms]
    offers = offers.assign(hour=offers["per_gpu_hour"] * offers["currency"].map(dict(rates)).astype(float))
    offers = offers.dropna(subset=["hour"]).sort_values("as_of", kind="stable")
    offers = offers.drop_duplicates(["cloud", "gpu", "gpus", "memory_gb", "terms"], keep="last")
    names = sorted({str(name) for name in offers["gpu"]}, key=lambda name: (-len(_words(name)), name))
    known = {device: _gpu_of(device, names) for device in set(rows["device_name"].dropna())}
    gpu = [known.get(device) for device in rows["device_name"]]
    hours = offers.groupby("gpu")["hour"].agg(["count", "median", "min", "max"])
    found = hours.reindex(pd.Index(gpu, dtype=object)).reset_index(drop=True)
    speed = rows["tokens_per_s"].to_numpy(dtype=float)
    tokens = rows[["prompt_tokens", "generated_tokens"]].astype(float).sum(axis=1, min_count=1)
    prices = {
        name: self_hosted_per_mtok(found[column].to_numpy(dtype=float), speed, utilisation=utilisation)
        for name, column in (("per_mtok", "median"), ("low", "min"), ("high", "max"))
    }
    return pd.DataFrame(
        {
            "run_id": rows["run_id"].to_numpy(),
            "model": rows["model"].to_numpy(),
            "device_name": rows["device_name"].to_numpy(),
            "gpu": pd.Series(gpu, dtype=object),
            "offers": found["count"].fillna(0).to_numpy(),
            "per_gpu_hour": found["median"].to_numpy(dtype=float),
            **prices,
            "wh_per_ktok": energy_per_ktok(rows["energy_j"].to_numpy(dtype=float), tokens),
            "tokens_per_s": speed,
        }
    )


def _words(name: object) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", str(name).lower()))


def _gpu_of(device: object, names: Sequence[str]) -> str | None:
    """The most specific GPU of the price list whose every word stands in the device's name."""
    if not isinstance(device, str):
        return None
    have = _words(device)
    return next((name for name in names if _words(name) and _words(name) <= have), None)


def pareto(cost: npt.ArrayLike, quality: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Which points nobody beats: no other costs at most as much and is at least as good, one of the two strictly.

    Equal points are on the frontier together; a point with an unknown side never is. Shape ``(n,)``.
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


def price_dispersion(listed: pd.DataFrame) -> pd.DataFrame:
    """How much providers differ on the same model, from ``list_prices``: one row a model with two or more providers.

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
    found = both.groupby(["provider_id_low", "provider_id_high"])["ratio"].agg(["size", "median"])
    found = found.join(shared).reset_index()
    found.columns = pd.Index(["cheaper", "dearer", "models", "median_ratio", "shared"])
    return found.sort_values(["models", "median_ratio"], ascending=False, ignore_index=True, kind="stable")


def _cheapest_by_provider(listed: pd.DataFrame) -> pd.DataFrame:
    rows = listed[listed["model_id"].notna() & (listed["blended_per_mtok"] > 0)]
    rows = rows.sort_values(["model_id", "blended_per_mtok", "provider_id"], kind="stable")
    return rows.drop_duplicates(["model_id", "provider_id"])
