"""The stitched scale of reported scores: one axis for models that nobody here can run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.scale import RANKED_BENCHMARKS
from harness.analysis.statistics.seed import SEED

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale import ScaleFit
    from harness.site.server.view import View


def fitted(view: View) -> ScaleFit | None:
    """The scale (``ScaleFit``), or None where too few scores are connected."""

    def compute() -> ScaleFit | None:
        scores = view.frame("reported")
        return None if scores.empty else _fit(fingerprint(scores), scores)

    out: ScaleFit | None = view.derived("scale", compute)
    return out


def fingerprint(scores: pd.DataFrame) -> str:
    """A hash of all that the fit depends on."""
    import pandas as pd

    rows = pd.util.hash_pandas_object(scores.astype(str), index=False)
    return hashlib.sha256(rows.to_numpy().tobytes()).hexdigest()


# Fitting takes seconds and publishing a run changes no reported score: kept by content, over generations of the database.
@st.cache_data(max_entries=4, show_spinner=False)
def _fit(content: str, _scores: pd.DataFrame) -> ScaleFit | None:
    from harness.analysis.scale import fit_reported

    return fit_reported(_scores)


DRAWS = 400
"""Redrawn scales behind the trend's interval: its ends are then stable to about a hundredth a year."""


def draws(view: View) -> pd.DataFrame:
    """Capabilities of ``DRAWS`` redrawn scales (``analysis.scale.linear_draws``), a column a model; empty without a scale."""

    def compute() -> pd.DataFrame:
        import pandas as pd

        from harness.analysis.scale import linear_draws

        fit = fitted(view)
        return pd.DataFrame() if fit is None else linear_draws(fit, seed=SEED, draws=DRAWS)

    out: pd.DataFrame = view.derived("scale_draws", compute)
    return out


def without_each(view: View) -> pd.DataFrame:
    """``analysis.scale.leave_one_benchmark_out`` over the models that are ranked by default; empty without a scale."""
    import pandas as pd

    fit = fitted(view)
    return pd.DataFrame() if fit is None else _without(fingerprint(view.frame("reported")), fit)


# Refits take long: kept by content, like the fit.
@st.cache_data(max_entries=2, show_spinner=False)
def _without(content: str, _fit: ScaleFit) -> pd.DataFrame:
    from harness.analysis.scale import leave_one_benchmark_out, rankable

    return leave_one_benchmark_out(
        _fit.scores[["model_id", "benchmark", "score", "chance"]],
        anchor=_fit.anchor,
        among=set(rankable(_fit)["model_id"]),
    )


def board(view: View, benchmarks: int = RANKED_BENCHMARKS) -> pd.DataFrame:
    """``market.scale_board`` with ``ranks``, the rank interval in words; no column where there is no scale."""

    def compute(benchmarks: int) -> pd.DataFrame:
        import pandas as pd

        from harness.charts.text import rank
        from harness.market.scale_board import scale_board

        fit = fitted(view)
        if fit is None:
            return pd.DataFrame()
        rows = scale_board(view, fit, benchmarks)
        return rows.assign(
            ranks=[rank(int(a), int(b)) for a, b in zip(rows["rank_low"], rows["rank_high"], strict=True)]
        )

    out: pd.DataFrame = view.derived("scale_board", compute, benchmarks=benchmarks)
    return out
