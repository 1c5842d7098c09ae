"""Who can afford to train a base model at the frontier: vendors' means beside what one training run costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.companies import means
from harness.charts.text import input_label
from harness.site.companies.against import figure_text
from harness.site.companies.standing import positions
from harness.site.companies.standing.input_table import first_id
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.affordability import RunCost
    from harness.site.server.view import View

MOST = 40
"""Vendors in the chart; all are in the table."""


@contained.section
def show(view: View, vendors: pd.DataFrame) -> None:
    """Means of the vendors on a logarithmic axis with the cost of a frontier run, and every figure with its source."""
    say = view.say
    rows, run = _rows(view, vendors)
    if run is None or rows["means"].notna().sum() == 0:
        st.info(say("afford.nothing"), icon=":material/info:")
        return
    known = rows[
        rows["means"].notna() & rows["group_id"].isna()
    ]  # a subsidiary's means are its group's: counted once, there
    easily = known[known["class"] == "easily"]
    cost = say(
        "afford.cost",
        middle=figure_text.money(say, run.middle),
        low=figure_text.money(say, run.low),
        high=figure_text.money(say, run.high),
    )
    shown = known.head(MOST)
    shown = shown.assign(
        label=shown["vendor"], value=shown["means"], told=[figure_text.money(say, v) for v in shown["means"]],
        hover=[f"{k} · {d:%Y-%m-%d}" for k, d in zip(shown["kind_name"], shown["as_of"], strict=True)],
    )  # fmt: skip
    blocks.chart(
        view,
        means.against_cost(
            shown[["label", "value", "told", "segment", "hover", "kind_name", "runs", "runs_low", "runs_high", "as_of", "url"]], say,
            cost=(run.low, run.middle, run.high), cost_name=cost,
            title=say("afford.finding", n=len(easily), known=len(known), cost=figure_text.money(say, run.middle),
                      startups=int((easily["segment"] == "startup").sum())),
            unit=say("afford.unit"), note=say("afford.note", model=run.model, day=f"{run.known_day:%Y-%m-%d}",
                                              known=figure_text.money(say, run.known), now=f"{run.day:%Y-%m-%d}", unknown=int(rows["means"].isna().sum())),
            source=say("afford.source"), name="who-can-afford",
        ),
        lead=True,
    )  # fmt: skip
    _table(view, rows)


def _rows(view: View, vendors: pd.DataFrame) -> tuple[pd.DataFrame, RunCost | None]:
    """The frame of ``analysis.companies.affordability`` with names, and the cost of a run on the day of the newest fact."""
    import pandas as pd

    from harness.analysis.companies.affordability import affordability, frontier_run

    say = view.say
    inputs = positions.inputs(view)
    day = pd.to_datetime(inputs.loc[inputs["origin"] == "fact", "as_of"]).max()
    run = frontier_run(view.frame("training_costs"), day.date()) if present(day) else None
    if run is None:
        return pd.DataFrame({"means": pd.Series(dtype=float)}), None
    names = vendors.set_index("vendor_id")
    rows = affordability(inputs, run)
    rows = rows[rows["vendor_id"].isin(names.index)]
    sources = view.frame("source_names").set_index("source_id")
    return rows.assign(
        vendor=rows["vendor_id"].map(names["vendor"]), segment=rows["vendor_id"].map(names["segment"]),
        segment_name=rows["vendor_id"].map(names["segment_name"]), as_of=pd.to_datetime(rows["as_of"]),
        evidence_of=[f"input:{v}:{k}" if present(k) else "" for v, k in zip(rows["vendor_id"], rows["kind"], strict=True)],
        kind_name=[input_label(say, k) if present(k) else None for k in rows["kind"]],
        class_name=[say.known("afford_class", c.replace(" ", "_")) for c in rows["class"]],
        source=[sources["title"].get(first_id(s)) for s in rows["source_id"]],
        url=[sources["url"].get(first_id(s)) for s in rows["source_id"]],
    ), run  # fmt: skip


def _table(view: View, rows: pd.DataFrame) -> None:
    say = view.say
    column = st.column_config
    blocks.table(
        view,
        rows,
        "afford",
        {
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "segment_name": column.TextColumn(say("columns.segment")),
            "class_name": column.TextColumn(say("afford.answer")),
            "runs": column.NumberColumn(say("afford.runs"), format="%.1f"),
            "runs_low": column.NumberColumn(say("columns.low"), format="%.1f"),
            "runs_high": column.NumberColumn(say("columns.high"), format="%.1f"),
            "means": column.NumberColumn(say("afford.means"), format="compact"),
            "kind_name": column.TextColumn(say("afford.kind")),
            "evidence_of": None,
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "url": columns.link(say("columns.link")),
            "source": column.TextColumn(say("columns.source")),
            "note": column.TextColumn(say("companies.remark")),
            "trained": column.NumberColumn(say("afford.trained"), format="%.1e"),
        },
        alt=say("afford.title"),
        height=420,
    )
