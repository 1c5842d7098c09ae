"""How firm the vendors' order is: what moves it, whether inputs run together, and one fact changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.statistics.seed import SEED
from harness.charts import dots, palette
from harness.charts.text import input_label
from harness.i18n.translator import slug
from harness.site.companies.standing import drop_input, missing, positions
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.scores import Choices
    from harness.site.server.view import View

SAMPLES = 64
"""Sobol' points for each choice: shares are then stable to about two hundredths."""


@contained.section
def show(view: View, vendors: pd.DataFrame, choices: Choices) -> None:
    """The views, behind a switch: they take a moment."""
    say = view.say
    blocks.section(say("robustness.title"), say("robustness.lead"))
    part = controls.segmented(
        say("robustness.part"),
        ["none", "what_if", "drop", "missing", "variance", "coherence"],
        "firm",
        lambda p: say(f"robustness.{p}"),
    )
    if part == "variance":
        _variance(view, choices)
    elif part == "coherence":
        _coherence(view, choices)
    elif part == "missing":
        missing.show(view, vendors, choices)
    elif part == "drop":
        drop_input.show(view, vendors, choices)
    elif part == "what_if":
        _what_if(view, vendors, choices)


def _variance(view: View, choices: Choices) -> None:
    say = view.say

    def compute(choices: Choices) -> pd.DataFrame:
        from harness.analysis.companies.rank_variance import variance_shares

        return variance_shares(positions.inputs(view), seed=SEED, samples=SAMPLES, choices=choices)

    found: pd.DataFrame = view.derived("variance_shares", compute, choices=choices)
    if found.empty:
        st.info(say("positions.nobody"), icon=":material/info:")
        return
    rows = found.assign(label=[_choice(view, str(c)) for c in found["choice"]], value=found["total"].clip(lower=0))
    first = rows.iloc[0]
    blocks.chart(
        view,
        dots.bars(
            rows[["label", "value", "first_order", "total"]],
            title=say("robustness.variance_finding", choice=first["label"], share=f"{first['value']:.0%}"),
            unit=say("robustness.variance_unit"), note=say("robustness.variance_note"),
            source=say("positions.source"), name="rank-variance",
        ),
    )  # fmt: skip


def _choice(view: View, choice: str) -> str:
    say = view.say
    if choice.startswith("weight of "):
        return say("robustness.weight_of", dimension=say.known("dimension", choice.removeprefix("weight of ")))
    return say.known("choice", choice.replace(" ", "_"))


def _coherence(view: View, choices: Choices) -> None:
    say = view.say

    def compute(choices: Choices) -> pd.DataFrame:
        from harness.analysis.companies.robustness import coherence

        return coherence(positions.inputs(view), choices=choices)

    found: pd.DataFrame = view.derived("coherence", compute, choices=choices)
    rows = found.dropna(subset=["with_dimension"])
    rows = rows[rows["vendors"] >= choices.min_vendors]
    if rows.empty:
        st.info(say("positions.nobody"), icon=":material/info:")
        return
    rows = rows.assign(
        label=[input_label(say, str(i)) for i in rows["input"]],
        dimension_name=[say.known("dimension", d) for d in rows["dimension"]],
        value=rows["with_dimension"],
        colour=[palette.series(3 if a else 0).colour for a in rows["against"]],
    ).sort_values("value", ascending=False)
    blocks.chart(
        view,
        dots.bars(
            rows[["label", "value", "colour"]].assign(with_total=rows["with_total"], vendors=rows["vendors"]),
            title=say("robustness.coherence_finding", n=int(rows["against"].sum()), all=len(rows)),
            unit=say("robustness.coherence_unit"), note=say("robustness.coherence_note"),
            source=say("positions.source"), name="coherence", most=40,
        ),
    )  # fmt: skip


def _what_if(view: View, vendors: pd.DataFrame, choices: Choices) -> None:
    from harness.analysis.companies.robustness import what_if

    say = view.say
    rows = positions.normalised(view)
    rows = rows[rows["ranks"]]
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    placed = positions.ranked(view, choices)
    ranked = placed[placed["ranked"].astype(bool) & placed["vendor_id"].isin(names)]
    if ranked.empty:
        st.info(say("positions.nobody"), icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        vendor = controls.select(say("columns.vendor"), list(ranked["vendor_id"]), "if_vendor", lambda v: names[v])
        own = rows[rows["vendor_id"] == vendor].drop_duplicates("input").set_index("input")
        name = controls.select(say("positions.input"), list(own.index), "if_input", lambda i: input_label(say, i))
        held = float(own.loc[name, "value"])
        unit = own.loc[name, "unit"]
        value = controls.number(
            say("robustness.value", unit=blocks.literal(unit) if isinstance(unit, str) else "–"),
            held,
            f"if_{slug(f'{vendor} {name}')}",
        )
    after = what_if(positions.inputs(view), vendor, name, float(value), choices=choices)
    row = after[after["vendor_id"] == vendor].iloc[0]
    told = {"vendor": blocks.literal(names[vendor]), "input": blocks.literal(input_label(say, name))}
    with st.grid(3, min_column_width=180):
        st.metric(say("robustness.rank_before"), f"{row['rank_before']:.0f}", border=True)
        st.metric(
            say("robustness.rank_after"), f"{row['rank']:.0f}" if row["rank"] == row["rank"] else "–", border=True
        )
        best = rows[rows["input"] == name]["value"]
        st.metric(say("robustness.range"), f"{best.min():,.4g} – {best.max():,.4g}", border=True)
    if value == held:
        st.caption(say("robustness.change_it", **told))
        return
    moved = after[(after["rank"] != after["rank_before"]) & after["rank"].notna() & after["vendor_id"].isin(names)]
    st.markdown(say("robustness.moved", n=len(moved), **told))
    if len(moved):
        column = st.column_config
        blocks.table(
            view,
            moved.assign(vendor=moved["vendor_id"].map(names), change=moved["rank_before"] - moved["rank"]),
            "what-if",
            {
                "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
                "rank_before": column.NumberColumn(say("robustness.rank_before"), format="%d"),
                "rank": column.NumberColumn(say("robustness.rank_after"), format="%d"),
                "change": column.NumberColumn(say("columns.change"), format="%+d"),
                "total": column.NumberColumn(say("positions.total"), format="%.3f"),
            },
            alt=say("robustness.what_if"),
            height=300,
        )
