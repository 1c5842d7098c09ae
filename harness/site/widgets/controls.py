"""Filters and choices whose state stands in the URL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from harness.i18n.translator import Translator
from harness.site.server.view import language

T = TypeVar("T")


def _bound(key: str) -> str:
    """Record a widget's key as one of the URL's, for links to the other language, and return it."""
    keys: list[str] = st.session_state.setdefault("_bound", [])
    if key not in keys:
        keys.append(key)
    return key


def _valid(key: str, options: Sequence[Any]) -> None:
    """Remove from the session the chosen values that are not among the present options."""
    if key not in st.session_state:
        return
    chosen = st.session_state[key]
    if isinstance(chosen, list):
        valid = [v for v in chosen if v in options]
        if valid != chosen:
            st.session_state[key] = valid
    elif chosen is not None and chosen not in options:
        del st.session_state[key]


def multiselect(
    label: str,
    options: Sequence[T],
    key: str,
    name: Callable[[T], str] = str,
    *,
    most: int | None = None,
    hint: str = "",
) -> list[T]:
    """Any number of options from a list; none chosen means all."""
    _valid(key, options)
    return list(
        st.multiselect(
            label,
            list(options),
            format_func=name,
            key=_bound(key),
            bind="query-params",
            max_selections=most,
            placeholder=hint or Translator(language())("controls.all"),
        )
    )


def select(label: str, options: Sequence[T], key: str, name: Callable[[T], str] = str, *, default: int = 0) -> T:
    """One option from a list."""
    _valid(key, options)
    chosen = st.selectbox(label, list(options), index=default, format_func=name, key=_bound(key), bind="query-params")
    return chosen if chosen in options else options[default]


def segmented(label: str, options: Sequence[T], key: str, name: Callable[[T], str] = str, *, default: int = 0) -> T:
    """One option from a few, all visible."""
    _valid(key, options)
    chosen = st.segmented_control(
        label, list(options), default=options[default], required=True, format_func=name, key=_bound(key),
        bind="query-params",
    )  # fmt: skip
    return chosen if chosen in options else options[default]


def slider(
    label: str, low: float, high: float, start: float, step: float, key: str, *, help: str | None = None
) -> float:
    """A number within bounds."""
    value = st.slider(label, low, high, start, step, key=_bound(key), bind="query-params", help=help)
    return min(max(float(value), low), high)


def toggle(label: str, key: str, *, help: str | None = None) -> bool:
    """A yes-or-no choice, off at first."""
    return bool(st.toggle(label, key=_bound(key), bind="query-params", help=help))


def text(label: str, key: str, hint: str) -> str:
    """Free text to search for."""
    return str(
        st.text_input(label, key=_bound(key), bind="query-params", placeholder=hint, max_chars=200) or ""
    ).strip()


def number(label: str, start: float, key: str) -> float:
    """A number of any size, ``start`` at first."""
    value = st.number_input(label, value=start, format="%.6g", key=_bound(key), bind="query-params")
    return start if value is None else float(value)


def integer(label: str, low: int, high: int, start: int, key: str) -> int:
    """A whole number within bounds."""
    value = st.number_input(label, low, high, start, 1, key=_bound(key), bind="query-params")
    return min(max(int(value), low), high)
