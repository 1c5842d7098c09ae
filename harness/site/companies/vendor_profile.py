"""A vendor's profile: its five dimensions with their coverage, and its facts by theme, each with source and date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import dots
from harness.site.companies import input_table, positions, strengths
from harness.site.widgets import blocks, columns

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

GROUPS: Mapping[str, tuple[str, ...]] = {
    "chain": ("position", "business_model", "channel"),
    "talent": ("staff", "researchers", "notable_authors"),
    "data": ("dataset", "datasets_released", "training_tokens", "training_compute", "largest_training_compute",
             "training_cost", "compute_spend", "rnd_spend"),
    "capital": ("valuation", "funding_round", "funding_total", "revenue", "net_income", "listing"),
    "market": ("product", "domain", "modality", "monthly_users"),
    "openness": (),
}  # fmt: skip
"""Themes of a profile and their facts; what stands in none goes to the last."""
ALWAYS = ("chain", "talent", "data", "capital")
"""Themes named even where the catalog holds nothing: what is not known is part of the picture."""


def dimensions(view: View, vendor: Mapping[Any, Any]) -> None:
    """The five dimensions as a dot plot, with every input behind them."""
    import pandas as pd

    from harness.analysis.companies.positioning import coverage
    from harness.analysis.companies.scores import DEFAULT
    from harness.catalog.schema import DIMENSIONS

    say = view.say
    blocks.section(say("companies.dimensions"), say("companies.dimensions_lead"))
    rows = positions.normalised(view)
    own = rows[rows["vendor_id"] == vendor["vendor_id"]]
    placed = positions.ranked(view, DEFAULT)
    mine = placed[placed["vendor_id"] == vendor["vendor_id"]]
    scores = {d: float(mine.iloc[0][d]) for d in DIMENSIONS if len(mine) and mine.iloc[0][d] == mine.iloc[0][d]}
    if not scores:
        st.caption(say("companies.no_dimensions"))
        return
    held = coverage(rows, str(vendor["vendor_id"])).set_index("dimension")
    shown = pd.DataFrame(
        [
            {"thing": vendor["vendor"], "value": scores.get(d, float("nan")), "held": int(held["held"].get(d, 0)),
             "all": int(held["all"].get(d, 0)),
             "dimension": say("companies.dimension_covered", dimension=say.known("dimension", d),
                              n=int(held["held"].get(d, 0)), all=int(held["all"].get(d, 0)))}
            for d in DIMENSIONS
        ]
    )  # fmt: skip
    place = mine[mine["ranked"].astype(bool)]
    ends = {"best": say.known("dimension", max(scores, key=scores.__getitem__)),
            "worst": say.known("dimension", min(scores, key=scores.__getitem__)), "vendor": vendor["vendor"]}  # fmt: skip
    if len(place):
        first = place.iloc[0]
        numbers = {k: f"{first[k]:.0f}" for k in ("rank", "low", "high")}
        title = say("companies.dimensions_finding", all=int(placed["ranked"].sum()), **numbers, **ends)
    else:
        title = say("companies.dimensions_unranked", **ends)
    drawn = dots.profile(shown, title=title, unit=say("companies.dimensions_unit"), note=say("companies.dimensions_note"),
                         source=say("positions.source"), name="vendor-dimensions")  # fmt: skip
    drawn.figure.update_xaxes(range=[0, 1])
    blocks.chart(view, drawn)
    strengths.of_vendor(view, str(vendor["vendor_id"]))
    blocks.section(say("positions.inputs"), say("positions.inputs_lead"))
    input_table.show(view, own, None, "vendor")


def facts(view: View, rows: pd.DataFrame) -> None:
    """All facts of a vendor by theme: value, unit, note, date, source."""
    say = view.say
    blocks.section(say("companies.facts"), say("companies.facts_lead"))
    if rows.empty:
        st.caption(say("companies.no_facts"))
        return
    themed = {key: theme for theme, keys in GROUPS.items() for key in keys}
    last = list(GROUPS)[-1]
    theme_of = rows["key"].map(lambda key: themed.get(key, last))
    for theme in GROUPS:
        part = rows[theme_of == theme]
        if part.empty and theme not in ALWAYS:
            continue
        st.markdown(f"**{say(f'companies.group_{theme}')}**")
        if part.empty:
            st.caption(say("companies.group_none"))
            continue
        _table(view, part, theme)


def _table(view: View, rows: pd.DataFrame, theme: str) -> None:
    say = view.say
    column = st.column_config
    blocks.table(
        view,
        rows.assign(key_name=[say.known("fact", k) for k in rows["key"]], told=[_value(v) for v in rows["value"]]),
        f"vendor-{theme}",
        {
            "key_name": column.TextColumn(say("companies.key"), pinned=True),
            "told": column.TextColumn(say("companies.value")),
            "unit": column.TextColumn(say("reported.unit")),
            "note": column.TextColumn(say("companies.remark")),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "source": column.TextColumn(say("columns.source")),
            "url": columns.link(say("columns.link")),
        },
        alt=say(f"companies.group_{theme}"),
        height=250,
    )


def _value(value: object) -> str:
    """A fact's value for people: numbers with thousands apart, large ones with their power of ten."""
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    if abs(number) >= 1e15:
        return f"{number:.3g}"
    return f"{number:,.0f}" if number == int(number) else f"{number:,.4g}"
