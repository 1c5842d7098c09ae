"""Whether the capability scale's 95% intervals hold the truth, in simulated markets where it is known.

    python -m benchmarks.scale_coverage [--markets 500] [--seed 0]

For each market: the share of models whose true points lie in their interval; the share of pairs whose true difference lies in that
of ``ranks.contrast``; whether the models that cannot be told from the leader hold the truly best one. Prints the means with
their standard errors over markets.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
import pandas as pd

from harness.analysis.scale import ranks
from harness.analysis.scale.fit import HIGH, LOW, fit_scale
from harness.analysis.statistics.uncertainty import normal_quantile
from tests.analysis.scale_markets import Market, market


def coverage(known: Market) -> dict[str, float]:
    """Coverage in one market: ``points, differences, leader, not_told`` (how many others share the leader's class)."""
    fit = fit_scale(known.scores)
    models = fit.models[~fit.models["model_id"].isin([LOW[0], HIGH[0]])]
    truth = known.points.reindex(models["model_id"]).to_numpy()
    points = (models["low"].to_numpy() <= truth) & (truth <= models["high"].to_numpy())
    every = known.points.reindex(fit.models["model_id"]).to_numpy()
    gap, error = ranks.differences(fit.models["points"].to_numpy(dtype=float), fit.covariance)
    a, b = np.triu_indices(len(every), 1)
    missed = np.abs(gap[a, b] - (every[a] - every[b])) / np.where(error[a, b] > 0, error[a, b], np.inf)
    board = ranks.ranked(fit)
    board = board[board["ranked"]]
    best = known.points.reindex(board["model_id"]).to_numpy().argmax()
    within = board["within_leader"].to_numpy(dtype=bool)
    return {
        "points": float(points.mean()),
        "differences": float((missed <= normal_quantile()).mean()),
        "leader": float(within[best]),
        "not_told": float(within.sum() - 1),
        "converged": float(fit.converged),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0, help="of the first market")
    given = parser.parse_args()
    rows = pd.DataFrame([coverage(market(given.seed + i)) for i in range(given.markets)])
    print(f"{given.markets} markets of 60 models and 25 benchmarks\n\n| what | mean | standard error |\n|---|--:|--:|")
    for name in rows:
        print(f"| {name} | {rows[name].mean():.4f} | {rows[name].std() / math.sqrt(len(rows)):.4f} |")


if __name__ == "__main__":
    main()
