"""The board of a fleet: what of every node is free. Nothing is given away twice."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, TypeVar

from harness.fleet.model import Node, Place, Work
from harness.fleet.placing.shares import CARD, CPU, MIB, SMALLEST, holds, host_units, seconds_on, share, smallest_card

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Demand:
    """What a model takes of one node: ten-thousandths of a card and of a CPU, MiB."""

    cards: int
    cpus: int
    memory: int


@dataclass(slots=True)
class Host:
    """One node and what of it is free; ``cards`` in ten-thousandths, one number a card."""

    node: Node
    smallest: float
    cpus: int
    memory: int
    cards: list[int]
    places: list[Place] = field(default_factory=list)

    def demand(self, work: Work) -> Demand | None:
        """What the model takes of this node; None where its cards cannot hold it."""
        cards = share(work.need, self.smallest, len(self.node.cards))
        if cards is None:
            return None
        return Demand(cards, *host_units(work.need))

    def slots(self, wanted: Demand) -> tuple[int, ...] | None:
        """The cards on which it goes now, () for none; None where there is no room.

        Ray's own rule: a fraction goes where it leaves least, whole cards are the first free ones.
        """
        if wanted.cpus > self.cpus or wanted.memory > self.memory:
            return None
        if wanted.cards == 0:
            return ()
        if wanted.cards < CARD:
            free = [(left, slot) for slot, left in enumerate(self.cards) if left >= wanted.cards]
            return (min(free)[1],) if free else None
        whole = [slot for slot, left in enumerate(self.cards) if left == CARD]
        count = wanted.cards // CARD
        return tuple(whole[:count]) if len(whole) >= count else None

    def take(self, wanted: Demand, slots: Sequence[int], sign: int = 1) -> None:
        """Count the demand as taken on these cards; with ``sign`` -1 as given back."""
        self.cpus -= sign * wanted.cpus
        self.memory -= sign * wanted.memory
        for slot in slots:
            self.cards[slot] -= sign * min(wanted.cards, CARD)

    def most_free(self) -> float:
        """The most cards that a model can get here: whole free ones, else the free part of one; 0 for less than the smallest share."""
        if self.cpus <= 0:
            return 0.0
        whole = sum(1 for free in self.cards if free == CARD)
        part = max(self.cards, default=0)
        return whole or (part / CARD if part >= SMALLEST else 0.0)

    def spare_cpus(self) -> float:
        """CPUs that are free beyond one for each card that is not taken."""
        return self.cpus / CPU - sum(self.cards) / CARD

    def copy(self) -> Host:
        """The same, to try things on."""
        return Host(self.node, self.smallest, self.cpus, self.memory, list(self.cards), list(self.places))


def demand_of(place: Place) -> Demand:
    """What a place holds, in the board's units."""
    return Demand(round(place.cards * CARD), math.ceil(place.cpus * CPU), math.ceil(place.memory_gb * MIB))


class Board:
    """What is free on every node of a fleet."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.hosts: dict[str, Host] = {}
        self._remembered: dict[str, tuple[Work, Any]] = {}
        for node in nodes:
            self.add(node)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes that are here."""
        return tuple(host.node for host in self.hosts.values())

    def add(self, node: Node) -> None:
        """A node that came, empty."""
        if node.node_id in self.hosts:
            raise ValueError(f"{node.node_id} is on the board already")
        self._remembered.clear()
        self.hosts[node.node_id] = Host(
            node, smallest_card(node), math.floor(node.cpus * CPU), math.floor(node.memory_gb * MIB), [CARD] * len(node.cards)
        )  # fmt: skip

    def remove(self, node_id: str) -> list[Place]:
        """Take a node away that is lost; returns the places that were on it. A node that is not here has none."""
        self._remembered.clear()
        host = self.hosts.pop(node_id, None)
        return host.places if host else []

    def place(self, work: Work, among: Collection[str] | None = None) -> Place | None:
        """Reserve a place for the model where it ends first, of like ones the tightest; None where there is no room now.

        ``among`` restricts the nodes.
        """
        best: tuple[tuple[object, ...], Host, Demand, tuple[int, ...]] | None = None
        avoided = self._avoided(work)
        for host in self.hosts.values():
            if host.node.node_id in avoided or (among is not None and host.node.node_id not in among):
                continue
            wanted = host.demand(work)
            slots = host.slots(wanted) if wanted else None
            if wanted is None or slots is None:
                continue
            order = (seconds_on(work, host.node), *_room_left(host, wanted, slots))
            if best is None or order < best[0]:
                best = order, host, wanted, slots
        return _reserve(best[1], work, best[2], best[3]) if best else None

    def remembered(self, work: Work, reckon: Callable[[Work], T]) -> T:
        """What was reckoned for this very work on these nodes, reckoned once."""
        before = self._remembered.get(work.key)
        if before is None or before[0] is not work:
            before = self._remembered[work.key] = (work, reckon(work))
        value: T = before[1]
        return value

    def _avoided(self, work: Work) -> Collection[str]:
        """Nodes that the model avoids, as long as another node can hold it."""
        others = (node for node in self.nodes if node.node_id not in work.avoid) if work.avoid else ()
        return work.avoid if any(holds(work, node) for node in others) else ()

    def free(self, place: Place) -> None:
        """Give a place back; one on a node that was lost is gone already."""
        host = self.hosts.get(place.node_id)
        if host is None or place not in host.places:
            return
        host.places.remove(place)
        host.take(demand_of(place), place.slots, -1)


def earliest(host: Host, work: Work, ends: Iterable[tuple[Place, float]], now: float) -> float | None:
    """When the model can begin on this node, if nothing else is placed there; None for never.

    ``ends`` says until when each of the node's places is expected to be taken.
    """
    wanted = host.demand(work)
    if wanted is None:
        return None
    trial = host.copy()
    if trial.slots(wanted) is not None:
        return now
    for place, end in sorted(ends, key=itemgetter(1)):
        trial.take(demand_of(place), place.slots, -1)
        if trial.slots(wanted) is not None:
            return max(now, end)
    return None


def _room_left(host: Host, wanted: Demand, slots: Sequence[int]) -> tuple[object, ...]:
    """How much a placement leaves, least first: nodes without cards, then the tightest card, then the fewest whole ones."""
    if not slots:
        return (len(host.cards) > 0, 0, host.cpus)
    left = host.cards[slots[0]] - min(wanted.cards, CARD)
    return (False, left, sum(1 for free in host.cards if free == CARD))


def _reserve(host: Host, work: Work, wanted: Demand, slots: tuple[int, ...]) -> Place:
    host.take(wanted, slots)
    place = Place(host.node.node_id, wanted.cards / CARD, work.need.cpus, work.need.memory_gb, slots)
    host.places.append(place)
    return place
