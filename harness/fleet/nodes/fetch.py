"""Fetching ahead: the next model's weights and its suites' data come to a node while another model is scored there.

Nothing here decides anything: what fails is fetched, and told, by the model's own process.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.fleet.nodes import scratch, tied
from harness.fleet.nodes.worker import Task

SECONDS = 6 * 3600.0
"""A fetch that takes longer is ended; the model's own process goes on with what is there."""


def fetch_here(task: Task) -> int:
    """Fetch what a model's run file asks for, in a process of low priority; returns its exit code."""
    with scratch.folder_of(task.key) as folder:
        file = folder / f"{task.key}.yaml"
        file.write_text(task.file, encoding="utf-8")
        environment = {**os.environ, **task.environment, "CUDA_VISIBLE_DEVICES": ""}
        words = tied.words([sys.executable, "-m", "harness.fleet.nodes.fetch", str(file)])
        process = subprocess.Popen(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            return process.wait(SECONDS)
        except BaseException:
            process.kill()
            process.wait()
            raise


def main(arguments: Sequence[str]) -> None:
    """Fetch model and data of each run in a run file; a part that fails does not keep the others back."""
    from harness.runs.jobs import run_file

    os.nice(10)
    for run in run_file.read(Path(arguments[0])).runs:
        options = run.options
        if options.get("offline"):
            continue
        if options.get("engine") != "api":
            with contextlib.suppress(Exception):
                _model(run.model, options.get("revision"))
        with contextlib.suppress(Exception):
            _data(run.suite)


def _model(model: str, revision: str | None) -> None:
    from harness.engine.source import resolve

    resolve(model, revision=revision)


def _data(suite: str) -> None:
    from harness import places
    from harness.suites.load import load_suite
    from harness.suites.tasks import resolve

    resolve(load_suite(suite), places.hub())


if __name__ == "__main__":
    main(sys.argv[1:])
