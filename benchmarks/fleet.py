"""How well a night is planned: 1,000 models × 4 suites on 64 mixed cards, simulated with the fleet's own planner, without Ray.

    PYTHONPATH=. python benchmarks/fleet.py [--models 1000] [--seeds 5] [--first 0] [--quiet-night]

Time is simulated, event by event; the planner sees expected times, the night takes true ones (a factor of 1.35 either way). Prints
for each seed the length of the night over a lower bound of it, without failures on both sides and with them. With failures
the bound counts only what must be done (models that fail at once with their 90 seconds, nothing twice, no node lost), so that it
holds for every schedule. A model's time does not depend on who shares its card; its share is a quarter at least.
"""

from __future__ import annotations

import argparse
import heapq
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from benchmarks.fleet_bound import bound
from benchmarks.fleet_cost import cost
from benchmarks.fleet_night import SUITES, Faults, Model, fleet, night
from harness.fleet.expected_time import START_SECONDS
from harness.fleet.model import Node, Place, Work
from harness.fleet.placing.shares import holds
from harness.fleet.planner import Board, next_placements, refusal

WATCHDOG = 20 * 60.0
"""Seconds without progress after which a worker is stopped."""
BATCH = 60.0
"""Seconds of work in flight that a death loses: a batch; the journal has the rest."""
NODE_AWAY = 30 * 60.0
TARGET = 1.10
FAULTS = Faults(broken=0.03, hang=0.02, worker_hours=100.0, nodes_lost=3)


@dataclass
class Attempt:
    """A model at work on a place; ``ends`` is what the planner was told."""

    model: Model
    work: Work
    place: Place
    began: float
    ends: float
    names: tuple[str, ...]
    open: bool = True


@dataclass
class Night:
    """A simulated night: what waits, what runs, what has happened."""

    nodes: dict[str, Node]
    models: dict[str, Model]
    faults: Faults
    draw: random.Random
    board: Board = field(init=False)
    now: float = 0.0
    events: list[tuple[float, int, str, object]] = field(default_factory=list)
    waiting: dict[str, Work] = field(default_factory=dict)
    running: dict[str, Attempt] = field(default_factory=dict)
    left: dict[str, float] = field(default_factory=dict)
    hung: set[str] = field(default_factory=set)
    first: dict[str, tuple[float, float, tuple[str, ...]]] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    card_seconds: float = 0.0
    planning: float = 0.0
    calls: int = 0

    def __post_init__(self) -> None:
        self.board = Board(self.nodes.values())
        for key, model in self.models.items():
            self.left[key] = 1.0
            self.at(model.arrives, "arrives", key)
        for _ in range(self.faults.nodes_lost):
            self.at(
                self.draw.uniform(3_600, 6 * 3_600), "lost", self.draw.choice([n for n in self.nodes if n != "CPU-0"])
            )

    def at(self, when: float, what: str, about: object) -> None:
        """Something that will happen."""
        heapq.heappush(self.events, (when, len(self.events) + self.calls * 100_000, what, about))

    def run(self) -> None:
        """Until every model has ended."""
        while self.events and len(self.ended) < len(self.models):
            self.now = self.events[0][0]
            while self.events and self.events[0][0] <= self.now:
                _, _, what, about = heapq.heappop(self.events)
                getattr(self, f"_{what}")(about)
            self._place()

    def _place(self) -> None:
        started = time.process_time()
        running = [(a.work, a.place, a.ends) for a in self.running.values()]
        begun = next_placements(list(self.waiting.values()), self.board, running, self.now)
        self.planning += time.process_time() - started
        self.calls += 1
        for work, place in begun:
            self._begin(work, place)

    def _begin(self, work: Work, place: Place) -> None:
        model, key = self.models[work.key], work.key
        names = tuple(sorted({card.name for card in self.nodes[place.node_id].cards})) if place.cards else ()
        planned = max((work.expected(name) for name in names), default=work.expected("cpu"))
        attempt = Attempt(model, self.waiting.pop(key), place, self.now, self.now + planned, names)
        self.running[key] = attempt
        self.first.setdefault(key, (self.now, planned, names))
        takes = self.left[key] * model.seconds(names) + (START_SECONDS * len(SUITES) if self.left[key] < 1.0 else 0.0)
        if model.hangs_at is not None and key not in self.hung:
            self.at(self.now + takes * model.hangs_at + WATCHDOG, "hangs", attempt)
        else:
            self.at(self.now + takes, "done", attempt)
        if self.faults.worker_hours < float("inf"):
            dies = self.draw.expovariate(1 / (self.faults.worker_hours * 3_600))
            if dies < takes:
                self.at(self.now + dies, "dies", attempt)

    def _arrives(self, key: str) -> None:
        self.waiting[key] = self.models[key].work

    def _done(self, attempt: Attempt) -> None:
        if attempt.open:
            self._close(attempt)
            self.ended[attempt.work.key] = "failed" if attempt.model.broken else "done"

    def _dies(self, attempt: Attempt) -> None:
        if attempt.open:
            self._close(attempt)
            self._again(attempt, self.now - attempt.began - BATCH)

    def _hangs(self, attempt: Attempt) -> None:
        if attempt.open:
            self._close(attempt)
            self.hung.add(attempt.work.key)
            self._again(attempt, self.now - WATCHDOG - attempt.began - BATCH, avoid=(attempt.place.node_id,))

    def _lost(self, node_id: str) -> None:
        if node_id not in self.board.hosts:
            return
        self.board.remove(node_id)
        for attempt in [a for a in self.running.values() if a.place.node_id == node_id]:
            self._close(attempt)
            self._again(attempt, self.now - attempt.began - BATCH)
        self.at(self.now + NODE_AWAY, "back", node_id)

    def _back(self, node_id: str) -> None:
        self.board.add(self.nodes[node_id])

    def _close(self, attempt: Attempt) -> None:
        attempt.open = False
        del self.running[attempt.work.key]
        self.board.free(attempt.place)
        self.card_seconds += attempt.place.cards * (self.now - attempt.began)

    def _again(self, attempt: Attempt, kept: float, avoid: tuple[str, ...] = ()) -> None:
        """Back to those who wait, with what the journal keeps."""
        key, model = attempt.work.key, attempt.model
        gone = max(0.0, kept) / model.seconds(attempt.names)
        self.left[key] = max(0.0, self.left[key] - gone)
        first, start = model.work, START_SECONDS * len(SUITES)
        scaled = tuple((name, self.left[key] * seconds + start) for name, seconds in first.seconds)
        self.waiting[key] = replace(
            first, seconds=scaled, otherwise=self.left[key] * first.otherwise + start, avoid=avoid
        )


@dataclass(frozen=True)
class Result:
    """One night: hours, their bound, the same by memory alone, share of card-hours in use, waits and overtakings."""

    hours: float
    bound: float
    by_memory: float
    used: float
    longest_wait: float
    overtaken: float
    longest_model: float
    ended: dict[str, int]
    planning: float
    calls: int

    @property
    def ratio(self) -> float:
        """Length of the night over its bound."""
        return self.hours / self.bound


def simulate(count: int, seed: int, faults: Faults) -> Result:
    """One night of so many models."""
    nodes, models = fleet(), night(count, seed, faults)
    refused = [model for model in models if refusal(model.work, nodes)]
    models = [model for model in models if not refusal(model.work, nodes)]
    run = Night({n.node_id: n for n in nodes}, {m.work.key: m for m in models}, faults, random.Random(seed))
    run.run()
    names = {tuple(sorted({card.name for card in node.cards})) for node in nodes}
    times = [(m.work, {n: m.seconds(n) for n in names}) for m in models]
    cards = sum(len(node.cards) for node in nodes)
    kinds = [run.ended[key] for key in run.ended] + ["refused"] * len(refused)
    waits = [begun - run.models[key].arrives for key, (begun, _, _) in run.first.items()]
    return Result(
        run.now / 3_600, bound(times, nodes) / 3_600, bound(times, nodes, by_memory=True) / 3_600,
        run.card_seconds / (cards * run.now), max(waits) / run.now, max(_overtaken(run)) / 3_600,
        max(min(m.seconds(n) for n in names if n) for m in models) / 3_600,
        {kind: kinds.count(kind) for kind in sorted(set(kinds))}, run.planning, run.calls,
    )  # fmt: skip


def _overtaken(run: Night) -> Iterator[float]:
    """For each model on cards: seconds before it began in which none began that is longer and that took cards it could have had.

    Only shorter ones can have gone first in that time. Longer is what the planner takes for longer: the time on the fastest card.
    """
    yield 0.0
    kinds = {
        name: next(node for node in run.nodes.values() if node.cards and node.cards[0].name == name)
        for name in _names(run)
    }
    order = {key: min(s for _, s in m.work.seconds) for key, m in run.models.items()}
    begun = sorted((first[0], key, first[2]) for key, first in run.first.items() if first[2])
    for start, key, _ in begun:
        able = {(name,) for name, node in kinds.items() if holds(run.models[key].work, node)}
        longer = [s for s, k, names in begun if s <= start and order[k] > order[key] and names in able]
        yield start - max([run.models[key].arrives, *longer])


def _names(run: Night) -> set[str]:
    return {node.cards[0].name for node in run.nodes.values() if node.cards}


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=1_000)
    parser.add_argument("--seeds", type=int, default=5, help="nights of each sort")
    parser.add_argument("--first", type=int, default=0, help="seed of the first night")
    parser.add_argument("--quiet-night", action="store_true", help="without failures alone")
    asked = parser.parse_args()
    for title, faults in (("without failures", Faults()), ("with failures", FAULTS)):
        if asked.quiet_night and faults is FAULTS:
            continue
        print(
            f"{title}: seed, hours, bound (by memory alone), ratio, cards in use, longest wait, overtaken (longest model), ended, planning"
        )
        results = [simulate(asked.models, seed, faults) for seed in range(asked.first, asked.first + asked.seeds)]
        for seed, r in enumerate(results, asked.first):
            print(
                f"{seed}  {r.hours:.2f} h  {r.bound:.2f} ({r.by_memory:.2f}) h  {r.ratio:.3f}  {r.used:.1%}  {r.longest_wait:.1%}  "
                f"{r.overtaken:.2f} ({r.longest_model:.2f}) h  {r.ended}  {r.planning:.1f} s in {r.calls} calls"
            )
        middle = statistics.median(r.hours for r in results)
        print("\n".join(f"cost of the median night: {line}" for line in cost(fleet(), middle)))
        worst = max(r.ratio for r in results)
        print(
            f"median {statistics.median(r.ratio for r in results):.3f}, worst {worst:.3f} (goal {TARGET:.2f})\n",
            flush=True,
        )
    print(f"{time.process_time():.0f} s of processor time")


if __name__ == "__main__":
    main()
