"""A night on a Ray cluster of three nodes: a node is lost and two workers are killed, and the results are those of one machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks.fault_injection.fleet_kills import is_worker
from harness.fleet import state
from harness.fleet.asked.night import NightAsked, night_of
from harness.fleet.run import drive
from harness.runs.progress import Progress
from tests.fleet import nights

MODELS = 12
STORE = 80 << 20


class Trouble(threading.Thread):
    """Removes a node and kills two workers while models are scored; ``done`` lists what it did."""

    def __init__(self, cluster: Any, node: Any) -> None:
        super().__init__(daemon=True)
        self.cluster, self.node, self.done, self.over = cluster, node, list[str](), threading.Event()

    def run(self) -> None:
        self._when(lambda night: sum(m.state == "running" for m in night.models) >= 3)
        self.cluster.remove_node(self.node, allow_graceful=False)
        self.done.append("node")
        for ended in (1, 3):
            self._when(lambda night, ended=ended: sum(m.state == "done" for m in night.models) >= ended)
            while not (at_work := {c: parent for c, parent in nights.children().items() if is_worker(parent)}):
                time.sleep(0.05)
            youngest = max(at_work)  # it cannot be about to end
            os.kill(at_work[youngest], signal.SIGKILL)
            while youngest in nights.children():  # else it would be found again, an orphan
                time.sleep(0.05)
            self.done.append("worker")

    def _when(self, reached: Any) -> None:
        while not self.over.is_set():
            try:
                if reached(state.find(None).read()):
                    return
            except Exception:  # no state yet
                pass
            time.sleep(0.1)


@pytest.mark.slow
def test_a_lost_node_and_killed_workers_change_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ray.cluster_utils import Cluster

    file = nights.night_file(tmp_path, MODELS)
    alone, fleet = nights.environment(tmp_path / "alone"), nights.environment(tmp_path / "fleet")
    words = [sys.executable, "-m", "harness", "run", "--file", str(file), "--json", "--quiet"]
    subprocess.run(words, env={**os.environ, **alone}, check=True, stdout=subprocess.DEVNULL, cwd=nights.ROOT)

    for name, value in fleet.items():
        monkeypatch.setenv(name, value)
    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": STORE, "include_dashboard": False}
    )
    nodes = [cluster.add_node(num_cpus=1, object_store_memory=STORE) for _ in range(3)]
    trouble = Trouble(cluster, nodes[1])
    trouble.start()
    documents: list[dict[str, Any]] = []
    try:
        code = drive(
            night_of(NightAsked(file)), cluster.address, nights.works, Progress(Console(quiet=True)), as_json=False,
            report=lambda document: documents.append(dict(document)),
        )  # fmt: skip
    finally:
        trouble.over.set()
        cluster.shutdown()
    assert trouble.done == ["node", "worker", "worker"]
    assert code == 0, json.dumps(documents)
    (document,) = documents
    assert [run["code"] for run in document["runs"]] == [0] * 2 * MODELS and document["published"]
    assert {model["tries"] for model in document["models"]} == {1}
    assert (
        sum(model["lost"] for model in document["models"]) == 2
    )  # the killed workers; a lost node counts against no model
    one, other = nights.results(tmp_path / "alone" / "runs"), nights.results(tmp_path / "fleet" / "runs")
    assert len(one) == 2 * MODELS
    assert other == one
    assert nights.children() == {}
