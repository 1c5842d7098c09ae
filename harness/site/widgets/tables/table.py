"""A table of a page: the columns that fit, the rest on request, names that lead on, the rows as CSV and on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import defused
from harness.site.widgets import controls, evidence_links, glossary_help, name_links
from harness.site.widgets.tables import decimals, fit, paper, screen
from harness.site.widgets.tables.csv_button import download

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

_ROW, _HEADER, _ROWS_IN_SIGHT = 35, 38, 10
"""Pixels of a row and of the header, and rows of a table of no given height, as Streamlit has them."""


def table(
    view: View, frame: pd.DataFrame, name: str, columns: Mapping[str, Any], *, alt: str, share: float = 1.0, folded: bool = False,
    together: Sequence[str] = (), **options: Any,
) -> Any:  # fmt: skip
    """A sortable, searchable table of the named columns, with its CSV below; names of models and vendors lead to their pages, and
    the column ``evidence_of`` (references) to the evidence of a row's number.

    ``together`` are columns that say little without each other. ``share`` is the part of the page's width that the table has where it stands beside something. A ``folded`` table is not
    drawn while what holds it is closed (``blocks.below``): paper then has its text.
    """
    columns = evidence_links.linked(view.say, frame, name, columns)
    shown = [c for c in columns if c in frame.columns]
    columns = glossary_help.explained(view.say, columns)
    of_100 = decimals.shares(columns, shown)
    columns = decimals.aligned(frame, columns)
    stored, frame = frame, frame.assign(**{name: 100 * frame[name].astype(float) for name in of_100})
    buttons = {column for column, _, _ in name_links.leading(view.say, frame, columns)}
    found = fit.fit(frame, columns, shown, screen.for_tables(share), together, buttons)
    sheet = st.container(key=f"sheet-{_key(name)}")
    with st.container(horizontal=True, vertical_alignment="center", key=f"below-{_key(name)}"):
        download(view, stored.drop(columns=evidence_links.COLUMN, errors="ignore"), name)
        every = bool(found.hidden) and controls.toggle(
            view.say("common.all_columns", n=len(shown)), f"all_{_key(name)}"
        )
        name_links.chooser(view.say, frame, name, columns)
        if evidence_links.COLUMN in frame.columns:
            evidence_links.chooser(view.say, frame, name, [c for c in shown if c != evidence_links.COLUMN])
    if not every:
        columns = {n: _wide(c, found.widths.get(n)) for n, c in columns.items()}
    in_sight = [n for n in shown if every or n not in found.hidden]
    rows = _ROWS_IN_SIGHT
    if isinstance(options.get("height"), int):
        options["height"] = min(options["height"], _HEADER + _ROW * max(len(frame), 1))  # no empty grid below
        rows = (options["height"] - _HEADER) // _ROW
    with sheet:
        event = st.dataframe(
            defused(evidence_links.labelled(frame[shown])),
            column_config=name_links.linked(view.say, frame, name, columns),
            column_order=in_sight,
            hide_index=True,
            alt=alt,
            placeholder="–",
            **{"key": f"table-{name}", **options},
        )
        if folded or len(frame) > rows or found.hidden:
            paper.show(view.say, frame, columns, paper.readable(columns, shown), alt)
    return event


def plain(view: View, frame: pd.DataFrame, *, alt: str, **options: Any) -> None:
    """A frame as it stands behind a chart or in a report: columns by their names in words, without ids; its CSV has all."""
    named = {c: st.column_config.Column(_heading(view, c)) for c in map(str, frame.columns)}
    shown = [c for c in named if not c.endswith("_id")] or list(named)
    frame = frame.set_axis(list(named), axis=1)
    found = fit.fit(frame, named, shown, screen.for_tables())
    st.dataframe(
        defused(frame[shown]),
        column_config={c: _wide(named[c], found.widths.get(c)) for c in shown},
        column_order=[c for c in shown if c not in found.hidden],
        hide_index=True,
        alt=alt,
        placeholder="–",
        **options,
    )


def _heading(view: View, column: str) -> str:
    """A column's name in words: the reports' or the tables' one, else its own without underscores."""
    for family in ("col", "columns"):
        if (text := view.say.known(family, column)) != column:
            return text
    return column.replace("_", " ")


def _wide(column: Any, width: int | None) -> Any:
    """A column's configuration with its width."""
    return {**column, "width": width} if isinstance(column, dict) and width else column


def _key(name: str) -> str:
    return re.sub(r"\W+", "-", name)
