"""Blocks of layout that every page is made of: heading, chart, table, empty state, links."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import csv, defused, unlinked
from harness.site.server.style import frame
from harness.site.widgets import address, controls, name_links

if TYPE_CHECKING:
    import pandas as pd

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
    """A section's heading and what to read in it."""
    st.header(title, anchor=False)
    if lead:
        st.caption(lead)


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


@st.fragment
def fold(label: str, icon: str, key: str, draw: Callable[[], Any]) -> None:
    """A part that is closed at first: what ``draw`` lays out is computed and sent only once somebody opens it."""
    with st.expander(label, icon=icon, key=f"fold-{key}", on_change="rerun") as part:
        if part.open:
            draw()


def chart(view: View, drawn: Chart, *, height: int | None = None, lead: bool = False) -> None:
    """A chart under its finding, with its note, its source, its data as a table and as CSV.

    ``lead`` is the chart that stands above all sections: its heading then comes right below the page's name.
    """
    with st.container(border=True, key=frame(drawn.name)):
        st.markdown(f"{'##' if lead else '###'} {literal(drawn.title)}")
        st.plotly_chart(
            drawn.figure,
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
        st.caption(f"{literal(drawn.note)}  \n{view.say('common.source')}: {literal(drawn.source)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            download(view, drawn.data, drawn.name)
            st.link_button(
                view.say("common.alone"), address.alone(drawn.name), icon=":material/open_in_new:", type="tertiary"
            )
            show = controls.toggle(view.say("common.as_table"), "table_" + re.sub(r"\W+", "-", drawn.name))
        if show:
            st.dataframe(defused(drawn.data), hide_index=True, alt=drawn.title)


def table(view: View, frame: pd.DataFrame, name: str, columns: Mapping[str, Any], *, alt: str, **options: Any) -> Any:
    """A sortable, searchable table of the named columns, with its CSV below; names of models and vendors lead to their pages."""
    shown = [c for c in columns if c in frame.columns]
    columns = name_links.linked(view.say, frame, name, columns)
    if isinstance(options.get("height"), int):
        options["height"] = min(options["height"], 38 + 35 * max(len(frame), 1))  # header and rows: no empty grid below
    event = st.dataframe(
        defused(frame[shown]),
        column_config=dict(columns),
        column_order=shown,
        hide_index=True,
        alt=alt,
        placeholder="–",
        **{"key": f"table-{name}", **options},
    )
    download(view, frame, name)
    return event


def download(view: View, frame: pd.DataFrame, name: str) -> None:
    """A button that hands out the frame as CSV; made only when it is pressed."""
    st.download_button(
        view.say("common.csv"),
        data=lambda: csv(frame),
        file_name=f"landscape-{name}.csv",
        mime="text/csv",
        key=f"csv-{name}",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def page_link(view: View, page: str, label: str, icon: str | None = None, /, **choices: str | list[str]) -> None:
    """A link to another page, with its choices in the URL (keys and codes of its controls) and the language kept."""
    st.page_link(
        f"pages/{page}.py",
        label=literal(label),
        icon=icon,
        query_params={address.LANGUAGE: view.language, **choices},
    )
