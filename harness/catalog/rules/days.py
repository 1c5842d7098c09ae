"""Days of rows against each other: how far apart two are, and the first day on which a model can have been used."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.catalog.rules import cell_rules
from harness.catalog.tables import Row

_FULL_DAY = re.compile(r"-(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?:-|$)")


def days_between(text: str, other: str) -> int | None:
    """Days from ``other`` to ``text``; None where one is no date."""
    a, b = cell_rules.date(text), cell_rules.date(other)
    return (a - b).days if a and b else None


def stated_day(model_id: str) -> str:
    """The full day that a model's id states (``gpt-5-2-2025-12-11``); empty where it states none."""
    match = _FULL_DAY.search(model_id)
    return "-".join(match.groups()) if match else ""


def released_on(model_id: str, models: Mapping[str, Row]) -> str:
    """Release of a model: its own; else the day that its id states; else its product's. Empty: unknown."""
    row = models.get(model_id)
    if row is None:
        return ""
    product = models.get(row["product_id"], row)
    return row["released"] or stated_day(model_id) or product["released"]
