"""Tables whose selected rows stand in the URL, so that a copied link selects the same rows."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.site.widgets import address, blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from harness.site.server.view import View


def selectable_table(
    view: View, frame: pd.DataFrame, name: str, columns: Mapping[str, Any], key: str, by: str, *, alt: str,
    mode: str = "multi-row", height: int | str = "auto", together: Sequence[str] = (),
) -> list[int]:  # fmt: skip
    """A table; its selected rows stand in the URL under ``key`` by their ``by`` column. Returns their positions."""
    ids = [str(value) for value in frame[by]]
    address.keep(key)
    asked = st.query_params.get_all(key)
    event = blocks.table(
        view,
        frame,
        name,
        columns,
        alt=alt,
        key=f"table-{name}-{_widget_version(key, asked)}-{zlib.crc32(chr(10).join(ids).encode()):x}",
        on_select="rerun",
        selection_mode=mode,
        selection_default={"selection": {"rows": positions(ids, asked, 1 if mode == "single-row" else None)}},
        height=height,
        together=together,
    )
    rows = [int(i) for i in event.selection.rows if i < len(ids)] if event else []
    wanted = [ids[i] for i in rows]
    if wanted != asked:
        if wanted:
            st.query_params[key] = wanted
        else:
            st.query_params.pop(key, None)
    st.session_state[f"_selected_{key}"] = (wanted, _widget_version(key, asked))
    return rows


def positions(ids: Sequence[str], asked: Sequence[str], most: int | None = None) -> list[int]:
    """Positions in ``ids`` of the names in ``asked``, each once; unknown names are passed over."""
    at = {value: place for place, value in reversed(list(enumerate(ids)))}
    return list(dict.fromkeys(at[a] for a in asked if a in at))[:most]


def _widget_version(key: str, asked: Sequence[str]) -> int:
    """Part of the widget's key: raised when the URL changed elsewhere (back button, a link).

    Streamlit keeps a table's selection under its key; a new key makes a new table with the selection of the URL.
    """
    selected, version = st.session_state.get(f"_selected_{key}", (list(asked), 0))
    return int(version) + (list(selected) != list(asked))
