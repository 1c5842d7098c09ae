"""How far the capability scale can be trusted: outside indices, held-out scores, its benchmarks, and scores it does not explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots
from harness.charts.text import number
from harness.site.capability import scale
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.site.server.view import View

MOST = 24
"""Benchmarks on the chart, those with most models; the table has all of them."""


@contained.section
def agreement(view: View, fit: ScaleFit) -> None:
    """Beside indices that others make."""
    from harness.analysis.scale.checks import agreements

    say = view.say
    rows = view.derived("scale_agreements", lambda: agreements(fit, view.frame("reported")))
    if rows.empty:
        return
    st.subheader(say("diagnostics.agreement"), anchor=False)
    st.caption(say("diagnostics.agreement_lead"))
    among = [
        say("diagnostics.all") if least < 0 else say("diagnostics.from_points", points=number(least, 0))
        for least in rows["least"]
    ]
    column = st.column_config
    blocks.table(
        view,
        rows.assign(among=among),
        "scale-agreement",
        {
            "index": column.TextColumn(say("diagnostics.index"), pinned=True),
            "edition": column.TextColumn(say("diagnostics.edition")),
            "among": column.TextColumn(say("diagnostics.among")),
            "n": column.NumberColumn(say("diagnostics.products"), format="%d"),
            "spearman": column.NumberColumn(say("diagnostics.spearman"), format="%.3f"),
            "rms": column.NumberColumn(say("diagnostics.rms_points"), format="%.1f"),
        },
        alt=say("diagnostics.agreement"),
        height=420,
    )


def held_out(view: View, fit: ScaleFit) -> None:
    """Scores predicted from the others, by the scale and by simpler ways."""
    import pandas as pd

    say = view.say
    st.subheader(say("diagnostics.held_out"), anchor=False)
    st.caption(say("diagnostics.held_out_lead"))
    reported = view.frame("reported")
    released = reported.assign(model_id=reported["product_id"].fillna(reported["model_id"]))
    released = pd.to_datetime(released.groupby("model_id")["released"].min())
    since = released[released.index.isin(fit.models["model_id"])].max() - pd.DateOffset(years=1)
    kinds = {
        "cells": say("diagnostics.cells"),
        "batteries": say("diagnostics.batteries"),
        "recent": say("diagnostics.recent", since="" if pd.isna(since) else f"{since:%Y-%m-%d}"),
    }
    methods = {
        "scale": say("diagnostics.by_scale"),
        "plain_curve": say("diagnostics.by_plain_curve"),
        "nearest": say("diagnostics.by_nearest"),
        "additive": say("diagnostics.by_additive"),
        "benchmark_mean": say("diagnostics.by_benchmark_mean"),
    }
    rows = _all_kinds(view, fit, released, since, kinds)
    column = st.column_config
    blocks.table(
        view,
        rows.assign(kind=rows["kind"].map(kinds), method=rows["method"].map(methods), coverage=100 * rows["coverage"]),
        "scale-held-out",
        {
            "kind": column.TextColumn(say("diagnostics.kind"), pinned=True),
            "method": column.TextColumn(say("diagnostics.method")),
            "n": column.NumberColumn(say("diagnostics.scores"), format="%d"),
            "rms": column.NumberColumn(say("diagnostics.rms_score"), format="%.3f"),
            "coverage": column.NumberColumn(say("diagnostics.coverage"), format="%.1f%%"),
        },
        alt=say("diagnostics.held_out"),
        height=600,
    )


def _all_kinds(
    view: View, fit: ScaleFit, released: pd.Series, since: pd.Timestamp, kinds: dict[str, str]
) -> pd.DataFrame:
    """``analysis.scale.checks.accuracy`` of every kind, with a bar of progress."""
    import pandas as pd

    content, parts = scale.fingerprint(view.frame("reported")), []
    bar = st.progress(0.0)
    for done, (kind, name) in enumerate(kinds.items()):
        bar.progress(done / len(kinds), view.say("diagnostics.held_out_wait", what=name))
        parts.append(_accuracy(content, kind, fit, released, since))
    bar.empty()
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


# Refits take half a minute: kept by content, like the fit.
@st.cache_data(max_entries=6, show_spinner=False)
def _accuracy(content: str, kind: str, _fit: ScaleFit, _released: pd.Series, _since: pd.Timestamp) -> pd.DataFrame:
    from harness.analysis.scale.checks import accuracy

    return accuracy(_fit, _released, _since, kinds=(kind,), seeds=(1,))


def benchmarks(view: View, fit: ScaleFit, *, source: str) -> None:
    """Each benchmark's difficulty, sharpness and error."""
    from harness.analysis.statistics.uncertainty import normal_quantile

    say = view.say
    st.subheader(say("diagnostics.benchmarks"), anchor=False)
    st.caption(say("diagnostics.benchmarks_lead"))
    half = normal_quantile()
    rows = fit.benchmarks.sort_values(["models", "benchmark"], ascending=[False, True], ignore_index=True)
    rows = rows.assign(
        low=rows["difficulty"] - half * rows["difficulty_stderr"],
        high=rows["difficulty"] + half * rows["difficulty_stderr"],
        battery=rows["battery"].replace(
            {
                "agents": say("diagnostics.battery_agents"),
                "mathematics": say("diagnostics.battery_mathematics"),
                "classics": say("diagnostics.battery_classics"),
                "": say("diagnostics.battery_none"),
            }
        ),
    )
    shown = rows.head(MOST).sort_values("difficulty", ascending=False, ignore_index=True)
    hardest, easiest = shown.iloc[0], shown.iloc[-1]
    blocks.chart(
        view,
        dots.profile(
            shown.assign(thing=say("diagnostics.difficulty"), dimension=shown["benchmark"], value=shown["difficulty"])[
                ["thing", "dimension", "value", "low", "high", "models"]
            ],
            title=say("diagnostics.benchmarks_finding", n=len(shown), hardest=hardest["benchmark"], easiest=easiest["benchmark"],
                      most=number(float(hardest["difficulty"]), 0), least=number(float(easiest["difficulty"]), 0)),
            unit=say("diagnostics.difficulty_unit"), note=say("diagnostics.benchmarks_note"), source=source,
            name="scale-difficulties",
        ),
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view,
        rows,
        "scale-benchmarks",
        {
            "benchmark": column.TextColumn(say("controls.benchmark"), pinned=True),
            "set_up_by": column.TextColumn(say("diagnostics.set_up_by")),
            "battery": column.TextColumn(say("diagnostics.battery")),
            "difficulty": column.NumberColumn(
                say("diagnostics.difficulty"), help=say("diagnostics.difficulty_unit"), format="%.1f"
            ),
            "difficulty_stderr": column.NumberColumn(say("diagnostics.difficulty_stderr"), format="%.1f"),
            "slope": column.NumberColumn(say("diagnostics.slope"), help=say("diagnostics.slope_help"), format="%.3f"),
            "error": column.NumberColumn(say("diagnostics.error"), help=say("diagnostics.error_help"), format="%.3f"),
            "models": column.NumberColumn(say("diagnostics.products"), format="%d"),
        },
        alt=say("diagnostics.benchmarks"),
        height=380,
    )


def unexplained(view: View, fit: ScaleFit) -> None:
    """Scores that lie far from the fit, each with its source."""
    from harness.analysis.scale import checks

    say = view.say
    st.subheader(say("diagnostics.unexplained"), anchor=False)
    rows = view.derived("scale_unexplained", lambda: checks.unexplained(fit, view.frame("reported")))
    n = len(rows.drop_duplicates(["model_id", "benchmark_id"]))
    lead = say("diagnostics.unexplained_lead", n=n, all=len(fit.scores), least=number(checks.ODD, 0))
    st.caption(blocks.literal(lead))
    if rows.empty:
        return
    who = view.frame("models").drop_duplicates("model_id").set_index("model_id")["name"]
    column = st.column_config
    blocks.table(
        view,
        rows.assign(name=rows["model_id"].map(who).fillna(rows["model_id"])),
        "scale-unexplained",
        {
            "name": column.TextColumn(say("columns.model"), pinned=True),
            "benchmark": column.TextColumn(say("controls.benchmark")),
            "given": column.NumberColumn(say("diagnostics.given"), format="%.3f"),
            "fitted": column.NumberColumn(say("diagnostics.fitted"), format="%.3f"),
            "deviation": column.NumberColumn(
                say("diagnostics.deviation"), help=say("diagnostics.deviation_help"), format="%+.1f"
            ),
            "setting": column.TextColumn(say("reported.setting")),
            "reported_by": column.TextColumn(say("reported.by")),
            "source": column.TextColumn(say("columns.source")),
            "url": columns.link(say("columns.link")),
        },
        alt=say("diagnostics.unexplained"),
        height=380,
    )
