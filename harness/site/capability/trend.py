"""How fast the best reported capability rises, and how firm the scale is under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots, scatter
from harness.charts.text import number
from harness.site.capability import scale
from harness.site.widgets import blocks, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale import ScaleFit
    from harness.site.server.view import View

MOST = 20
"""Benchmarks on the chart; the table has all of them."""


def show(view: View, frame: pd.DataFrame, *, source: str, unit: str) -> None:
    """The records of all groups together with the line through them and its interval."""
    import pandas as pd

    from harness.analysis.scale_trend import frontier_trend, records, trend_line

    say = view.say
    row = frontier_trend(frame, draws=scale.draws(view)).iloc[0]
    st.caption(say("reported.trend_lead"))
    if row["slope_per_year"] != row["slope_per_year"]:
        st.info(say("reported.trend_few"), icon=":material/info:")
        return
    best = records(frame)
    slopes = {k: number(float(row[c]), 2) for k, c in (("slope", "slope_per_year"), ("low", "low"), ("high", "high"))}
    points = best.assign(series=say("reported.trend_records"), x=best["released"], y=best["score"])
    line = trend_line(best, row).assign(series=say("reported.trend_line", slope=slopes["slope"]))
    blocks.chart(
        view,
        scatter.lines(
            pd.concat([points[["series", "x", "y", "low", "high", "model"]], line]),
            x_unit=say("columns.released"), y_unit=unit, note=say("reported.trend_note", draws=scale.DRAWS),
            title=say("reported.trend", records=int(row["records"]), first=f"{best['released'].iloc[0]:%Y-%m}",
                      last=f"{best['released'].iloc[-1]:%Y-%m}", **slopes),
            source=source, name="scale-trend",
        ),
    )  # fmt: skip


def firmness(view: View, fit: ScaleFit, *, source: str) -> None:
    """What each benchmark does to the scale, once asked for: refitting takes a moment."""
    from harness.analysis.scale import rankable

    say = view.say
    blocks.section(say("reported.firm"), say("reported.firm_lead"))
    if not controls.toggle(say("reported.firm_show"), "without_each"):
        return
    with st.spinner(say("reported.firm_wait")):
        left = scale.without_each(view)
    if left.empty:
        st.info(say("reported.firm_few"), icon=":material/info:")
        return
    who = view.frame("models").drop_duplicates("model_id").set_index("model_id")["name"].to_dict()
    left = left.sort_values(["largest_move", "benchmark"], ascending=[False, True], ignore_index=True)
    left = left.assign(**{f"{c}_name": [who.get(m, m) for m in left[c]] for c in ("moved_most", "first")})
    rows = left.assign(label=left["benchmark"], value=left["largest_move"])
    ranked = rankable(fit)
    leader = str(ranked.loc[ranked["capability"].idxmax(), "model_id"])
    blocks.chart(
        view,
        dots.bars(
            rows[["label", "value", "moved_most_name", "spearman", "first_name", "models"]],
            title=_sentence(view, left, leader, who.get(leader, leader)), unit=say("reported.firm_unit"),
            note=say("reported.firm_note", models=len(ranked), anchor=fit.anchor), source=source,
            name="without-each-benchmark", most=MOST,
        ),
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view,
        left,
        "scale-without-each",
        {
            "benchmark": column.TextColumn(say("controls.benchmark"), pinned=True),
            "largest_move": column.NumberColumn(say("reported.firm_move"), format="%.2f"),
            "moved_most_name": column.TextColumn(say("reported.firm_moved")),
            "spearman": column.NumberColumn(say("reported.firm_rho"), format="%.4f"),
            "first_name": column.TextColumn(say("reported.firm_first")),
        },
        alt=say("reported.firm"),
        height=300,
    )


def _sentence(view: View, left: pd.DataFrame, leader: str, name: str) -> str:
    """Whether the first place hangs on one benchmark, and which benchmark the order hangs on most."""
    lost = left[left["first"] != leader]
    least = left.loc[left["spearman"].idxmin()]
    told = {"model": name, "least": least["benchmark"], "rho": number(float(least["spearman"]), 3)}
    if lost.empty:
        return view.say("reported.firm_same", **told)
    return view.say("reported.firm_changes", n=len(lost), all=len(left), name=lost.iloc[0]["benchmark"], **told)
