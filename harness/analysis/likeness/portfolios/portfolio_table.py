"""Portfolios as a table: items solved, gain over the better member, cost, each with its interval.

Source: Cameron, Gelbach, Miller (2008), the bootstrap of clusters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.analysis.likeness.pairs import interval_ends
from harness.analysis.likeness.portfolios.answers import Singles
from harness.analysis.likeness.portfolios.combinations import Portfolios

PORTFOLIO_COLUMNS = ["models", "size", "score", "score_low", "score_high", "better", "better_score", "gain", "gain_low",
                     "gain_high", "cost", "cost_low", "cost_high", "per_solved", "per_solved_low", "per_solved_high",
                     "costed"]  # fmt: skip
LEAST_COSTED = 0.9
"""Share of the items whose cost of all members is known, below which a portfolio has no cost: two portfolios' costs are of the
same items then, but for a tenth."""


def portfolio_table(portfolios: Portfolios, weights: Singles) -> pd.DataFrame:
    """Portfolios with 95% intervals, best first: PORTFOLIO_COLUMNS.

    ``score``: share solved; ``better``: the member that the gain is over (its observed choice is held in every sample);
    ``cost``: US dollars a task, ``per_solved``: a solved task, both over the ``costed`` items of known cost of all members, where those
    are at least LEAST_COSTED of all.
    ``weights``: ``Answers.weights``, the same for all that is compared. NaN where something is not known.
    """
    columns: dict[str, object] = {}
    count, drawn = portfolios.sizes.sum(dtype=float), portfolios.sizes @ weights
    gained = portfolios.solved - portfolios.alone
    enough = portfolios.costed.sum(axis=1, dtype=float) >= LEAST_COSTED * count
    ratios = {
        "score": (portfolios.solved, None),
        "gain": (gained, None),
        "cost": (portfolios.cost, portfolios.costed),
        "per_solved": (portfolios.cost, portfolios.costed_solved),
    }
    for name, (above, below) in ratios.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            total = count if below is None else below.sum(axis=1, dtype=float)
            values = np.asarray(above.sum(axis=1, dtype=float) / total)
            samples = (above @ weights) / (drawn if below is None else below @ weights)
        values = np.where(np.isfinite(values) & (enough | (below is None)), values, np.nan)
        samples = np.where(np.isfinite(values)[:, None], samples, np.nan)
        columns[name] = values
        columns[f"{name}_low"], columns[f"{name}_high"] = interval_ends(samples.T.astype(float))
    names = np.array(portfolios.models, dtype=object)
    columns |= {
        "models": [tuple(row) for row in names[portfolios.members]],
        "size": portfolios.members.shape[1],
        "better": names[portfolios.better],
        "better_score": portfolios.alone.sum(axis=1, dtype=float) / count if count else np.nan,
        "costed": portfolios.costed.sum(axis=1).astype(int),
    }
    frame = pd.DataFrame(columns)[PORTFOLIO_COLUMNS]
    return frame.sort_values(["score", "cost"], ascending=[False, True], ignore_index=True, kind="stable")
