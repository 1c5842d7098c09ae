"""The site's entry: language, navigation, database handle; each page lays itself out."""

from __future__ import annotations

import logging

import streamlit as st

from harness import places
from harness.errors import LandscapeError
from harness.i18n.translator import LANGUAGES, Translator
from harness.site.server import style, view
from harness.site.widgets import blocks

# Sections of the navigation: pages and their icons.
PAGES: dict[str, dict[str, str]] = {
    "": {"overview": ":material/explore:"},
    "models": {
        "capability": ":material/leaderboard:",
        "head_to_head": ":material/compare_arrows:",
        "cost": ":material/payments:",
    },
    "market": {
        "companies": ":material/domain:",
        "homogeneity": ":material/join_inner:",
        "opportunities": ":material/grid_view:",
    },
    "evidence": {
        "runs_and_samples": ":material/fact_check:",
        "reports": ":material/description:",
        "methodology": ":material/functions:",
    },
}
WITHOUT_DATABASE = ("methodology",)


def navigation(say: Translator) -> st.Page:
    """Register every page on every path, so that Streamlit never falls back on its old discovery.

    One flat list: Streamlit's own sections put ``div`` into ``ul``, which screen readers then read as no list.
    """
    pages = [
        st.Page(
            f"pages/{page}.py",
            title=say(f"{page}.title"),
            icon=icon,
            default=page == "overview",
            help=say(f"{page}.question"),
        )
        for section in PAGES.values()
        for page, icon in section.items()
    ]
    return st.navigation(pages, expanded=True)


def choose_language() -> None:
    """The switch of languages; a visitor without choices in the URL starts in the browser's language."""
    if "lang" not in st.session_state and not st.query_params and str(st.context.locale or "").startswith("zh"):
        st.session_state["lang"] = "zh"
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
    chosen_page = navigation(early)
    style.style(_headings(early))
    choose_language()
    say = Translator(view.language())
    try:
        seen = view.current()
        if seen.reader.empty and chosen_page.url_path not in WITHOUT_DATABASE:
            page = chosen_page.url_path or "overview"
            blocks.heading(seen, page)
            blocks.empty(seen, say("common.no_database"), "harness db rebuild")
            return
        chosen_page.run()
    except LandscapeError as error:
        st.error(say("common.still_works"), title=say("common.failed"), icon=":material/error:")
        st.code(str(error), language=None, wrap_lines=True)
    except Exception:
        logging.getLogger("landscape.site").exception("page %s failed", chosen_page.url_path)
        st.error(say("common.our_mistake"), title=say("common.failed"), icon=":material/error:")
        st.caption(say("common.still_works"))


def _headings(say: Translator) -> dict[int, str]:
    """Which entry of the navigation begins a section, and the section's name."""
    out, first = {}, 1
    for section, pages in PAGES.items():
        if section:
            out[first] = say(f"nav.{section}")
        first += len(pages)
    return out


def _early_language() -> str:
    """The language before its switch is drawn: the page's names are needed first."""
    held = st.session_state.get("lang")
    if held in LANGUAGES:
        return str(held)
    named = {label: code for code, label in LANGUAGES.items()}
    asked = named.get(st.query_params.get("lang", ""))
    if asked:
        return asked
    zh = not st.query_params and str(st.context.locale or "").startswith("zh")
    return "zh" if zh else "en"


main()
