"""The few models that an answer offers, each for a reason of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from harness.market.choice.choose import best_value

if TYPE_CHECKING:
    import pandas as pd

Reason: TypeAlias = Literal["best", "value", "open", "next"]
MOST = 3
"""Models that one can hold against each other at a glance."""


def offers(known: pd.DataFrame, most: int = MOST) -> list[tuple[Reason, pd.Series]]:
    """Up to ``most`` of the known rows of ``choose``: the best, the cheapest that cannot be told from it, the best with open
    weights, then the next best; a model stands there once, for the first of these that it is."""
    if known.empty:
        return []
    first = known.iloc[0]
    found: list[tuple[Reason, pd.Series]] = [("best", first)]
    cheap = best_value(known)
    if cheap is not None:
        found.append(("value", cheap))
    weights = known[known["open_weights"].eq(True)]
    if len(weights) and first["product_id"] not in set(weights["product_id"]):
        found.append(("open", weights.iloc[0]))
    found += [("next", row) for _, row in known.iloc[1:].head(most).iterrows()]
    by_product = {str(row["product_id"]): (reason, row) for reason, row in reversed(found)}
    chosen = list(dict.fromkeys(str(row["product_id"]) for _, row in found))[:most]
    return [by_product[id] for id in chosen]
