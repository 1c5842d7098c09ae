"""All facts of a vendor by theme: value, unit, US dollars, date, source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import text
from harness.market.companies import vendor_themes
from harness.market.companies.side_by_side import facts_of
from harness.market.evidence.vendor_sources import fact_references
from harness.site.companies.against import figure_text
from harness.site.evidence import fact_notes
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator
    from harness.site.server.view import View


SIZED = 1e9
"""Numbers from which a word says the size: the digits of smaller ones are counts that readers compare."""


@contained.section
def show(view: View, vendor_id: str) -> None:
    """All facts of a vendor by theme: value, unit, US dollars, note, date, source."""
    say = view.say
    blocks.section(say("companies.facts"), say("companies.facts_lead"))
    rows = fact_rows(say, facts_of(view, [vendor_id]))
    if rows.empty:
        st.caption(say("companies.no_facts"))
        return
    for theme in vendor_themes.THEMES:
        part = rows[rows["theme"] == theme]
        st.markdown(f"**{say(f'theme.{theme}')}**")
        if part.empty:
            st.caption(say("companies.group_none"))
        else:
            blocks.table(
                view,
                part,
                f"vendor-{theme}",
                fact_columns(say),
                alt=say(f"theme.{theme}"),
                height=250,
                together=("told",),
            )


def fact_rows(say: Translator, rows: pd.DataFrame) -> pd.DataFrame:
    """Facts in words: ``key_name`` and ``told`` in the reader's language, the rest as the query ``facts`` has it."""
    return rows.assign(
        key_name=[say.known("fact", k) for k in rows["key"]],
        told=[_value(say, str(k), v, u) for k, v, u in zip(rows["key"], rows["value"], rows["unit"], strict=True)],
        unit=[say.known("unit", u) if present(u) and u != "fraction" else None for u in rows["unit"]],
        in_usd=[figure_text.money(say, float(v)) if present(v) and u != "USD" else None
                for v, u in zip(rows["usd"], rows["unit"], strict=True)],
        note=fact_notes.every(say, rows["note"]),
        evidence_of=fact_references(rows),
    )  # fmt: skip


def fact_columns(say: Translator) -> Mapping[str, Any]:
    """Columns of a table of facts."""
    column = st.column_config
    return {
        "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
        "front_name": column.TextColumn(say("vendor.front")),
        "key_name": column.TextColumn(say("companies.key"), pinned=True),
        "told": column.TextColumn(say("companies.value")),
        "unit": column.TextColumn(say("reported.unit")),
        "in_usd": column.TextColumn(say("vendor.in_usd"), help=say("vendor.in_usd_help")),
        "evidence_of": None,
        "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
        "note": column.TextColumn(say("companies.remark")),
        "url": columns.link(say("columns.link")),
        "source": column.TextColumn(say("columns.source")),
    }


def _value(say: Translator, key: str, value: object, unit: object) -> str:
    """A fact's value: numbers with thousands apart, large ones with the word for their size or their power of ten, shares as per
    cent, words of closed lists translated."""
    try:
        number = float(str(value))
    except ValueError:
        return word(say, key, value)
    if unit == "fraction":
        return f"{100 * number:.4g}%"
    if unit == "FLOP":
        return text.powers(number, 5)
    if abs(number) >= SIZED:
        return figure_text.large(say, number)
    return f"{number:,.0f}" if number == int(number) else f"{number:,.10g}"


def word(say: Translator, key: str, value: object) -> str:
    """A word of one of the catalog's closed lists in the reader's language; other words as they are."""
    from harness.catalog.vocabulary import CLOSED_VALUES

    return say.known("fact_value", value) if key in CLOSED_VALUES else str(value)
