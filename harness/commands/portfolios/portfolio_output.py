"""``harness alike --portfolio``: what several models solve together, as lines and tables or as a part of the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.terminal import print_table, records

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.likeness.portfolios.selection import HeldOut
    from harness.market.alike.buyer import Buyer
    from harness.market.alike.item_likeness import ItemLikeness
    from harness.market.alike.partner import Partner
    from harness.market.queries import Queries

SHOWN = 10
"""Rows of a table of portfolios: a screen."""
MOST_TRIPLES = 200
"""Triples of the document, the best first; there are thousands, and those on the frontier are always among them."""


@dataclass(frozen=True, slots=True)
class PortfolioChoice:
    """What is asked of portfolios: names to leave out, the model that a second one is sought for, models with a price alone."""

    without: list[str]
    next_to: str | None
    priced: bool


def asked_portfolio(queries: Queries, measured: ItemLikeness, choice: PortfolioChoice) -> Buyer:
    """The portfolios that are asked for.

    Raises:
        BadInput: a name that fits several models, or the model that a second one is sought for is left out.
        MissingData: a name that fits none, or fewer than two models are left.
    """
    from harness.market.alike.buyer import buyer
    from harness.market.alike.item_likeness import labels

    over = labels(queries, measured, [choice.next_to])[0] if choice.next_to else None
    return buyer(queries, measured, without=labels(queries, measured, choice.without), priced=choice.priced, over=over)


def print_portfolio(found: Buyer, conditions: list[str]) -> None:
    """The finding, the conditions, the portfolios that nothing beats in cost and tasks solved, and vendors."""
    from harness.commands.portfolios import portfolio_text as text

    items = found.answers.items
    said = [text.finding(found.partner, items), text.saving(found.partner, items)]
    if found.without_leader is not None:
        next_best = text.finding(found.without_leader, items)
        said.append(f"With {found.partner.over} left out, {next_best[0].lower()}{next_best[1:]}")
        said.append(text.saving(found.without_leader, items))
    for line in (*said, *conditions, *text.lines(found)):
        if line:
            print(line)
    edge = frontier(found)
    if len(edge):
        print("Nothing else of up to three models solves as much for less:")
        print_table(text.portfolio_table(edge.to_dict("records"), items))
    shown, pairs = min(SHOWN, len(found.pairs)), len(found.pairs)
    print("The only pair:" if pairs == 1 else f"The {shown} of {pairs:,} pairs that solve most:")
    print_table(text.portfolio_table(found.pairs.head(SHOWN).to_dict("records"), items))
    alike = found.vendors[found.vendors["verdict"].isin(["interchangeable", "complementary"])]
    if len(alike):
        print("Vendors whose best models cannot be told apart by tasks solved:")
        print_table(text.vendor_table(alike.to_dict("records"), items))


def frontier(found: Buyer) -> pd.DataFrame:
    """Portfolios of one to three models that nothing beats in cost and share solved, the cheapest first."""
    import pandas as pd

    every = pd.concat([table[table["on_frontier"]] for table in (found.singles, found.pairs, found.triples)])
    return every.sort_values("cost", ignore_index=True)


def portfolio_json(found: Buyer) -> dict[str, Any]:
    """The values of a document under ``portfolio``: shares of items, US dollars; null where something is not known."""
    import pandas as pd

    edge = found.triples["on_frontier"]
    triples = pd.concat([found.triples.head(MOST_TRIPLES), found.triples.iloc[MOST_TRIPLES:][edge.iloc[MOST_TRIPLES:]]])
    items = found.items[found.items["solved_by"] <= 1]
    return {
        "items": found.answers.items,
        "models": list(found.answers.models),
        "left_out": list(found.left_out),
        "without_price": list(found.without_price),
        "partner": _partner(found.partner),
        "without_leader": None if found.without_leader is None else _partner(found.without_leader),
        "singles": records(found.singles),
        "pairs": records(found.pairs),
        "best_pair": _held(found.held_pair),
        "triples": records(triples),
        "triples_in_all": len(found.triples),
        "best_triple": _held(found.held_triple),
        "votes": records(found.votes),
        "best_vote": records(found.best_vote),
        "best_vote_corrected": _held(found.held_vote),
        "routing": records(found.routing),
        "unsolved": records(items[items["solved_by"] == 0][["task", "name", "link"]]),
        "only_one": records(items[items["solved_by"] == 1][["task", "name", "link", "only"]]),
        "vendors": records(found.vendors),
    }


def _partner(partner: Partner) -> dict[str, Any]:
    best = records(partner.table.head(1))[0]
    cheapest = None if partner.cheapest is None else records(partner.cheapest.to_frame().T)[0]
    about = {"next_to": partner.over, "cost_alone": partner.alone, "shown": partner.shown, "cheapest": cheapest}
    return {**about, **best, **_held(partner.held)}


def _held(held: HeldOut) -> dict[str, Any]:
    return {"gain": held.gain, "gain_elsewhere": held.elsewhere, "optimism": held.optimism,
            "gain_corrected": held.corrected, "chosen_again": held.again}  # fmt: skip
