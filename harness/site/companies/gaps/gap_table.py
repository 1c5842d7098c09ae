"""Figures that are missing or old of companies: what would fill each, where it was looked for, and its row of facts.csv."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.text import input_label
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator
    from harness.site.server.view import View

HEADER = "vendor_id,dimension,key,value,unit,note,as_of,source_id"
"""Columns of facts.csv."""


@contained.section
def show(view: View, known: pd.DataFrame, chosen: list[str]) -> None:
    """The gaps of the vendors ``chosen``, in their order (``known``: rows of ``coverage.measures`` with ``vendor``)."""
    from harness.market.companies.coverage import gaps

    say = view.say
    rows = gaps(known)
    rows = rows.assign(order=rows["vendor_id"].map(chosen.index)).sort_values("order", kind="stable")
    searches = list(rows["search"])
    rows = rows.assign(
        front_name=[say.known("front", f) for f in rows["front"]],
        measure_name=[measure_name(say, m) for m in rows["measure"]],
        state_name=[
            say("gaps.newer") if s is not None and s.after else say(f"gaps.{state}")
            for s, state in zip(searches, rows["state"], strict=True)
        ],
        fill=[_fill(say, m) for m in rows["measure"]],
        where=[" · ".join(say.name(en, zh) for en, zh in zip(s.places_en, s.places_zh, strict=True))
               if s is not None else None for s in searches],
        searched_on=[s.day if s is not None else None for s in searches],
        result=[say.name(s.result_en, s.result_zh) if s is not None else None for s in searches],
        line=[fact_row(v, m) for v, m in zip(rows["vendor_id"], rows["measure"], strict=True)],
    )  # fmt: skip
    sought = sum(s is not None for s in searches)
    blocks.section(
        say("gaps.missing", n=len(rows), searched=sought, unsearched=len(rows) - sought), say("gaps.missing_lead")
    )
    column = st.column_config
    blocks.table(
        view, rows.drop(columns=["search", "order", "facts", "asked"]), "company-gaps",
        {
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "measure_name": column.TextColumn(say("companies.measure")),
            "state_name": column.TextColumn(say("gaps.state"), width="medium"),
            "newest": column.DateColumn(say("gaps.newest"), format="YYYY-MM-DD"),
            "fill": column.TextColumn(say("gaps.fill"), width="medium"),
            "result": column.TextColumn(say("gaps.result"), width="large"),
            "where": column.TextColumn(say("gaps.where"), width="large"),
            "searched_on": column.DateColumn(say("gaps.day"), format="YYYY-MM-DD"),
            "front_name": column.TextColumn(say("gaps.front")),
            "line": column.TextColumn(say("gaps.line"), width="large"),
        },
        alt=say("gaps.alt"), height=460, together=("measure_name", "state_name"),
    )  # fmt: skip


def measure_name(say: Translator, measure: str) -> str:
    """A measure of a company in words."""
    if measure == "capability":
        return input_label(say, measure)
    return say("gaps.releases") if measure == "releases" else say.known("fact", measure)


def _fill(say: Translator, measure: str) -> str:
    """What would fill a gap: the key of the fact and its unit, or the file of the catalog."""
    from harness.catalog.vocabulary import FACTS_BY_KEY

    if measure in ("capability", "releases"):
        return say(f"gaps.fill_{measure}")
    unit = FACTS_BY_KEY[measure].unit
    if not unit:
        return say("gaps.fill_word", key=measure)
    return say("gaps.fill_fact", key=measure, unit=say.known("unit", unit))


def fact_row(vendor: str, measure: str) -> str | None:
    """The row of facts.csv that fills a gap, with what is to be put in marked by dots; None where it is no fact."""
    from harness.catalog.vocabulary import FACTS_BY_KEY

    fact = FACTS_BY_KEY.get(measure)
    return f"{vendor},{fact.dimension},{fact.key},…,{fact.unit},,…,…" if fact else None
