"""The site's entry: language, navigation, database handle; each page lays itself out. At the start: the server."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from harness import places
from harness.errors import LandscapeError
from harness.i18n.translator import LANGUAGES, Translator, preferred
from harness.site.evidence import drawer
from harness.site.server import entry, style, view
from harness.site.server.navigation import PageEntry, headings, page_entries
from harness.site.widgets import account, address, blocks, name_links, pins, search_box

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


def settle_language() -> str:
    """The visitor's language before its switch is drawn: the URL's, else the one chosen before, else the browser's."""
    names = {name: code for code, name in LANGUAGES.items()}  # which older links have

    def read(asked: list[str]) -> str:
        code = names.get(asked[-1], asked[-1])
        if code not in LANGUAGES:
            raise ValueError(asked)
        return code

    address.restore(address.LANGUAGE, preferred(st.context.locale), read)
    return str(st.session_state[address.LANGUAGE])


def choose_language() -> None:
    """The switch of languages."""
    with st.sidebar:
        st.segmented_control(
            "Language · 语言",
            list(LANGUAGES),
            format_func=lambda code: LANGUAGES[code],
            required=True,
            key=address.LANGUAGE,
            on_change=address.touch,
            args=(address.LANGUAGE,),
        )


def show(chosen_page: st.Page, say: Translator) -> None:
    """Run the chosen page, or say what it lacks; any failure becomes a sentence."""
    try:
        seen = view.current()
        if seen.reader.empty and chosen_page.url_path not in WITHOUT_DATABASE:
            seen = view.with_database(seen)
        if seen.reader.empty and chosen_page.url_path not in WITHOUT_DATABASE:
            page = chosen_page.url_path or "overview"
            blocks.heading(seen, page)
            blocks.empty(seen, say("common.no_database"), "harness db rebuild")
            return
        name_links.follow()
        if not seen.reader.empty:
            search_box.show(seen, chosen_page.url_path or "overview")
            with st.sidebar:
                search_box.recent(seen, st.query_params.get("model", ""))
            pins.line(seen)
            drawer.show(seen)
        chosen_page.run()
        address.leave()
    except StopException:
        address.leave()
        raise
    except LandscapeError as error:
        st.error(say("common.still_works"), title=say("common.failed"), icon=":material/error:")
        st.code(str(error), language=None, wrap_lines=True)
    except Exception:
        logging.getLogger("landscape.site").exception("page %s failed", chosen_page.url_path)
        st.error(say("common.our_mistake"), title=say("common.failed"), icon=":material/error:")
        st.caption(say("common.still_works"))


def main() -> None:
    """Draw the frame and run the chosen page."""
    # The icon comes first: Streamlit would take the page's own, from a server elsewhere.
    st.set_page_config(page_icon=str(places.asset(".streamlit/icon.png")), layout="wide")
    st.logo(str(places.asset(".streamlit/icon.png")), size="medium")
    say = Translator(settle_language())
    entries = page_entries(places.asset("pages"))
    chosen_page = navigation(entries, say)
    st.set_page_config(page_title=f"{chosen_page.title} · Landscape")
    address.arrive(chosen_page.url_path)
    # Not before the navigation: the browser would take it for a change of the page that it leaves.
    address.write(address.LANGUAGE, [say.language])
    pins.settle()
    style.style({position: say(f"nav.{section}") for position, section in headings(entries).items()})
    if address.CHART in st.query_params:
        style.alone(st.query_params[address.CHART])
    choose_language()
    account.show(say)
    show(chosen_page, say)


if __name__ == "__main__":  # a visit: Streamlit runs this file as its script
    main()
else:  # the start: `streamlit run` finds an application in this file and imports it, once
    app = st.App(__file__, lifespan=entry.lifespan)
    app = entry.guarded(app)
