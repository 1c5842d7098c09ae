"""Whether newer models err more alike, and how alike a vendor's model is to the one before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import dots
from harness.charts.likeness.pair_cloud import pair_cloud
from harness.reports.likeness_text import plain, signed, since, trend_row, trend_verdict
from harness.site.likeness.shown import measure_label, thinned
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.charts.chart import Chart
    from harness.site.likeness.shown import Shown
    from harness.site.server.view import View

MEASURES = ("residual", "kappa")
MOST = 40
"""Successors that are drawn, the newest; the table has all."""


@contained.section
def show(view: View, shown: Shown) -> None:
    """The choice of the measure, the trend over release dates, and the successors."""
    say = view.say
    measure = controls.segmented(say("likeness.measure"), list(MEASURES), "likeness", lambda m: measure_label(view, m))
    st.caption(say(f"likeness.{measure}_means"))
    _trend(view, shown, measure)
    _successors(view, shown, measure)


def _trend(view: View, shown: Shown, measure: str) -> None:
    row = trend_row(shown.found, measure)
    points = shown.found.points[shown.found.points["measure"] == measure]
    if trend_verdict(row) == "unknown" or points.empty:
        st.info(view.say("likeness.too_few_dated"), icon=":material/info:")
        return
    chart = view.drawn("likeness_trend", lambda: _cloud(view, shown, row, points), measure=measure, boards=shown.key)
    blocks.chart(view, chart, lead=True)


def _cloud(view: View, shown: Shown, row: pd.Series[Any], points: pd.DataFrame) -> Chart:
    """The pairs over their mean release, and the trend of ``row`` with its interval."""
    import pandas as pd

    say, measure, verdict = view.say, row["measure"], trend_verdict(row)
    years = (points["released"] - points["released"].mean()).dt.days / 365.25
    dates = pd.Series([points["released"].min(), points["released"].mean(), points["released"].max()])
    apart = (dates - points["released"].mean()).dt.days / 365.25
    middle = points["value"].mean() - row["per_year"] * years.mean()
    slope, half = row["per_year"], row["half_width"]
    line = pd.DataFrame({
        "x": dates, "y": middle + slope * apart, "low": middle + slope * apart - half * apart.abs(),
        "high": middle + slope * apart + half * apart.abs(),
    })  # fmt: skip
    points = points.assign(label=points["a"] + " + " + points["b"], x=points["released"], y=points["value"], same=False)
    drawn, sampled = thinned(view, points)
    return replace(pair_cloud(
        drawn,
        line,
        line_name=say("likeness.trend_line"),
        kinds=(say("likeness.kind_between"), say("likeness.kind_within")),
        x_unit=say("likeness.mean_release"),
        y_unit=say(f"likeness.{measure}_axis"),
        title=say(f"likeness.time_{verdict}", measure=say(f"likeness.of_{measure}"), slope=signed(slope),
                  half=plain(half), year=since(shown.found), n=int(row["models"])),
        note=say("likeness.trend_note", pairs=f"{int(row['pairs']):,}", n=int(row["models"])) + sampled,
        source=shown.source,
        name=f"likeness-trend-{measure}-{shown.name}",
    ), data=points)  # fmt: skip


def _successors(view: View, shown: Shown, measure: str) -> None:
    say = view.say
    rows: pd.DataFrame = shown.found.successors
    rows = rows[rows["measure"] == measure].dropna(subset=["low"])
    blocks.section(say("likeness.successors"), say("likeness.successors_lead"))
    if rows.empty:
        st.info(say("likeness.no_successors"), icon=":material/info:")
        return
    above, below = int((rows["low"] > 0).sum()), int((rows["high"] < 0).sum())
    rows = rows.assign(
        label=rows["before"] + " → " + rows["model"], significant=(rows["low"] > 0) | (rows["high"] < 0),
        vendor_name=rows["vendor"].map(shown.vendors),
    ).sort_values("released", ascending=False).head(MOST).sort_values(["vendor_name", "released"])  # fmt: skip
    blocks.chart(
        view,
        dots.differences(
            rows.reset_index(drop=True), say,
            title=say("likeness.successors_finding", above=above, below=below, n=len(shown.found.successors) // len(MEASURES)),
            unit=say("likeness.difference_axis", measure=say(f"likeness.of_{measure}")),
            note=say("likeness.successors_note"), source=shown.source, name=f"likeness-successors-{measure}-{shown.name}",
            labels=(say("likeness.told_apart"), say("likeness.not_told_apart")),
        ),
    )  # fmt: skip
