"""Faults inside a model: what its n-th forward pass of a scoring does, in whichever engine."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Any

from harness import hung_commands, stopping

Fault = Callable[[Any], Any]
"""Gets what the forward pass has made; returns what is given on, raises, or never returns."""
HANGS_AFTER = 1.0
"""Seconds in place of the thirty after which a command is taken to hang."""


def device_is_full(made: Any) -> Any:
    """As PyTorch says that a card has no room."""
    import torch

    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")


def host_is_full(made: Any) -> Any:
    """As Python says that the host has no room."""
    raise MemoryError


def waits_forever(made: Any) -> Any:
    """Never returns, in Python: a server that does not answer."""
    while True:
        time.sleep(3600)


def hangs(made: Any) -> Any:
    """Never returns, in C, and no signal ends the call: a lock that is held already."""
    libc, lock = ctypes.CDLL(None), ctypes.create_string_buffer(64)
    libc.pthread_mutex_lock(lock)
    libc.pthread_mutex_lock(lock)


def is_no_number(made: Any) -> Any:
    """Hidden states that are NaN, as from an overflow."""
    made.last_hidden_state = made.last_hidden_state * float("nan")
    return made


def at_forward(number: int, fault: Fault, times: int, command: Callable[[], int]) -> int:
    """Exit code of a command whose forward passes have a fault from the ``number``-th on, ``times`` of them, per scoring."""
    from transformers.models.llama.modeling_llama import LlamaModel

    from harness.runs.journal.journal import Journal

    plain, start, passes = LlamaModel.forward, Journal.start, [-(10**9)]

    def forward(self: Any, *arguments: Any, **named: Any) -> Any:
        made = plain(self, *arguments, **named)
        passes[0] += 1
        return fault(made) if number <= passes[0] < number + times else made

    def armed(self: Journal, *arguments: Any) -> None:  # the self-checks of an engine are not counted
        start(self, *arguments)
        passes[0] = 0

    LlamaModel.forward, Journal.start = forward, armed  # type: ignore[method-assign,assignment]
    return command()


def handled(within: Callable[[Callable[[], int]], int], command: Callable[[], int]) -> int:
    """Exit code of a command that handles signals as the command line does, and has little patience with a hanging model."""
    hung_commands.watch.__defaults__ = (HANGS_AFTER,)
    stopping.install()
    return within(command)
