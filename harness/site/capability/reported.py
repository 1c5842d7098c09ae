"""Capability by what others published: one stitched scale, what it expects, and each benchmark as reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.scale import RANKED_BENCHMARKS
from harness.charts import dots, scatter
from harness.site.capability import equal_size, leaderboard, scale, trend
from harness.site.widgets import blocks, columns, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale import ScaleFit
    from harness.site.server.view import View

MOST_EXPECTED = 16
"""Benchmarks on the chart of expected scores beside those that the model has: more would not be read."""


def show(view: View) -> None:
    """The reported part of the Capability page."""
    say = view.say
    scores = view.frame("reported")
    fit = scale.fitted(view)
    least = RANKED_BENCHMARKS
    if fit is not None:
        least = int(
            controls.slider(
                say("reported.least"), 4, 12, RANKED_BENCHMARKS, 1, "least", help=say("reported.least_help")
            )
        )
    every = scale.board(view, least)
    if fit is None or every.empty:
        st.info(say("reported.no_scale"), icon=":material/info:")
    else:
        _scale(view, leaderboard.named(view, every), fit)
    blocks.section(say("reported.benchmarks"), say("reported.benchmarks_lead"))
    names = list(scores["benchmark"].value_counts().index)
    benchmark = controls.select(say("controls.benchmark"), names, "benchmark")
    rows = leaderboard.named(view, scores[scores["benchmark"] == benchmark])
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
            "url": column.LinkColumn(say("columns.link"), display_text=":material/open_in_new:", validate="^https?://"),
        },
        alt=say("reported.benchmarks"),
        height=380,
    )


def _scale(view: View, frame: pd.DataFrame, fit: ScaleFit) -> None:
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
    source = say("reported.source", models=len(frame), benchmarks=len(fit.benchmarks), rmse=f"{fit.rmse:.3f}")
    title = leaderboard.leader_sentence(view, shown, what=say("reported.scale"))
    unit = say("reported.scale_unit", anchor=fit.anchor)
    blocks.chart(
        view,
        dots.ranking(shown, title=title, unit=unit, note=say("reported.note"), source=source, name="reported-scale",
                     origin="reported", most=30),
        lead=True,
    )  # fmt: skip
    blocks.table(
        view, shown, "reported-ranks",
        {k: v for k, v in columns.leaderboard(say).items() if k not in ("dtype", "engine", "sealed", "run_id")}
        | {"score": st.column_config.NumberColumn(say("reported.capability"), format="%.2f"),
           "low": st.column_config.NumberColumn(say("columns.low"), format="%.2f"),
           "high": st.column_config.NumberColumn(say("columns.high"), format="%.2f"),
           "benchmarks": st.column_config.NumberColumn(say("reported.benchmark_count"), format="%d"),
           "released": st.column_config.DateColumn(say("columns.released"), format="YYYY-MM-DD")},
        alt=say("reported.scale"), height=360,
    )  # fmt: skip
    _over_time(view, shown, source, unit)
    trend.show(view, shown, source=source, unit=unit)
    equal_size.show(view, shown, unit=unit, source=source, name="reported")
    _expected(view, shown, source, fit)
    trend.firmness(view, fit, source=source)


def _over_time(view: View, frame: pd.DataFrame, source: str, unit: str) -> None:
    from harness.analysis.scale_trend import records_of_each

    say = view.say
    blocks.section(say("reported.time"), say("reported.time_lead"))
    by = controls.segmented(say("reported.by_what"), ["segment", "country"], "by", lambda b: say(f"controls.{b}"))
    lines = records_of_each(frame, by)
    if lines.empty:
        return
    lines = lines.assign(series=[say.known(by, v) for v in lines[by]], x=lines["released"], y=lines["score"])
    if by == "country":
        busiest = lines.groupby("series")["y"].max().nlargest(5).index
        lines = lines[lines["series"].isin(busiest)].drop(columns=["segment"])
    last = lines.groupby("series")["y"].max().sort_values(ascending=False)
    title = (
        say(
            "reported.time_finding", first=last.index[0], second=last.index[1], gap=f"{last.iloc[0] - last.iloc[1]:.2f}"
        )
        if len(last) > 1
        else say("reported.time_one", first=last.index[0])
    )
    keep = ["series", "x", "y", "low", "high", "model", *(["segment"] if "segment" in lines else [])]
    blocks.chart(
        view,
        scatter.lines(lines[keep], x_unit=say("columns.released"), y_unit=unit, title=title, note=say("reported.time_note"),
                      source=source, name=f"scale-over-time-{by}"),
    )  # fmt: skip

    _gap(view, frame, by)


def agreement(view: View, board: pd.DataFrame) -> None:
    """How well this board agrees with the scale of reported scores, where a model has both: compared, never averaged."""
    from harness.analysis.scale_trend import measured_agreement

    fit = scale.fitted(view)
    if fit is None:
        return
    found = measured_agreement(fit, board.dropna(subset=["model_id"])[["model_id", "score"]]).iloc[0]
    ends = {k: f"{found[k]:.2f}" for k in ("spearman", "low", "high")}
    key = "agreement" if found["spearman"] == found["spearman"] else "agreement_few"
    st.caption(view.say(f"reported.{key}", n=int(found["models"]), **ends))


def _gap(view: View, frame: pd.DataFrame, by: str) -> None:
    """How far each group is behind the best of all today, and how long ago the best was where it is now."""
    from harness.analysis.segments import gap_over_time

    say = view.say
    rows = gap_over_time(frame[["model", "released", "score", by]].dropna(), group=by)
    if rows.empty:
        return
    now = rows.sort_values("date").drop_duplicates("group", keep="last").sort_values("behind")
    column = st.column_config
    st.caption(say("reported.gap_lead"))
    blocks.table(
        view,
        now.assign(name=[say.known(by, g) for g in now["group"]]),
        f"gap-{by}",
        {
            "name": column.TextColumn(say(f"controls.{by}"), pinned=True),
            "model": column.TextColumn(say("reported.gap_best")),
            "best": column.NumberColumn(say("reported.capability"), format="%.2f"),
            "behind": column.NumberColumn(say("reported.gap_behind"), format="%.2f"),
            "behind_months": column.NumberColumn(say("reported.gap_months"), format="%.1f"),
        },
        alt=say("reported.gap_lead"),
    )


def _expected(view: View, frame: pd.DataFrame, source: str, fit: ScaleFit) -> None:
    import pandas as pd

    from harness.analysis.scale import expected_scores

    say = view.say
    blocks.section(say("reported.expected"), say("reported.expected_lead"))
    model = controls.select(say("columns.model"), list(frame["model"]), "expect")
    row = frame[frame["model"] == model].iloc[0]
    ends = [expected_scores(fit, row[c]).set_index("benchmark")["expected"] for c in ("score", "low", "high")]
    told = fit.scores[fit.scores["model_id"] == row["model_id"]].set_index("benchmark")["score"]
    rows = pd.DataFrame({"value": ends[0], "low": ends[1], "high": ends[2]}).sort_values("value", ascending=False)
    rows = rows.reset_index(names="dimension").assign(thing=say("reported.expects"))
    busy = set(fit.benchmarks.nlargest(MOST_EXPECTED, "models")["benchmark"]) | set(told.index)
    rows = rows[rows["dimension"].isin(busy)]
    both = pd.concat(
        [rows, pd.DataFrame({"dimension": told.index, "value": told.to_numpy(), "thing": say("origin.reported")})]
    )
    known = ends[0].loc[told.index] - told
    blocks.chart(
        view,
        dots.profile(
            both, title=say("reported.expected_finding", model=model, error=f"{known.abs().mean():.2f}", n=len(told)),
            unit=say("reported.share"), note=say("reported.expected_note"), source=source, name="expected-scores",
        ),
    )  # fmt: skip
