"""The nodes of a Ray cluster: what they are, and workers put where the planner says."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from harness import __version__
from harness.fleet.model import GIB, Card, Node, Place
from harness.fleet.nodes import probe
from harness.fleet.nodes.asking import Asking
from harness.fleet.nodes.fetch import fetch_here
from harness.fleet.nodes.ray_worker import RayWorker, first_line
from harness.fleet.nodes.worker import Task

ANSWER_SECONDS = 180.0
"""Seconds until a node that does not answer is not waited for: a busy one starts Python from a shared disk in fewer."""


class Cluster:
    """The nodes of a Ray cluster; each is asked once for its cards and its version of the harness."""

    def __init__(
        self, warn: Callable[[str], None], asking: Asking, clock: Callable[[], float] = time.monotonic
    ) -> None:
        import ray

        self._ray: Any = ray
        self._warn, self._asking, self._clock = warn, asking, clock
        self._probes: dict[str, Any] = {}
        self._asked: dict[str, float] = {}
        self._late: set[str] = set()
        self._nodes: dict[str, Node] = {}
        self._unusable: set[str] = set()

    def nodes(self) -> tuple[dict[str, Node], bool]:
        """The nodes that can be used now, by id, and whether others have still to answer; one that is late is not waited for.

        Raises:
            ClusterGone: the cluster's head does not answer any more.
        """
        return self._asking(self._look)

    def _look(self) -> tuple[dict[str, Node], bool]:
        listed: list[dict[str, Any]] = self._ray.nodes()
        alive = {str(n["NodeID"]): n for n in listed if n["Alive"] and n["Resources"].get("CPU", 0) > 0}
        for gone in set(self._nodes) - set(alive):
            del self._nodes[gone]
        for node_id in alive:
            if node_id not in self._nodes and node_id not in self._unusable and node_id not in self._probes:
                self._probes[node_id], self._asked[node_id] = self._on(node_id, probe.look), self._clock()
        for node_id, asked in list(self._probes.items()):
            if self._ray.wait([asked], timeout=0)[0]:
                del self._probes[node_id]
                self._late.discard(node_id)
                self._answer(node_id, asked, alive.get(node_id))
            elif node_id in alive and self._clock() - self._asked[node_id] >= ANSWER_SECONDS:
                self._wait_no_more(node_id, alive[node_id])
        return dict(self._nodes), bool(set(self._probes) - self._late)

    def launch(self, task: Task, place: Place) -> RayWorker:
        """A worker for a model at its place."""
        hidden = {} if place.cards else {"CUDA_VISIBLE_DEVICES": ""}
        return RayWorker(
            replace(task, environment={**task.environment, **hidden, **threads(task, place)}), place, self._asking
        )

    def fetch(self, task: Task, node_id: str) -> None:
        """Fetch a model and its data to a node, beside what is at work there; whatever comes of it is the model's own to see."""
        self._asking(lambda: self._on(node_id, fetch_here, task))

    def _on(self, node_id: str, function: Callable[..., Any], *arguments: Any) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        strategy = NodeAffinitySchedulingStrategy(node_id, soft=False)
        remote = self._ray.remote(function).options(num_cpus=0, max_retries=0, scheduling_strategy=strategy)
        return remote.remote(*arguments)

    def _answer(self, node_id: str, asked: Any, seen: Mapping[str, Any] | None) -> None:
        """Take a node in, or say why it is not used."""
        if seen is None:
            return
        resources, host = seen["Resources"], str(seen["NodeManagerHostname"])
        try:
            answer: probe.Answer = self._ray.get(asked)
        except self._ray.exceptions.RayError as error:
            self._refuse(node_id, f"{host} is not used: the harness cannot be started there ({first_line(error)}).")
            return
        if answer.version != __version__:
            self._refuse(node_id, f"{host} is not used: it has harness {answer.version}, and this is {__version__}.")
            return
        count = int(resources.get("GPU", 0))
        cards = tuple(Card(name, gb) for name, gb in answer.cards[:count])
        if len(cards) < count:
            self._warn(
                f"{host}: Ray counts {count} cards and the driver's library names {len(cards)}; the others are not used "
                "(pip install nvidia-ml-py)."
            )
        memory = float(resources.get("memory", 0)) / GIB
        self._nodes[node_id] = Node(node_id, host, float(resources["CPU"]), memory, cards)

    def _wait_no_more(self, node_id: str, seen: Mapping[str, Any]) -> None:
        """Say once that a node does not answer."""
        if node_id not in self._late:
            self._late.add(node_id)
            self._warn(
                f"{seen['NodeManagerHostname']} is not used: it has not answered for {ANSWER_SECONDS / 60:g} min; once it "
                "answers, it is."
            )

    def _refuse(self, node_id: str, sentence: str) -> None:
        self._unusable.add(node_id)
        self._warn(sentence)


def threads(task: Task, place: Place) -> dict[str, str]:
    """As many threads as a place has CPUs, or fewer where the driver's own environment says so."""
    most, given = max(1, int(place.cpus)), task.environment.get("OMP_NUM_THREADS", "")
    return {"OMP_NUM_THREADS": given if given.isdigit() and 0 < int(given) <= most else str(most)}
