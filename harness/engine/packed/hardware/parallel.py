"""Packs in parallel on a CPU: one thread a pack, each with an equal share of the cores.

Two cores that multiply one narrow matrix wait for each other after every operation, and the steps between the operations
use one core alone. Two packs side by side never wait: torch lets go of Python's lock while it computes. On two cores that
is worth a seventh of the scoring time of a model of 260 thousand parameters; a wide model loses more by half as many
rows a product than it gains (docs/decisions/0012).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from typing import TypeVar

import torch

from harness.engine.packed.plan.packing import Limits

# A pack of fewer tokens leaves too little to compute between two steps of Python's.
LEAST_TOKENS = 512

In = TypeVar("In")
Out = TypeVar("Out")


def stream_count(device: torch.device, limits: Limits, *, can: bool) -> int:
    """Number of packs computed at once: one a thread, as long as each has ``LEAST_TOKENS`` tokens."""
    if not can or device.type != "cpu":
        return 1
    return max(1, min(torch.get_num_threads(), limits.budget // LEAST_TOKENS))


def map_in_threads(work: Callable[[In], Out], items: Sequence[In], streams: int) -> list[Out]:
    """``work(item)`` of every item, in order; ``streams`` at a time, each with an equal share of the threads.

    Raises the first item's error; items that have not begun by then are left.
    """
    if streams <= 1 or len(items) <= 1:
        return [work(item) for item in items]
    threads = torch.get_num_threads()
    failed = threading.Event()

    def guarded(item: In) -> Out:
        if failed.is_set():
            raise CancelledError
        try:
            return work(item)
        except BaseException:
            failed.set()
            raise

    share = max(1, threads // streams)
    try:
        with ThreadPoolExecutor(streams, "pack", initializer=torch.set_num_threads, initargs=(share,)) as pool:
            waiting = [pool.submit(guarded, item) for item in items]
            try:
                wait(waiting)
            except BaseException:  # interrupted: what has not begun is left
                failed.set()
                raise
    finally:
        torch.set_num_threads(threads)  # a thread's setting is its own, but for MKL's
    for done in waiting:
        error = done.exception()
        if error is not None and not isinstance(error, CancelledError):
            raise error
    return [done.result() for done in waiting]
