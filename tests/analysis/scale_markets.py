"""Simulated markets whose capabilities are known: scores drawn from the scale's own model, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from harness.analysis.scale.fit import HIGH, LOW
from harness.analysis.statistics.uncertainty import Floats

BATTERIES = ("helm", "livebench", "mathematics", "agents")
"""Batteries of the simulated benchmarks; as many again stand alone."""
DOMAINS = ("agents", "knowledge", "mathematics", "reasoning")


@dataclass(frozen=True)
class Market:
    """``scores`` in the columns of ``preparation.COLUMNS``, and the true ``points`` of every model by id."""

    scores: pd.DataFrame
    points: pd.Series


def market(seed: int, *, models: int = 60, benchmarks: int = 25, seen: float = 0.5, noise: float = 0.06) -> Market:
    """A market in which about a share ``seen`` of the scores is published, stronger models rather on harder benchmarks.

    True capabilities have standard deviation 1; difficulties, slopes, battery effects and errors are drawn as the scale's model
    has them: N(mean, 0.7²), log-normal (0.35), N(0, 0.1²), Student with 5 degrees of freedom (``noise`` halfway up, in scores).
    The two models that fix the unit stand at the 40th and the 85th percentile.
    """
    rng = np.random.default_rng(seed)
    capability = np.sort(rng.normal(0, 1, models))
    effect = rng.normal(0, 0.1, (models, len(BATTERIES)))
    difficulty, slope = rng.normal(0, 0.7, benchmarks), np.exp(rng.normal(0, 0.35, benchmarks))
    chance = np.where(np.arange(benchmarks) % 3 == 0, 0.25, 0.0)
    battery = np.arange(benchmarks) % (2 * len(BATTERIES))  # every second battery stands alone
    together = battery < len(BATTERIES)
    error = noise * np.exp(rng.normal(0, 0.3, benchmarks))

    gap = capability[:, None] - difficulty + np.where(together, effect[:, np.minimum(battery, len(BATTERIES) - 1)], 0)
    sigma = expit(slope * gap)
    deviation = error * np.sqrt(0.15 + 0.85 * 4 * sigma * (1 - sigma)) * rng.standard_t(5, sigma.shape)
    score = np.clip(chance + (1 - chance) * sigma + deviation, 0, 1)
    likely = np.clip(seen * 2 * expit(1.0 - np.abs(capability[:, None] - difficulty)), 0, 0.98)
    m, k = np.nonzero(rng.random(sigma.shape) < likely)

    names = [f"m{i:02d}" for i in range(models)]
    low, high = int(0.4 * models), int(0.85 * models)
    names[low], names[high] = LOW[0], HIGH[0]
    scores = pd.DataFrame({"model_id": np.array(names)[m], "benchmark_id": [f"b{i:02d}" for i in k]})
    scores = scores.assign(
        benchmark=scores["benchmark_id"], family=scores["benchmark_id"], language="en", set_up_by="vendor", reports=1,
        battery=[BATTERIES[battery[i]] if together[i] else "" for i in k], domain=[DOMAINS[i % 4] for i in k],
        chance=chance[k], score=score[m, k],
    )  # fmt: skip
    enough = scores.groupby("model_id")["model_id"].transform("size") >= 4
    scores = scores[enough | scores["model_id"].isin([LOW[0], HIGH[0]])].reset_index(drop=True)
    return Market(scores, pd.Series(true_points(capability, low, high), index=names))


def true_points(capability: Floats, low: int, high: int) -> Floats:
    """Capabilities in points, by the two models that fix the unit."""
    share = (capability - capability[low]) / (capability[high] - capability[low])
    return LOW[1] + (HIGH[1] - LOW[1]) * share
