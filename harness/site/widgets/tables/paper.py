"""A table as paper shows it: plain HTML with all columns, which the screen hides, since its own table prints only what is in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.site.widgets import evidence_links
from harness.site.widgets.tables.cell_text import cell_text

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator

MOST = 40
"""Rows on paper; the CSV has all."""


def readable(columns: Mapping[str, Any], shown: Sequence[str]) -> list[str]:
    """The columns of ``shown`` whose cells are texts or numbers: a picture's cell holds its data, a sign's one means a click."""
    kinds = {
        name: (columns[name] or {}).get("type_config", {}).get("type")
        for name in shown
        if isinstance(columns[name], Mapping)
    }
    return [name for name in shown if name != evidence_links.COLUMN and kinds.get(name) != "image"]


def html(say: Translator, frame: pd.DataFrame, columns: Mapping[str, Any], shown: Sequence[str], caption: str) -> str:
    """The first ``MOST`` rows of the named columns, and how many there are beyond."""
    settings = {name: columns[name] if isinstance(columns[name], Mapping) else {} for name in shown}
    heads = [escape(str(settings[name].get("label") or columns[name] or name)) for name in shown]
    rows = zip(*(frame[name].head(MOST) for name in shown), strict=True)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell_text(v, settings[n]))}" for n, v in zip(shown, row, strict=True))
        for row in rows
    )
    more = f"<p>{escape(say('common.more_rows', n=len(frame) - MOST))}</p>" if len(frame) > MOST else ""
    head = "".join(f"<th>{name}" for name in heads)
    return f'<div class="paper"><table><caption>{escape(caption)}</caption><tr>{head}{body}</table>{more}</div>'


def show(say: Translator, frame: pd.DataFrame, columns: Mapping[str, Any], shown: Sequence[str], caption: str) -> None:
    """Leave the table for paper on the page."""
    st.html(html(say, frame, columns, shown, caption))
