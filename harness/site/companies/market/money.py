"""Money between vendors for people: arrows as wide as the amounts, and every relation with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.catalog.schema import RELATIONS
from harness.charts.chart import short
from harness.charts.companies import flows
from harness.charts.palette import SERIES
from harness.market.companies import money_between
from harness.market.evidence.vendor_sources import relation_references
from harness.site.companies.against import figure_text
from harness.site.evidence import fact_notes
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns, contained, controls
from harness.site.widgets.tables import screen

if TYPE_CHECKING:
    import pandas as pd

    from harness.charts.chart import Chart
    from harness.i18n.translator import Translator
    from harness.site.server.view import View

SHOWN = ("all", "amounts")
"""All relations, or those with an amount."""
MUTUAL = ("partnered",)
"""Kinds without a direction: the catalogue's order of the two says nothing of who pays."""


@contained.section
def show(view: View) -> None:
    """The arrows between all vendors, and the table of relations."""
    say = view.say
    rows = money_between.money_between(view)
    if rows.empty:
        st.info(say("money.none"), icon=":material/info:")
        return
    rows = rows.assign(
        giver=[say.name(en, zh) for en, zh in zip(rows["from_en"].fillna(rows["from_id"]), rows["from_zh"], strict=True)],
        taker=[say.name(en, zh) for en, zh in zip(rows["to_en"].fillna(rows["to_id"]), rows["to_zh"], strict=True)],
        kind_name=[say.known("relation", k) for k in rows["kind"]],
        evidence_of=relation_references(rows),
    )  # fmt: skip
    which = controls.segmented(say("money.shown"), list(SHOWN), "amounts", lambda s: say(f"money.shown_{s}"))
    arrows = every_arrow(view)
    if which == "amounts":
        arrows = arrows[arrows["usd"].notna()]
    narrow = screen.window() < screen.NARROW
    chart = view.drawn("money_between", lambda: drawn(view, rows, arrows, narrow), which=which, narrow=narrow)
    blocks.chart(view, chart, lead=True)
    blocks.section(say("money.table", n=len(rows)))
    table(view, rows)


def every_arrow(view: View) -> pd.DataFrame:
    """``money_between.arrows`` of all relations."""
    out: pd.DataFrame = view.derived("money_arrows", lambda: money_between.arrows(money_between.money_between(view)))
    return out


def drawn(view: View, rows: pd.DataFrame, arrows: pd.DataFrame, narrow: bool = False) -> Chart:
    """The chart of ``money_between.arrows`` of relations with ``giver, taker, kind_name``; ``narrow``: for a telephone."""
    say = view.say
    names = dict(zip(rows["from_id"], rows["giver"], strict=True)) | dict(
        zip(rows["to_id"], rows["taker"], strict=True)
    )
    pairs = dict(iter(rows.sort_values("as_of").groupby(["from_id", "to_id"])))
    frame = arrows.assign(
        giver=arrows["from_id"].map(names), taker=arrows["to_id"].map(names), value=arrows["usd"],
        label=[_label(view, a, narrow) for a in arrows.to_dict("records")],
        hover=[_hover(view.say, pairs[a["from_id"], a["to_id"]], a, names) for a in arrows.to_dict("records")],
    )  # fmt: skip
    return flows.between(
        frame,
        {kind: (say.known("relation", kind), mark) for kind, mark in zip(RELATIONS, SERIES, strict=False)},
        MUTUAL,
        title=_finding(view, rows, names),
        note=say("money.note", n=int(arrows["usd"].notna().sum()), all=len(arrows)),
        source=say("money.source"),
        name="money-between",
        data=frame[["giver", "taker", "kind", "usd", "amounts", "relations", "first", "last", "said"]],
    )


def table(view: View, rows: pd.DataFrame) -> None:
    """Every relation with amount, dollars, note, date and source."""
    say = view.say
    column = st.column_config
    blocks.table(
        view,
        rows.assign(relation=rows["kind_name"], remark=fact_notes.every(say, rows["note"])),
        "vendor-relations",
        {
            "giver": column.TextColumn(say("companies.from_vendor"), pinned=True),
            "relation": column.TextColumn(say("companies.relation")),
            "taker": column.TextColumn(say("companies.to_vendor")),
            "usd": column.NumberColumn(say("money.usd"), format="$%,.0f"),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "remark": column.TextColumn(say("companies.remark"), width=190),
            "evidence_of": None,
            "url": columns.link(say("columns.link")),
            "source": column.TextColumn(say("columns.source")),
            "amount": column.NumberColumn(say("companies.amount"), format="%,.0f"),
            "currency": column.TextColumn(say("companies.currency")),
        },
        alt=say("money.table", n=len(rows)),
        together=("taker", "usd"),
        height=420,
    )


def _finding(view: View, rows: pd.DataFrame, names: dict[str, str]) -> str:
    """Who got most by stated investments; without any, how many relations there are."""
    say = view.say
    sums = money_between.invested_in(rows)
    if sums.empty:
        return say("money.table", n=len(rows))
    parts = [
        say("money.got", vendor=names[row["to_id"]], amount=figure_text.money(say, row["usd"]), n=row["amounts"])
        for row in sums.head(2).to_dict("records")
    ]
    return say("money.finding", parts=say("memo.comma").join(parts))


def _label(view: View, arrow: dict[Any, Any], narrow: bool = False) -> str:
    """The amount as its note says it, how many amounts are in a sum, and when; on a telephone (``narrow``) the amount alone."""
    if not present(arrow["usd"]):
        return ""
    amount = figure_text.money(view.say, arrow["usd"])
    if arrow["said"]:
        amount = view.say(f"money.said_{arrow['said']}", amount=amount)
    if arrow["amounts"] > 1:
        amount = f"{amount} ({arrow['amounts']})"
    if narrow:  # what does not fit above the arrow's level end crosses the other arrows
        return amount
    first, last = f"{arrow['first']:%Y-%m}", f"{arrow['last']:%Y-%m}"
    return f"{amount} · {first if first == last else f'{first[:4]}–{last[:4]}'}"


def _hover(say: Translator, pair: pd.DataFrame, arrow: dict[Any, Any], names: dict[str, str]) -> list[str]:
    """Who and whom, then a line for each relation of the two: day, kind, amount, note."""
    lines = [f"{names[arrow['from_id']]} – {names[arrow['to_id']]}"]
    for row in pair.to_dict("records"):
        parts = [f"{row['as_of']:%Y-%m-%d}", row["kind_name"], figure_text.money(say, row["usd"]) if present(row["usd"]) else "",
                 short(told, 60) if (told := fact_notes.told(say, row["note"])) else ""]  # fmt: skip
        lines.append(" · ".join(part for part in parts if part))
    return lines
