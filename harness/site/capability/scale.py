"""The capability scale of reported scores, fitted once for all pages: its board, its draws, and who leads on it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from harness.analysis.scale.ranks import LEAST_BENCHMARKS
from harness.analysis.statistics.seed import SEED
from harness.charts.text import number
from harness.site.widgets import controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.site.server.view import View

DRAWS = 400
"""Redrawn scales behind the trends' intervals: their ends are then stable to about a hundredth of their width."""
MOST_ASKED = 12
"""The most benchmarks that a reader can ask of a ranked model."""


def fitted(view: View) -> ScaleFit | None:
    """The scale (``ScaleFit``), or None where the scores cannot carry one."""

    def compute() -> ScaleFit | None:
        scores = view.frame("reported")
        if scores.empty:
            return None
        from harness.analysis.scale.fit import fit_reported

        # Fitting takes seconds and publishing a run changes no reported score: kept by content, over generations of the database.
        fit: ScaleFit | None = view.by_content("scale", fingerprint(scores), lambda: fit_reported(scores))
        return fit

    out: ScaleFit | None = view.derived("scale", compute)
    return out


def fingerprint(scores: pd.DataFrame) -> str:
    """A hash of all that the fit depends on."""
    import pandas as pd

    rows = pd.util.hash_pandas_object(scores.astype(str), index=False)
    return hashlib.sha256(rows.to_numpy().tobytes()).hexdigest()


def draws(view: View) -> pd.DataFrame:
    """Points on ``DRAWS`` redrawn scales (``analysis.scale.fit.redrawn``), a column a model; empty without a scale."""

    def compute() -> pd.DataFrame:
        import pandas as pd

        from harness.analysis.scale.fit import redrawn

        fit = fitted(view)
        return pd.DataFrame() if fit is None else redrawn(fit, seed=SEED, draws=DRAWS)

    out: pd.DataFrame = view.derived("scale_draws", compute)
    return out


def board(view: View, benchmarks: int = LEAST_BENCHMARKS) -> pd.DataFrame:
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


def ranking(view: View, benchmarks: int = LEAST_BENCHMARKS) -> pd.DataFrame:
    """``market.scale_ranking`` of the board; no row where there is no scale."""

    def compute(benchmarks: int) -> pd.DataFrame:
        from harness.market import scale_ranking

        rows = board(view, benchmarks)
        return rows if rows.empty else scale_ranking.ranking(view, rows)

    out: pd.DataFrame = view.derived("scale_ranking", compute, benchmarks=benchmarks)
    return out


def source(view: View, ranked: int) -> str:
    """Where the scale comes from, in words: how many models it ranks, on how many benchmarks, to which day, how well it fits."""
    fit = fitted(view)
    if fit is None:
        return ""
    day = f"{view.frame('reported')['as_of'].max():%Y-%m-%d}"
    return view.say("reported.source", models=ranked, benchmarks=len(fit.benchmarks), rmse=f"{fit.rmse:.3f}", day=day)


def ahead(view: View, one: pd.Series[Any], other: pd.Series[Any]) -> pd.Series[Any]:
    """How far one row of the board is ahead of another: ``difference, low, high`` in points, on one scale."""
    import pandas as pd

    from harness.market import scale_board

    fit = fitted(view)
    assert fit is not None  # there is a board
    return scale_board.ahead(fit, pd.DataFrame([one, other])).iloc[0]


def lead(view: View, frame: pd.DataFrame) -> str:
    """Who leads the board (best first, at least one row), by what margin, and how many are within the margin of error."""
    say = view.say
    first = frame.iloc[0]
    values = {"model": first["model"], **{k: number(float(first[k]), 0) for k in ("score", "low", "high")}}
    if len(frame) == 1:
        return say("scale.alone", **values)
    second = frame.iloc[1]
    gap = ahead(view, first, second)
    values |= {"second": second["model"], "gap": number(float(gap["difference"]), 1)}
    values |= {"gap_low": number(float(gap["low"]), 1), "gap_high": number(float(gap["high"]), 1)}
    rivals = int((frame["class"] == first["class"]).sum()) - 1
    return say("scale.leads_clear" if rivals == 0 else "scale.leads", n=rivals, **values)


def by_evidence(view: View) -> pd.DataFrame:
    """The leader at each number of benchmarks that a reader can ask of a ranked product, a row each: ``asked, model_id, model,
    score, low, high, within`` (others within its margin of error) and ``ranked`` (products)."""

    def compute() -> pd.DataFrame:
        import pandas as pd

        rows = []
        for asked in range(LEAST_BENCHMARKS, MOST_ASKED + 1):
            ranked = board(view, asked)
            if len(ranked):
                first = ranked.iloc[0]
                values = {name: first[name] for name in ("model_id", "model", "score", "low", "high")}
                within = int(ranked["within_leader"].sum()) - 1
                rows.append({"asked": asked, **values, "within": within, "ranked": len(ranked)})
        return pd.DataFrame(rows)

    out: pd.DataFrame = view.derived("scale_by_evidence", compute)
    return out


def other_leader(view: View) -> pd.Series[Any] | None:
    """The row of ``by_evidence`` with the fewest benchmarks asked where another product leads than with the fewest of all."""
    rows = by_evidence(view)
    others = rows[rows["model_id"] != rows["model_id"].iloc[0]] if len(rows) else rows
    return None if others.empty else others.iloc[0]


def threshold(view: View) -> str:
    """Who leads instead where more benchmarks are asked of a ranked product, and how many; empty where nobody does."""
    other = other_leader(view)
    if other is None:
        return ""
    first = by_evidence(view).iloc[0]
    return view.say("scale.threshold", asked=int(other["asked"]), model=other["model"], first=first["model"])


def of_maker_alone(view: View, product_id: str) -> int:
    """On how many of the tests that place a product its scores are its maker's own alone, families of tests counted once as in
    the board's ``benchmarks``."""
    fit = fitted(view)
    if fit is None:
        return 0
    reported = view.frame("reported")
    product = reported["product_id"].where(reported["product_id"].notna(), reported["model_id"])
    placed = set(fit.scores.loc[fit.scores["model_id"].eq(product_id), "benchmark_id"])
    rows = reported[product.eq(product_id) & reported["benchmark_id"].isin(placed)]
    family = rows["family"].where(rows["family"].notna(), rows["benchmark_id"])
    return int(rows["reporter"].eq("vendor").groupby(family).all().sum())


def least_benchmarks(view: View) -> int:
    """The fewest benchmarks of a ranked product: one control, the same on every part of the page."""
    say, asked = view.say, list(range(LEAST_BENCHMARKS, MOST_ASKED + 1))
    return int(controls.select(say("reported.least"), asked, "least", lambda n: say("reported.least_of", n=n)))
