"""Expected seconds of a model's runs on each kind of card: from sealed runs like them, else from parameters and items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.engine.memory.size import Size, weight_bytes
from harness.fleet.cards import CPU, flops
from harness.runs.estimate import Asked, manifests, scaled

TOKENS_AN_ITEM = 512
"""Tokens that an item is taken to cost where no run says more: a question with its choices and a few examples, shared in part."""
ITEMS_A_TASK = 1_000
"""Items of a task where no run of the suite has counted them; the suites' tasks have 100 to 14,000."""
START_SECONDS = 60.0
"""A run before its first item: the process, its libraries, the tasks' data. An assumption; what runs measure is scoring alone."""
READ_BYTES = 1e9
"""Bytes of weights a second from a disk or a shared file system to a card: what one NVMe disk or a 10 Gbit/s network gives."""
UNKNOWN_PARAMS = 8_000_000_000
"""Parameters that a model of unknown size is taken to have for its time: the size most published models stay below."""


@dataclass(frozen=True, slots=True)
class SuiteAsked:
    """One run of a night: a suite, how many tasks it has, and how many items of each are asked for (None for all)."""

    suite: str
    tasks: int
    items_a_task: int | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """Seconds by name of card and for any other, and what they are from: ``runs``, ``parameters`` or ``unknown`` size."""

    otherwise: float
    seconds: tuple[tuple[str, float], ...]
    basis: str


def past_runs(runs: Path, suites: Iterable[str]) -> list[Mapping[str, Any]]:
    """Manifests of sealed runs of these suites, newest first within each suite; read once a night."""
    return [manifest for suite in dict.fromkeys(suites) for manifest in manifests(runs, suite)]


def expected(
    size: Size, suites: Sequence[SuiteAsked], engine: str, dtype: str, cards: Iterable[str],
    past: Sequence[Mapping[str, Any]] = (), *, revision: str | None = None, cores: float = 1.0, device: str | None = None,
) -> Expected:  # fmt: skip
    """Seconds of all suites one after the other, for each name of card (``cpu`` for the processor) and for any other.

    A suite's time on a card is that of the newest complete run of it with this engine, dtype and card, in proportion to items
    and parameters (``runs/estimate.py``); else 2 × parameters × tokens over the card's stated rate, with a minute for the
    start and the reading of the weights. ``device`` is the processor's name, under which runs on ``cpu`` are recorded.
    """
    by_card, measured = [], False
    for name in cards:
        total = 0.0
        for asked in suites:
            items = _items(asked, past)
            recorded = device if name == CPU else name
            wish = Asked(asked.suite, engine, dtype, recorded or "", revision, size.params, items)
            seen = scaled(past, wish)
            measured |= seen is not None
            scoring = seen.seconds if seen else _scoring(size, items, flops(name, dtype, cores))
            total += scoring + _start(size, dtype)
        by_card.append((name, total))
    other = sum(_scoring(size, _items(a, past), flops("", dtype)) + _start(size, dtype) for a in suites)
    basis = "runs" if measured else "parameters" if size.params else "unknown"
    return Expected(other, tuple(by_card), basis)


def _scoring(size: Size, items: int, rate: float) -> float:
    return 2.0 * (size.params or UNKNOWN_PARAMS) * items * TOKENS_AN_ITEM / rate


def _start(size: Size, dtype: str) -> float:
    return START_SECONDS + weight_bytes(size.params or UNKNOWN_PARAMS, dtype) / READ_BYTES


def _items(asked: SuiteAsked, past: Sequence[Mapping[str, Any]]) -> int:
    """Items of a run: as many as are asked for, else as many as the largest run of the suite scored, else as stated."""
    if asked.items_a_task is not None:
        return asked.tasks * asked.items_a_task
    counted = [
        sum(task["items"] for task in manifest["tasks"])
        for manifest in past
        if manifest.get("suite", {}).get("name") == asked.suite and not manifest.get("partial")
    ]
    return max(counted, default=asked.tasks * ITEMS_A_TASK)
