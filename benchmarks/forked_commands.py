"""`harness` commands in processes of their own, forked from a server that has imported everything.

The imports of a start take longer than the work of most tests' commands. Only what is imported is shared: each command
has its own process, which can be killed as any other.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

PRELOADED = [
    "harness.__main__",
    "harness.cli",
    "harness.analysis.statistics.uncertainty",
    "harness.catalog.refresh",
    "harness.engine.hf",
    "harness.engine.packed.engine",
    "harness.engine.trust.checked_model",
    "harness.interchange.importing",
    "harness.runs.commands",
    "harness.runs.execute",
    "harness.runs.jobs.asking",
    "harness.store.check",
    "harness.store.opening",
    "harness.terminal",
    "harness.suites.tasks",
    "lm_eval.evaluator",
    "rich._emoji_replace",
    "rich.table",
    "scipy.stats",
    "transformers.conversion_mapping",
    "transformers.models.llama.modeling_llama",
    "transformers.models.auto.modeling_auto",
    "transformers.models.auto.tokenization_auto",
]
ENDS_WITHIN = 300
"""Seconds until a command is taken to hang."""


def plainly(command: Callable[[], int]) -> int:
    """Exit code of a command that nothing is done to."""
    return command()


def _command(
    words: Sequence[str], environment: Mapping[str, str], said: str, within: Callable[[Callable[[], int]], int]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(output, 1)
    os.dup2(output, 2)
    from harness.__main__ import run

    sys.exit(within(lambda: run(words)))


def start(
    words: Sequence[str],
    environment: Mapping[str, str],
    said: str | Path = os.devnull,
    within: Callable[[Callable[[], int]], int] = plainly,
) -> BaseProcess:
    """Start ``harness`` with these words; its output goes to ``said``, and ``within`` calls the command in its process."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=_command, args=(list(words), dict(environment), str(said), within))
    process.start()
    return process


def ended(process: BaseProcess) -> int:
    """Exit code of a command once it has ended, -9 where it was killed."""
    process.join(ENDS_WITHIN)
    assert process.exitcode is not None, "the command does not end"
    return process.exitcode
