"""No schedule of a night is shorter than this: a lower bound in seconds, with everything known that a planner does not know."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_array

from harness.fleet.model import Node, Work
from harness.fleet.placing.kinds import kind_of
from harness.fleet.placing.shares import CARD, share_on, smallest_card, wants_cards

Times = Sequence[tuple[Work, dict[tuple[str, ...], float]]]
"""Each work, and its true seconds by the names of a node's cards, () for the processor."""


def bound(times: Times, nodes: Sequence[Node], *, by_memory: bool = False) -> float:
    """The larger of a linear program and of the longest model where it is fastest.

    The program lets every model be cut in any number of pieces over kinds of nodes: T is the least for which each kind's cards
    times T hold the card-seconds it gets, each model with the share of cards that the fleet gives it (``by_memory``: with the
    share of memory alone that its weights and least work take). Models on processors have the CPUs of all nodes.
    """
    on_cards = [(work, by_kind) for work, by_kind in times if wants_cards(work.need)]
    on_processors = [(work, by_kind[()]) for work, by_kind in times if not wants_cards(work.need)]
    cpus = sum(work.need.cpus * seconds for work, seconds in on_processors) / sum(node.cpus for node in nodes)
    longest = max((seconds for _, seconds in on_processors), default=0.0)
    program, longest_on_card = _program(on_cards, nodes, by_memory)
    return max(cpus, longest, program, longest_on_card)


def _program(times: Times, nodes: Sequence[Node], by_memory: bool) -> tuple[float, float]:
    if not times:
        return 0.0, 0.0
    kinds = {kind_of(node): node for node in nodes if node.cards}
    cards = [sum(len(node.cards) for node in nodes if kind_of(node) == kind) for kind in kinds]
    cells, longest = [], 0.0
    for row, (work, by_kind) in enumerate(times):
        fastest = np.inf
        for column, node in enumerate(kinds.values()):
            taken = _share(work, node, by_memory)
            if taken is not None:
                seconds = by_kind[tuple(sorted({card.name for card in node.cards}))]
                cells.append((row, column, taken * seconds))
                fastest = min(fastest, seconds)
        longest = max(longest, fastest)
    scale = max(area for _, _, area in cells)
    capacity = lil_array((len(cards), len(cells) + 1))
    whole = lil_array((len(times), len(cells) + 1))
    for number, (row, column, area) in enumerate(cells):
        capacity[column, number] = area / scale
        whole[row, number] = 1.0
    for column, count in enumerate(cards):
        capacity[column, len(cells)] = -count
    target = np.append(np.zeros(len(cells)), 1.0)
    solved = linprog(
        target, A_ub=capacity.tocsr(), b_ub=np.zeros(len(cards)), A_eq=whole.tocsr(), b_eq=np.ones(len(times)), method="highs"
    )  # fmt: skip
    if solved.status != 0:
        raise RuntimeError(f"the linear program has no solution: {solved.message}")
    return float(solved.fun) * scale, longest


def _share(work: Work, node: Node, by_memory: bool) -> float | None:
    taken = share_on(work.need, node)
    if taken is None:
        return None
    if by_memory:
        return min(taken / CARD, work.need.card_memory_gb / smallest_card(node))
    return taken / CARD
