"""Two to five vendors side by side: their ranks in a chart, their measures by front in a table, all their facts below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.companies.rank_intervals import OVERALL
from harness.charts import dots
from harness.market.companies.side_by_side import facts_of, measures
from harness.market.companies.vendor_standing import leaders, places_of
from harness.market.companies.vendor_themes import COMPARED_FRONTS
from harness.site.companies.against import figure_text, measure_rows
from harness.site.companies.one_vendor import vendor_facts
from harness.site.companies.standing import input_table, positions
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


WIDTH = 750
"""Pixels that the vendors' columns share, so that up to five stand on one screen; a longer cell opens with a click."""


@contained.section
def show(view: View, chosen: Sequence[str]) -> None:
    """Chart of ranks, table of measures by front, where each figure comes from, and every fact."""
    say = view.say
    if len(chosen) < 2:
        st.info(say("against.two"), icon=":material/info:")
        return
    every = figure_text.names(view)
    names = {v: every[v] for v in chosen}
    _chart(view, names)
    blocks.section(say("against.fronts"), say("against.fronts_lead"))
    every_front = measure_rows.rows(view, names)
    column = st.column_config
    for front in COMPARED_FRONTS:
        st.markdown(f"**{say(f'theme.{front}')}**")
        blocks.table(
            view, every_front[every_front["front"] == front], f"against-{front}",
            {
                "measure": column.TextColumn(say("companies.measure"), pinned=True, width=190),
                **{name: column.TextColumn(name, width=max(150, WIDTH // len(names))) for name in names.values()},
            },
            alt=say(f"theme.{front}"), height="content", together=list(names.values()),
        )  # fmt: skip
    st.caption(say("against.note"))
    blocks.section(say("against.sources"), say("against.sources_lead"))
    _sources(view, names)
    blocks.section(say("companies.facts"), say("companies.facts_lead"))
    facts = fact_rows(view, names)
    blocks.table(
        view,
        facts,
        "facts-against",
        vendor_facts.fact_columns(say),
        alt=say("companies.facts"),
        height=520,
        together=("key_name", "told"),
    )


def fact_rows(view: View, names: Mapping[str, str]) -> pd.DataFrame:
    """Every fact of the chosen vendors in words, by front and theme."""
    say = view.say
    rows = vendor_facts.fact_rows(say, facts_of(view, list(names)))
    return rows.assign(vendor=rows["vendor_id"].map(names), front_name=[say(f"theme.{t}") for t in rows["theme"]])


def _chart(view: View, names: Mapping[str, str]) -> None:
    """Ranks over all and on each dimension, a colour a vendor, with their 90% intervals."""
    import pandas as pd

    from harness.analysis.companies.scores import DEFAULT

    say = view.say
    places = positions.on_dimensions(view, DEFAULT)
    parts = []
    for vendor_id, name in names.items():
        rows = places_of(places, vendor_id)
        parts.append(
            rows.assign(thing=name, vendor_id=vendor_id, value=rows["rank"].where(rows["placed"].astype(bool)))
        )
    shown = pd.concat(parts, ignore_index=True)
    unplaced = [
        say("against.unplaced", vendor=names[v], dimensions=figure_text.listed(say, [_named(view, d) for d in part["dimension"]]))
        for v, part in shown[shown["value"].isna()].groupby("vendor_id", sort=False)
    ]  # fmt: skip
    of = shown.groupby("dimension", sort=False)["of"].first()
    shown = shown.assign(
        dimension=[say("against.of", dimension=_named(view, d), n=int(of[d])) for d in shown["dimension"]],
        low=shown["rank_low"], high=shown["rank_high"],
    )  # fmt: skip
    found = leaders(places, list(names))
    drawn = dots.profile(
        shown[["thing", "vendor_id", "dimension", "value", "low", "high", "of"]], title=finding(view, found, names),
        unit=say("positions.rank_unit"), note=" ".join([say("against.chart_note"), *_unsure(view, found), *unplaced]),
        source=say("positions.source"), name="vendors-against-ranks",
    )  # fmt: skip
    drawn.figure.update_xaxes(rangemode="tozero")
    blocks.chart(view, drawn, lead=True)


def _named(view: View, dimension: str) -> str:
    return view.say("vendor.overall") if dimension == OVERALL else view.say.known("dimension", dimension)


def finding(view: View, found: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Who is ahead of whom on which dimensions, in one sentence."""
    say = view.say
    ahead = {
        v: [say.known("dimension", d) for d in found.loc[found["first"] == v, "dimension"]] for v in names
    }  # fmt: skip
    leading = sorted((v for v in names if ahead[v]), key=lambda v: -len(ahead[v]))
    if not leading:
        return say("against.nobody")
    first, *others = leading
    rest = figure_text.listed(say, [names[v] for v in names if v != first])
    head = say("against.leads", vendor=names[first], others=rest, dimensions=figure_text.listed(say, ahead[first]))
    tail = [say("against.and_leads", vendor=names[v], dimensions=figure_text.listed(say, ahead[v])) for v in others]
    return say("against.between").join([head, *tail])


def _unsure(view: View, found: pd.DataFrame) -> list[str]:
    """On which dimensions the first's interval and another's overlap."""
    say = view.say
    led = found[found["first"].notna()]
    unsure = [say.known("dimension", d) for d in led.loc[led["overlaps"].astype(bool), "dimension"]]
    if not unsure:
        return []
    if len(unsure) == len(led):
        return [say("against.unsure_all")]
    return [say("against.unsure", dimensions=figure_text.listed(say, unsure))]


def _sources(view: View, names: Mapping[str, str]) -> None:
    """The figures behind the table of measures, one row a figure and vendor, with date, source and link."""
    rows = measures(positions.normalised(view), list(names)).dropna(subset=["value"])
    rows = rows.assign(place=range(len(rows)))
    vendors = view.frame("vendors")[["vendor_id", "segment"]].assign(vendor=lambda f: f["vendor_id"].map(names))
    rows = rows.merge(vendors[["vendor_id", "segment"]], on="vendor_id")
    input_table.show(view, rows, vendors, "against", order="place")
