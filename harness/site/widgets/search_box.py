"""The search box of every page: models, vendors and benchmarks by any name, while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.site.widgets import blocks, name_links, pins, search_entries
from harness.site.widgets.search_entries import entries as entries

if TYPE_CHECKING:
    from harness.market.search.entries import Entry
    from harness.site.server.view import View

KEY = "find"
"""Key of the box in the session. What is typed stands in no URL: it is no choice of a page."""
ICONS = {
    "model": ":material/neurology:",
    "run": ":material/fact_check:",
    "vendor": ":material/domain:",
    "benchmark": ":material/quiz:",
}
MOST_RECENT = 5
"""Models looked at last that stand in the sidebar."""
MOST_TYPED = 80
"""Characters that are looked for: as many as the longest names have."""


def show(view: View, page: str) -> None:
    """The box at the head of the page, emptied when the visitor comes to another page or model; none in another site's frame."""
    if st.context.is_embedded:
        return
    place = f"{page} {st.query_params.get('model', '')}"
    if st.session_state.get("_found_on") != place:
        st.session_state["_found_on"] = place
        st.session_state[KEY] = ""
    with st.container(key="search"):
        _box(view)


@st.fragment
def _box(view: View) -> None:
    """What is typed and what it finds; typing draws nothing else of the page again."""
    from harness.market.search.answers import short_list

    say = view.say
    typed = st.text_input(
        say("search.label"), key=KEY, type="search", live="150ms", placeholder=say("search.hint"),
        label_visibility="collapsed", icon=":material/search:",
    )  # fmt: skip
    typed = " ".join((typed or "").split())[:MOST_TYPED]
    if not typed:
        return
    found = short_list(entries(view), typed)
    with st.container(key="search-results"):
        if not found:
            st.caption(blocks.literal(say("search.nothing", typed=typed)))
        for answer in found:
            kind = "model" if answer.entry.kind == "run" else answer.entry.kind
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                blocks.page_link(
                    view, name_links.PAGES[kind], label(view, answer.entry), ICONS[answer.entry.kind],
                    **name_links.choices(kind, answer.entry.id),
                )  # fmt: skip
                if answer.entry.kind == "model" and pins.button(
                    view, answer.entry.id, f"find-{answer.entry.id}", label=False
                ):
                    st.rerun()  # the line of pins stands outside of this box


def remember(product_id: str) -> None:
    """Note that the visitor looked at a model: the last ``MOST_RECENT`` stand in the session, the newest first."""
    before = [id for id in st.session_state.get("_recent", []) if id != product_id]
    st.session_state["_recent"] = [product_id, *before][:MOST_RECENT]


def recent(view: View, open_now: str) -> None:
    """Links to the models that the visitor looked at last, without the one that is open."""
    ids = [id for id in st.session_state.get("_recent", []) if id != open_now]
    if not ids:
        return
    names = search_entries.names(view)
    st.caption(view.say("search.recent"))
    for id in ids:
        blocks.page_link(view, "model", names.get(id, id), ICONS["model"], model=id)


def label(view: View, entry: Entry) -> str:
    """An answer in words: its name and what it is; of a model its maker."""
    say = view.say
    name = say.name(entry.en, entry.zh)
    if entry.kind != "model":
        return say(f"search.of_{entry.kind}", name=name)
    makers = {e.id: say.name(e.en, e.zh) for e in entries(view) if e.kind == "vendor"}
    return say("search.of_model", name=name, vendor=makers[entry.maker]) if entry.maker in makers else name
