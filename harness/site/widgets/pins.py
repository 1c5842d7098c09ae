"""Pinned models: up to five that follow the reader from page to page, in the URL as ``pins=a,b,c``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from harness.site.widgets import address, blocks, search_entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from harness.site.server.view import View

KEY = address.PINS
MOST = 5
"""As many as Head to head compares with ease and a line holds."""
_ID = re.compile(r"[\w.:+-]+")


def ids(texts: Sequence[str]) -> list[str]:
    """The ids that the URL's texts name, each once, the first ``MOST``."""
    parts = [part.strip() for text in texts for part in text.split(",")]
    return list(dict.fromkeys(part for part in parts if _ID.fullmatch(part)))[:MOST]


def settle() -> None:
    """Take the pins of the URL, or keep those of the session, and let them stand in the URL."""
    address.restore(KEY, [], ids, usable=lambda held: ids(held))
    _write()


def pinned() -> list[str]:
    """The ids of the pinned models."""
    return list(st.session_state.get(KEY, []))


def labels(frame: pd.DataFrame) -> list[str]:
    """Labels of the rows (``label, product_id``) whose product is pinned: charts draw a ring around them."""
    return list(frame.loc[frame["product_id"].isin(pinned()), "label"])


def note(view: View, frame: pd.DataFrame) -> str:
    """What a ring means, with a space before it; empty where no row's product is pinned."""
    return f" {view.say('search.rings')}" if labels(frame) else ""


def line(view: View) -> None:
    """Pinned models as links, with the way to compare them; nothing where none is pinned or where another site frames the page."""
    held = [id for id in pinned() if id in search_entries.names(view)]
    if not held or st.context.is_embedded:
        return
    say = view.say
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pins"):
        st.caption(say("search.pinned"), width="content")
        for id in held:
            blocks.page_link(view, "model", search_entries.names(view)[id], ":material/keep:", model=id)
        if len(held) > 1:
            blocks.page_link(
                view, "head_to_head", say("search.compare_pinned"), ":material/compare_arrows:", models=held
            )
        st.button(say("search.unpin_all"), key="unpin_all", icon=":material/close:", type="tertiary", on_click=_clear)


def button(view: View, id: str, key: str, *, label: bool = True) -> bool:
    """The button that pins a model or takes its pin away; True in the run after it was pressed."""
    say = view.say
    held = pinned()
    on = id in held
    words = say("search.unpin" if on else "search.pin")
    full = not on and len(held) >= MOST
    return st.button(
        words if label else "", key=f"pin-{key}-{on}", icon=":material/keep_off:" if on else ":material/keep:", type="tertiary",
        on_click=_turn, args=(id,), disabled=full, help=say("search.pins_full", n=MOST) if full else None if label else words,
    )  # fmt: skip


def _turn(id: str) -> None:
    held = pinned()
    st.session_state[KEY] = [other for other in held if other != id] if id in held else [*held, id][:MOST]
    address.touch(KEY)
    _write()


def _clear() -> None:
    st.session_state[KEY] = []
    address.touch(KEY)
    _write()


def _write() -> None:
    held = pinned()
    address.write(KEY, [",".join(held)] if held else [])
