"""CSS beyond the theme: headings of the navigation's sections, readable text colours, visible keyboard focus."""

from __future__ import annotations

from collections.abc import Mapping

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
# Streamlit shows the focus of some links by a shade that few people see.
_FOCUS = f"a:focus-visible{{outline: 2px solid {_INK}; outline-offset: 1px}}"

# The number of a tile (``blocks.tile``) as large as that of a metric.
_TILE = "[class*=st-key-tile-] strong{display: block; font-size: 1.75rem; font-weight: 400; line-height: 1.35}"

# A link to the page that is open shows something else of it: it is no mark of where one is, as in the navigation.
_LINKS = (
    "[data-testid=stMain] [data-testid=stPageLink-NavLink]:not(:hover){background-color: transparent}"
    "[data-testid=stMain] [data-testid=stPageLink-NavLink] p{font-weight: 400}"
)
# The search box stands in the header, beside Streamlit's own menu, and its answers below it above the page; it is not printed.
_SEARCH = (
    ".st-key-search{position: fixed; top: 0.5rem; right: 4.5rem; width: min(24rem, calc(100vw - 9rem)); z-index: 999991; gap: 0.25rem}"
    ".st-key-search-results{background: light-dark(#FFFFFF, #1A1D24); border: 1px solid light-dark(#C8CDD5, #454B57);"
    " border-radius: 0.5rem; padding: 0.5rem; gap: 0.125rem; max-height: 75vh; overflow-y: auto; box-shadow: 0 4px 16px rgba(0,0,0,.18)}"
    ".st-key-search-results [data-testid=stPageLink], .st-key-search-results [data-testid=stPageLink] > div,"
    " .st-key-search-results [data-testid=stPageLink-NavLink]{width: 100%; margin: 0}"
    ".st-key-search-results [data-testid=stPageLink-NavLink]{padding: 0.3rem 0.5rem; min-height: 2rem}"
    "@media print{.st-key-search{display: none}}"
)  # fmt: skip


def style(headings: Mapping[int, str]) -> None:
    """Name the sections of the navigation above their first entries (``place: name``) and mend what the theme cannot."""
    named = "".join(_HEADING.format(place=place, name=_quoted(name)) for place, name in headings.items())
    st.html(f"<style>{named}{_TEXT}{_FOCUS}{_TILE}{_LINKS}{_SEARCH}</style>")


def _quoted(text: str) -> str:
    """A text inside a CSS string: nothing in it ends the string or the style."""
    return "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text)
