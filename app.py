"""The site's entry: language, navigation, database handle; each page lays itself out. At the start: the server."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import streamlit as st

from harness import places
from harness.errors import LandscapeError
from harness.i18n.translator import LANGUAGES, Translator, preferred
from harness.site.server import entry, style, view
from harness.site.server.navigation import PageEntry, headings, page_entries
from harness.site.widgets import blocks, name_links, search_box

WITHOUT_DATABASE = ("methodology",)


def navigation(entries: Sequence[PageEntry], say: Translator) -> st.Page:
    """Register every page on every path, so that Streamlit never falls back on its old discovery.

    One flat list: Streamlit's own sections put ``div`` into ``ul``, which screen readers then read as no list.
    """
    pages = [
        st.Page(
            f"pages/{entry.name}.py",
            title=say(f"{entry.name}.title"),
            icon=f":material/{entry.icon}:",
            default=entry.name == "overview",
            help=say(f"{entry.name}.question"),
        )
        for entry in entries
    ]
    return st.navigation(pages, expanded=True)


def choose_language() -> None:
    """The switch of languages; a visitor without choices in the URL starts in the browser's language."""
    if "lang" not in st.session_state and not st.query_params and preferred(st.context.locale) != "en":
        st.session_state["lang"] = preferred(st.context.locale)
    with st.sidebar:
        st.segmented_control(
            "Language · 语言",
            list(LANGUAGES),
            format_func=lambda code: LANGUAGES[code],
            default="en",
            required=True,
            key="lang",
            bind="query-params",
            on_change=view.keep_choices,
        )


def main() -> None:
    """Draw the frame and run the chosen page; any failure becomes a sentence."""
    st.set_page_config(page_title="Landscape", page_icon=str(places.asset(".streamlit/icon.png")), layout="wide")
    early = Translator(_early_language())
    entries = page_entries(places.asset("pages"))
    chosen_page = navigation(entries, early)
    style.style({position: early(f"nav.{section}") for position, section in headings(entries).items()})
    choose_language()
    say = Translator(view.language())
    try:
        seen = view.current()
        if seen.reader.empty and chosen_page.url_path not in WITHOUT_DATABASE:
            seen = view.with_database(seen)
        if seen.reader.empty and chosen_page.url_path not in WITHOUT_DATABASE:
            page = chosen_page.url_path or "overview"
            blocks.heading(seen, page)
            blocks.empty(seen, say("common.no_database"), "harness db rebuild")
            return
        name_links.follow(seen)
        if not seen.reader.empty:
            search_box.show(seen, chosen_page.url_path or "overview")
            with st.sidebar:
                search_box.recent(seen, st.query_params.get("model", ""))
        chosen_page.run()
    except LandscapeError as error:
        st.error(say("common.still_works"), title=say("common.failed"), icon=":material/error:")
        st.code(str(error), language=None, wrap_lines=True)
    except Exception:
        logging.getLogger("landscape.site").exception("page %s failed", chosen_page.url_path)
        st.error(say("common.our_mistake"), title=say("common.failed"), icon=":material/error:")
        st.caption(say("common.still_works"))


def _early_language() -> str:
    """The language before its switch is drawn: the page's names are needed first."""
    chosen = st.session_state.get("lang")
    if chosen in LANGUAGES:
        return str(chosen)
    named = {label: code for code, label in LANGUAGES.items()}
    asked = named.get(st.query_params.get("lang", ""))
    if asked:
        return asked
    return "en" if st.query_params else preferred(st.context.locale)


if __name__ == "__main__":  # a visit: Streamlit runs this file as its script
    main()
else:  # the start: `streamlit run` finds an application in this file and imports it, once
    app = st.App(__file__, lifespan=entry.lifespan)
    app = entry.guarded(app)
