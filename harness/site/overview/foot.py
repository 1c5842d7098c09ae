"""The foot of the first page: how much there is, how fresh each kind of data is, and from which sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from harness.charts.text import count
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    from harness.site.server.view import View

KINDS = ("reported_score", "price", "gpu_price", "fact", "model")
"""Kinds of data whose dates differ, in the order in which they are read."""


@contained.section
def show(view: View, held: pd.Series) -> None:
    """Counts, one newest day for each kind of data, and the sources in a fold."""
    say = view.say
    blocks.section(say("overview.freshness"), say("overview.freshness_lead"))
    fresh = view.frame("freshness")
    days = newest_days(fresh)
    if days:
        st.markdown(" · ".join(f"{say.known('feeds', kind)} **{day}**" for kind, day in days.items()))
    with st.grid(6, min_column_width=140):
        for key in ("vendors", "models", "offers", "reported_scores", "imported_runs", "measured_runs"):
            note = say("overview.reference_note", n=int(held["reference_runs"])) if key == "measured_runs" else None
            blocks.tile(key, say(f"overview.{key}"), count(held[key]), note if held["reference_runs"] else None)

    def draw() -> None:
        named = [", ".join(say.known("feeds", f) for f in str(v).split(", ")) for v in fresh["feeds"]]
        table = fresh.assign(feeds_names=named)
        blocks.table(view, table, "sources", columns.freshness(say), alt=say("overview.freshness"), height=280)

    blocks.fold(say("overview.sources", n=count(len(fresh))), ":material/database:", "sources", draw)


def newest_days(fresh: pd.DataFrame) -> dict[str, str]:
    """The newest day of each of KINDS that a source feeds; a day of the editors' own reading is no source's."""
    kinds = fresh[fresh["source_id"].ne("editors")].assign(kind=lambda rows: rows["feeds"].str.split(", "))
    newest = kinds.explode("kind").groupby("kind")["last_as_of"].max()
    return {kind: str(newest[kind])[:10] for kind in KINDS if kind in newest.index and pd.notna(newest[kind])}
