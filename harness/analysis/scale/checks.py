"""How far the capability scale can be trusted: scores held out, simpler predictions beside it, outside indices, odd scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.scale import estimation
from harness.analysis.scale.estimation import DEGREES, ERROR_SD, STEPS, TOLERANCE, Cells, curve, solve, start
from harness.analysis.scale.fit import ScaleFit
from harness.analysis.scale.preparation import UNITS, highest
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile
from harness.errors import BadInput

KINDS = ("cells", "batteries", "recent")
"""What is held out: single scores; one whole battery of a model; scores of the newest models."""
METHODS = ("scale", "plain_curve", "nearest", "additive", "benchmark_mean")
SHARE, PART = 0.2, 0.5
"""Share of all scores held out of ``cells``; share of models, or of a new model's scores, of the other two."""
LEAST_OF_MODEL, LEAST_OF_BENCHMARK = 3, 4
"""Scores that stay of every model and benchmark of which any are held out."""
NEIGHBOURS = 8
SEEDS = (1, 2)
ODD = 3.0
"""Deviation, in standard deviations of its error, from which a score counts as unexplained."""
ECI, HIGH_ECI = "Epoch Capabilities Index", 140.0
OUTSIDE = (ECI, "Artificial Analysis Intelligence Index", "LMArena Text")
"""Families of the indices and ratings that are made elsewhere for the same question; only the first has the scale's unit."""
LEAST_SHARED = 10
"""Products that an outside index must share with the scale."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Prediction:
    """Predicted scores (0–1) and their predictive standard deviation; NaN where a method gives none."""

    expected: Floats
    spread: Floats


def held_out(
    fit: ScaleFit, kind: str, *, seed: int, released: pd.Series | None = None, since: pd.Timestamp | None = None
) -> Mask:
    """Which of ``fit.scores`` to hold out, of one of KINDS; the same for one seed.

    ``cells``: a fifth of all. ``batteries``: of half of the models that have several batteries, all scores of one. ``recent``: half
    of the scores of models ``released`` (a date a ``model_id``) on or ``since`` a day. At least LEAST_OF_MODEL scores of a
    model and LEAST_OF_BENCHMARK of a benchmark stay.
    """
    rng, scores = np.random.default_rng(seed), fit.scores
    if kind == "cells":
        mask = rng.random(len(scores)) < SHARE
    elif kind == "batteries":
        family = fit.benchmarks.set_index("benchmark_id")["family"].reindex(scores["benchmark_id"]).to_numpy()
        battery = scores["battery"].where(scores["battery"].ne(""), "alone: " + pd.Series(family, scores.index))
        chosen = {}
        for model, own in battery.groupby(scores["model_id"]):
            names = sorted(own.unique())
            if len(names) > 1 and rng.random() < PART:
                chosen[model] = names[rng.integers(len(names))]
        mask = np.array([chosen.get(m) == b for m, b in zip(scores["model_id"], battery, strict=True)], dtype=bool)
    elif kind == "recent" and released is not None and since is not None:
        new = scores["model_id"].isin(released.index[pd.to_datetime(released) >= since]).to_numpy(dtype=bool)
        mask = new & (rng.random(len(scores)) < PART)
    else:
        raise BadInput(f"Hold-outs are of {', '.join(KINDS)} (recent: with dates), not {kind}.")
    cells = fit.cells
    stay_m = np.bincount(cells.model[~mask], minlength=cells.models)[cells.model]
    stay_k = np.bincount(cells.benchmark[~mask], minlength=cells.benchmarks)[cells.benchmark]
    out: Mask = mask & (stay_m >= LEAST_OF_MODEL) & (stay_k >= LEAST_OF_BENCHMARK)
    return out


def predictions(cells: Cells, mask: Mask, method: str = "scale") -> Prediction:
    """The scores under ``mask``, predicted by one of METHODS from the others.

    ``scale``: this model; its variance is that of the fitted score and the Student error's. ``plain_curve``: the two-parameter
    curve without battery effects, with normal errors of one variance. ``nearest``: mean of the NEIGHBOURS models nearest
    to the model (root mean squared difference on shared benchmarks) among those with a score. ``additive``: model and
    benchmark effects. ``benchmark_mean``: the benchmark's mean.
    """
    known, asked = _part(cells, ~mask), _part(cells, mask)
    if method == "scale":
        found = solve(known)
        at = curve(asked, found.parameters)
        error = found.variance[asked.benchmark] * at.shape * DEGREES / (DEGREES - 2)
        spread = np.sqrt(found.covariance.of_scores(asked, found.parameters) + error)
        return Prediction(at.fitted, spread)
    if method == "plain_curve":
        return _plain_curve(known, asked)
    simple = {"nearest": _nearest, "additive": _additive, "benchmark_mean": _benchmark_mean}
    return Prediction(simple[method](known, asked), np.full(len(asked.score), np.nan))


def accuracy(
    fit: ScaleFit,
    released: pd.Series,
    since: pd.Timestamp,
    *,
    kinds: Sequence[str] = KINDS,
    methods: Sequence[str] = METHODS,
    seeds: Sequence[int] = SEEDS,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """How well held-out scores are predicted: ``kind, method, n, rms, coverage``, means over ``seeds``.

    ``rms`` in score units (0–1); ``coverage`` the share of held-out scores within the predictive interval, NaN for methods
    without one. Every method sees the same scores. See ``held_out`` and ``predictions``.
    """
    half, rows = normal_quantile(confidence), []
    for kind in kinds:
        masks = [held_out(fit, kind, seed=seed, released=released, since=since) for seed in seeds]
        for method in methods if all(mask.any() for mask in masks) else ():
            for mask in masks:
                found = predictions(fit.cells, mask, method)
                missed = np.abs(fit.cells.score[mask] - found.expected)
                inside = np.where(np.isnan(found.spread), np.nan, missed <= half * found.spread)
                rows.append((kind, method, int(mask.sum()), math.sqrt(float(np.mean(missed**2))), float(inside.mean())))
    frame = pd.DataFrame(rows, columns=["kind", "method", "n", "rms", "coverage"])
    return frame.groupby(["kind", "method"], as_index=False, sort=False).mean()


def _part(cells: Cells, mask: Mask) -> Cells:
    return replace(cells, model=cells.model[mask], benchmark=cells.benchmark[mask], score=cells.score[mask])


def _plain_curve(known: Cells, asked: Cells) -> Prediction:
    alone = np.full(known.benchmarks, -1, dtype=np.intp)
    known, asked = (replace(c, battery=alone, batteries=0) for c in (known, asked))
    x, damping = start(known), 1e-2
    weight = np.full(len(known.score), 1 / ERROR_SD**2)
    for _ in range(STEPS):
        centre = float(x.difficulty.mean())
        normal = estimation._normal(known, x, curve(known, x), weight, centre)
        x, damping, moved = estimation._step(known, x, weight, normal, centre, damping)
        if moved < TOLERANCE:
            break
    error = float(np.mean((known.score - curve(known, x).fitted) ** 2))
    of_fit = estimation._covariance(normal).of_scores(asked, x) * error / ERROR_SD**2
    return Prediction(curve(asked, x).fitted, np.sqrt(of_fit + error))


def _benchmark_mean(known: Cells, asked: Cells) -> Floats:
    mean = np.bincount(known.benchmark, known.score, known.benchmarks) / np.bincount(
        known.benchmark, minlength=known.benchmarks
    )
    out: Floats = mean[asked.benchmark]
    return out


def _additive(known: Cells, asked: Cells) -> Floats:
    tests = np.bincount(known.benchmark, minlength=known.benchmarks)
    takers = np.bincount(known.model, minlength=known.models)
    of_model = np.zeros(known.models)
    for _ in range(30):
        of_test = np.bincount(known.benchmark, known.score - of_model[known.model], known.benchmarks) / tests
        of_model = np.bincount(known.model, known.score - of_test[known.benchmark], known.models) / np.maximum(
            takers, 1
        )
    out: Floats = np.clip(of_model[asked.model] + of_test[asked.benchmark], 0, 1)
    return out


def _nearest(known: Cells, asked: Cells) -> Floats:
    score, has = np.zeros((known.models, known.benchmarks)), np.zeros((known.models, known.benchmarks))
    score[known.model, known.benchmark], has[known.model, known.benchmark] = known.score, 1.0
    both = has @ has.T
    square = score**2 @ has.T + has @ (score**2).T - 2 * score @ score.T
    distance = np.where(both >= LEAST_OF_MODEL, np.sqrt(np.maximum(square, 0) / np.maximum(both, 1)), np.inf)
    np.fill_diagonal(distance, np.inf)
    mean = _benchmark_mean(known, asked)
    out = np.empty(len(asked.model))
    for i, (m, k) in enumerate(zip(asked.model, asked.benchmark, strict=True)):
        near = np.where(has[:, k] > 0, distance[m], np.inf)
        closest = np.argpartition(near, min(NEIGHBOURS, len(near)) - 1)[:NEIGHBOURS]
        closest = closest[np.isfinite(near[closest])]
        out[i] = score[closest, k].mean() if len(closest) else mean[i]
    return out


def outside(reported: pd.DataFrame) -> pd.DataFrame:
    """Indices and ratings made elsewhere, from the query ``reported``: ``index, edition, family, model_id, value``.

    Families OUTSIDE; each version stands for itself, and of ratings, which drift, each day of publication (``edition``). A
    product's best value counts.
    """
    rows = reported[reported["family"].isin(OUTSIDE) & reported["role"].isin(["index", "rating"])]
    edition = rows["as_of"].astype("string").str[:10].where(rows["role"].eq("rating"), "")
    rows = rows.assign(
        index=rows["benchmark"],
        edition=edition,
        model_id=rows["product_id"].where(rows["product_id"].notna(), rows["model_id"]),
    )
    keys = ["index", "edition", "family", "model_id"]
    return rows.groupby(keys, as_index=False, dropna=False).agg(value=("score", "max"))


def agreement(fit: ScaleFit, ratings: pd.DataFrame, *, same_unit: bool = False, least: float = -math.inf) -> pd.Series:
    """Agreement of the scale with an outside index (``model_id, value``): ``n, spearman, rms, bias``.

    Over the products that both have and that the index puts at ``least`` or more. ``rms`` (points) is that of the difference
    where the index has the scale's unit, else about the least-squares line of the points on the index; ``bias`` is the mean
    difference, scale − index (0 about a line). NaN with fewer than three products.
    """
    both = fit.models[["model_id", "points"]].merge(ratings[["model_id", "value"]], on="model_id")
    both = both[both["value"] >= least]
    points, value = both["points"].to_numpy(dtype=float), both["value"].to_numpy(dtype=float)
    if len(both) < 3 or np.ptp(value) == 0:
        return pd.Series({"n": len(both), "spearman": math.nan, "rms": math.nan, "bias": math.nan})
    expected = value if same_unit else np.polyval(np.polyfit(value, points, 1), value)
    gap = points - expected
    spearman = float(both["points"].corr(both["value"], method="spearman"))
    rms, bias = math.sqrt(float(np.mean(gap**2))), float(gap.mean())
    return pd.Series({"n": len(both), "spearman": spearman, "rms": rms, "bias": bias})


def agreements(fit: ScaleFit, reported: pd.DataFrame) -> pd.DataFrame:
    """``agreement`` with every outside index that shares LEAST_SHARED products: ``index, edition, least, n, spearman, rms, bias``.

    Epoch's index, which has the scale's unit, also over the products that it puts at HIGH_ECI or more (``least``).
    """
    rows = []
    for keys, ratings in outside(reported).groupby(["index", "edition", "family"]):
        same = keys[2] == ECI
        for least in (-math.inf, HIGH_ECI) if same else (-math.inf,):
            found = agreement(fit, ratings, same_unit=same, least=least)
            if found["n"] >= LEAST_SHARED:
                rows.append({"index": keys[0], "edition": keys[1], "least": least, **found})
    columns = ["index", "edition", "least", "n", "spearman", "rms", "bias"]
    return pd.DataFrame(rows, columns=columns).astype({"n": int})


def unexplained(fit: ScaleFit, reported: pd.DataFrame, *, least: float = ODD) -> pd.DataFrame:
    """Scores that the scale does not explain, a row a report, the oddest first.

    ``model_id, benchmark_id, benchmark, score`` (as fitted, 0–1), ``fitted, deviation`` (standard deviations of its error, at
    ``least`` or beyond on either side), ``given`` (this report's own, 0–1), ``effort, setting, reported_by, source, url``: a wrong row
    of the catalog stands here, and so does a model that was trained on a test. Of one reporter only the reports of the
    highest effort are listed, which are the ones that counted.
    """
    odd = fit.scores.loc[fit.scores["deviation"].abs() >= least]
    odd = odd[["model_id", "benchmark_id", "benchmark", "score", "fitted", "deviation"]]
    rows = reported.assign(
        model_id=reported["product_id"].where(reported["product_id"].notna(), reported["model_id"]),
        given=reported["score"].astype(float) * reported["unit"].astype("string").str.lower().map(UNITS).astype(float),
    )
    rows = highest(rows)
    named = ["given", "effort", "setting", "reported_by", "source", "url"]
    out = odd.merge(rows[["model_id", "benchmark_id", *named]], on=["model_id", "benchmark_id"], how="left")
    return out.sort_values("deviation", key=np.abs, ascending=False, ignore_index=True, kind="stable")
