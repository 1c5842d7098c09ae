"""The page's address: which choices stand in it, and when it, and not the control, decides.

A control's value stands in the URL under the control's key, as text that no language changes. The URL decides when a
link, a bookmark or the browser's back button brought it; the control decides once the visitor has changed it. Streamlit's
own binding writes the label that is shown, which changes with the language.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

LANGUAGE = "lang"
CHART = "chart"
"""The name of the one chart that the page shows."""
PINS = "pins"
"""Models that follow the reader from page to page (``pins.py``)."""
FOLLOWING = (LANGUAGE, PINS)
"""Keys whose value stays when a link does not name them."""
ALWAYS = (*FOLLOWING, CHART)
"""Keys that stay although no control of the page is named so."""


@dataclass
class Address:
    """One visitor's address, as the last runs of the script left it."""

    page: str | None = None
    bare: bool = False  # the page was reached by a link that names no choice: earlier choices stay
    shown: dict[str, list[str]] = field(default_factory=dict)  # what stood in the URL when a control was last drawn
    before: dict[str, list[str]] = field(default_factory=dict)  # and before that: the browser may be one step behind
    languages: dict[str, str] = field(default_factory=dict)  # in which each control was last drawn
    settled: set[str] = field(default_factory=set)  # keys drawn since the visitor came to the page
    drawn: set[str] = field(default_factory=set)  # keys drawn in this run
    touched: set[str] = field(default_factory=set)  # keys that the visitor changed since the last run that ended


def _address() -> Address:
    address: Address = st.session_state.setdefault("_address", Address())
    return address


def arrive(page: str) -> None:
    """Begin a run of ``page``'s script."""
    address = _address()
    address.drawn = set()
    if address.page != page:
        address.page, address.settled, address.touched = page, set(), set()
        address.bare = not set(st.query_params) - set(ALWAYS) and not _history()


def leave() -> None:
    """End a run: choices of controls that are not on the page any more leave the URL."""
    address = _address()
    for key in set(st.query_params) - address.drawn - set(ALWAYS):
        del st.query_params[key]
    for key in set(address.shown) - address.drawn:
        address.shown[key] = []
    address.touched = set()


def touch(key: str) -> None:
    """Note that the visitor changed a control (its ``on_change``)."""
    _address().touched.add(key)


def keep(key: str, language: str = "") -> None:
    """Note that ``key`` belongs to the page as it is drawn."""
    address = _address()
    address.drawn.add(key)
    address.settled.add(key)
    address.languages[key] = language


def restore(
    key: str,
    default: Any,
    read: Callable[[list[str]], Any],
    language: str = "",
    usable: Callable[[Any], Any] = lambda value: value,
) -> None:
    """Give the control ``key`` its value before it is drawn: the URL's, its own, else ``default``.

    ``read`` makes a value of the URL's texts, ``usable`` one of what the control held; both raise ValueError where they
    cannot.
    """
    address, state = _address(), st.session_state
    asked = st.query_params.get_all(key)
    value = default
    with suppress(ValueError):
        if not _decides(address, key, asked):
            value = usable(state[key])
        elif asked:
            value = read(asked)
            if asked != address.shown.get(key, []) and key in address.settled:
                st.query_params[key] = asked  # a link within the page: the browser has not shown it yet
    # What is drawn under new names must be set again: Streamlit knows the value by the name that it had.
    if key not in state or state[key] != value or address.languages.get(key) != language:
        state[key] = value
    keep(key, language)


def write(key: str, texts: Sequence[str]) -> None:
    """Let ``key`` stand in the URL with ``texts``; none take it out."""
    address, asked, texts = _address(), st.query_params.get_all(key), list(texts)
    if texts != asked:
        if texts:
            st.query_params[key] = texts
        else:
            del st.query_params[key]
    if texts != address.shown.get(key, []):
        address.before[key] = address.shown.get(key, [])
    address.shown[key] = texts


def following() -> dict[str, list[str]]:
    """What a link takes along besides the language: the pinned models."""
    pins = st.query_params.get_all(PINS)
    return {PINS: pins} if pins else {}


def alone(chart: str) -> str:
    """Address of one chart of this page without the page, as a frame in another page takes it; relative to this page."""
    choices = {key: st.query_params.get_all(key) for key in st.query_params}
    return f"{_address().page or './'}?{urlencode({'embed': 'true', **choices, CHART: chart}, doseq=True)}"


def _decides(address: Address, key: str, asked: list[str]) -> bool:
    """Whether the URL, which names ``asked``, decides the value of ``key``."""
    if key not in st.session_state:
        return True
    if key in address.touched:
        return False
    if key in FOLLOWING and not asked:
        return False
    if key not in address.settled:
        return not address.bare
    if asked == address.shown.get(key, []):
        return False
    return not (address.touched and asked == address.before.get(key, []))


def _history() -> bool:
    """Whether the browser's back or forward button led here."""
    context = get_script_run_ctx()
    return bool(context and context.is_history_navigation)
