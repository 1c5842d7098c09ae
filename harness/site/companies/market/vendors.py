"""Vendors for people: where they are and what the catalog holds of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@contained.section
def table(view: View, shown: pd.DataFrame) -> None:
    """Every vendor with what the catalog holds of it."""
    say = view.say
    column = st.column_config
    blocks.table(
        view,
        shown,
        "vendors",
        {
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "segment_name": column.TextColumn(say("columns.segment")),
            "country_name": column.TextColumn(say("columns.country")),
            "city": column.TextColumn(say("companies.city")),
            "founded": column.TextColumn(say("companies.founded")),
            "parent": column.TextColumn(say("companies.parent")),
            "models": column.NumberColumn(say("overview.models"), format="%d"),
            "open_models": column.NumberColumn(say("companies.open_models"), format="%d"),
            "latest_release": column.DateColumn(say("companies.latest"), format="YYYY-MM-DD"),
            "facts": column.NumberColumn(say("companies.facts"), format="%d"),
            "website": columns.link(say("columns.link")),
        },
        alt=say("companies.all", n=len(shown)), together=("models", "latest_release"),
        height=420,
    )  # fmt: skip
