"""What is said of the market, and what vendors say of themselves, each beside what the data say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.statistics.seed import SEED
from harness.charts import dots
from harness.charts.text import input_label
from harness.site.companies import input_table, positions
from harness.site.widgets import blocks, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

FINDINGS = {"supported": "supported", "contradicted": "contradicted", "open": "open"}
"""Findings by their keys; every other is ``not_measurable``."""


def founding(view: View, vendors: pd.DataFrame) -> None:
    """What is said of big tech and start-ups: claim, inputs, what the data say, with its interval."""
    found = tested(view, vendors)
    say = view.say
    told = found[found["difference"].notna()]
    counts = {key: int((found["finding_key"] == key).sum()) for key in (*FINDINGS.values(), "not_measurable")}
    blocks.section(say("claims.title"), say("claims.lead"))
    if len(told):
        rows = told.assign(label=told["claim_name"], significant=told["finding_key"] != "open")
        blocks.chart(
            view,
            dots.differences(
                rows[["label", "difference", "low", "high", "significant", "n_first", "n_second"]], say,
                title=say("claims.finding", all=len(found), **counts), unit=say("claims.unit"),
                note=say("claims.note"), source=say("positions.source"), name="founding-claims-chart",
                labels=(say("claims.told"), say("claims.open")),
            ),
        )  # fmt: skip
    column = st.column_config
    blocks.table(
        view,
        found,
        "founding-claims",
        {
            "claim_name": column.TextColumn(say("claims.claim")),
            "front_name": column.TextColumn(say("claims.front")),
            "finding_name": column.TextColumn(say("claims.data_say")),
            "difference": column.NumberColumn(say("claims.difference"), format="%+.2f"),
            "low": column.NumberColumn(say("columns.low"), format="%+.2f"),
            "high": column.NumberColumn(say("columns.high"), format="%+.2f"),
            "input_names": column.TextColumn(say("claims.inputs")),
            "compared": column.TextColumn(say("claims.compared")),
        },
        alt=say("claims.title"),
        height="content",
    )
    _behind(view, vendors, found)


def tested(view: View, vendors: pd.DataFrame) -> pd.DataFrame:
    """The claims of ``analysis.claims`` on this database, with names in the language shown."""

    def compute() -> pd.DataFrame:
        from harness.analysis.companies.claims import claims

        return claims(
            positions.inputs(view), dict(zip(vendors["vendor_id"], vendors["segment"], strict=True)), seed=SEED
        )

    from harness.analysis.companies.claims import CLAIMS

    say = view.say
    found: pd.DataFrame = view.derived("claims", compute)
    keys = [FINDINGS.get(f, "not_measurable") for f in found["finding"]]
    return found.assign(
        claim_name=[say.known("claim", c) for c in found["claim"]],
        front_name=[say.known("front", f) for f in found["front"]],
        input_names=[
            " · ".join(input_label(say, i) for i in claim.inputs) or "–" for claim in CLAIMS
        ],
        finding_key=keys,
        finding_name=[say(f"claims.{k}") for k in keys],
        compared=[
            say("claims.counts", first=say.known("segment", c.first), n_first=a, second=say.known("segment", c.second),
                n_second=b)
            for c, a, b in zip(CLAIMS, found["n_first"], found["n_second"], strict=True)
        ],
    )  # fmt: skip


def _behind(view: View, vendors: pd.DataFrame, found: pd.DataFrame) -> None:
    """Every value behind one claim: vendor, input, value, date, source."""
    from harness.analysis.companies.claims import CLAIMS

    say = view.say
    held = [i for i, claim in enumerate(CLAIMS) if claim.inputs]
    blocks.section(say("claims.behind"), say("claims.behind_lead"))
    chosen = controls.select(say("claims.claim"), held, "claim", lambda i: str(found.iloc[i]["claim_name"]))
    claim = CLAIMS[chosen]
    rows = positions.normalised(view)
    rows = rows[rows["input"].isin(claim.inputs)]
    segment = dict(zip(vendors["vendor_id"], vendors["segment"], strict=True))
    rows = rows.assign(segment=rows["vendor_id"].map(segment))
    rows = rows[rows["segment"].isin([claim.first, claim.second])]
    if rows.empty:
        st.info(say("claims.not_measurable"), icon=":material/info:")
        return
    input_table.show(view, rows, vendors, f"claim-{chosen}")


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
        height=420,
    )
