"""A fault of an item: its kind, and what is wrong in words."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN = 60
"""Characters of a value that a sentence shows."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one item. ``what`` goes on after "row 7 "; ``kind`` is equal for faults of one sort."""

    kind: str
    what: str


def shown(value: object) -> str:
    """A value as a sentence shows it."""
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def blank(value: object) -> bool:
    """Whether a value says nothing: null, white space, an empty list. 0 and false say something."""
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, (list, dict)) and not value)
    )
