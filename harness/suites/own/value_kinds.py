"""Kinds of values that the settings of a task file may have, each with the words that a refusal says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

SHOWN = 60
"""Characters of a wrong value that a sentence shows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: ``must`` goes on after "it must be"."""

    must: str
    fits: Callable[[object], bool]


def whole(least: int, most: int) -> Kind:
    """Whole numbers of a range."""
    return Kind(f"a whole number from {least:,} to {most:,}", lambda v: type(v) is int and least <= v <= most)


def number(least: float, most: float) -> Kind:
    """Numbers of a range, both ends included."""
    return Kind(
        f"a number from {least:g} to {most:g}",
        lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) and least <= v <= most,
    )


def _is_regex(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _is_list_of(value: object, fits: Callable[[object], bool]) -> bool:
    return isinstance(value, list) and all(fits(one) for one in value)


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and bool(value)


TEXT = Kind("a text", lambda v: isinstance(v, str))
FILLED = Kind("a text that is not empty", _is_filled)
TEXTS = Kind("a text or a list of texts", lambda v: isinstance(v, str) or _is_list_of(v, TEXT.fits))
STOPS = Kind(
    "a text, or a list of texts, none of them empty",
    lambda v: v is None or _is_filled(v) or _is_list_of(v, _is_filled),
)
FLAG = Kind("true or false", lambda v: isinstance(v, bool))
REGEX = Kind("a regular expression of Python's", _is_regex)
REGEXES = Kind("a list of regular expressions of Python's", lambda v: _is_list_of(v, _is_regex))
MAPPING = Kind("a mapping", lambda v: isinstance(v, dict))
ROWS = Kind("a list of rows, each a mapping of columns to values", lambda v: _is_list_of(v, MAPPING.fits))
TARGET = Kind(
    "a template, the number of a choice, or a list of texts",
    lambda v: isinstance(v, str) or (type(v) is int and v >= 0) or _is_list_of(v, TEXT.fits),
)
CHOICES = Kind(
    "a template, or the choices as a list or mapping of texts",
    lambda v: isinstance(v, str) or _is_list_of(list(v.values()) if isinstance(v, dict) else v, TEXT.fits),
)
ANYTHING = Kind("a value", lambda v: True)


def shown(value: object) -> str:
    """A value as a refusal shows it."""
    try:
        text = repr(value)
    except ValueError:  # a whole number longer than Python writes out
        return f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def wrong(name: str, value: object, kind: Kind) -> str | None:
    """The refusal of a value that is not of its kind; None where it is."""
    return None if kind.fits(value) else f"{name} is {shown(value)}; it must be {kind.must}."


def unknown(name: str, key: object, known: Mapping[str, Kind]) -> str:
    """The refusal of a key that a mapping may not have."""
    may = f"known are {', '.join(known)}" if known else "it takes none"
    return f"{name} has the setting {shown(key)}; {may}."
