"""The value chain for people: who stands at which of its stages, those at most stages first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.catalog.vocabulary import POSITIONS
from harness.charts.companies import stages
from harness.market.companies import value_chain
from harness.site.evidence import fact_notes
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.charts.chart import Chart
    from harness.site.server.view import View

LEAST = (3, 2, 1)
"""Fewest stages of a vendor that is drawn; the first leaves a chart of one screen."""


LARGEST = 15
"""Vendors with most models that the note names where they are not drawn: a reader looks for them."""


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
    blocks.chart(view, drawn(view, rows, vendors, least), lead=True)
    blocks.section(say("chain.table"))
    table(view, rows.merge(vendors[["vendor_id", "segment_name", "country_name"]], on="vendor_id"))


def drawn(view: View, rows: pd.DataFrame, vendors: pd.DataFrame, least: int) -> Chart:
    """The chart of ``value_chain`` rows with ``vendor, stage_name`` whose vendor stands at ``least`` stages or more; the largest of
    the ``vendors`` (``vendor_id, vendor, models``) that do not are named in its note."""
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
        note=" ".join(part for part in (say("chain.note", n=everyone, of=len(vendors), **_days(rows)), _missing(view, rows, vendors, least)) if part),
        source=say("chain.source"),
        name="value-chain",
        data=part[["vendor", "segment", "country", "stage", "stages", "note", "as_of", "source", "url"]],
    )  # fmt: skip


def _days(rows: pd.DataFrame) -> dict[str, str]:
    """The days of the oldest and the newest source."""
    days = rows["as_of"].dropna()
    return {"first": f"{days.min():%Y-%m}" if len(days) else "–", "last": f"{days.max():%Y-%m}" if len(days) else "–"}


def _missing(view: View, rows: pd.DataFrame, vendors: pd.DataFrame, least: int) -> str:
    """The vendors with most models that no source places at as many stages, each with the number of its own."""
    own = rows.drop_duplicates("vendor_id").set_index("vendor_id")["stages"]
    largest = vendors.sort_values("models", ascending=False, kind="stable").head(LARGEST)
    counted = largest.assign(stages=largest["vendor_id"].map(own).fillna(0).astype(int))
    counted = counted[counted["stages"] < least]
    if counted.empty:
        return ""
    named = [view.say("chain.placed", vendor=v, n=n) for v, n in zip(counted["vendor"], counted["stages"], strict=True)]
    return view.say("chain.missing", n=LARGEST, vendors=view.say("memo.comma").join(named))


def table(view: View, rows: pd.DataFrame) -> None:
    """Every vendor and stage with its date and source."""
    say = view.say
    column = st.column_config
    blocks.table(
        view,
        rows.assign(note=fact_notes.every(say, rows["note"])),
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
