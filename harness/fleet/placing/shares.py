"""The share of a node's cards that a model takes, in ten-thousandths of a card: Ray's own resolution."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.fleet.model import Need, Node, Work

CARD = 10_000
"""One card in these units."""
CPU, MIB = 10_000, 1_024
"""One CPU, and one GiB in MiB. Whole numbers, as Ray has them: sums of shares do not drift."""
SMALLEST = CARD // 4
"""The smallest share of a card: more than four models on one wait for its arithmetic, and for the host's threads, in turn."""

MOST_SHARED = CARD // 2
"""The largest share: a model of more than half a card's memory keeps its arithmetic busy, and gets the whole card."""


def wants_cards(need: Need) -> bool:
    """Whether the model is scored on cards, not on the host's processor."""
    return need.card_memory_gb > 0 or need.whole_card


def share(need: Need, smallest_gb: float, cards: int) -> int | None:
    """Ten-thousandths of a card that the model takes on a node whose smallest of ``cards`` cards has so much memory.

    A fraction of one card, or whole cards, as few as hold it; 0 for a model that is scored on the processor; None where the
    node's cards cannot hold it.
    """
    if not wants_cards(need):
        return 0
    if not cards or smallest_gb <= 0:
        return None
    if need.card_memory_gb <= smallest_gb:
        part = math.ceil(max(need.card_memory_gb, need.room_gb) / smallest_gb * CARD)
        return CARD if need.whole_card or part > MOST_SHARED else max(part, SMALLEST)
    return next((n * CARD for n in _counts(need, cards) if n * smallest_gb >= need.card_memory_gb), None)


def share_on(need: Need, node: Node) -> int | None:
    """The same for a node, whose smallest card counts."""
    return share(need, smallest_card(node), len(node.cards))


def smallest_card(node: Node) -> float:
    """Memory of the node's smallest card, GiB; 0 for a node without cards."""
    return min((card.memory_gb for card in node.cards), default=0.0)


def holds(work: Work, node: Node) -> bool:
    """Whether the node, empty, holds the model."""
    need = work.need
    return host_holds(need, node.cpus, node.memory_gb) and share_on(need, node) is not None


def seconds_on(work: Work, node: Node) -> float:
    """Expected seconds of the model on a node: on the slowest of its cards, since any of them may be its own, or its processors."""
    names = {card.name for card in node.cards} if wants_cards(work.need) else set()
    return max((work.expected(name) for name in names), default=work.expected("cpu"))


def host_holds(need: Need, cpus: float, memory_gb: float) -> bool:
    """Whether a host with so many CPUs and GiB holds what the model takes beside its cards."""
    wanted_cpus, wanted_memory = host_units(need)
    return wanted_cpus <= math.floor(cpus * CPU) and wanted_memory <= math.floor(memory_gb * MIB)


def host_units(need: Need) -> tuple[int, int]:
    """Ten-thousandths of a CPU and MiB that the model takes of its host, rounded up."""
    return math.ceil(need.cpus * CPU), math.ceil(need.memory_gb * MIB)


def refusal(work: Work, nodes: Sequence[Node]) -> str | None:
    """Why no node of the fleet can ever hold the model, a sentence; None where one can."""
    need = work.need
    if any(holds(work, node) for node in nodes):
        return None
    if not nodes:
        return f"{work.model} cannot be placed: the fleet has no node."
    able = [node for node in nodes if share_on(need, node) is not None]
    if able:
        cpus, memory = max(node.cpus for node in able), max(node.memory_gb for node in able)
        which = (
            "of the nodes whose cards hold it, the largest have"
            if wants_cards(need)
            else "the fleet's largest nodes have"
        )
        return (
            f"{work.model} needs {need.cpus:g} CPUs and {need.memory_gb:.1f} GiB of its host; {which} {cpus:g} CPUs and "
            f"{memory:.1f} GiB. Add a larger node; where that is too much for it, give it cpus or memory_gb in the run file."
        )
    if not any(node.cards for node in nodes):
        return f"{work.model} is to be scored on a card, and no node of the fleet has one."
    count, smallest, node = max((_most(need, node) for node in nodes if node.cards), key=lambda most: most[0] * most[1])
    return (
        f"{work.model} needs {need.card_memory_gb:.1f} GiB of card memory on one node; the most it can have there is "
        f"{count * smallest:.1f} GiB ({count} × {node.cards[0].name})."
    )


def _counts(need: Need, cards: int) -> list[int]:
    """Numbers of cards above one that the model can take on a node with so many, fewest first."""
    most = min(need.most_cards, cards)
    return [n for n in (sorted(need.card_counts) or range(2, most + 1)) if 2 <= n <= most]


def _most(need: Need, node: Node) -> tuple[int, float, Node]:
    return max(_counts(need, len(node.cards)), default=1), smallest_card(node), node
