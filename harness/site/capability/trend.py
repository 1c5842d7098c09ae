"""How fast the best reported capability rises, and how firm the scale is under it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

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


def found(view: View, fit: ScaleFit, frame: pd.DataFrame) -> pd.Series[Any]:
    """``analysis.scale_trend.frontier_trend`` over the models of ``frame``, with the interval of the bootstrap."""
    from harness.analysis.scale_trend import frontier_trend

    models = fit.models[fit.models["model_id"].isin(set(frame["model_id"]))].reset_index(drop=True)
    released = dict(zip(frame["model_id"], frame["released"], strict=True))
    drawn = scale.draws(view)[models["model_id"].to_list()]
    return frontier_trend(replace(fit, models=models), released, draws=drawn).iloc[0]


def records(frame: pd.DataFrame) -> pd.DataFrame:
    """The models that beat every earlier one, in order of release."""
    import pandas as pd

    rows = frame[frame["released"].notna()].assign(released=pd.to_datetime(frame["released"]))
    rows = rows.sort_values("released", kind="stable")
    return rows[rows["score"] > rows["score"].cummax().shift(fill_value=-float("inf"))]


def show(view: View, frame: pd.DataFrame, fit: ScaleFit, *, source: str, unit: str) -> None:
    """The records of all groups together with the line through them and its interval."""
    import pandas as pd

    say = view.say
    row = found(view, fit, frame)
    st.caption(say("reported.trend_lead"))
    if row["slope_per_year"] != row["slope_per_year"]:
        st.info(say("reported.trend_few"), icon=":material/info:")
        return
    best = records(frame)
    slopes = {k: number(float(row[c]), 2) for k, c in (("slope", "slope_per_year"), ("low", "low"), ("high", "high"))}
    held = best.assign(series=say("reported.trend_records"), x=best["released"], y=best["score"])
    line = _line(best, row).assign(series=say("reported.trend_line", slope=slopes["slope"]))
    blocks.chart(
        view,
        scatter.lines(
            pd.concat([held[["series", "x", "y", "low", "high", "model"]], line]),
            x_unit=say("columns.released"), y_unit=unit, note=say("reported.trend_note", draws=scale.DRAWS),
            title=say("reported.trend", records=int(row["records"]), first=f"{best['released'].iloc[0]:%Y-%m}",
                      last=f"{best['released'].iloc[-1]:%Y-%m}", **slopes),
            source=source, name="scale-trend",
        ),
    )  # fmt: skip


def _line(best: pd.DataFrame, row: pd.Series[Any]) -> pd.DataFrame:
    """The least-squares line at the first record, at the records' mean (where every slope passes) and at the last."""
    import pandas as pd

    days = (best["released"] - best["released"].iloc[0]).dt.days
    at = pd.Series([0.0, float(days.mean()), float(days.iloc[-1])])
    years = (at - days.mean()) / 365.25
    level = float(best["score"].mean())
    ends = pd.DataFrame({c: level + float(row[c]) * years for c in ("low", "high")})
    return pd.DataFrame(
        {
            "x": best["released"].iloc[0] + pd.to_timedelta(at, unit="D"),
            "y": level + float(row["slope_per_year"]) * years,
            "low": ends.min(axis=1),
            "high": ends.max(axis=1),
        }
    )


def firmness(view: View, fit: ScaleFit, *, source: str) -> None:
    """What each benchmark does to the scale, once asked for: refitting takes a moment."""
    say = view.say
    blocks.section(say("reported.firm"), say("reported.firm_lead"))
    if not controls.flag(say("reported.firm_show"), "without_each"):
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
    ranked = scale.placed(fit)
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
