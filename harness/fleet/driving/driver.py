"""The driver of a night: places models, looks after their workers, tries again what failed, until all have ended.

``Driver.step`` is one look at everything; it never waits. What the planner decides and what an end means stand elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from harness.fleet.driving.beginnings import begin
from harness.fleet.driving.course import Course, Fleet, Model
from harness.fleet.driving.ended_workers import look_at, release
from harness.fleet.driving.nodes_in_use import look_at_nodes
from harness.fleet.model import Node, Work
from harness.stopping import STOPPED


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
        self._course = Course(self.models, fleet, works, tries, say, log, clock)

    def step(self) -> bool:
        """One look at nodes, workers and the queue; returns whether all models have ended.

        Raises:
            RunFailed: no node can be used.
        """
        look_at_nodes(self._course)
        for model in self.models.values():
            if model.worker is not None:
                look_at(self._course, model)
        if self._course.board is not None and self.stopping is None:
            begin(self._course)
        return all(m.ended for m in self.models.values())

    @property
    def nodes(self) -> int:
        """Nodes in use."""
        return len(self._course.nodes)

    @property
    def stopping(self) -> str | None:
        """How the night was asked to stop, if it was: ``drain`` or ``now``."""
        return self._course.stopping

    def stop(self, how: str) -> None:
        """Begin nothing more, and ask every process to stop: ``drain`` at the next batch, ``now`` in the batch."""
        self._course.stopping = how
        for model in self.models.values():
            if model.worker is not None and model.told != how:
                model.told = how
                model.worker.stop(how)
            elif model.worker is None and not model.ended:
                model.set(state="stopped", code=STOPPED, message="stopped before it began")

    def close(self) -> None:
        """Let every worker go."""
        for model in self.models.values():
            if model.worker is not None:
                model.worker.kill()
                release(self._course, model)
