"""Nodes and workers on Ray: the one module that starts Ray, asks it for nodes, and puts workers where the planner says."""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import logging
import os
import shutil
import signal
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import __version__
from harness.errors import BadInput, RunFailed
from harness.fleet.model import Card, Node, Place
from harness.fleet.nodes import probe
from harness.fleet.nodes.address import MODE, check, silent
from harness.fleet.nodes.asking import Asking, ClusterGone, host_and_port
from harness.fleet.nodes.fetch import fetch_here
from harness.fleet.nodes.worker import Report, Task, Worker

LOCAL = "local"
STORE_BYTES = 80 << 20
"""Ray's object store: reports and run files are all that goes through it, and 75 MB is the least it takes."""
GIB = 1 << 30
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
            raise RunFailed(f"the worker failed: {_first_line(error.cause)}") from None
        except (errors.ActorUnschedulableError, errors.NodeDiedError) as error:
            raise Lost(_first_line(error), node=True) from None
        except errors.RayError as error:
            raise Lost(_first_line(error), node=NODE_DIED in str(error)) from None
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


class Cluster:
    """The nodes of a Ray cluster; each is asked once for its cards and its version of the harness."""

    def __init__(self, warn: Callable[[str], None], asking: Asking) -> None:
        import ray

        self._ray: Any = ray
        self._warn, self._asking = warn, asking
        self._probes: dict[str, Any] = {}
        self._nodes: dict[str, Node] = {}
        self._unusable: set[str] = set()

    def nodes(self) -> tuple[dict[str, Node], bool]:
        """The nodes that can be used now, by id, and whether others have still to answer.

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
                self._probes[node_id] = self._on(node_id, probe.look)
        for node_id, asked in list(self._probes.items()):
            if self._ray.wait([asked], timeout=0)[0]:
                del self._probes[node_id]
                self._answer(node_id, asked, alive.get(node_id))
        return dict(self._nodes), bool(self._probes)

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
            self._refuse(node_id, f"{host} is not used: the harness cannot be started there ({_first_line(error)}).")
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

    def _refuse(self, node_id: str, sentence: str) -> None:
        self._unusable.add(node_id)
        self._warn(sentence)


def threads(task: Task, place: Place) -> dict[str, str]:
    """As many threads as a place has CPUs, or fewer where the driver's own environment says so."""
    most, given = max(1, int(place.cpus)), task.environment.get("OMP_NUM_THREADS", "")
    return {"OMP_NUM_THREADS": given if given.isdigit() and 0 < int(given) <= most else str(most)}


@contextmanager
def connected(address: str, warn: Callable[[str], None]) -> Iterator[Cluster]:
    """A cluster: ``local`` starts Ray here for as long as the block, any other address joins one that runs.

    Raises:
        BadInput: Ray is not installed, or nothing answers at the address.
    """
    if importlib.util.find_spec("ray") is None:
        raise BadInput("A fleet needs Ray, which is not installed: pip install 'landscape-harness[fleet]'")
    mode = None if address == LOCAL else check(address)
    if mode is not None:
        os.environ[MODE] = mode  # before Ray is imported, which reads it once
    import ray

    common: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    folder = temporary() if address == LOCAL else None
    with _own_signals():
        if folder is not None:
            _sweep(folder)
            ray.init(
                address=LOCAL,
                include_dashboard=False,
                object_store_memory=STORE_BYTES,
                _temp_dir=str(folder),
                **common,
            )
        else:
            try:
                ray.init(address=address, **common)
            except (ConnectionError, RuntimeError, ValueError, OSError) as error:
                raise silent(address, error) from None
    asking = Asking(None if address == LOCAL else _head(address))
    try:
        yield Cluster(warn, asking)
    finally:
        if asking.gone:
            atexit.unregister(ray.shutdown)  # it would wait for the head
        else:
            with _own_signals():
                ray.shutdown()
        if mode is not None:
            os.environ.pop(MODE, None)
        if folder is not None:
            _sweep(folder)


def _head(address: str) -> tuple[str, int] | None:
    """Host and port of the head: as they were given for a client, else as Ray has found them."""
    if address.startswith("ray://"):
        return host_and_port(address)
    import ray

    return host_and_port(ray.get_runtime_context().gcs_address)


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep our handlers of signals: Ray puts its own in their place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def temporary() -> Path:
    """Ray's folder for sockets and logs, short (a socket's path has at most 107 bytes) and below one that is the user's alone:
    Ray opens its own to everybody, and who reaches the sockets may start processes.

    Raises:
        BadInput: somebody else made it.
    """
    parent = Path(tempfile.gettempdir())
    folder = (parent if len(str(parent)) < 16 else Path("/tmp")) / f"landscape-ray-{os.getuid()}"  # nosec B108  # see above
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
        raise BadInput(f"{folder} is not yours; have it removed, or set TMPDIR to a short folder of yours.")
    folder.chmod(0o700)
    return folder / "r"


def _sweep(folder: Path) -> None:
    """Remove the sessions of processes that have ended (``session_<time>_<process id>``)."""
    for session in folder.glob("session_*_*"):
        process = session.name.rpartition("_")[2]
        if not session.is_symlink() and process.isdigit() and (int(process) == os.getpid() or not _lives(int(process))):
            shutil.rmtree(session, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _first_line(error: BaseException | str | None) -> str:
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
