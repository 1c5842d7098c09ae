"""The driver of a night: places models, looks after their workers, tries again what failed, until all have ended.

``Driver.step`` is one look at everything; it never waits. What the planner decides and what an end means stand elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from harness.errors import BadInput, RunFailed
from harness.fleet.ending import Ending, ending
from harness.fleet.model import Node, Place, Work
from harness.fleet.nodes.ray_worker import Lost
from harness.fleet.nodes.worker import Report, Task
from harness.fleet.placing.shares import holds, seconds_on
from harness.fleet.planner import Board, next_placements, refusal
from harness.fleet.state import ENDED, ModelState
from harness.stopping import STOPPED

MOST_LOST = 10
"""Workers of one model that may be lost while their node stays: beyond that it is the model that costs them their life."""
HELD_SECONDS = 60.0
"""Until a model whose plan another process holds is asked for again; a process on a lost node may live a while longer."""
LOOK_AT_NODES = 5.0
"""Seconds between two looks at the nodes."""
LOST_SECONDS = 5.0
"""Until a model is placed again whose worker was lost: by then a lost node is known for one."""


class WorkerHandle(Protocol):
    """One model's worker, wherever it is."""

    def look(self) -> Report | None: ...  # noqa: D102
    def stop(self, how: str) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102
    def kill(self) -> None: ...  # noqa: D102


class Fleet(Protocol):
    """Nodes, and workers on them."""

    def nodes(self) -> tuple[Mapping[str, Node], bool]: ...  # noqa: D102
    def launch(self, task: Task, place: Place) -> WorkerHandle: ...  # noqa: D102
    def fetch(self, task: Task, node_id: str) -> None: ...  # noqa: D102


@dataclass
class Model:
    """One model of the night as the driver sees it."""

    task: Task
    state: ModelState
    work: Work | None = None
    place: Place | None = None
    worker: WorkerHandle | None = None
    since: float = 0.0
    told: str | None = None
    not_before: float = 0.0
    held_since: float | None = None
    last: Ending | None = None
    fetched: frozenset[str] = frozenset()
    failed_on: frozenset[str] = frozenset()

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come."""
        return self.state.state in ENDED


class Driver:
    """A night under way. ``works`` makes the planner's works of models once the nodes are known; ``say(key, sentence)`` tells
    what happens; ``log(key, lines)`` keeps a model's log; ``clock`` in seconds."""

    def __init__(
        self,
        models: Sequence[Model],
        fleet: Fleet,
        works: Callable[[Sequence[Model], Sequence[Node]], Mapping[str, Work]],
        *,
        tries: int,
        say: Callable[[str, str], None] = lambda key, text: None,
        log: Callable[[str, Sequence[str]], None] = lambda key, lines: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.models = {m.state.key: m for m in models}
        self._fleet, self._works, self._tries, self._clock = fleet, works, tries, clock
        self._say, self._log = say, log
        self._board: Board | None = None
        self._looked = -LOOK_AT_NODES
        self._nodes: Mapping[str, Node] = {}
        self.stopping: str | None = None

    def step(self) -> bool:
        """One look at nodes, workers and the queue; returns whether all models have ended."""
        self._look_at_nodes()
        for model in self.models.values():
            if model.worker is not None:
                self._look_at(model)
        if self._board is not None and self.stopping is None:
            self._place()
        return all(m.ended for m in self.models.values())

    @property
    def nodes(self) -> int:
        """Nodes in use."""
        return len(self._nodes)

    def stop(self, how: str) -> None:
        """Begin nothing more, and ask every process to stop: ``drain`` at the next batch, ``now`` in the batch."""
        self.stopping = how
        for model in self.models.values():
            if model.worker is not None and model.told != how:
                model.told = how
                model.worker.stop(how)
            elif model.worker is None and not model.ended:
                self._set(model, state="stopped", code=STOPPED, message="stopped before it began")

    def close(self) -> None:
        """Let every worker go."""
        for model in self.models.values():
            if model.worker is not None:
                model.worker.kill()
                self._release(model)

    def _look_at_nodes(self) -> None:
        now = self._clock()
        if now - self._looked < LOOK_AT_NODES and self._board is not None:
            return
        self._looked = now
        nodes, pending = self._fleet.nodes()
        if self._board is None:
            if pending or not nodes:  # the first look at the whole fleet: what fits nowhere is known only then
                return
            self._nodes, self._board = nodes, Board(nodes.values())
            self._make_works()
            return
        for gone in [n for n in self._nodes if n not in nodes]:
            host = self._nodes[gone].host
            self._board.remove(gone)
            for model in self.models.values():
                if model.worker is not None and model.place is not None and model.place.node_id == gone:
                    self._lose(model, f"the node {host} is lost", node=True)
        for came in [n for n in nodes if n not in self._nodes]:
            self._board.add(nodes[came])
        self._nodes = dict(nodes)

    def _make_works(self) -> None:
        """The planner's works; a model that no node can hold is refused."""
        waiting = [m for m in self.models.values() if not m.ended]
        nodes = list(self._nodes.values())
        works = self._works(waiting, nodes)
        for model in waiting:
            model.work = works.get(model.state.key)
            problem = None if model.work is None else refusal(model.work, nodes)
            if problem is not None:
                self._set(model, state="refused", code=BadInput.exit_code, message=problem)
                self._say(model.state.key, problem)

    def _look_at(self, model: Model) -> None:
        assert model.worker is not None
        try:
            report = model.worker.look()
        except Lost as lost:
            self._lose(model, f"its worker is lost: {lost}", node=lost.node)
            return
        except RunFailed as error:
            self._end(model, Ending("again", 1, str(error)))
            return
        if report is None:
            return
        self._log(model.state.key, report.lines)
        if report.code is not None:
            self._end(model, ending(report, told=model.told is not None))
            return
        shown = report.shown
        self._set(
            model, state="running" if shown.doing else "starting", suite=shown.suite, doing=shown.doing, done=shown.done, total=shown.total,
            rate=shown.rate, left=shown.left, sealed=max(model.state.sealed, shown.sealed),
        )  # fmt: skip

    def _end(self, model: Model, end: Ending) -> None:
        """What becomes of a model whose process has ended."""
        if end.meaning == "again" and model.place is not None:
            model.failed_on |= {model.place.node_id}
        self._release(model)
        model.last = end
        sealed = sum(1 for run in end.runs if run.get("code") == 0)
        now, tries = self._clock(), model.state.tries
        self._set(model, sealed=max(sealed, model.state.sealed), code=end.code, message=end.message)
        if end.meaning == "held":
            model.held_since = now if model.held_since is None else model.held_since
            if now - model.held_since < model.task.hung_minutes * 60 and self.stopping is None:
                model.not_before = now + HELD_SECONDS
                self._wait(model, end.message)
                return
        else:
            model.held_since = None
        if end.meaning == "again":
            tries += 1
            if tries < self._tries and self.stopping is None:
                self._set(model, tries=tries)
                self._wait(model, f"try {tries} of {self._tries} failed: {end.message}")
                return
        elif end.meaning in ("done", "failed"):
            tries += 1
        state = {"done": "done", "stopped": "stopped"}.get(end.meaning, "failed")
        self._set(model, state=state, tries=tries)
        self._say(model.state.key, end.message if end.message.startswith(state) else f"{state}: {end.message}")

    def _lose(self, model: Model, why: str, *, node: bool = False) -> None:
        """Place a model again whose worker or node is gone; that is no try of its own."""
        assert model.worker is not None
        node = node or (model.place is not None and model.place.node_id not in self._nodes)
        model.worker.kill()
        self._release(model)
        lost = model.state.lost + (0 if node else 1)
        self._set(model, lost=lost)
        self._looked, model.not_before = -LOOK_AT_NODES, self._clock() + LOST_SECONDS
        if self.stopping is not None:
            self._set(model, state="stopped", code=STOPPED, message=f"stopped; {why}")
        elif lost > MOST_LOST:
            self._set(model, state="failed", code=1, message=f"{why}; that was the {lost}th of its workers")
            self._say(model.state.key, f"failed: {model.state.message}")
        else:
            self._wait(model, f"{why}; it is placed again")

    def _wait(self, model: Model, why: str) -> None:
        self._set(model, state="waiting", message=why)
        self._say(model.state.key, why)

    def _release(self, model: Model) -> None:
        """Let a model's worker and place go."""
        if model.worker is not None:
            model.worker.close()
        if model.place is not None and self._board is not None:
            self._board.free(model.place)
        self._set(
            model, seconds=model.state.seconds + self._clock() - model.since, done=None, total=None, rate=None, left=None,
            doing="",
        )  # fmt: skip
        model.worker, model.place, model.told = None, None, None

    def _place(self) -> None:
        assert self._board is not None
        now = self._clock()
        waiting = {
            m.work.key: m for m in self.models.values() if m.worker is None and not m.ended and m.work is not None
        }
        ready = [m.work for m in waiting.values() if m.not_before <= now and m.work is not None]
        running = [
            (m.work, m.place, max(now, m.since + seconds_on(m.work, self._nodes[m.place.node_id])))
            for m in self.models.values()
            if m.worker is not None and m.work is not None and m.place is not None and m.place.node_id in self._nodes
        ]
        begun = self._elsewhere(waiting)
        placed = {work.key for work, _ in begun}
        begun += next_placements([work for work in ready if work.key not in placed], self._board, running, now)
        for work, place in begun:
            self._begin(waiting.pop(work.key), place, now)
        if begun:
            self._fetch_ahead(list(waiting.values()))

    def _elsewhere(self, waiting: Mapping[str, Model]) -> list[tuple[Work, Place]]:
        """Models that failed on a node, with places on others where there is room now: the node may be what is wrong."""
        assert self._board is not None
        begun = []
        for model in waiting.values():
            others = [node_id for node_id in self._nodes if node_id not in model.failed_on]
            if model.failed_on and others and model.work is not None and model.not_before <= self._clock():
                place = self._board.place(model.work, others)
                if place is not None:
                    begun.append((model.work, place))
        return begun

    def _begin(self, model: Model, place: Place, now: float) -> None:
        host = self._nodes[place.node_id].host
        model.place, model.since = place, now
        model.worker = self._fleet.launch(model.task, place)
        self._set(model, state="starting", host=host, node=place.node_id, cards=place.cards, message="")
        cards = (
            f", {place.cards:g} of a card" if 0 < place.cards < 1 else f", {place.cards:g} cards" if place.cards else ""
        )
        self._say(model.state.key, f"begins on {host}{cards}")

    def _fetch_ahead(self, waiting: Sequence[Model]) -> None:
        """Let each node fetch the model that is expected to come to it next, where it is at work now."""
        here = {m.place.node_id for m in self.models.values() if m.place is not None}
        taken: set[str] = set()
        for node in (self._nodes[node_id] for node_id in sorted(here & set(self._nodes))):
            able = [
                (m, m.work) for m in waiting if m.work is not None and m.state.key not in taken and holds(m.work, node)
            ]
            if not able:
                continue
            following, _ = min(able, key=lambda pair: (-seconds_on(pair[1], node), pair[1].key))
            taken.add(following.state.key)
            if node.node_id not in following.fetched:
                following.fetched |= {node.node_id}
                self._fleet.fetch(following.task, node.node_id)

    def _set(self, model: Model, **changes: Any) -> None:
        model.state = replace(model.state, **changes)
