"""What the first page says to a visitor whose address named no page, and the pages whose names come nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness import names, places
from harness.i18n.translator import LANGUAGES, Translator
from harness.site.server.navigation import page_entries
from harness.site.server.unknown_pages import KEY, MOST
from harness.site.widgets import address, blocks, contained

if TYPE_CHECKING:
    from harness.site.server.view import View


@contained.section
def show(view: View) -> None:
    """One line and links; nothing where the address names no unknown page."""
    wanted = st.query_params.get(KEY, "").strip()[:MOST]
    if not wanted:
        return
    address.keep(KEY)
    say, near = view.say, nearest(wanted)
    text = say("overview.no_page_near" if near else "overview.no_page", wanted=wanted)
    st.info(blocks.literal(text), icon=":material/explore_off:")
    with st.container(horizontal=True):
        for page in near:
            blocks.page_link(view, page, say(f"{page}.title"), ":material/arrow_forward:")


def nearest(wanted: str) -> list[str]:
    """Up to three pages that go by a name like ``wanted``: their path or its last words, their title in any language."""
    called: dict[str, str] = {}
    for entry in page_entries(places.asset("pages")):
        words = entry.name.split("_")
        titles = [Translator(code)(f"{entry.name}.title") for code in LANGUAGES]
        for name in (*("_".join(words[n:]) for n in range(len(words))), *titles):
            called.setdefault(name, entry.name)
    last = wanted.strip("/").rpartition("/")[2]
    return list(dict.fromkeys(called[name] for name in names.near(last, called)))
