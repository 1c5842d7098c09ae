"""Which models of a night begin now, and where: the longest first, each kind of node with what is best scored there.

Three rules. A night is divided among kinds of nodes so that all end together (``placing/split.py``). On each kind the longest
begins first (Graham 1969: at most 4/3 − 1/(3m) of the best on like cards). One that has to wait keeps a node: others go there only
where they are expected to have ended before it can begin. Cards that are left get what was meant for another kind, where that is
done before the night's expected end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from harness.fleet.model import Place, Work
from harness.fleet.placing.board import Board, earliest
from harness.fleet.placing.shares import refusal, wants_cards
from harness.fleet.placing.split import Costs, Kind, costs, kind_of, split

__all__ = ["Board", "next_placements", "refusal"]

Running = Sequence[tuple[Work, Place, float]]
Placements = list[tuple[Work, Place]]


def next_placements(waiting: Sequence[Work], board: Board, running: Running, now: float) -> Placements:
    """Models that begin now, with the places that the board has reserved for them.

    ``running`` has until which second each is expected to take its place; one that is late may end at any moment. Models that no
    node can hold are passed over: ``refusal`` says why.
    """
    on_cards = [work for work in waiting if wants_cards(work.need)]
    night = _Night(board, running, now, on_cards)
    begun = night.by_kind() + night.elsewhere()
    return begun + night.without_cards([work for work in waiting if not wants_cards(work.need)])


class _Night:
    """One look at the board: who waits for which kind, and until when each place is taken."""

    def __init__(self, board: Board, running: Running, now: float, waiting: Sequence[Work]) -> None:
        self.board, self.now = board, now
        self.ends: dict[str, list[tuple[Place, float]]] = defaultdict(list)
        for _, place, end in running:
            self.ends[place.node_id].append((place, max(end, now)))
        self.hosts: dict[Kind, list[str]] = defaultdict(list)
        for node in board.nodes:
            if node.cards:
                self.hosts[kind_of(node)].append(node.node_id)
        self.costs = self._costs(waiting)
        self.queues = self._queues([work for work in waiting if self.costs[work.key]])
        self.kept: dict[str, float] = {}

    def _costs(self, waiting: Sequence[Work]) -> dict[str, Costs]:
        kinds = {kind: self.board.hosts[ids[0]].node for kind, ids in self.hosts.items()}
        return {work.key: costs(work, kinds) for work in waiting}

    def _queues(self, waiting: Sequence[Work]) -> dict[Kind, list[Work]]:
        """Who waits for which kind, the longest first."""
        cards = {kind: len(ids) * kind[2] for kind, ids in self.hosts.items()}
        busy = {
            kind: sum(place.cards * (end - self.now) for node_id in ids for place, end in self.ends[node_id])
            for kind, ids in self.hosts.items()
        }
        planned = split({work.key: self.costs[work.key] for work in waiting}, cards, busy)
        queues: dict[Kind, list[Work]] = {kind: [] for kind in self.hosts}
        for work in waiting:
            queues[planned[work.key]].append(work)
        for kind, queue in queues.items():
            queue.sort(key=lambda work: (-self.costs[work.key][kind].seconds, work.key))
        self.end = max((self._end(kind, queues[kind], cards[kind], busy[kind]) for kind in queues), default=self.now)
        return queues

    def _end(self, kind: Kind, queue: Sequence[Work], cards: int, busy: float) -> float:
        """When a kind is expected to be done: its card-seconds over its cards, and not before its longest."""
        area = busy + sum(self.costs[work.key][kind].area for work in queue)
        longest = max((self.costs[work.key][kind].seconds for work in queue), default=0.0)
        last = max((end for node_id in self.hosts[kind] for _, end in self.ends[node_id]), default=self.now)
        return max(self.now + area / cards, self.now + longest, last)

    def by_kind(self) -> Placements:
        """Every kind's own queue."""
        begun: Placements = []
        for kind, queue in self.queues.items():
            still = []
            for work in queue:
                if place := self._begin(work, kind):
                    begun.append((work, place))
                else:
                    still.append(work)
                    self._keep(work, kind)
            self.queues[kind] = still
        return begun

    def elsewhere(self) -> Placements:
        """Cards that their own kind has nobody for get others' models that end there before the night does."""
        begun: Placements = []
        for kind in self.hosts:
            if self.queues[kind]:
                continue
            others = [(work, origin) for origin, queue in self.queues.items() for work in queue]
            others = [(work, origin) for work, origin in others if kind in self.costs[work.key]]
            for work, origin in sorted(others, key=lambda pair: (-self.costs[pair[0].key][kind].seconds, pair[0].key)):
                if self.now + self.costs[work.key][kind].seconds > self.end:
                    continue
                if place := self._begin(work, kind):
                    self.queues[origin].remove(work)
                    begun.append((work, place))
        return begun

    def without_cards(self, waiting: Sequence[Work]) -> Placements:
        """Models that are scored on processors, the longest first, on nodes without cards before others.

        A node's cards keep a CPU each as long as somebody waits for cards.
        """
        begun: Placements = []
        scarce = any(self.queues.values())
        for work in sorted(waiting, key=lambda work: (-work.expected("cpu"), work.key)):
            among = [
                node_id
                for node_id, host in self.board.hosts.items()
                if not (scarce and host.cards) or host.spare_cpus() >= work.need.cpus
            ]
            if place := self.board.place(work, among):
                begun.append((work, place))
        return begun

    def _begin(self, work: Work, kind: Kind) -> Place | None:
        """A place on a node of this kind that nobody keeps, or where the model has ended in time."""
        end = self.now + self.costs[work.key][kind].seconds
        among = [node_id for node_id in self.hosts[kind] if end <= self.kept.get(node_id, end)]
        place = self.board.place(work, among) if among else None
        if place:
            self.ends[place.node_id].append((place, end))
        return place

    def _keep(self, work: Work, kind: Kind) -> None:
        """Keep for a model that has to wait the node where it can begin first, of those that nobody keeps yet."""
        starts = {}
        for node_id in self.hosts[kind]:
            if node_id not in self.kept:
                start = earliest(self.board.hosts[node_id], work, self.ends[node_id], self.now)
                if start is not None:
                    starts[node_id] = start
        if starts:
            first = min(starts, key=lambda node_id: starts[node_id])
            self.kept[first] = starts[first]
