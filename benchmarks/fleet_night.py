"""A night drawn for ``benchmarks/fleet.py``: a fleet of mixed cards, models with sizes and needs, what they truly take, what fails."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from harness.engine.memory.size import Size
from harness.fleet.expected_time import SuiteAsked
from harness.fleet.model import Card, Node, Work
from harness.fleet.needs import work_of

SUITES = tuple(SuiteAsked(name, 10, 150) for name in ("knowledge", "reasoning", "chinese", "texts"))
# Memory in GiB as drivers say it.
CARDS = {
    "H200": Card("NVIDIA H200", 140.4),
    "H100": Card("NVIDIA H100 80GB HBM3", 79.6),
    "L40S": Card("NVIDIA L40S", 45.0),
    "A100": Card("NVIDIA A100-SXM4-40GB", 39.6),
}
FLEET = (("H200", 3, 96, 1500.0), ("H100", 2, 96, 1000.0), ("A100", 2, 64, 500.0), ("L40S", 1, 64, 500.0))
"""Kind of card, nodes of eight, CPUs and memory of each: 64 cards."""
LEAST_B, MOST_B = 0.1, 200.0
"""Parameters in billions, drawn log-uniformly."""
ON_PROCESSOR_B = 0.15
"""Models below are scored on processors."""
NOISE = 0.3
"""Standard deviation of the logarithm of true over expected time: a factor of 1.35 either way."""


@dataclass(frozen=True)
class Model:
    """A work as the planner knows it, and what it does not know: how much longer it takes, and how it fails."""

    work: Work
    noise: float
    arrives: float
    broken: bool
    hangs_at: float | None

    def seconds(self, names: tuple[str, ...]) -> float:
        """True seconds on a node with such cards."""
        if self.broken:
            return FAILS_AFTER
        return self.noise * max((self.work.expected(name) for name in names), default=self.work.expected("cpu"))


FAILS_AFTER = 90.0
"""Seconds until a model that cannot be loaded has said so."""


@dataclass(frozen=True)
class Faults:
    """Share of models that fail at once and that hang once, mean hours between deaths of a worker, nodes that are lost."""

    broken: float = 0.0
    hang: float = 0.0
    worker_hours: float = math.inf
    nodes_lost: int = 0


def fleet() -> list[Node]:
    """Eight nodes of eight cards, and one without."""
    nodes = []
    for name, count, cpus, memory in FLEET:
        nodes += [Node(f"{name}-{i}", f"{name.lower()}-{i}", cpus, memory, (CARDS[name],) * 8) for i in range(count)]
    return [*nodes, Node("CPU-0", "cpu-0", 64, 256.0)]


def size(params_b: float) -> Size:
    """A dense model of so many billions of parameters with the usual proportions: 128 wide for each layer, 8 heads of keys."""
    layers = max(8, round((params_b * 1e9 / (12 * 128**2)) ** (1 / 3)))
    hidden = 128 * layers
    return Size(int(params_b * 1e9), 128_000, hidden, 4 * hidden, layers, max(8, layers // 8 * 8), 2 * 8 * 128)


def night(models: int, seed: int, faults: Faults) -> list[Model]:
    """Models of a night; four in five are there at its beginning, the others come in its first hour."""
    draw = random.Random(seed)
    names = [card.name for card in CARDS.values()]
    drawn = []
    for number in range(models):
        params_b = math.exp(draw.uniform(math.log(LEAST_B), math.log(MOST_B)))
        device = "cpu" if params_b < ON_PROCESSOR_B else "cuda"
        key = f"m{number:04d}"
        work = work_of(key, key, size(params_b), SUITES, names, "packed", "bf16", device=device, window=1_024)
        noise = math.exp(draw.gauss(0.0, NOISE))
        late = draw.uniform(0.0, 3_600.0) if draw.random() < 0.2 else 0.0
        broken = draw.random() < faults.broken
        hangs = draw.random() < faults.hang
        drawn.append(Model(work, noise, late, broken, draw.uniform(0.05, 0.95) if hangs and not broken else None))
    return drawn
