"""The readable reference of ``scale.linear_draws``: a wild bootstrap that fits every draw anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from harness.analysis import scale


def refitted_draws(fit: scale.ScaleFit, *, seed: int, draws: int) -> pd.DataFrame:
    """Capabilities of refits, ``draws`` × models in the fit's order: residuals over sqrt(1 - leverage) with random signs.

    Source: Wu (1986); Davidson and Flachaire (2008).
    """
    problem, best = scale._fitted(fit)
    fitted = fit.scores["fitted"].to_numpy(dtype=float)
    corrected = fit.scores["residual"].to_numpy(dtype=float) / np.sqrt(1 - fit.scores["leverage"].to_numpy(dtype=float))
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, len(fitted)))
    rows = [
        replace(problem, score=fitted + corrected * sign).solve(best, scale.REDRAWN_TOLERANCE, scale.REDRAWN_STEPS)[0][
            : problem.models
        ]
        for sign in signs
    ]
    return pd.DataFrame(np.array(rows), columns=fit.models["model_id"].to_list())
