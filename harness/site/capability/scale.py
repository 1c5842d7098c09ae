"""The stitched scale of reported scores: one axis for models that nobody here can run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale import ScaleFit
    from harness.site.server.view import View


def fitted(view: View) -> ScaleFit | None:
    """The scale (``ScaleFit``), or None where too few scores hang together."""

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
    from harness.analysis.scale import ANCHOR, fit_scale, prepare_reported
    from harness.errors import MissingData

    counts = _scores["benchmark"].value_counts()
    anchor = ANCHOR if ANCHOR in counts.index else str(counts.index[0])
    ready = prepare_reported(_scores, anchor=anchor)
    try:
        return fit_scale(ready.scores, anchor=anchor)
    except MissingData:
        return None


SEED = 20260723
DRAWS = 400
"""Redrawn scales behind the trend's interval: its ends are then stable to about a hundredth a year."""
LEAST = 5
"""Benchmarks that a model needs to be ranked, unless the reader says otherwise."""
WIDEST = 0.5
"""Largest standard error of a ranked model: beyond it the 95 % interval is wider than the middle half of all models."""


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
    from harness.analysis.scale import leave_one_benchmark_out

    return leave_one_benchmark_out(
        _fit.scores[["model_id", "benchmark", "score"]], anchor=_fit.anchor, among=set(placed(_fit)["model_id"])
    )


def placed(fit: ScaleFit, least: int = LEAST) -> pd.DataFrame:
    """The fit's models that can be ranked: ``least`` benchmarks, and a standard error that lets them be placed at all."""
    return fit.models[(fit.models["benchmarks"] >= least) & (fit.models["stderr"] <= WIDEST)]


def board(view: View, least: int = LEAST) -> pd.DataFrame:
    """Models on the scale that are ``placed``, best first, ranked as leaderboards are: ``model, score, low, high, ranks, …``."""

    def compute(least: int) -> pd.DataFrame:
        import pandas as pd

        from harness.analysis.statistics.ranking import ranking
        from harness.charts.text import rank

        fit = fitted(view)
        if fit is None:
            return pd.DataFrame()
        who = view.frame("models").drop_duplicates("model_id")
        who = who[["model_id", "name", "vendor_id", "vendor_en", "vendor_zh", "segment", "country", "params_b", "open_weights",
                   "released", "licence"]]  # fmt: skip
        rows = placed(fit, least).rename(columns={"capability": "score"}).merge(who, on="model_id", how="left")
        ranks = ranking(rows.assign(model=rows["model_id"])[["model", "score", "stderr"]])
        rows = ranks.drop(columns=["score", "stderr"]).merge(rows.assign(model=rows["model_id"]), on="model")
        named = rows["name"].where(rows["name"].notna(), rows["model_id"])
        return rows.assign(
            model=named, ranks=[rank(int(a), int(b)) for a, b in zip(rows["rank_low"], rows["rank_high"], strict=True)]
        )

    out: pd.DataFrame = view.derived("scale_board", compute, least=least)
    return out


def frontier_over_time(view: View, frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """The best capability so far of each segment or country: rows where a record fell, as lines' points."""
    import pandas as pd

    rows = frame[frame["released"].notna() & frame[by].notna()].assign(released=pd.to_datetime(frame["released"]))
    rows = rows.sort_values(["released", "score"])
    best = rows.groupby(by)["score"].cummax()
    records = rows[rows["score"] >= best].drop_duplicates([by, "released"], keep="last")
    return records.assign(series=[view.say.known("segment" if by == "segment" else "country", v) for v in records[by]],
                          x=records["released"], y=records["score"])  # fmt: skip
