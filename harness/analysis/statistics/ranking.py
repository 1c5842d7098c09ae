"""Rank intervals and classes of models, and the number of items that would separate two models.

A rank is an interval: [1 + how many are significantly better, n − how many are significantly worse] (the rule
of Chatbot Arena: Chiang et al. 2024, arXiv 2403.04132, sec. 5). A class is everyone who is not separable from
its leader; the leader is fixed, since a moving anchor would chain all models into one class. Compute both over
the whole ranking and filter afterwards: then no filter moves a model.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from harness.analysis.statistics.paired import holm
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile

ALPHA = 0.05
POWER = 0.8
RANKING_COLUMNS = ["model", "score", "stderr", "rank", "rank_low", "rank_high", "class", "leader"]
PAIR_COLUMNS = ["model_a", "model_b", "difference", "stderr", "low", "high", "p_value", "p_adjusted"]
MOVE_COLUMNS = ["model", "before_low", "before_high", "rank_low", "rank_high"]


def independent_pairs(scores: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """All pairs of ``scores`` (``model, score, stderr``) as if measured on different items; columns PAIR_COLUMNS.

    ``difference`` is a − b, with its normal interval (not corrected) and a normal test with Holm's correction: the
    fallback where no items are shared. Pairs stand in the order of ``scores``, the first row's first. Pairs with an
    unknown standard error have NaN for interval and p-values.
    """
    scored = scores.dropna(subset=["score"])
    a, b, difference, error, p, adjusted = _independent(scored)
    models, half = scored["model"].to_numpy(), normal_quantile(confidence) * error
    columns = (models[a], models[b], difference, error, difference - half, difference + half, p, adjusted)
    return pd.DataFrame(dict(zip(PAIR_COLUMNS, columns, strict=True)))


def _independent(
    scored: pd.DataFrame,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats, Floats, Floats, Floats]:
    """All pairs of rows: both row numbers, the difference, its standard error, p-value and Holm's p-value."""
    score, stderr = (scored[c].to_numpy(dtype=float) for c in ("score", "stderr"))
    a, b = np.triu_indices(len(scored), 1)
    difference, error = score[a] - score[b], np.hypot(stderr[a], stderr[b])
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(error > 0, 2 * special.ndtr(-np.abs(difference) / error), np.nan)
    p = np.where(error == 0, np.where(difference == 0, 1.0, 0.0), p)
    return a, b, difference, error, p, holm(p)


def ranking(
    scores: pd.DataFrame, pairs: pd.DataFrame | None = None, *, alpha: float = ALPHA, higher_is_better: bool = True
) -> pd.DataFrame:
    """Ranks, rank intervals and classes of ``scores`` (``model, score, stderr``), best first.

    ``pairs`` has ``model_a, model_b, difference, p_adjusted`` (from ``paired_differences`` or
    ``index_differences``); pairs that it lacks are compared as independent. Columns RANKING_COLUMNS: equal
    scores share a rank; ``class`` counts from 1; ``leader`` names the class's anchor. Models without a score
    come last, without a rank.
    """
    whole = scores[["model", "score", "stderr"]].astype({"score": float, "stderr": float})
    unknown = whole[whole["score"].isna()]
    scored = whole.dropna(subset=["score"])
    scored = scored.sort_values(["score", "model"], ascending=[not higher_is_better, True]).reset_index(drop=True)
    better = _significantly_better(scored, pairs, alpha, higher_is_better)
    sign = 1.0 if higher_is_better else -1.0
    rank = (-sign * scored["score"]).rank(method="min")
    leader = classes(better | better.T)
    models = scored["model"].to_numpy(dtype=object)
    number = pd.factorize(leader)[0] + 1
    out = scored.assign(rank=rank, rank_low=1.0 + better.sum(axis=0), rank_high=float(len(scored)) - better.sum(axis=1))
    out = out.assign(**{"class": number.astype(float), "leader": models[leader]})
    return pd.concat([out, unknown], ignore_index=True)[RANKING_COLUMNS] if len(unknown) else out[RANKING_COLUMNS]


def _significantly_better(
    scored: pd.DataFrame, pairs: pd.DataFrame | None, alpha: float, higher_is_better: bool
) -> npt.NDArray[np.bool_]:
    """Square matrix: row model is significantly better than column model."""
    a, b, difference, _, _, adjusted = _independent(scored)
    gap, p = (np.zeros((len(scored), len(scored))) for _ in range(2))
    gap[a, b], p[a, b] = difference, adjusted
    if pairs is not None and not pairs.empty:
        position = {model: i for i, model in enumerate(scored["model"])}
        tested = pairs.dropna(subset=["p_adjusted"])
        tested = tested[tested["model_a"].isin(position) & tested["model_b"].isin(position)].iloc[
            ::-1
        ]  # the first counts
        i, j = (tested[c].map(position).to_numpy(dtype=np.intp) for c in ("model_a", "model_b"))
        tested_gap, tested_p = tested["difference"].to_numpy(dtype=float), tested["p_adjusted"].to_numpy(dtype=float)
        for part, sign in ((i > j, -1.0), (i < j, 1.0)):
            first, second = np.minimum(i, j)[part], np.maximum(i, j)[part]
            gap[first, second], p[first, second] = sign * tested_gap[part], tested_p[part]
    gap *= 1.0 if higher_is_better else -1.0
    ahead = np.triu(p <= alpha, 1)
    return np.asarray((ahead & (gap > 0)) | (ahead & (gap < 0)).T)


def classes(separable: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Row of each model's class leader, from who can be told from whom (square); rows are sorted best first."""
    leader = np.full(len(separable), -1, dtype=np.int64)
    for row in range(len(separable)):
        if leader[row] < 0:
            leader[(leader < 0) & ~separable[row]] = row
    return leader


def moved_ranks(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Models whose rank intervals at two dates do not overlap; the largest move first.

    ``before`` and ``now``: ``model, rank_low, rank_high``, ranked among the models of both. Columns MOVE_COLUMNS; a move is
    measured between the intervals' middles.
    """
    old, new = (board.set_index("model")[["rank_low", "rank_high"]] for board in (before, now))
    rows = old.rename(columns={"rank_low": "before_low", "rank_high": "before_high"}).join(new, how="inner")
    rows = rows[(rows["rank_low"] > rows["before_high"]) | (rows["rank_high"] < rows["before_low"])].reset_index()
    move = (rows["rank_low"] + rows["rank_high"] - rows["before_low"] - rows["before_high"]).abs()
    return rows.assign(move=move).sort_values(["move", "model"], ascending=[False, True], ignore_index=True)[
        MOVE_COLUMNS
    ]


def minimum_detectable_difference(sd: float, n: float, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Smallest true difference found with ``power`` on ``n`` items whose paired differences have deviation ``sd``.

    Same unit as ``sd``. Source: Miller (2024), arXiv 2411.00640, sec. 5 (eq. 9 solved for the effect).
    """
    if not n > 0:
        return math.nan
    return _quantiles(alpha, power) * sd / math.sqrt(n)


def items_to_settle(difference: float, sd: float, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Number of shared items that separate two models ``difference`` apart with ``power``.

    Infinite for no difference, 1 where the differences do not vary. Source: Miller (2024), sec. 5, eq. 9.
    """
    if math.isnan(difference) or math.isnan(sd):
        return math.nan
    if difference == 0:
        return math.inf
    return float(max(1, math.ceil((_quantiles(alpha, power) * sd / abs(difference)) ** 2)))


def settle_frame(pairs: pd.DataFrame, *, alpha: float = ALPHA, power: float = POWER) -> pd.DataFrame:
    """``pairs`` (``difference, stderr, n``) with ``detectable`` (smallest difference found) and ``items_needed``.

    The deviation of an item's difference is taken from the standard error: sd = stderr · sqrt(n).
    """
    sd: Floats = pairs["stderr"].to_numpy(dtype=float) * np.sqrt(pairs["n"].to_numpy(dtype=float))
    rows = list(zip(pairs["difference"].astype(float), sd, pairs["n"].astype(float), strict=True))
    return pairs.assign(
        detectable=[minimum_detectable_difference(s, n, alpha=alpha, power=power) for _, s, n in rows],
        items_needed=[items_to_settle(d, s, alpha=alpha, power=power) for d, s, _ in rows],
    )


def _quantiles(alpha: float, power: float) -> float:
    return float(special.ndtri(1 - alpha / 2) + special.ndtri(power))
