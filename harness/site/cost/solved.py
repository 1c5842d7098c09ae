"""What a number of solved tasks costs, from the items of public runs, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots
from harness.charts.chart import DASH
from harness.charts.scatter import log_ticks
from harness.charts.text import dollars, span
from harness.site.capability import leaderboard
from harness.site.cost.tasks import with_effort
from harness.site.widgets import blocks, columns, contained, controls
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

TASKS = 1000
"""Solved tasks that the cost is of, unless the reader says otherwise."""
MOST = 1_000_000


def costs(view: View, tasks: int = TASKS) -> pd.DataFrame:
    """``market.item_costs`` of runs whose costs are known, with the names of model, vendor and benchmark, one row a run."""

    def compute(tasks: int) -> pd.DataFrame:
        import numpy as np

        from harness.market.prices.item_costs import item_costs

        rows = item_costs(view, tasks)
        rows = rows[np.isfinite(rows["per_solved"].astype(float))]
        who = view.frame("models").drop_duplicates("model_id").set_index("model_id")
        who = who[["name", "vendor_en", "vendor_zh", "segment", "country"]]
        rows = rows.merge(who, left_on="product_id", right_index=True, how="left")
        tests = view.frame("benchmarks").set_index("benchmark_id")["benchmark"]
        rows = leaderboard.named(view, rows)
        named = rows["name"].fillna(rows["model"])
        labels = [with_effort(view, name, effort) for name, effort in zip(named, rows["effort"], strict=True)]
        return rows.assign(label=labels, test=rows["benchmark"].map(tests).fillna(rows["benchmark"]))

    out: pd.DataFrame = view.derived(f"item_costs-{view.language}", compute, tasks=tasks)
    return out


def benchmarks(known: pd.DataFrame) -> pd.DataFrame:
    """Benchmarks of rows of ``costs``, by id, the one with most items of all runs first: ``test, runs, items, size``."""
    tests = known.groupby("benchmark").agg(test=("test", "first"), runs=("run_id", "size"), items=("items", "max"))
    return tests.assign(size=tests["runs"] * tests["items"]).sort_values("size", ascending=False)


@contained.section
def show(view: View) -> None:
    """Choices, chart and table of the cost of solved tasks."""
    say = view.say
    known = costs(view)
    if known.empty:
        return
    blocks.section(say("solved.title"), say("solved.lead"))
    tests = benchmarks(known)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        benchmark = controls.select(say("controls.benchmark"), list(tests.index), "solved", tests["test"].__getitem__)
        tasks = controls.integer(say("solved.tasks"), 1, MOST, TASKS, "solved_tasks")
        rows = costs(view, tasks)
        rows = rows[rows["benchmark"] == benchmark].sort_values("per_solved", ignore_index=True)
        chosen = controls.multiselect(say("columns.model"), sorted(set(rows["label"])), "solved_models")
    if chosen:
        rows = rows[rows["label"].isin(chosen)]
    drawn = rows.assign(
        model=rows["label"], score=rows["total"], low=rows["total_low"], high=rows["total_high"], ranks=DASH
    )
    keep = ["model", "score", "low", "high", "segment", "ranks", "share", "per_solved", "as_of"]
    figure = dots.ranking(
        drawn[keep], title=sentence(view, rows, tasks), unit=say("solved.unit", n=f"{tasks:,}"),
        note=say("solved.note"), source=say("solved.source", source=rows["source"].iloc[0], days=span(rows["as_of"]),
                                            agent=rows["agent"].fillna("–").iloc[0]),
        name="solved-cost", origin="imported",
    )  # fmt: skip
    figure.figure.update_xaxes(**log_ticks(drawn["score"]))
    blocks.chart(view, figure)
    _table(view, rows, tasks)


def sentence(view: View, rows: pd.DataFrame, tasks: int) -> str:
    """What the number of solved tasks costs with the cheapest model and with the one that solves most."""
    cheap = rows.iloc[0]
    best = rows.sort_values(["share", "per_solved"], ascending=[False, True]).iloc[0]
    told = {"n": f"{tasks:,}", "test": cheap["test"], "cheap": cheap["label"], "cost": _interval(cheap),
            "share": f"{cheap['share']:.0%}"}  # fmt: skip
    if cheap["run_id"] == best["run_id"]:
        return view.say("solved.one", **told)
    return view.say("solved.two", best=best["label"], most=_interval(best), top=f"{best['share']:.0%}", **told)


def _interval(row: pd.Series) -> str:
    return f"{dollars(row['total'])} ({dollars(row['total_low'])}–{dollars(row['total_high'])})"


def _table(view: View, rows: pd.DataFrame, tasks: int) -> None:
    say, column = view.say, st.column_config
    blocks.table(
        view,
        rows,
        "solved-costs",
        {
            "label": column.TextColumn(say("columns.model"), pinned=True),
            "vendor": column.TextColumn(say("columns.vendor")),
            "total": column.NumberColumn(say("solved.total", n=f"{tasks:,}"), format=MONEY),
            "total_low": column.NumberColumn(say("columns.low"), format=MONEY),
            "total_high": column.NumberColumn(say("columns.high"), format=MONEY),
            "per_solved": column.NumberColumn(say("solved.per"), format=MONEY),
            "share": column.NumberColumn(say("solved.share"), format="percent"),
            "share_low": column.NumberColumn(say("solved.share_low"), format="percent"),
            "share_high": column.NumberColumn(say("solved.share_high"), format="percent"),
            "mean_cost": column.NumberColumn(say("solved.mean"), format=MONEY),
            "failed_to_solved": column.NumberColumn(say("solved.failed"), format="%.2f"),
            "with_cost": column.NumberColumn(say("solved.known"), format="percent"),
            "agent": column.TextColumn(say("solved.agent")),
            **columns.evidence(say),
        },
        alt=say("solved.title"),
        together=("per_solved",),
        height=300,
    )
