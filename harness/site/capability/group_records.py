"""The best of each group of models over time: open and closed, segments, countries, as lines on one chart."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import scatter
from harness.charts.text import number
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

BY = {"weights": "open_weights", "segment": "segment", "country": "country"}
"""What the lines can be of, and the column that says it."""
MOST = 5
"""Lines on the chart, the highest of today: more cannot be followed."""


@contained.section
def show(view: View, rows: pd.DataFrame, *, source: str) -> None:
    """The records of each group of choice; ``rows`` is the board with ``points``."""
    import pandas as pd

    say = view.say
    by = controls.segmented(say("trend.lines_by"), list(BY), "lines", lambda key: say(f"controls.{key}"))
    best = records(rows, by)
    if best.empty:
        st.info(say("trend.no_groups"), icon=":material/info:")
        return
    day = best["until"].max()
    latest = best.groupby("group").tail(1).sort_values("points", ascending=False, ignore_index=True)
    kept = list(latest["group"].head(MOST))
    names = {group: _name(view, by, group) for group in latest["group"]}
    best = best[best["group"].isin(kept)].assign(series=lambda f: f["group"].map(names))
    steps = pd.concat([best.assign(corner=0, x=best["released"]), best.assign(corner=1, x=best["until"])])
    place = {group: at for at, group in enumerate(kept)}
    steps = steps.assign(place=steps["group"].map(place)).sort_values(["place", "released", "corner"], kind="stable")
    columns = ["series", "x", "y", "low", "high", "model", *(["segment"] if by == "segment" else [])]
    drawn = scatter.lines(
        steps.assign(y=steps["points"])[columns],
        x_unit=say("columns.released"), y_unit=say("trend.points"), title=_sentence(view, latest, names, day),
        note=say("trend.lines_note", n=len(kept), all=len(latest)), source=source, name=f"scale-lines-{by}", height=520,
    )  # fmt: skip
    drawn.figure.update_traces(marker_size=[8, 0] * len(best), selector={"mode": "lines+markers"})
    keep = ["series", "released", "points", "low", "high", "model"]
    blocks.chart(view, dataclasses.replace(drawn, data=best[keep]))


def records(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """The models that set a record of their group since the trends begin, each with the day ``until`` which it held.

    The last of each group holds until the newest release of all.
    """
    import pandas as pd

    from harness.analysis.scale.trend import SINCE, records_of_each

    best = records_of_each(rows.assign(group=rows[BY[by]]).dropna(subset=["group"]), "group")
    best = best[best["released"] >= SINCE] if len(best) else best
    if best.empty:
        return best.assign(until=pd.Series(dtype="datetime64[ns]"))
    newest = pd.to_datetime(rows["released"]).max()
    return best.assign(until=best.groupby("group")["released"].shift(-1).fillna(newest))


def _name(view: View, by: str, group: object) -> str:
    if by == "weights":
        return view.say("weights.open" if bool(group) else "weights.closed")
    return view.say.known(by, group)


def _sentence(view: View, latest: pd.DataFrame, names: dict[object, str], day: pd.Timestamp) -> str:
    """Whose best model is the best of all, and how far the next group's best is below it."""
    first = latest.iloc[0]
    values = {"date": f"{day:%Y-%m-%d}", "first": names[first["group"]], "model": first["model"],
              "points": number(float(first["points"]), 0)}  # fmt: skip
    if len(latest) == 1:
        return view.say("trend.lines_alone", **values)
    second = latest.iloc[1]
    gap = number(float(first["points"] - second["points"]), 0)
    return view.say("trend.lines_first", second=names[second["group"]], second_model=second["model"], gap=gap, **values)
