"""Blocks of layout that every page is made of: heading, chart, table, empty state, links."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.heat_colours import in_the_dark
from harness.charts.text import unlinked
from harness.i18n.translator import Translator
from harness.site.server.style import frame
from harness.site.server.view import language
from harness.site.widgets import address, controls, glossary_help
from harness.site.widgets.tables.csv_button import download as download
from harness.site.widgets.tables.table import plain as plain
from harness.site.widgets.tables.table import table as table

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from harness.charts.chart import Chart
    from harness.site.server.view import View

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")


def literal(text: object) -> str:
    """Text from data, shown as it is inside Markdown: no markup, no link, no HTML."""
    flat = " ".join(str(text).split())
    return _MARKDOWN.sub(r"\\\1", unlinked(flat))


def heading(view: View, page: str) -> None:
    """The page's name and, in one line, the question that it answers."""
    st.title(view.say(f"{page}.title"), anchor=False)
    st.caption(view.say(f"{page}.question"))


def section(title: str, lead: str = "") -> None:
    """A section's heading and what to read in it, its terms explained on hover."""
    st.header(title, anchor=False)
    if lead:
        st.caption(lead, help=glossary_help.of_text(Translator(language()), lead))


def empty(view: View, what: str, command: str) -> None:
    """The empty state: what will be here, and the one command that fills it."""
    with st.container(border=True):
        st.markdown(f":material/inbox: **{view.say('common.nothing_yet')}**")
        st.markdown(what)
        st.code(command, language="bash")


def tile(name: str, label: str, value: str, note: str | None = None) -> None:
    """A number of the first screen, as plain text: Streamlit draws a metric only once it has read all of Plotly."""
    with st.container(key=f"tile-{name}"):
        st.markdown(f"{literal(label)} **{value}**" + (f" :small[{literal(note)}]" if note else ""))


def below(label: str, key: str, *, opened: bool = False) -> DeltaGenerator:
    """What holds a part below the answer of a page: closed at first, whole on paper. Its tables are drawn ``folded``."""
    with st.container(key=f"printed-{key}"):
        return controls.expander(label, f"open_{key}", opened=opened)


@st.fragment
def fold(label: str, icon: str, key: str, draw: Callable[[], Any]) -> None:
    """A part that is closed at first: what ``draw`` lays out is computed and sent only once somebody opens it."""
    with controls.expander(label, f"open_{key}", icon=icon) as part:
        if part.open:
            draw()


def chart(view: View, drawn: Chart, *, height: int | None = None, lead: bool = False) -> None:
    """A chart under its finding, with its note, its source, its data as a table and as CSV.

    ``lead`` is the chart that stands above all sections: its heading then comes right below the page's name.
    """
    with st.container(border=True, key=frame(drawn.name)):
        st.markdown(f"{'##' if lead else '###'} {literal(drawn.title)}")
        st.plotly_chart(
            in_the_dark(drawn.figure) if st.context.theme.type == "dark" else drawn.figure,
            key=f"chart-{drawn.name}",
            alt=drawn.alt[:400],
            config={
                "displaylogo": False,
                "scrollZoom": False,
                "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
                "toImageButtonOptions": {"filename": drawn.name, "scale": 2},
            },
            height=height or "content",
        )
        st.caption(
            f"{literal(drawn.note)}  \n"
            + view.say("common.labelled", label=view.say("common.source"), value=literal(drawn.source)),
            help=glossary_help.of_text(view.say, f"{drawn.title} {drawn.note}"),
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            download(view, drawn.data, drawn.name)
            st.link_button(
                view.say("common.alone"), address.alone(drawn.name), icon=":material/open_in_new:", type="tertiary"
            )
            show = controls.toggle(view.say("common.as_table"), "table_" + re.sub(r"\W+", "-", drawn.name))
        if show:
            plain(view, drawn.data, alt=drawn.title)


def page_link(view: View, page: str, label: str, icon: str | None = None, /, **choices: str | list[str]) -> None:
    """A link to another page, with its choices in the URL (keys and codes of its controls) and the language kept."""
    st.page_link(
        f"pages/{page}.py",
        label=literal(label),
        icon=icon,
        query_params={address.LANGUAGE: view.language, **address.following(), **choices},
    )
