"""Names that lead to a page of their own: a model's to Model, a vendor's to its profile among Companies.

In a table a name is a button rather than an address: an address opens another window, which knows neither the language nor
anything else of the visit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.site.widgets import address

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator

PAGES = {"model": "model", "scores": "model", "vendor": "companies", "benchmark": "capability"}
"""The page that shows one thing of a kind."""
IDS = {"model": ("product_id", "model_id"), "vendor": ("vendor_id",)}
"""What a name in a table can be of, and the columns that hold its id, the first that the table's frame has."""
MOST_CHOICES = 300
"""Names offered below a table; the search box at the head of the page finds all."""
_PRESSED = "_name_pressed"


def choices(of: str, id: str) -> dict[str, str]:
    """The choices in the URL that show one model, a model's scores, a vendor or a benchmark on its page."""
    if of == "model":
        return {"model": id}
    if of == "scores":
        return {"model": id, "about": "scores"}
    if of == "benchmark":
        return {"tab": "benchmark", "benchmark": id}
    return {"view": "profile", "vendor": id}


def linked(say: Translator, frame: pd.DataFrame, name: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a table (``name``) with those headed Model and Vendor as buttons, where the frame has the ids (IDS).

    Of a model without an id the name itself is looked for; a vendor's name without one leads nowhere.
    """
    out = dict(columns)
    for column, of, ids in leading(say, frame, columns):
        config = columns[column]
        key = f"open-{name}-{column}"
        out[column] = st.column_config.ButtonColumn(
            config["label"], width=config.get("width"), help=config.get("help") or say(f"common.open_{of}"),
            pinned=config.get("pinned"), alignment="left", type="tertiary", key=key, on_click=_press, args=(key, of, ids),
        )  # fmt: skip
    return out


def chooser(say: Translator, frame: pd.DataFrame, name: str, columns: Mapping[str, Any]) -> None:
    """The table's names as a list of choices, each opening its page: a table's cells are out of the keyboard's reach."""
    for column, of, ids in leading(say, frame, columns)[:1]:
        names = dict(reversed([(id, str(shown)) for id, shown in zip(ids, frame[column], strict=True) if id]))
        names = dict(list(reversed(names.items()))[:MOST_CHOICES])
        if not names:
            continue
        key = f"go-{name}"
        st.selectbox(
            say(f"common.go_{of}"), list(names), index=None, format_func=names.__getitem__, placeholder=say(f"common.go_{of}"),
            label_visibility="collapsed", width=240, key=key, on_change=_choose, args=(key, of),
        )  # fmt: skip


def leading(say: Translator, frame: pd.DataFrame, columns: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """The columns whose names lead somewhere: the column, what it names (IDS), the ids row by row, empty where unknown."""
    heads = {say(f"columns.{of}"): of for of in IDS}
    leading = []
    for column, config in columns.items():
        of = heads.get(config.get("label") or "") if isinstance(config, dict) else None
        holder = next((c for c in IDS[of] if c in frame.columns), None) if of else None
        if of is None or holder is None or column not in frame.columns:
            continue
        ids = [
            id if isinstance(id, str) else str(shown) if of == "model" else ""
            for id, shown in zip(frame[holder], frame[column], strict=True)
        ]
        leading.append((column, of, ids))
    return leading


def _choose(key: str, of: str) -> None:
    id = st.session_state.get(key)
    if id:
        st.session_state[_PRESSED] = (of, id)


def scores(label: str, table: str, ids: Sequence[str], help: str) -> Any:
    """A column of buttons that lead to the scores of the models ``ids``, a row each; the cells are the buttons' names."""
    key = f"scores-{table}"
    return st.column_config.ButtonColumn(
        label, help=help, alignment="left", type="tertiary", key=key, on_click=_press, args=(key, "scores", list(ids))
    )


def _press(key: str, of: str, ids: Sequence[str]) -> None:
    click = st.session_state.get(key)
    if click is not None and 0 <= click.row < len(ids) and ids[click.row]:
        st.session_state[_PRESSED] = (of, ids[click.row])


def follow() -> None:
    """Go to the page of the name that was pressed; nothing where none was."""
    pressed = st.session_state.pop(_PRESSED, None)
    if pressed is not None:
        of, id = pressed
        st.switch_page(f"pages/{PAGES[of]}.py", query_params={**address.following(), **choices(of, id)})
