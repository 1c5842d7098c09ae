"""What likeness means for a buyer: a second and a third model, votes, what no model solves, vendors that can stand for each other.

What is shared by ``harness alike --portfolio`` and the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from harness.analysis.cost.frontier import pareto
from harness.analysis.likeness.portfolios.answers import Answers, Singles, answers
from harness.analysis.likeness.portfolios.combinations import DRAWS, combine
from harness.analysis.likeness.portfolios.interchange import vendor_pairs
from harness.analysis.likeness.portfolios.portfolio_table import portfolio_table
from harness.analysis.likeness.portfolios.routing import routing_bound, solvers
from harness.analysis.likeness.portfolios.selection import TIMES, HeldOut, held_out
from harness.analysis.statistics.seed import SEED
from harness.errors import BadInput, MissingData
from harness.market.alike.item_likeness import residual_draws
from harness.market.alike.item_links import item_link
from harness.market.alike.item_money import item_money
from harness.market.alike.item_names import item_names
from harness.market.alike.paired_items import standing_for
from harness.market.alike.partner import Partner, partner, without_model
from harness.market.alike.products import product_ids
from harness.market.prices.list_prices import list_prices

if TYPE_CHECKING:
    from harness.market.alike.item_likeness import ItemLikeness
    from harness.market.queries import Queries

VOTERS = (3, 5)
"""Models of a vote: odd, so that there is no tie."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Portfolios of the models of ``answers`` on their shared items.

    ``singles, pairs, triples``: ``portfolio_table.PORTFOLIO_COLUMNS`` with ``on_frontier`` (of all three), best first; ``partner``: next
    to the model asked for, else the most accurate; ``without_leader``: where none was asked for, the same without the most accurate; ``held_pair, held_triple, held_vote``: what the best of them gains on items that did
    not choose it; ``votes``: of the most accurate; ``routing``: ``routing.ROUTING_COLUMNS``; ``items``: ``routing.solvers`` with ``task,
    doc_hash, name, link``; ``vendors``: ``interchange.VENDOR_COLUMNS``; ``left_out``: models left out as asked; ``without_price``: models that no
    list price of the catalog is of now.
    """

    answers: Answers
    singles: pd.DataFrame
    pairs: pd.DataFrame
    triples: pd.DataFrame
    partner: Partner
    without_leader: Partner | None
    held_pair: HeldOut
    held_triple: HeldOut
    votes: pd.DataFrame
    best_vote: pd.DataFrame
    held_vote: HeldOut
    routing: pd.DataFrame
    items: pd.DataFrame
    vendors: pd.DataFrame
    left_out: tuple[str, ...]
    without_price: tuple[str, ...]


def buyer(
    queries: Queries,
    measured: ItemLikeness,
    *,
    without: Sequence[str] = (),
    priced: bool = False,
    over: str | None = None,
) -> Buyer:
    """Portfolios of the models that ``measured`` is of, but those of ``without`` (labels); ``priced``: of those alone that somebody
    sells now at a list price of the catalog; ``over``: the model that a second one is sought for. Of one product's efforts the highest
    stands for it, unless another was asked for by ``over``.

    Raises:
        BadInput: ``over`` is left out.
        MissingData: fewer than two models or two items are left.
    """
    unsold = without_list_price(queries, measured)
    out = set(without) | (set(unsold) if priced else set())
    if over in out:
        raise BadInput(f"{over} is left out (--without, --priced), so no second model can be sought next to it.")
    one_each = _standing(queries, measured, over)
    kept = [str(name) for name in measured.models["label"] if name not in out and name in one_each]
    here = answers(measured.matrix, item_money(queries, measured.boards, measured.matrix), models=kept, seed=SEED)
    if len(kept) < 2 or here.items < 2:
        raise MissingData(
            f"A portfolio takes two models that answered the same items; there are {len(kept)} on {here.items} items."
        )
    weights, halves = here.weights(DRAWS, SEED), here.halves(TIMES, SEED)
    singly, doubly, triply = (combine(here, size) for size in (1, 2, 3))
    singles, pairs, triples = _with_frontier([portfolio_table(each, weights) for each in (singly, doubly, triply)])
    ballots = combine(here, 3, rule="vote")
    voted = held_out(ballots, halves)
    winner = [[here.models[i] for i in ballots.members[voted.best]]] if voted.best >= 0 else []
    best = [tuple(table["models"].iloc[0]) for table in (singles, pairs, triples) if len(table)]
    return Buyer(
        answers=here,
        singles=singles,
        pairs=pairs,
        triples=triples,
        partner=partner(here, over),
        without_leader=partner(without_model(here, singles["better"].iloc[0]))
        if over is None and len(kept) > 2
        else None,
        held_pair=held_out(doubly, halves),
        held_triple=held_out(triply, halves),
        votes=_votes(here, weights),
        best_vote=portfolio_table(combine(here, 3, rule="vote", members=winner), weights),
        held_vote=voted,
        routing=routing_bound(here, best, weights),
        items=_items(queries, measured, here),
        vendors=vendor_pairs(
            here, measured.likeness, _vendors(measured, kept), weights, lambda places: residual_draws(measured, places)
        ),
        left_out=tuple(sorted(set(measured.models["label"]) & out)),
        without_price=tuple(unsold),
    )


def _standing(queries: Queries, measured: ItemLikeness, over: str | None) -> set[str]:
    """Labels of the models that stand for their products: one each, ``over`` for its own."""
    runs, products = measured.boards[0].runs, product_ids(queries)
    runs = runs[runs["label"].isin(set(measured.models["label"]))]
    ids = runs["model_id"].map(products).fillna(runs["model_id"]).fillna(runs["label"])
    stands = {
        product: str(standing_for(part, str(product), products)["label"].iloc[0]) for product, part in runs.groupby(ids)
    }
    if over is not None and over in set(runs["label"]):
        stands[ids[runs["label"].eq(over)].iloc[0]] = over
    return set(stands.values())


def without_list_price(queries: Queries, measured: ItemLikeness) -> list[str]:
    """Labels of the models that no list price of the catalog is of now, or that the catalog does not know."""
    product = queries.frame("models").set_index("model_id")["product_id"]
    sold = set(list_prices(queries)["product_id"])
    return [
        str(label)
        for label, model in zip(measured.models["label"], measured.models["model_id"], strict=True)
        if product.get(model) not in sold
    ]


def _with_frontier(tables: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """The tables with ``on_frontier``: no other portfolio of any size costs less a task and solves as many, or solves more at that."""
    cost, score = (
        np.concatenate([table[column].to_numpy(dtype=float) for table in tables]) for column in ("cost", "score")
    )
    on, ends = pareto(cost, score), np.cumsum([len(table) for table in tables])[:-1]
    return [table.assign(on_frontier=part) for table, part in zip(tables, np.split(on, ends), strict=True)]


def _votes(here: Answers, weights: Singles) -> pd.DataFrame:
    """The votes of the three and of the five most accurate models."""
    order = [here.models[i] for i in np.argsort(-here.accuracy, kind="stable")]
    votes = [
        portfolio_table(combine(here, n, rule="vote", members=[order[:n]]), weights) for n in VOTERS if len(order) >= n
    ]
    return (
        pd.concat(votes, ignore_index=True)
        if votes
        else portfolio_table(combine(here, 3, rule="vote", members=[]), weights)
    )


def _items(queries: Queries, measured: ItemLikeness, here: Answers) -> pd.DataFrame:
    """How many models solve each item, with what the item is called and where its source stands."""
    found, matrix = solvers(here), measured.matrix
    place = found["place"].to_numpy()
    hashes = matrix.hashes if matrix.hashes is not None else np.full(len(matrix.tasks), None, object)
    names = {board.task: item_names(queries, board, hashes[matrix.tasks == board.task]) for board in measured.boards}
    found = found.assign(task=matrix.tasks[place], doc_hash=hashes[place])
    called = [names[task].get(code) for task, code in zip(found["task"], found["doc_hash"], strict=True)]
    links = [item_link(task, name) for task, name in zip(found["task"], called, strict=True)]
    return found.assign(name=pd.Series(called, dtype=object), link=pd.Series(links, dtype=object))


def _vendors(measured: ItemLikeness, kept: Sequence[str]) -> dict[str, str]:
    known = measured.models.dropna(subset=["vendor_id"])
    return {str(n): str(v) for n, v in zip(known["label"], known["vendor_id"], strict=True) if n in kept}
