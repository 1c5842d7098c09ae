"""The colour of a vendor, the same in every chart, from ``vendor_colours.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from harness.charts.palette import GREY, SERIES, Mark

SAME = {"google-deepmind": "google", "alibaba-damo": "alibaba", "spacex": "xai"}
"""Parts of a company that have no colour of their own."""


@lru_cache(maxsize=1)
def groups() -> Mapping[str, Mapping[str, str]]:
    """Colours by vendor, in the groups within which they are told apart."""
    path = Path(__file__).with_name("vendor_colours.toml")
    out: Mapping[str, Mapping[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return out


def colour(vendor_id: object) -> str | None:
    """A vendor's colour; None for those that have none of their own."""
    wanted = SAME.get(str(vendor_id), str(vendor_id))
    return next((part[wanted] for part in groups().values() if wanted in part), None)


def marks(vendor_ids: Sequence[object]) -> list[Mark]:
    """Marks of things compared side by side, by whose they are: their vendors' colours, a shape for each place.

    A vendor without a colour, and the second thing of one vendor, take a colour of the series that is still free.
    """
    own: list[str | None] = []
    for vendor_id in vendor_ids:
        wanted = colour(vendor_id)
        own.append(None if wanted in own else wanted)
    free = iter([m.colour for m in SERIES if m.colour not in own])
    return [Mark(c or next(free, GREY), SERIES[i % len(SERIES)].symbol) for i, c in enumerate(own)]
