"""What is said of the market, and what vendors say of themselves, each beside what the data say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.companies import verdicts
from harness.reports import choice_text
from harness.site.companies.claims import claim_values, tested_claims
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.charts.chart import Chart
    from harness.site.server.view import View


@contained.section
def founding(view: View, vendors: pd.DataFrame) -> None:
    """What is said of the vendors: claim, verdict, difference with its interval, since when, and whether it is firm."""
    from harness.analysis.companies.claims.claims import VERDICTS

    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    rows = tested_claims.tested(view, names)
    say = view.say
    counts = {v.replace(" ", "_"): int((rows["verdict"] == v).sum()) for v in VERDICTS}
    blocks.section(say("claims.title"), say("claims.lead"))
    title = say("claims.finding", all=len(rows), **counts)
    if rows["percentile"].notna().any():
        blocks.chart(view, drawn(view, rows, title))
    else:
        st.markdown(title)
    _table(view, rows)
    claim_values.show(view, vendors, rows)


def drawn(view: View, rows: pd.DataFrame, title: str) -> Chart:
    """The chart of the claims with a difference, by verdict; those without one are counted in its note."""
    from harness.analysis.companies.claims.claims import VERDICTS

    say = view.say
    known = rows[rows["percentile"].notna()]
    place = {verdict: number for number, verdict in enumerate(VERDICTS)}
    known = known.assign(label=known["claim_name"], note=known["remark"], place=known["verdict"].map(place))
    known = known.sort_values(["place", "difference"], ascending=[True, False], kind="stable")
    counted = known["verdict"].value_counts()
    names = {v: say("claims.legend", verdict=say.known("claim_verdict", v), n=n) for v, n in counted.items()}
    told = (known["low"] > 0) | (known["high"] < 0)
    asides = {
        "by_example": int((known["verdict"].eq("contradicted") & (known["high"] >= 0)).sum()),
        "by_chance": int((known["verdict"].eq("undecided") & told).sum()),
        "undrawn": int((rows["verdict"].ne("not measurable") & rows["percentile"].isna()).sum()),
    }
    note = [say("claims.note"), *(say(f"claims.{key}", n=n) for key, n in asides.items() if n)]
    return verdicts.verdicts(
        known[["label", "verdict", "difference", "low", "high", "n_first", "n_second", "note"]], names, title=title,
        unit=say("claims.unit"), note=choice_text.paragraph(say, note), source=say("positions.source"), name="founding-claims-chart",
    )  # fmt: skip


def _table(view: View, rows: pd.DataFrame) -> None:
    say, column = view.say, st.column_config
    blocks.table(
        view,
        rows,
        "founding-claims",
        {
            "claim_name": column.TextColumn(say("claims.claim"), pinned=True, width="large"),
            "verdict_name": column.TextColumn(say("claims.verdict")),
            "in_units": column.TextColumn(say("claims.in_units"), help=say("claims.in_units_help")),
            "percentile": column.NumberColumn(
                say("claims.difference"), format="%+.2f", help=say("claims.difference_help")
            ),
            "percentile_low": column.NumberColumn(say("columns.low"), format="%+.2f"),
            "percentile_high": column.NumberColumn(say("columns.high"), format="%+.2f"),
            "topic_name": column.TextColumn(say("claims.topic")),
            "compared": column.TextColumn(say("claims.compared")),
            "since_name": column.TextColumn(say("claims.since"), help=say("claims.since_help")),
            "holds": column.TextColumn(say("claims.moved"), help=say("claims.moved_help")),
            "remark": column.TextColumn(say("companies.remark")),
        },
        alt=say("claims.title"),
        height="content",
    )


@contained.section
def own_word(view: View) -> None:
    """Scores that a vendor reports of its own models beside what others report on the same benchmark."""
    say = view.say
    rows = view.frame("claims")
    if rows.empty:
        st.info(say("companies.no_claims"), icon=":material/info:")
        return
    above = float((rows["gap"] > 0).mean())
    blocks.section(say("companies.claims_finding", n=len(rows), share=f"{above:.0%}"), say("companies.claims_lead"))
    column = st.column_config
    blocks.table(
        view,
        rows,
        "own-word",
        {
            "model": column.TextColumn(say("columns.model"), pinned=True),
            "benchmark": column.TextColumn(say("controls.benchmark")),
            "own": column.NumberColumn(say("companies.own"), format="%.3f"),
            "others": column.NumberColumn(say("companies.others"), format="%.3f"),
            "gap": column.NumberColumn(say("columns.change"), format="%+.3f"),
            "own_setting": column.TextColumn(say("companies.own_setting")),
            "others_setting": column.TextColumn(say("companies.others_setting")),
        },
        alt=say("companies.claims"),
        together=("benchmark", "gap"),
        height=420,
    )
