"""One model's worker on a node of a Ray cluster, and its loss."""

from __future__ import annotations

import contextlib
from typing import Any

from harness.errors import RunFailed
from harness.fleet.model import GIB, Place
from harness.fleet.nodes.asking import Asking, ClusterGone
from harness.fleet.nodes.worker import Report, Task, Worker

NODE_DIED = "its node has died"
"""Words of Ray's where an actor was lost with its node."""


class Lost(Exception):
    """A worker is gone, with its node or by itself; the reason in one sentence. ``node``: its node is what is known to be gone."""

    def __init__(self, reason: str, *, node: bool = False) -> None:
        super().__init__(reason)
        self.node = node


class RayWorker:
    """One model's worker on a node. Calls return at once; what they ask for comes with a later ``look``."""

    def __init__(self, task: Task, place: Place, asking: Asking) -> None:
        self._asking = asking
        asking(lambda: self._start(task, place))

    def _start(self, task: Task, place: Place) -> None:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        self._ray = ray
        remote: Any = ray.remote(Worker).options(
            num_cpus=place.cpus,
            num_gpus=place.cards,
            memory=int(place.memory_gb * GIB),
            max_restarts=0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(place.node_id, soft=False),
        )
        self._actor: Any = remote.remote(task)
        self._asked: Any = self._actor.start.remote()

    def look(self) -> Report | None:
        """The worker's last report; None as long as there is no new one.

        Raises:
            Lost: worker or node is gone.
            ClusterGone: the cluster's head is.
        """
        return self._asking(self._look)

    def _look(self) -> Report | None:
        errors = self._ray.exceptions
        try:
            ready, _ = self._ray.wait([self._asked], timeout=0)
            if not ready:
                return None
            answer = self._ray.get(self._asked)
        except errors.ActorUnavailableError:
            answer = None  # a network that comes and goes
        except errors.RayTaskError as error:
            raise RunFailed(f"the worker failed: {first_line(error.cause)}") from None
        except (errors.ActorUnschedulableError, errors.NodeDiedError) as error:
            raise Lost(first_line(error), node=True) from None
        except errors.RayError as error:
            raise Lost(first_line(error), node=NODE_DIED in str(error)) from None
        self._asked = self._actor.look.remote()
        return answer if isinstance(answer, Report) else None

    def stop(self, how: str) -> None:
        """Ask the process to stop: ``drain`` at the next batch, ``now`` in the batch."""
        with contextlib.suppress(self._ray.exceptions.RayError, ClusterGone):
            self._asking(lambda: self._actor.stop.remote(how))

    def close(self) -> None:
        """Let the worker go, and its share of the node with it."""
        with contextlib.suppress(self._ray.exceptions.RayError, ClusterGone):
            self._asking(lambda: self._actor.close.remote())
        self._actor = None

    def kill(self) -> None:
        """End the worker at once; its process dies with it."""
        with contextlib.suppress(self._ray.exceptions.RayError, ValueError, ClusterGone):
            self._asking(lambda: self._ray.kill(self._actor))


def first_line(error: BaseException | str | None) -> str:
    """The first line of an error's words that is not blank, else the name of its class."""
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
