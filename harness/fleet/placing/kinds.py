"""Kinds of nodes, and what a card-second of each is worth to a night: the prices by which models find where they belong.

A linear program over classes of models that take alike shares of every kind: the least T for which the card-seconds of each kind
suffice. Its shadow prices say how much longer the night would be for one card-second less of a kind. A model belongs where its
card-seconds are worth least: a small one to a small card, as long as large cards are short.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.fleet.model import Node, Work
from harness.fleet.placing.shares import CARD, host_holds, share, smallest_card

Kind = tuple[tuple[str, ...], float, int, float, float]
"""Names of the cards, memory of the smallest, how many, CPUs and memory of a node: nodes of one kind hold the same models."""
TOLERANCE = 1.02
"""A kind is as good as the best up to this factor in worth: models of one class differ by so much."""

LATE = 1.5
"""How many times as long as expected a model may take on a card slower than its fastest, and still end before the night does."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a model takes of one kind: cards and seconds."""

    cards: float
    seconds: float
    area: float
    """Card-seconds."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A model that waits, and what it takes of every kind that can hold it."""

    work: Work
    costs: Mapping[Kind, Cost]
    sort: tuple[tuple[Kind, float], ...]
    seconds: float
    """Expected seconds where it is fastest."""


def kind_of(node: Node) -> Kind:
    """The kind of a node."""
    names = tuple(sorted({card.name for card in node.cards}))
    return names, smallest_card(node), len(node.cards), node.cpus, node.memory_gb


def wish(work: Work, kinds: Sequence[Kind]) -> Wish:
    """What a model that is scored on cards takes of every kind; models of one ``sort`` take alike, to an eighth of a card."""
    costs = {}
    for kind in kinds:
        names, smallest, count, cpus, memory = kind
        cards = share(work.need, smallest, count)
        if cards and host_holds(work.need, cpus, memory):
            seconds = max(work.expected(name) for name in names)
            costs[kind] = Cost(cards / CARD, seconds, cards / CARD * seconds)
    sort = tuple((kind, round(cost.cards * 8) / 8) for kind, cost in costs.items())
    return Wish(work, costs, sort, min((cost.seconds for cost in costs.values()), default=0.0))


@dataclass(frozen=True, slots=True)
class Worth:
    """Seconds of the night for a card-second of each kind (0 for a kind that has time to spare), and the seconds that are left."""

    of: Mapping[Kind, float]
    seconds: float


def worth(wishes: Sequence[Wish], cards: Mapping[Kind, int], busy: Mapping[Kind, float]) -> Worth:
    """What a card-second of each kind is worth, and the least seconds until all that waits can be done.

    ``cards`` counts those of each kind, ``busy`` the card-seconds that are promised there already.
    """
    kinds = list(cards)
    if len(kinds) < 2:
        area = sum(busy.values()) + sum(one.costs[kind].area for one in wishes for kind in kinds)
        return Worth(dict.fromkeys(kinds, 1.0), area / max(1, sum(cards.values())))
    from scipy.optimize import linprog

    areas, able = _areas(wishes, {kind: row for row, kind in enumerate(kinds)})
    scale = areas.max()
    classes, columns = np.nonzero(able)
    capacity = np.zeros((len(kinds), len(classes) + 1))
    capacity[columns, np.arange(len(classes))] = areas[classes, columns] / scale
    capacity[:, -1] = [-cards[kind] for kind in kinds]
    whole = np.zeros((len(areas), len(classes) + 1))
    whole[classes, np.arange(len(classes))] = 1.0
    solved = linprog(
        np.append(np.zeros(len(classes)), 1.0), A_ub=capacity, b_ub=[-busy.get(kind, 0.0) / scale for kind in kinds],
        A_eq=whole, b_eq=np.ones(len(areas)), method="highs",
    )  # fmt: skip
    if solved.status != 0:  # never seen: the program has a solution; every kind is then worth the same
        return Worth(dict.fromkeys(kinds, 1.0), float("inf"))
    of = dict(zip(kinds, (max(0.0, -float(m)) for m in solved.ineqlin.marginals), strict=True))
    return Worth(of, float(solved.fun) * scale)


def belongs(wish: Wish, price: Worth) -> list[Kind]:
    """The kinds where the model's card-seconds are worth least, the fastest first.

    Of kinds that can be done with it in the seconds that are left, as long as there are any (Lenstra, Shmoys, Tardos 1990: without
    this, what is whole ends late on a slow card although the pieces of it would not).
    """
    able = {kind: wish.costs[kind] for kind in in_time(wish, price.seconds)}
    able = able or {kind: cost for kind, cost in wish.costs.items() if cost.seconds <= TOLERANCE * wish.seconds}
    least = min(price.of[kind] * cost.area for kind, cost in able.items())
    good = [kind for kind, cost in able.items() if price.of[kind] * cost.area <= TOLERANCE * least + 1e-9]
    return sorted(good, key=lambda kind: able[kind].seconds)


def in_time(wish: Wish, seconds: float) -> list[Kind]:
    """Kinds on which the model ends in so many seconds, late ones allowed for where others are faster; the fastest first."""
    able = []
    for kind, cost in wish.costs.items():
        slow = cost.seconds > TOLERANCE * wish.seconds
        if cost.seconds * (LATE if slow else 1.0) <= seconds:
            able.append(kind)
    return sorted(able, key=lambda kind: wish.costs[kind].seconds)


def _areas(wishes: Sequence[Wish], rows: Mapping[Kind, int]) -> tuple[np.ndarray, np.ndarray]:
    """Card-seconds of each class on each kind, and where it can go at all."""
    classes: dict[tuple[tuple[Kind, float], ...], list[Wish]] = defaultdict(list)
    for one in wishes:
        classes[one.sort].append(one)
    areas, able = np.zeros((len(classes), len(rows))), np.zeros((len(classes), len(rows)), dtype=bool)
    for number, members in enumerate(classes.values()):
        for kind in members[0].costs:
            areas[number, rows[kind]] = sum(one.costs[kind].area for one in members)
            able[number, rows[kind]] = True
    return areas, able
