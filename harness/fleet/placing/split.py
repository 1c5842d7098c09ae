"""The division of a night among kinds of nodes: which model is meant for which kind, so that all end together.

A linear program over classes of models that take alike shares of every kind: the least T for which the card-seconds of each kind
suffice. Models are whole, so each class is dealt out by the program's proportions, the longest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.fleet.model import Node, Work
from harness.fleet.placing.shares import CARD, share, smallest_card

Kind = tuple[tuple[str, ...], float, int, float, float]
"""Names of the cards, memory of the smallest, how many, CPUs and memory of a node: nodes of one kind hold the same models."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a model takes of one kind: cards and seconds."""

    cards: float
    seconds: float

    @property
    def area(self) -> float:
        """Card-seconds."""
        return self.cards * self.seconds


Costs = Mapping[Kind, Cost]


def kind_of(node: Node) -> Kind:
    """The kind of a node."""
    names = tuple(sorted({card.name for card in node.cards}))
    return names, smallest_card(node), len(node.cards), node.cpus, node.memory_gb


def costs(work: Work, kinds: Mapping[Kind, Node]) -> dict[Kind, Cost]:
    """What a model that is scored on cards takes of every kind that can hold it."""
    by_kind = {}
    for kind in kinds:
        names, smallest, count, cpus, memory = kind
        cards = share(work.need, smallest, count)
        if cards and work.need.cpus <= cpus and work.need.memory_gb <= memory:
            by_kind[kind] = Cost(cards / CARD, max(work.expected(name) for name in names))
    return by_kind


def split(wanted: Mapping[str, Costs], cards: Mapping[Kind, int], busy: Mapping[Kind, float]) -> dict[str, Kind]:
    """Kind of node for each model by its key.

    ``cards`` counts those of each kind, ``busy`` the card-seconds that are promised there already.
    """
    kinds = list(cards)
    classes: dict[tuple[tuple[Kind, float], ...], list[str]] = defaultdict(list)
    for key, by_kind in wanted.items():
        classes[_class(by_kind)].append(key)
    loads = {kind: busy.get(kind, 0.0) for kind in kinds}
    planned: dict[str, Kind] = {}
    open_classes = []
    for members in classes.values():
        able = list(wanted[members[0]])
        if len(able) == 1:
            planned |= dict.fromkeys(members, able[0])
            loads[able[0]] += sum(wanted[key][able[0]].area for key in members)
        else:
            open_classes.append(members)
    if open_classes:
        shares = _proportions([[wanted[key] for key in members] for members in open_classes], kinds, cards, loads)
        for members, wishes in zip(open_classes, shares, strict=True):
            planned |= _dealt({key: wanted[key] for key in members}, wishes)
    return planned


def _class(by_kind: Costs) -> tuple[tuple[Kind, float], ...]:
    """Models of one class can go to the same kinds and take there the same number of cards, fractions to an eighth."""
    return tuple((kind, round(cost.cards * 8) / 8) for kind, cost in by_kind.items())


def _proportions(
    classes: Sequence[Sequence[Costs]], kinds: Sequence[Kind], cards: Mapping[Kind, int], loads: Mapping[Kind, float]
) -> list[dict[Kind, float]]:
    """For each class the share of its work that each kind gets, so that the last kind ends first."""
    from scipy.optimize import linprog

    columns = [(number, kind) for number, members in enumerate(classes) for kind in members[0]]
    place = {kind: row for row, kind in enumerate(kinds)}
    scale = max(sum(cost.area for cost in by_kind.values()) for members in classes for by_kind in members)
    capacity = np.zeros((len(kinds), len(columns) + 1))
    whole = np.zeros((len(classes), len(columns) + 1))
    for column, (number, kind) in enumerate(columns):
        capacity[place[kind], column] = sum(by_kind[kind].area for by_kind in classes[number]) / scale
        whole[number, column] = 1.0
    capacity[:, -1] = [-cards[kind] for kind in kinds]
    found = linprog(
        np.append(np.zeros(len(columns)), 1.0), A_ub=capacity, b_ub=[-loads[kind] / scale for kind in kinds],
        A_eq=whole, b_eq=np.ones(len(classes)), method="highs",
    )  # fmt: skip
    if found.x is None:  # never seen: the program always has a solution; every kind then gets its part of the cards
        total = sum(cards.values())
        return [{kind: cards[kind] / total for kind in members[0]} for members in classes]
    result: list[dict[Kind, float]] = [{} for _ in classes]
    for value, (number, kind) in zip(found.x, columns, strict=False):
        result[number][kind] = float(value)
    return result


def _dealt(members: Mapping[str, Costs], wishes: Mapping[Kind, float]) -> dict[str, Kind]:
    """Members of a class to kinds: the longest first, each to the kind that is furthest from its part."""
    seconds = {key: min(cost.seconds for cost in by_kind.values()) for key, by_kind in members.items()}
    left = {kind: part * sum(seconds.values()) for kind, part in wishes.items()}
    planned = {}
    for key in sorted(members, key=lambda key: (-seconds[key], key)):
        kind = max(left, key=lambda kind: left[kind])
        planned[key] = kind
        left[kind] -= seconds[key]
    return planned
