"""Filters and choices whose state stands in the URL, by codes that no language changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from harness.i18n.translator import Translator
from harness.site.server.view import language
from harness.site.widgets import address, codes

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

T = TypeVar("T")
Code = Callable[[Any], str]


def _same(key: str) -> dict[str, Any]:
    """What every control is drawn with: its key, its note of a change, its value kept while it is not drawn."""
    return {"key": key, "on_change": address.touch, "args": (key,), "persist_state": "session"}


def _one(options: Sequence[T], key: str, name: Callable[[T], str], default: int, code: Code) -> dict[str, T]:
    """Settle the value of a control that takes one of ``options``; the options by their codes."""
    known = codes.codes(options, code)

    def usable(value: Any) -> T:
        return options[list(options).index(value)]

    address.restore(
        key,
        options[default],
        lambda asked: codes.option(asked[-1], known, name, language()),
        language=language(),
        usable=usable,
    )
    return known


def _chosen(value: Any, options: Sequence[T], key: str, default: int, known: dict[str, T]) -> T:
    chosen = value if value in options else options[default]
    address.write(key, [] if chosen == options[default] else [t for t, option in known.items() if option == chosen])
    return chosen


def multiselect(
    label: str,
    options: Sequence[T],
    key: str,
    name: Callable[[T], str] = str,
    *,
    most: int | None = None,
    hint: str = "",
    code: Code = codes.code,
) -> list[T]:
    """Any number of options from a list; none chosen means all. ``code``: an option's value in the URL."""
    known = codes.codes(options, code)

    def read(asked: list[str]) -> list[T]:
        meant: list[T] = []
        for text in asked:
            with suppress(ValueError):
                meant.append(codes.option(text, known, name, language()))
        return list(dict.fromkeys(meant))[:most]

    address.restore(key, [], read, language(), lambda held: [value for value in held if value in options])
    chosen = st.multiselect(
        label,
        list(options),
        format_func=name,
        max_selections=most,
        placeholder=hint or Translator(language())("controls.all"),
        **_same(key),
    )
    address.write(key, [text for value in chosen for text, option in known.items() if option == value])
    return list(chosen)


def select(
    label: str,
    options: Sequence[T],
    key: str,
    name: Callable[[T], str] = str,
    *,
    default: int = 0,
    code: Code = codes.code,
) -> T:
    """One option from a list. ``code``: an option's value in the URL."""
    known = _one(options, key, name, default, code)
    return _chosen(st.selectbox(label, list(options), format_func=name, **_same(key)), options, key, default, known)


def segmented(
    label: str,
    options: Sequence[T],
    key: str,
    name: Callable[[T], str] = str,
    *,
    default: int = 0,
    code: Code = codes.code,
) -> T:
    """One option from a few, all visible. ``code``: an option's value in the URL."""
    known = _one(options, key, name, default, code)
    drawn = st.segmented_control(label, list(options), required=True, format_func=name, **_same(key))
    return _chosen(drawn, options, key, default, known)


def _number(key: str, start: float, low: float | None = None, high: float | None = None) -> None:
    """Settle a number's value within its bounds."""

    def usable(value: Any) -> float:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(value)
        return type(start)(min(max(number, -math.inf if low is None else low), math.inf if high is None else high))

    address.restore(key, start, lambda asked: usable(asked[-1]), usable=usable)


def slider(
    label: str, low: float, high: float, start: float, step: float, key: str, *, help: str | None = None
) -> float:
    """A number within bounds."""
    _number(key, start, low, high)
    value = st.slider(label, low, high, step=step, help=help, **_same(key))
    address.write(key, [] if value == start else [codes.code(value)])
    return min(max(float(value), low), high)


def toggle(label: str, key: str, *, help: str | None = None) -> bool:
    """A yes-or-no choice, off at first."""
    address.restore(key, False, lambda asked: asked[-1].lower() == "true")
    value = bool(st.toggle(label, help=help, **_same(key)))
    address.write(key, ["true"] if value else [])
    return value


def expander(label: str, key: str, *, icon: str | None = None, opened: bool = False) -> ExpanderContainer:
    """A part that opens and closes (``.open``), ``opened`` at first; it opens as well once another choice makes it ``opened``."""
    first = f"_opened_{key}"
    if opened and not st.session_state.get(first, True):
        st.session_state[key] = True
    st.session_state[first] = opened
    address.restore(key, opened, lambda asked: asked[-1].lower() == "true")
    part = st.expander(label, icon=icon, key=key, on_change=address.touch, args=(key,))
    address.write(key, [] if bool(part.open) == opened else [str(bool(part.open)).lower()])
    return part


def text(label: str, key: str, hint: str) -> str:
    """Free text to search for."""
    address.restore(key, "", lambda asked: asked[-1][:200])
    value = str(st.text_input(label, placeholder=hint, max_chars=200, **_same(key)) or "")
    address.write(key, [value] if value else [])
    return value.strip()


def number(label: str, start: float, key: str) -> float:
    """A number of any size, ``start`` at first."""
    _number(key, start)
    drawn = st.number_input(label, format="%.6g", **_same(key))
    value = start if drawn is None else float(drawn)
    address.write(key, [] if value == start else [codes.code(value)])
    return value


def integer(label: str, low: int, high: int, start: int, key: str) -> int:
    """A whole number within bounds."""
    _number(key, start, low, high)
    value = st.number_input(label, low, high, step=1, **_same(key))
    address.write(key, [] if value == start else [str(int(value))])
    return min(max(int(value), low), high)
