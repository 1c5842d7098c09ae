"""The value chain for people: who stands at which of its stages, those at most stages first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.catalog.vocabulary import POSITIONS
from harness.charts.companies import stages
from harness.market.companies import value_chain
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.charts.chart import Chart
    from harness.site.server.view import View

LEAST = (3, 2, 1)
"""Fewest stages of a vendor that is drawn; the first leaves a chart of one screen."""


@contained.section
def show(view: View, vendors: pd.DataFrame) -> None:
    """The stages of ``vendors`` (``vendor_id, vendor``), and the table with every source."""
    say = view.say
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    rows = value_chain.value_chain(view)
    rows = rows[rows["vendor_id"].isin(names)]
    if rows.empty:
        st.info(say("chain.none"), icon=":material/info:")
        return
    rows = rows.assign(vendor=rows["vendor_id"].map(names), stage_name=[say.known("stage", s) for s in rows["stage"]])
    least = controls.segmented(say("chain.least"), list(LEAST), "stages", lambda n: say("chain.at_least", n=n))
    blocks.chart(view, drawn(view, rows, least), lead=True)
    blocks.section(say("chain.table"))
    table(view, rows.merge(vendors[["vendor_id", "segment_name", "country_name"]], on="vendor_id"))


def drawn(view: View, rows: pd.DataFrame, least: int) -> Chart:
    """The chart of ``value_chain`` rows with ``vendor, stage_name`` whose vendor stands at ``least`` stages or more."""
    say = view.say
    part = rows[rows["stages"] >= least]
    everyone = rows["vendor_id"].nunique()
    counts = rows.groupby("stage")["vendor_id"].nunique()
    most = rows.iloc[0]
    hover = [
        [stage, f"{day:%Y-%m-%d}" if present(day) else "–", *([str(source)] if present(source) else [])]
        for stage, day, source in zip(part["stage_name"], part["as_of"], part["source"], strict=True)
    ]
    return stages.stages(
        part.assign(label=part["vendor"], hover=hover),
        [(s, f"{say.known('stage', s)}\n{counts.get(s, 0)}") for s in POSITIONS],
        say,
        title=say("chain.finding", n=part["vendor_id"].nunique(), all=everyone, least=least, first=most["vendor"],
                  most=int(most["stages"]), stages=len(POSITIONS)),
        note=say("chain.note", n=everyone),
        source=say("chain.source"),
        name="value-chain",
        data=part[["vendor", "segment", "country", "stage", "stages", "note", "as_of", "source", "url"]],
    )  # fmt: skip


def table(view: View, rows: pd.DataFrame) -> None:
    """Every vendor and stage with its date and source."""
    say = view.say
    column = st.column_config
    blocks.table(
        view,
        rows,
        "stages-of-vendors",
        {
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "stage_name": column.TextColumn(say("chain.stage")),
            "stages": column.NumberColumn(say("chain.stages"), format="%d"),
            "segment_name": column.TextColumn(say("columns.segment")),
            "country_name": column.TextColumn(say("columns.country")),
            "note": column.TextColumn(say("companies.remark")),
            **columns.evidence(say),
        },
        alt=say("chain.table"),
        height=420,
    )
