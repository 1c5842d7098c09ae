"""The width of the visitor's window, and the pixels that a table has in it."""

from __future__ import annotations

import streamlit as st

COOKIE = "screen"
"""The window's width in CSS pixels as the page's script (``server/shell.js``) noted it before the session began."""
USUAL = 1440
"""Where no browser said: tests, and browsers that keep no cookies."""
NARROW = 768
"""Below it the navigation lies over the page rather than beside it."""
_BESIDE, _MARGINS, _FRAME = 300, 160, 40
"""Pixels of the navigation, of the page's margins, and of a border around the table with its scroll bar."""
_NARROW_MARGINS = 32


def window() -> int:
    """The window's width in CSS pixels, within what screens have."""
    noted = st.context.cookies.get(COOKIE, "")
    said = isinstance(noted, str) and noted.isdecimal() and len(noted) < 6  # a script without a browser has no cookies
    return min(max(int(noted), 280), 4000) if said else USUAL


def for_tables(share: float = 1.0) -> int:
    """Pixels across that a table may fill; ``share`` of the page's width where it stands beside something."""
    width = window()
    if width < NARROW:
        return width - _NARROW_MARGINS - _FRAME
    return int((width - _BESIDE - _MARGINS) * share) - _FRAME
