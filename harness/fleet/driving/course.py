"""The course of a night, as the parts of its driver share it: the models, the nodes, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from harness.fleet.ending import Ending
from harness.fleet.model import Node, Place, Work
from harness.fleet.nodes.worker import Report, Task
from harness.fleet.placing.board import Board
from harness.fleet.state import ENDED, ModelState


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

    def set(self, **changes: Any) -> None:
        """Change what is shown of it."""
        self.state = replace(self.state, **changes)


@dataclass
class Course:
    """A night under way. ``board`` is None until the nodes are known; ``looked`` is when they were looked at last, None for never
    or where the next look is due at once; ``began`` is the first look."""

    models: Mapping[str, Model]
    fleet: Fleet
    works: Callable[[Sequence[Model], Sequence[Node]], Mapping[str, Work]]
    tries: int
    say: Callable[[str, str], None]
    log: Callable[[str, Sequence[str]], None]
    clock: Callable[[], float]
    nodes: Mapping[str, Node] = field(default_factory=dict)
    board: Board | None = None
    looked: float | None = None
    began: float | None = None
    stopping: str | None = None
