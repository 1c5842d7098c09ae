"""The scores of one benchmark, as published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.market.evidence import score_sources
from harness.site.capability import leaderboard
from harness.site.widgets import blocks, columns, contained, controls
from harness.site.widgets.tables.decimals import ONE_UNIT

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@contained.section
def show(view: View) -> None:
    """A benchmark of choice and all its scores, the best first where it is known which way it is better."""
    say = view.say
    scores = view.frame("reported")
    blocks.section(say("reported.benchmarks"), say("reported.benchmarks_lead"))
    ids = _current_first(scores)
    benchmark = controls.select(say("controls.benchmark"), ids, "benchmark", leaderboard.names(view).task)
    rows = leaderboard.named(view, scores[scores["benchmark_id"] == benchmark])
    column = st.column_config
    blocks.table(
        view,
        rows.assign(model=rows["model"].fillna(rows["model_id"]), evidence_of=score_sources.references(rows)),
        f"reported-{benchmark}",
        {
            "model": column.TextColumn(say("columns.model"), pinned=True),
            "score": column.NumberColumn(say("reported.score"), format=ONE_UNIT),
            "evidence_of": None,
            "unit": column.TextColumn(say("reported.unit")),
            "vendor": column.TextColumn(say("columns.vendor")),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "reported_by": column.TextColumn(say("reported.by")),
            "url": columns.link(say("columns.link")),
            "setting": column.TextColumn(say("reported.setting")),
            "metric": column.TextColumn(say("columns.metric")),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("reported.benchmarks"),
        height=640,
    )


def _current_first(scores: pd.DataFrame) -> list[str]:
    """Ids of benchmarks: those with most scores of the year before the newest score first, then by all their scores."""
    import pandas as pd

    days = pd.to_datetime(scores["as_of"])
    recent = scores[days > days.max() - pd.DateOffset(years=1)]["benchmark_id"].value_counts()
    counts = scores["benchmark_id"].value_counts().rename("all").to_frame().assign(recent=recent).fillna({"recent": 0})
    return list(counts.sort_values(["recent", "all"], ascending=False, kind="stable").index)
