"""The name of one number: its kind and what it is of, as it stands in an address (``score:gpt-5:gpqa-diamond``)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "score": ("product", "benchmark"),
    "points": ("product",),
    "price": ("product",),
    "offer": ("product",),
    "cost": ("product", "benchmark"),
    "fact": ("vendor", "key"),
    "input": ("vendor", "key"),
    "relation": ("from", "to", "kind"),
}
"""Kinds of numbers and what each is of, in order; one of several rows of the same is named by its digest behind that."""
LONGEST = 300
"""Characters of an address's value beyond which nothing is looked for."""
DIGITS = 8
"""Hexadecimal digits of a row's digest: two of a product's thousand rows share one in a case of 8,000."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One number of a kind. ``row`` is the digest of one of several rows of the same; empty: the one that pages show."""

    kind: str
    of: tuple[str, ...]
    row: str = ""

    def __str__(self) -> str:
        return ":".join((self.kind, *self.of, *filter(None, [self.row])))


def read(text: str) -> Reference | None:
    """The number that an address's value names; None where it has the form of none."""
    kind, *rest = text[:LONGEST].split(":")
    parts = KINDS.get(kind, ())
    if kind == "input":  # an input's key may hold a colon (``measured_index:core``); there is one row of each
        rest = [*rest[:1], *filter(None, [":".join(rest[1:])])]
    if not parts or not len(parts) <= len(rest) <= len(parts) + 1 or not all(rest):
        return None
    return Reference(kind, tuple(rest[: len(parts)]), "".join(rest[len(parts) :]))


def digest(row: Mapping[Any, Any], columns: Sequence[str]) -> str:
    """A row's name among rows of the same: a hash of ``columns``, missing ones empty, days without the hour."""
    values = [row.get(column) for column in columns]
    texts = ["" if value is None or value != value else str(value).removesuffix(" 00:00:00") for value in values]
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:DIGITS]


def digests(rows: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """The digest of each row."""
    return [digest(row, columns) for row in rows[list(columns)].to_dict("records")]
