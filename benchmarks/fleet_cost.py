"""What a night costs in USD: every card rented on demand for its whole length, at the median of clouds in the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.fleet.cards import figures
from harness.fleet.model import Node
from harness.market.own_machines.rents import rent
from tests.market.own_machines.catalog_files import CatalogFiles

TERMS = "on-demand"


def cost(nodes: Sequence[Node], hours: float) -> list[str]:
    """A line a kind of card, and their sum; cards without a rent in the catalog, and nodes without cards, have no figure."""
    lines, total, without = [], 0.0, []
    for name, cards in Counter(card.name for node in nodes for card in node.cards).items():
        row = figures(name)
        found = rent(CatalogFiles(), row.gpu, TERMS) if row and row.gpu else None
        if found is None:
            without.append(f"{cards} × {name}")
            continue
        total += cards * hours * found.median
        lines.append(
            f"{cards} × {name}: {cards * hours * found.median:,.0f} USD ({found.median:.2f} USD a card and hour, median of "
            f"{found.clouds} clouds, {found.oldest} to {found.newest})"
        )
    without += [node.host for node in nodes if not node.cards]
    return [*lines, f"sum {total:,.0f} USD for {hours:.1f} h; no figure for {', '.join(without) or 'none'}"]
