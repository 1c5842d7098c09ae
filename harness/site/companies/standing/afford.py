"""Who can afford to train a base model at the frontier: vendors' means beside what one training run costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.companies import means
from harness.charts.text import dollars, input_label
from harness.site.companies.against import figure_text
from harness.site.companies.standing import positions
from harness.site.companies.standing.input_table import first_id
from harness.site.evidence import fact_notes
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.affordability import RunCost
    from harness.i18n.translator import Translator
    from harness.site.server.view import View

MOST = 22
"""Vendors of each kind of means in the chart; all are in the table."""


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
    cost = say(
        "afford.cost",
        middle=figure_text.money(say, run.middle),
        low=figure_text.money(say, run.low),
        high=figure_text.money(say, run.high),
    )
    known_vendors = view.frame("vendors")[["vendor_id", "parent_id"]].dropna()
    groups = dict(zip(known_vendors["vendor_id"], known_vendors["parent_id"], strict=True))
    shown = drawn(view, known, groups)
    blocks.chart(
        view,
        means.against_cost(
            shown[["label", "group", "value", "told", "segment", "hover", "as_of"]], say,
            cost=(run.low, run.middle, run.high), cost_name=cost,
            title=finding(view, known, run),
            unit=say("afford.unit"), note=say("afford.note", most=MOST, model=run.model, day=f"{run.known_day:%Y-%m-%d}",
                                              known=figure_text.money(say, run.known), now=f"{run.day:%Y-%m-%d}", unknown=int(rows["means"].isna().sum())),
            source=say("afford.source"), name="who-can-afford", amount=lambda usd: amount(say, usd),
        ),
        lead=True,
    )  # fmt: skip
    _table(view, rows)


def amount(say: Translator, usd: float) -> str:
    """A round amount at the axis, whose title names the currency: ``10B``, ``100 亿``."""
    return figure_text.large(say, usd) if say.language == "zh" else dollars(usd).removeprefix("$")


def finding(view: View, known: pd.DataFrame, run: RunCost) -> str:
    """How many vendors' means pay for ten runs: of those with a year's figure, and of those with all funds raised alone."""
    counts: dict[str, int] = {}
    for kind, part in (("year", known[known["yearly"]]), ("funds", known[~known["yearly"]])):
        counts |= {f"{kind}_all": len(part), f"{kind}_easily": int((part["class"] == "easily").sum())}
    return view.say("afford.finding", cost=figure_text.money(view.say, run.middle), **counts)


def drawn(view: View, known: pd.DataFrame, groups: Mapping[str, str]) -> pd.DataFrame:
    """The chart's rows: the largest means of a year, then the most funds ever raised, which some with a year's figure have too.

    ``groups`` are the vendors that others are part of, by the part's id.
    """
    import pandas as pd

    say = view.say
    year = known[known["yearly"]].head(MOST)
    year = year.assign(group=say("afford.group_year"), value=year["means"], day=year["as_of"])
    funds = known[known["raised"].notna()].sort_values(["raised", "vendor_id"], ascending=[False, True]).head(MOST)
    funds = funds.assign(group=say("afford.group_funds"), value=funds["raised"], day=pd.to_datetime(funds["raised_as_of"]),
                         kind_name=input_label(say, "funds_raised"))  # fmt: skip
    shown = pd.concat([part for part in (year, funds) if len(part)], ignore_index=True)
    return shown.assign(
        label=_labels(say, shown, groups), told=[figure_text.money(say, v) for v in shown["value"]], as_of=shown["day"],
        hover=[f"{k} · {d:%Y-%m-%d}" for k, d in zip(shown["kind_name"], shown["day"], strict=True)],
    )  # fmt: skip


def _labels(say: Translator, shown: pd.DataFrame, groups: Mapping[str, str]) -> list[str]:
    """Vendors' names; of one whose group raised funds that are drawn too, that its own rounds are no part of them."""
    funds = shown["group"].eq(say("afford.group_funds"))
    names = shown[funds].set_index("vendor_id")["vendor"]
    return [
        say("afford.own_rounds", vendor=name, group=names[groups[v]])
        if raised and groups.get(v) in names.index
        else name
        for v, name, raised in zip(shown["vendor_id"], shown["vendor"], funds, strict=True)
    ]


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
        note=fact_notes.every(say, rows["note"]),
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
            "raised": column.NumberColumn(say("afford.raised"), format="compact"),
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
