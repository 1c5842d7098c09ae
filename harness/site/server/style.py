"""CSS beyond the theme: headings of the navigation's sections, readable text colours, visible keyboard focus,
a page on paper, a chart alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

_ENTRY = "[data-testid=stSidebarNavItems] > li:nth-child({place})"
_HEADING = (
    _ENTRY + "{{margin-top: 0.9rem}}" + _ENTRY + "::before{{content: '{name}'; display: block; font-size: 0.8rem; font-weight: 600;"
    " padding: 0 0 0.25rem 0.5rem; opacity: 0.8}}"
)  # fmt: skip
_INK = "light-dark(#14619A, #7DBBE8)"
"""The primary colour as text: white stands on the theme's one, so on near-black that one is too dark to read."""
_TEXT = (
    "[data-testid=stButtonGroup] [data-selected=true] p, [data-testid=stSlider] [data-testid=stSliderThumbValue] p"
    f"{{color: {_INK}}}"
)
# Streamlit shows the focus of some links by a shade that few people see, of others, of the page and of its tables not at all.
_FOCUS = (
    f":is(a, summary):focus-visible{{outline: 2px solid {_INK} !important; outline-offset: 1px}}"
    "[data-testid=stMain]:focus-visible, [data-testid=stDataFrameResizable]:has(canvas:focus-visible)"
    f"{{outline: 2px solid {_INK} !important; outline-offset: -2px}}"
)

# The number of a tile (``blocks.tile``) as large as that of a metric.
_TILE = "[class*=st-key-tile-] strong{display: block; font-size: 1.75rem; font-weight: 400; line-height: 1.35}"

# The heads of the lists of changes: as high without a button as with one.
_HEADS = "[class*=st-key-changes-head-]{min-height: 2.5rem}"

# The answers of the first screen: the answer right below its question.
_ANSWER = "[class*=st-key-answer-] h2{padding: 0 0 0.5rem}"

# The models that Choose a model offers: each by name, the name leading to the model.
_OFFER = (
    "[class*=st-key-offer-] [data-testid=stPageLink-NavLink]{padding: 0; min-height: 0}"
    "[data-testid=stMain] [class*=st-key-offer-] [data-testid=stPageLink-NavLink] p"
    f"{{font-size: 1.15rem; font-weight: 600; color: {_INK}}}"
)

# The product's name beside its mark, at the top of the navigation.
_BRAND = (
    "[data-testid=stSidebarHeader] [data-testid=stLogoSpacer], [data-testid=stSidebarHeader] > :first-child"
    "{display: flex; align-items: center; gap: 0.6rem}"
    "[data-testid=stSidebarHeader] > :first-child::after{content: 'Landscape'; font-size: 1.15rem; font-weight: 650}"
)

# A link to the page that is open shows something else of it: it is no mark of where one is, as in the navigation.
_LINKS = (
    "[data-testid=stMain] [data-testid=stPageLink-NavLink]:not(:hover){background-color: transparent}"
    "[data-testid=stMain] [data-testid=stPageLink-NavLink] p{font-weight: 400}"
    "[data-testid=stMain] [data-testid=stPageLink-NavLink] :is(span, p){white-space: normal; overflow: visible}"
)
# On a telephone, choices that find no room side by side stand below each other; Streamlit would let them be moved sideways.
_CHOICES = (
    "@media (max-width: 640px){[data-testid=stButtonGroup] > div:has(> button){flex-wrap: wrap; gap: 0.25rem; mask-image: none}"
    "[data-testid=stButtonGroup] > div > button{border-radius: 0.375rem; margin: 0}"
    "[data-testid=stButtonGroup] > div > button:not([data-selected=true])"
    "{border-left: 1px solid light-dark(#D9DBE0, #3A404C) !important}}"
)
# The search box stands in the header, beside Streamlit's own menu, and its answers below it above the page; it is not printed.
_SEARCH = (
    ".st-key-search{position: fixed; top: 0.5rem; right: 4.5rem; width: min(24rem, calc(100vw - 11rem)); z-index: 999991; gap: 0.25rem}"
    ".st-key-search-results{background: light-dark(#FFFFFF, #1A1D24); border: 1px solid light-dark(#C8CDD5, #454B57);"
    " border-radius: 0.5rem; padding: 0.5rem; gap: 0.125rem; max-height: 75vh; overflow-y: auto; box-shadow: 0 4px 16px rgba(0,0,0,.18)}"
    ".st-key-search-results [data-testid=stPageLink], .st-key-search-results [data-testid=stPageLink] > div,"
    " .st-key-search-results [data-testid=stPageLink-NavLink]{width: 100%; margin: 0}"
    ".st-key-search-results [data-testid=stPageLink-NavLink]{padding: 0.3rem 0.5rem; min-height: 2rem}"
    ".st-key-search-results [data-testid=stHorizontalBlock]{flex-wrap: nowrap}"
    ".st-key-search-results [data-testid=stHorizontalBlock] > :first-child{flex: 1; min-width: 0}"
    ".st-key-search-results button{min-height: 1.75rem; padding: 0}"
    "@media print{.st-key-search, .st-key-pins, [class*=st-key-below-]{display: none !important}}"
)  # fmt: skip

# Names beside a chart's marks: those for a wide screen, or those that a telephone has room for (``labels.for_telephones``), which
# Plotly draws unseen; nothing else of theirs reaches the page.
_UNSEEN = "text[style*='fill-opacity: 0;']"
_NAMES = (
    f"@media (max-width: 640px){{.scatterlayer:has({_UNSEEN}) .textpoint text:not([style*='fill-opacity: 0;']){{display: none}}"
    f" .scatterlayer {_UNSEEN}{{fill: light-dark(#31333F, #E8EAED) !important; fill-opacity: 1 !important}}}}"
)

# Streamlit's grey of axes and legends is 3.7:1 on white.
_AXES = (
    ".js-plotly-plot :is(.xtick, .ytick) text, .js-plotly-plot :is(.xtitle, .ytitle, .legendtext, .legendtitletext)"
    "{fill: light-dark(#525B69, #B4BBC6) !important}"
)

_PRINT = re.sub(r"/\*.*?\*/|\s+", " ", Path(__file__).with_name("print.css").read_text(encoding="utf-8"))

# One chart alone: where it stands, whatever neither holds it nor belongs to it goes, and so do the buttons below it.
_ALONE = (
    "[data-testid=stMain]:has({frame}) :is([data-testid=stVerticalBlock], [data-testid=stHorizontalBlock]) >"
    " :not({frame}, {frame} *, :has({frame})), {frame} [data-testid=stHorizontalBlock], body:has({frame}) :is("
    "[data-testid=stSidebar], [data-testid=stHeader]){{display: none !important}}"
    "body:has({frame}) [data-testid=stMainBlockContainer]{{padding: 0.5rem !important}}"
)


def frame(chart: str) -> str:
    """The key of the container that holds a chart, its note and its buttons."""
    return "frame-" + re.sub(r"[^A-Za-z0-9_-]+", "-", chart)


def alone(chart: str) -> None:
    """Show only the chart of this name, where the page has one."""
    st.html(f"<style>{_ALONE.format(frame='.st-key-' + frame(chart))}</style>")


def style(headings: Mapping[int, str]) -> None:
    """Name the sections of the navigation above their first entries (``place: name``) and mend what the theme cannot."""
    named = "".join(_HEADING.format(place=place, name=_quoted(name)) for place, name in headings.items())
    st.html(
        f"<style>{named}{_TEXT}{_FOCUS}{_TILE}{_HEADS}{_ANSWER}{_OFFER}{_BRAND}{_LINKS}{_CHOICES}{_SEARCH}{_NAMES}{_AXES}{_PRINT}</style>"
    )


def _quoted(text: str) -> str:
    """A text inside a CSS string: nothing in it ends the string or the style."""
    return "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text)
