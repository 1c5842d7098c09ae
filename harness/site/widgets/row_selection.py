"""Ticked rows of a table: their names stand in the URL, so that a copied link ticks the same rows."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.site.widgets import blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from harness.site.server.view import View


def ticked(
    view: View, frame: pd.DataFrame, name: str, columns: Mapping[str, Any], key: str, by: str, *, alt: str,
    mode: str = "multi-row", height: int | str = "auto",
) -> list[int]:  # fmt: skip
    """A table whose ticked rows are kept in the URL under ``key`` by their ``by`` column; returns their positions."""
    ids = [str(value) for value in frame[by]]
    asked = st.query_params.get_all(key)
    event = blocks.table(
        view,
        frame,
        name,
        columns,
        alt=alt,
        key=f"table-{name}-{_turn(key, asked)}-{zlib.crc32(chr(10).join(ids).encode()):x}",
        on_select="rerun",
        selection_mode=mode,
        selection_default={"selection": {"rows": positions(ids, asked, 1 if mode == "single-row" else None)}},
        height=height,
    )
    rows = [int(i) for i in event.selection.rows if i < len(ids)] if event else []
    wanted = [ids[i] for i in rows]
    if wanted != asked:
        if wanted:
            st.query_params[key] = wanted
        else:
            st.query_params.pop(key, None)
    st.session_state[f"_ticked_{key}"] = (wanted, _turn(key, asked))
    return rows


def positions(ids: Sequence[str], asked: Sequence[str], most: int | None = None) -> list[int]:
    """Where the names asked for stand, each once; names that are not there are passed over."""
    at = {value: place for place, value in reversed(list(enumerate(ids)))}
    return list(dict.fromkeys(at[a] for a in asked if a in at))[:most]


def _turn(key: str, asked: Sequence[str]) -> int:
    """A number that changes when the URL was changed by anything but this table (back button, a link).

    A table keeps its ticks for itself; under a new number it is a new table, ticked as the URL says.
    """
    held, turn = st.session_state.get(f"_ticked_{key}", (list(asked), 0))
    return int(turn) + (list(held) != list(asked))
