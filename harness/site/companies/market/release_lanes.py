"""The timeline of releases for people: a lane a vendor, a dot a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.companies import lanes
from harness.charts.text import number
from harness.market.companies import releases
from harness.site.capability import scale
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.charts.chart import Chart
    from harness.site.server.view import View

MOST = 6
"""Vendors side by side: as many as the palette has marks."""
PERIODS = {"1": 12, "2": 24, "all": None}
"""Months shown, by what the reader chooses."""
_DATA = ["vendor", "name", "released", "score", "best", "newest", "open_weights", "params_b", "as_of", "source", "url"]


@contained.section
def show(view: View, vendors: pd.DataFrame) -> None:
    """The timeline of up to six of ``vendors`` (``vendor_id, vendor``); at first those with most releases in a year."""
    say = view.say
    rows = releases.releases(view, scale.board(view))
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    rows = rows[rows["vendor_id"].isin(names)]
    if rows["released"].isna().all():
        st.info(say("releases.none"), icon=":material/info:")
        return
    order = list(releases.recent(rows)["vendor_id"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = controls.multiselect(
            say("releases.vendors"), order, "lanes", lambda v: names[v], most=MOST, hint=say("releases.vendors_hint")
        )
        period = controls.segmented(
            say("releases.period"), list(PERIODS), "period", lambda p: say(f"releases.period_{p}"), default=1
        )
    vendor_ids = sorted(chosen, key=order.index) or order[:MOST]
    shown = releases.lanes(rows, vendor_ids, PERIODS[period])
    if shown.empty:
        st.info(say("releases.none"), icon=":material/info:")
        return
    chart = view.drawn(
        "releases", lambda: drawn(view, rows.assign(vendor=rows["vendor_id"].map(names)), shown, names),
        vendors=vendor_ids, period=period, all=tuple(names),
    )  # fmt: skip
    blocks.chart(view, chart, lead=True)


def drawn(view: View, rows: pd.DataFrame, shown: pd.DataFrame, names: dict[str, str]) -> Chart:
    """The chart of the lanes ``shown``; ``rows`` are all products of all vendors, for the counts."""
    say = view.say
    vendor_ids = list(dict.fromkeys(shown["vendor_id"]))
    counts = releases.recent(rows).set_index("vendor_id")["releases"]
    own = rows[rows["vendor_id"].isin(vendor_ids)]
    scores = shown["score"].dropna()
    shown = shown.assign(vendor=shown["vendor_id"].map(names))
    return lanes.lanes(
        shown.assign(series=shown["vendor"], label=shown["name"], x=shown["released"], hover=_hovers(view, shown)),
        title=say("releases.finding", counts=say("memo.comma").join(f"{names[v]} {counts[v]}" for v in vendor_ids)),
        unit=say("columns.released"),
        note=say(
            "releases.note", day=f"{rows['released'].max():%Y-%m-%d}", low=number(scores.min(), 0), high=number(scores.max(), 0),
            undated=int(own["released"].isna().sum()), all=len(own),
        ),
        source=say("releases.source"),
        name="releases",
        data=shown[_DATA],
    )  # fmt: skip


def _hovers(view: View, shown: pd.DataFrame) -> list[list[str]]:
    say = view.say
    return [
        [
            f"{row['vendor']} · {row['released']:%Y-%m-%d}",
            say("releases.points", points=number(row["score"], 0))
            if present(row["score"])
            else say("releases.no_points"),
            *([str(row["source"])] if present(row["source"]) else []),
        ]
        for row in shown.to_dict("records")
    ]
