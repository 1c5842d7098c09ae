"""Capability by what others published: one scale, what it expects, and each benchmark as reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.analysis.scale.ranks import LEAST_BENCHMARKS
from harness.charts import dots
from harness.site.capability import diagnostics, equal_size, leaderboard, one_model, scale, trend, unplaced
from harness.site.widgets import address, blocks, columns, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.site.server.view import View

FIRST = "first"
"""Choice in the URL that draws the benchmarks above the scale: of links that name a benchmark (``name_links.choices``)."""


@contained.section
def show(view: View) -> None:
    """The reported part of the Capability page."""
    say = view.say
    scores = view.frame("reported")
    fit = scale.fitted(view)
    least = LEAST_BENCHMARKS
    if fit is not None:
        least = int(
            controls.slider(
                say("reported.least"),
                LEAST_BENCHMARKS,
                scale.MOST_ASKED,
                LEAST_BENCHMARKS,
                1,
                "least",
                help=say("reported.least_help"),
            )
        )
    asked = st.query_params.get(FIRST) == "benchmark"
    if asked:
        address.keep(FIRST)
        _benchmarks(view, scores)
    every = scale.board(view, least)
    if fit is None or every.empty:
        st.info(say("reported.no_scale"), icon=":material/info:")
    else:
        _scale(view, leaderboard.named(view, every), fit, least)
    if not asked:
        _benchmarks(view, scores)


def _benchmarks(view: View, scores: pd.DataFrame) -> None:
    """The scores of one benchmark, as published."""
    say = view.say
    blocks.section(say("reported.benchmarks"), say("reported.benchmarks_lead"))
    ids = list(scores["benchmark_id"].value_counts().index)
    names = scores.drop_duplicates("benchmark_id").set_index("benchmark_id")["benchmark"]
    benchmark = controls.select(say("controls.benchmark"), ids, "benchmark", lambda id: str(names[id]))
    rows = leaderboard.named(view, scores[scores["benchmark_id"] == benchmark])
    column = st.column_config
    blocks.table(
        view,
        rows.assign(model=rows["model"].fillna(rows["model_id"])),
        f"reported-{benchmark}",
        {
            "model": column.TextColumn(say("columns.model"), pinned=True),
            "vendor": column.TextColumn(say("columns.vendor")),
            "score": column.NumberColumn(say("reported.score"), format="%.4g"),
            "unit": column.TextColumn(say("reported.unit")),
            "metric": column.TextColumn(say("columns.metric")),
            "setting": column.TextColumn(say("reported.setting")),
            "reported_by": column.TextColumn(say("reported.by")),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "source": column.TextColumn(say("columns.source")),
            "url": columns.link(say("columns.link")),
        },
        alt=say("reported.benchmarks"),
        height=380,
    )


def _scale(view: View, frame: pd.DataFrame, fit: ScaleFit, least: int) -> None:
    say = view.say
    with st.container(horizontal=True, vertical_alignment="bottom"):
        segments = controls.multiselect(
            say("controls.segment"), sorted(s for s in set(frame["segment"]) if isinstance(s, str)), "segment",
            lambda s: say.known("segment", s),
        )  # fmt: skip
        countries = controls.multiselect(
            say("controls.country"), sorted(c for c in set(frame["country"]) if isinstance(c, str)), "country",
            lambda c: say.known("country", c),
        )  # fmt: skip
        weights = controls.segmented(
            say("controls.weights"), ["all", "open", "closed"], "weights", lambda w: say(f"weights.{w}")
        )
    shown = leaderboard.filtered(frame, segments, countries, weights)
    if shown.empty:
        st.info(say("common.no_match"), icon=":material/filter_alt_off:")
        return
    source = say("reported.source", models=len(frame), benchmarks=len(fit.benchmarks), rmse=f"{fit.rmse:.3f}",
                 day=f"{view.frame('reported')['as_of'].max():%Y-%m-%d}")  # fmt: skip
    unit = say("scale.unit")
    blocks.chart(
        view,
        dots.ranking(shown, title=scale.lead(view, shown), unit=unit, note=say("reported.note"), source=source,
                     name="reported-scale", origin="reported", most=30),
        lead=True,
    )  # fmt: skip
    _threshold(view, frame, least)
    column = st.column_config
    blocks.table(
        view,
        shown.assign(newest=shown["model_id"].map(newest_scores(view)), within=[say("common.yes") if w else "" for w in shown["within_leader"]],
                     weights=[say(f"weights.{'open' if o is True or o == 1 else 'closed'}") if o == o and o is not None else "–"
                              for o in shown["open_weights"]]),
        "reported-ranks",
        {"ranks": column.TextColumn(say("columns.rank"), help=say("columns.rank_help"), width="small", pinned=True),
         "model": column.TextColumn(say("columns.model"), pinned=True),
         "score": column.NumberColumn(say("scale.points"), format="%.1f"),
         "low": column.NumberColumn(say("columns.low"), format="%.1f"),
         "high": column.NumberColumn(say("columns.high"), format="%.1f"),
         "within": column.TextColumn(say("scale.within"), help=say("scale.within_help")),
         "benchmarks": column.NumberColumn(say("reported.benchmark_count"), format="%d"),
         "domains": column.NumberColumn(say("scale.domain_count"), format="%d"),
         "newest": column.DateColumn(say("unplaced.newest_score"), format="YYYY-MM-DD"),
         "vendor": column.TextColumn(say("columns.vendor")),
         "weights": column.TextColumn(say("controls.weights")),
         "released": column.DateColumn(say("columns.released"), format="YYYY-MM-DD"),
         "segment_name": column.TextColumn(say("columns.segment")),
         "country_name": column.TextColumn(say("columns.country"))},
        alt=say("reported.scale"), height=360,
    )  # fmt: skip
    unplaced.show(view, least)
    one_model.against(view, frame, fit, source=source)
    one_model.domains(view, frame, fit, source=source)
    trend.show(view, frame, fit, source=source)
    equal_size.show(view, shown, unit=unit, source=source, name="reported", digits=1)
    one_model.expected(view, frame, fit, source=source)
    diagnostics.show(view, fit, source=source)


def newest_scores(view: View) -> pd.Series[Any]:
    """The day of each product's newest score that may enter the scale."""
    scores = view.frame("reported")
    scores = scores[scores["role"].eq("scale")]
    product = scores["product_id"].where(scores["product_id"].notna(), scores["model_id"])
    return scores["as_of"].groupby(product).max()


def _threshold(view: View, frame: pd.DataFrame, least: int) -> None:
    """Where other demands on the evidence give another leader: from which number of benchmarks, and who."""
    first = str(frame.iloc[0]["model"])
    others = {n: name for n, name in scale.leaders(view).items() if name != first}
    if others:
        n = min(others, key=lambda asked: (abs(asked - least), asked))
        st.caption(blocks.literal(view.say("scale.threshold", asked=n, model=others[n], first=first)))


@contained.section
def agreement(view: View, board: pd.DataFrame) -> None:
    """How well this board agrees with the scale of reported scores, where a model has both: compared, never averaged."""
    from harness.analysis.scale.trend import measured_agreement

    fit = scale.fitted(view)
    if fit is None:
        return
    found = measured_agreement(fit, board.dropna(subset=["model_id"])[["model_id", "score"]]).iloc[0]
    ends = {k: f"{found[k]:.2f}" for k in ("spearman", "low", "high")}
    key = "agreement" if found["spearman"] == found["spearman"] else "agreement_few"
    st.caption(view.say(f"reported.{key}", n=int(found["models"]), **ends))
