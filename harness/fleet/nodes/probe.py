"""The first thing that a night does on a node: what killed workers left is removed, and the node says what it is."""

from __future__ import annotations

from dataclasses import dataclass

from harness import __version__
from harness.fleet.model import GIB
from harness.fleet.nodes.scratch import remove_left


@dataclass(frozen=True)
class Answer:
    """A node's answer: version, and name and memory (GiB) of each card in the driver's order."""

    version: str
    cards: tuple[tuple[str, float], ...] = ()


def look() -> Answer:
    """The answer of the machine that this runs on, after what was left there is removed."""
    remove_left()
    return Answer(__version__, _cards())


def _cards() -> tuple[tuple[str, float], ...]:
    """Cards by NVML, which starts no context on them; none where there is no such library or driver."""
    try:
        import pynvml
    except ImportError:
        return ()
    try:
        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        return tuple(
            (_text(pynvml.nvmlDeviceGetName(h)), pynvml.nvmlDeviceGetMemoryInfo(h).total / GIB) for h in handles
        )
    except pynvml.NVMLError:
        return ()


def _text(name: str | bytes) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else name
