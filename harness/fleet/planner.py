"""Which models of a night begin now, and where: the longest first, on the kind of node where each belongs.

A model belongs to the kinds where the card-seconds that it takes are worth least to the night (``placing/kinds.py``). The longest
begins first (Graham 1969: at most 4/3 − 1/(3m) of the best night on like cards). One that finds no room keeps the node where it can
begin first: others go there only if they are expected to have ended by then. What is idle after that gets models that belong
elsewhere, where they end before the night is expected to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from harness.fleet.model import Place, Work
from harness.fleet.placing.board import Board, earliest
from harness.fleet.placing.kinds import Kind, Wish, belongs, in_time, kind_of, wish, worth
from harness.fleet.placing.shares import refusal, wants_cards

__all__ = ["Board", "next_placements", "refusal"]

Running = Sequence[tuple[Work, Place, float]]
Placements = list[tuple[Work, Place]]


def next_placements(waiting: Sequence[Work], board: Board, running: Running, now: float) -> Placements:
    """Models that begin now, with the places that the board has reserved for them.

    ``running`` has until which second each is expected to take its place; one that is late may end at any moment. Models that no
    node can hold are passed over: ``refusal`` says why.
    """
    look = _Look(board, running, now)
    begun, left = look.on_cards([work for work in waiting if wants_cards(work.need)])
    return begun + look.on_processors([work for work in waiting if not wants_cards(work.need)], scarce=left)


class _Look:
    """One look at the board: kinds of nodes, until when each place is taken, and which nodes are kept from when on."""

    def __init__(self, board: Board, running: Running, now: float) -> None:
        self.board, self.now = board, now
        self.ends: dict[str, list[tuple[Place, float]]] = defaultdict(list)
        for _, place, end in running:
            self.ends[place.node_id].append((place, max(end, now)))
        self.nodes: dict[Kind, list[str]] = defaultdict(list)
        for node in board.nodes:
            if node.cards:
                self.nodes[kind_of(node)].append(node.node_id)
        self.kept: dict[str, float] = {}

    def on_cards(self, waiting: Sequence[Work]) -> tuple[Placements, bool]:
        """Models that begin on cards, and whether some are left that could."""
        kinds = list(self.nodes)
        wishes = [one for work in waiting if (one := self.board.remembered(work, lambda w: wish(w, kinds))).costs]
        wishes.sort(key=lambda one: (-one.seconds, one.work.key))
        if not wishes or not self._open(kinds):
            return [], bool(wishes)
        cards = {kind: len(ids) * kind[2] for kind, ids in self.nodes.items()}
        busy = {kind: self._promised(ids) for kind, ids in self.nodes.items()}
        price = worth(wishes, cards, busy)
        begun, left = self._begin_all(wishes, lambda one: belongs(one, price))
        if left and self._open(kinds):
            last = max((end for ends in self.ends.values() for _, end in ends), default=self.now)
            end = max(self.now + price.seconds, last)
            more, left = self._begin_all(left, lambda one: in_time(one, end - self.now), keep=False)
            begun += more
        return begun, bool(left)

    def on_processors(self, waiting: Sequence[Work], *, scarce: bool) -> Placements:
        """Models that are scored on processors, the longest first, on nodes without cards before others.

        Where cards are ``scarce``, a CPU for each free card is left alone.
        """
        begun: Placements = []
        keeps = True
        for work in sorted(waiting, key=lambda work: (-work.expected("cpu"), work.key)):
            end = self.now + work.expected("cpu")
            among = [
                node_id
                for node_id, host in self.board.hosts.items()
                if end <= self.kept.get(node_id, end)
                and (not (scarce and host.cards) or host.spare_cpus() >= work.need.cpus)
            ]
            if place := self.board.place(work, among):
                self.ends[place.node_id].append((place, end))
                begun.append((work, place))
            elif keeps and (first := self._earliest(work, [n for n in self.board.hosts if n not in self.kept])):
                self.kept[first[1]] = first[0]
                keeps = False
        return begun

    def _begin_all(
        self, wishes: Iterable[Wish], choose: Callable[[Wish], list[Kind]], *, keep: bool = True
    ) -> tuple[Placements, list[Wish]]:
        """Those that find room on a kind that ``choose`` names, and those that do not; they keep a node where ``keep``."""
        begun: Placements = []
        left: list[Wish] = []
        gaps = {kind: self._gap(kind) for kind in self.nodes}
        for one in wishes:
            fitting = [k for k, cost in one.costs.items() if cost.cards <= gaps[k][0] and cost.seconds <= gaps[k][1]]
            keeps = keep and len(self.kept) < len(self.nodes)
            kinds = choose(one) if fitting or keeps else []
            place = None
            for kind in kinds:
                if kind in fitting and (place := self._begin(one, kind)):
                    gaps[kind] = self._gap(kind)
                    begun.append((one.work, place))
                    break
            if place is None:
                left.append(one)
                if keeps and (kept := self._keep(one, [kind for kind in kinds if gaps[kind][0] > 0])):
                    gaps[kept] = self._gap(kept)
        return begun, left

    def _gap(self, kind: Kind) -> tuple[float, float]:
        """Most cards that a node of the kind has free, and the longest that one with any is not kept; neither is passed."""
        rooms = [(self.board.hosts[node_id].most_free(), node_id) for node_id in self.nodes[kind]]
        left = [(cards, self.kept.get(node_id, float("inf")) - self.now) for cards, node_id in rooms if cards > 0]
        return max((cards for cards, _ in left), default=0.0), max((seconds for _, seconds in left), default=0.0)

    def _begin(self, one: Wish, kind: Kind) -> Place | None:
        """A place on a node of this kind that nobody keeps, or where the model has ended in time."""
        end = self.now + one.costs[kind].seconds
        among = [node_id for node_id in self.nodes[kind] if end <= self.kept.get(node_id, end)]
        place = self.board.place(one.work, among) if among else None
        if place:
            self.ends[place.node_id].append((place, end))
        return place

    def _keep(self, one: Wish, kinds: Sequence[Kind]) -> Kind | None:
        """Keep for a model that has to wait the node where it can begin first, one of each kind at most; its kind.

        One a kind is enough that the longest that waits begins, and leaves the other nodes to those that fit now.
        """
        starts = []
        for kind in kinds:
            if not any(node_id in self.kept for node_id in self.nodes[kind]):
                first = self._earliest(one.work, self.nodes[kind])
                starts += [(*first, kind)] if first else []
        if not starts:
            return None
        start, node_id, kind = min(starts, key=lambda found: found[0])
        self.kept[node_id] = start
        return kind

    def _earliest(self, work: Work, node_ids: Iterable[str]) -> tuple[float, str] | None:
        """When and where of these nodes the model can begin first."""
        starts = (
            (earliest(self.board.hosts[node_id], work, self.ends[node_id], self.now), node_id) for node_id in node_ids
        )
        return min(((start, node_id) for start, node_id in starts if start is not None), default=None)

    def _open(self, kinds: Iterable[Kind]) -> bool:
        """Whether a card of these kinds has room for the smallest share."""
        return any(self.board.hosts[node_id].most_free() > 0 for kind in kinds for node_id in self.nodes[kind])

    def _promised(self, node_ids: Sequence[str]) -> float:
        """Card-seconds that these nodes still owe to what runs there."""
        return sum(place.cards * (end - self.now) for node_id in node_ids for place, end in self.ends[node_id])
