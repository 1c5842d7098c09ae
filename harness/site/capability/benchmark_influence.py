"""What the ranking owes to each benchmark: the scale without it, with a bar of progress the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import number
from harness.site.capability import scale
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.site.server.view import View

MOST = 60
"""Benchmarks left out in turn, the leader's own and those with most products: a sixth of a second each."""


@contained.section
def show(view: View, fit: ScaleFit, *, source: str) -> None:
    """Whether the leader changes, and the table, the benchmark that changes the order most first."""
    say = view.say
    st.subheader(say("diagnostics.check_influence"), anchor=False)
    rows = _rows(view, scale.fingerprint(view.frame("reported")), fit)
    names = view.frame("models").drop_duplicates("model_id").set_index("model_id")["name"]
    rows = rows.assign(
        **{column: rows[column].map(names).fillna(rows[column]) for column in ("leader", "moved_model")},
        model_id=rows["leader"],
    ).sort_values("tau", ignore_index=True)
    first = str(scale.board(view).iloc[0]["model"])
    other = rows[rows["leader"] != first]
    values = {"model": first, "n": len(rows), "others": len(other), "tau": number(float(rows["tau"].min()), 3),
              "benchmark": rows.iloc[0]["benchmark"]}  # fmt: skip
    st.markdown(
        blocks.literal(say("diagnostics.influence_other" if len(other) else "diagnostics.influence_same", **values))
    )
    st.caption(blocks.literal(f"{say('diagnostics.influence_note', n=len(rows))} {source}"))
    column = st.column_config
    blocks.table(
        view, rows, "scale-influence",
        {"benchmark": column.TextColumn(say("diagnostics.without"), pinned=True),
         "leader": column.TextColumn(say("columns.model"), help=say("diagnostics.first_help")),
         "ahead": column.NumberColumn(say("diagnostics.ahead"), format="%.1f"),
         "tau": column.NumberColumn(say("influence.tau"), help=say("influence.tau_help"), format="%.3f"),
         "moved_model": column.TextColumn(say("diagnostics.moves_most")),
         "moved": column.NumberColumn(say("diagnostics.moved_by"), format="%+.1f"),
         "models": column.NumberColumn(say("diagnostics.products"), format="%d")},
        alt=say("diagnostics.check_influence"), height=640,
    )  # fmt: skip


def _rows(view: View, content: str, fit: ScaleFit) -> pd.DataFrame:
    """``analysis.scale.influence.benchmark_influence`` of MOST benchmarks, with a bar of progress."""
    import pandas as pd

    points = scale.board(view).set_index("model_id")["score"]
    tests = _left_out(fit, str(points.index[0]))
    waiting = view.say("diagnostics.influence_wait", n=len(tests))
    bar, rows = st.progress(0.0, waiting), []
    for done, benchmark in enumerate(tests):
        bar.progress(done / len(tests), waiting)
        rows.append(_influence(content, benchmark, fit, points))
    bar.empty()
    return pd.DataFrame(rows)


def _left_out(fit: ScaleFit, leader: str) -> list[str]:
    """MOST benchmarks: those on which the leader's place rests, then those with most products."""
    used = fit.benchmarks.sort_values(["models", "benchmark_id"], ascending=[False, True])["benchmark_id"]
    own = set(fit.scores.loc[fit.scores["model_id"].eq(leader), "benchmark_id"])
    return [*(test for test in used if test in own), *(test for test in used if test not in own)][:MOST]


# Kept by content, like the fit; one entry a benchmark, so that nothing is drawn while one is computed.
@st.cache_data(max_entries=3 * MOST, show_spinner=False)
def _influence(content: str, benchmark_id: str, _fit: ScaleFit, _points: pd.Series) -> dict[str, Any]:
    from harness.analysis.scale.influence import benchmark_influence

    row: dict[str, Any] = benchmark_influence(_fit, benchmark_id, _points).to_dict()
    return row
