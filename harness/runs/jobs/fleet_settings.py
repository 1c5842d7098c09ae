"""The part of a run file that only ``harness fleet run`` uses: patience, tries, and what a model is to get of a node."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

HUNG_MINUTES = 30.0
"""Minutes without progress after which a model counts as hung: a large model loads from a slow disk in fewer."""
LEAST_HUNG_MINUTES = 2.0
"""Progress is told every minute; what is shorter would take a busy model for a hung one."""
MOST_HUNG_MINUTES = 7 * 24 * 60.0
TRIES = 3
"""Attempts of a model before it counts as failed; a lost node or worker is none of them."""
MOST_TRIES = 100
MOST_CARDS = 1024
MOST_GB = 1_000_000.0
MOST_CPUS = 4096


def _number(value: object, low: float, high: float) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and low <= value <= high
    )


def is_minutes(value: object) -> bool:
    """Whether a value can be ``hung_minutes``."""
    return _number(value, LEAST_HUNG_MINUTES, MOST_HUNG_MINUTES)


def is_tries(value: object) -> bool:
    """Whether a value can be ``tries``."""
    return isinstance(value, int) and _number(value, 1, MOST_TRIES)


def is_cards(value: object) -> bool:
    """Whether a value can be ``cards``: none, or so many whole ones."""
    return isinstance(value, int) and _number(value, 0, MOST_CARDS)


def is_memory(value: object) -> bool:
    """Whether a value can be ``memory_gb``."""
    return _number(value, 0.001, MOST_GB)


def is_cpus(value: object) -> bool:
    """Whether a value can be ``cpus``."""
    return _number(value, 0.01, MOST_CPUS)


Checks = Mapping[str, tuple[Callable[[object], bool], str]]
SETTINGS: Checks = {
    "hung_minutes": (is_minutes, f"a number of minutes from {LEAST_HUNG_MINUTES:g} on (progress is told every minute)"),
    "tries": (is_tries, f"a whole number from 1 to {MOST_TRIES}"),
}
"""What ``fleet:`` may hold, each with its check and what it must be."""
OF_A_MODEL: Checks = {
    "cards": (is_cards, "a whole number of cards, 0 for none"),
    "memory_gb": (is_memory, "a number of GiB, such as 40"),
    "cpus": (is_cpus, "a number of processors, such as 4 or 0.5"),
}
"""What a model's entry may hold for the fleet."""


@dataclass(frozen=True)
class FleetSettings:
    """A fleet's patience with a model: minutes without progress, and how often it is tried."""

    hung_minutes: float = HUNG_MINUTES
    tries: int = TRIES


@dataclass(frozen=True)
class Share:
    """What a model is to get of a node in place of what its files say; None leaves it to them.

    ``cards`` are whole ones, that many at most; ``memory_gb`` (GiB) is of its cards, or of the host where it gets none.
    """

    cards: int | None = None
    memory_gb: float | None = None
    cpus: float | None = None
