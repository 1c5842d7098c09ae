"""Which tasks drive the order of an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots
from harness.charts.text import number
from harness.site.capability import leaderboard
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

LEAST = 3
"""Models that an order needs before a task can be said to drive it."""


@contained.section
def show(view: View, scores: pd.DataFrame, *, source: str, name: str) -> None:
    """What each task adds to the differences between models, and the order without it.

    ``scores`` are those of the whole suite (``leaderboard.task_scores``): like ranks, they follow no filter.
    """
    from harness.analysis.index import task_influence

    say = view.say
    blocks.section(say("influence.title"), say("influence.lead"))
    found = task_influence(scores)
    whole = scores.pivot_table(index="model", columns=["kind", "task"], values="score").dropna()
    if len(whole) < LEAST or len(found) < 2:
        st.info(say("influence.too_few", least=LEAST), icon=":material/info:")
        return
    found = found.assign(task=found["task"].map(leaderboard.names(view).task))
    rows = found.assign(label=found["task"], value=found["spread"], kind_name=[say(f"kind.{k}") for k in found["kind"]])
    blocks.chart(
        view,
        dots.bars(
            rows[["label", "value", "kind", "correlation", "kendall_tau"]], title=_sentence(view, rows, len(whole)),
            unit=say("influence.unit"), note=say("influence.note", n=len(whole)), source=source,
            name=f"influence-{name}", most=40,
        ),
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view,
        rows,
        f"task-influence-{name}",
        {
            "task": column.TextColumn(say("columns.task"), pinned=True),
            "kind_name": column.TextColumn(say("columns.kind")),
            "spread": column.NumberColumn(say("influence.spread"), format="%.3f"),
            "correlation": column.NumberColumn(say("influence.correlation"), format="%.2f"),
            "kendall_tau": column.NumberColumn(say("influence.tau"), format="%.2f", help=say("influence.tau_help")),
        },
        alt=say("influence.title"),
        height=300,
    )


def _sentence(view: View, rows: pd.DataFrame, models: int) -> str:
    """The task with the widest spread, and the one whose absence changes the order most."""
    first = rows.iloc[0]
    known = rows.dropna(subset=["kendall_tau"])
    told = {"task": first["label"], "spread": number(float(first["spread"]), 3), "models": models}
    if known.empty or known["kendall_tau"].min() >= 1:
        return view.say("influence.steady", **told)
    least = known.sort_values("kendall_tau", kind="stable").iloc[0]
    return view.say("influence.moves", other=least["label"], tau=number(float(least["kendall_tau"]), 2), **told)
