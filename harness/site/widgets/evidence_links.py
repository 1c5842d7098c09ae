"""The way from a number to its evidence: a button in a table's row or beside a number, which puts the number into the address.

The drawer (``harness.site.evidence.drawer``) opens what stands there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator

KEY = "evidence"
"""Key in the address: references of the numbers whose evidence is open (``harness.market.evidence.reference``)."""
COLUMN = "evidence_of"
"""Column of a table's frame that holds the references of a row, with blanks between; empty where there is no evidence to open."""
ICON = ":material/fact_check:"


def linked(say: Translator, frame: pd.DataFrame, name: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a table (``name``) with COLUMN as buttons, where the frame has it: where ``columns`` names it, else at the end."""
    out = dict(columns)
    if COLUMN not in frame.columns:
        return out
    key = f"open-{name}-{COLUMN}"
    out[COLUMN] = st.column_config.ButtonColumn(
        say("evidence.column"), width="small", help=say("evidence.column_help"), type="tertiary", key=key, on_click=_press,
        args=(key, [str(references) for references in frame[COLUMN]]),
    )  # fmt: skip
    return out


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as it is drawn: a sign for each row's evidence instead of its references."""
    if COLUMN not in frame.columns:
        return frame
    return frame.assign(**{COLUMN: [ICON if references else "" for references in frame[COLUMN]]})


def chooser(say: Translator, frame: pd.DataFrame, name: str, columns: Sequence[str]) -> None:
    """A list of a table's rows by the texts of its first two ``columns``, to open one's evidence: the buttons in a table's cells know
    no keyboard. Drawn once it is opened."""
    held = frame[frame[COLUMN].astype(bool)]
    if held.empty:
        return
    key, opener = f"rows-{name}-{COLUMN}", f"list-{name}-{COLUMN}"
    opened = st.popover(say("evidence.of_row"), type="tertiary", icon=ICON, key=opener, on_change="rerun")
    if not opened.open:
        return
    references = list(held[COLUMN])
    named = [" · ".join(str(cell) for cell in row if isinstance(cell, str) and cell)
             for row in held[list(columns[:2])].itertuples(index=False)]  # fmt: skip
    with opened:
        st.selectbox(
            say("evidence.row"), range(len(references)), index=None, format_func=lambda row: named[row], key=key, on_change=_choose,
            args=(key, opener, references), placeholder=say("evidence.row_hint"),
        )  # fmt: skip


def button(say: Translator, references: Sequence[str], name: str, label: str = "") -> None:
    """A button that opens the evidence of the numbers (``name``: its own among the page's)."""
    st.button(
        label or say("overview.evidence"), key=f"open-evidence-{name}", icon=ICON, type="tertiary", on_click=show,
        args=(list(references),),
    )  # fmt: skip


def show(references: Sequence[str]) -> None:
    """Put the numbers into the address, so that their drawer opens."""
    st.query_params[KEY] = list(references)


def close() -> None:
    """Take them out again."""
    st.query_params.pop(KEY, None)


def _choose(key: str, opener: str, references: Sequence[str]) -> None:
    row = st.session_state.pop(key, None)
    if row is not None:
        st.session_state[opener] = False  # the list closes
        show(references[row].split())


def _press(key: str, references: Sequence[str]) -> None:
    click = st.session_state.get(key)
    if click is not None and 0 <= click.row < len(references) and references[click.row]:
        show(references[click.row].split())
