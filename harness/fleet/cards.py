"""What makers say of their cards, and the share of it that scoring reaches: ``cards.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

CPU = "cpu"
"""The name under which a work's times have the host's processor."""
_TABLE = Path(__file__).with_name("cards.toml")


@dataclass(frozen=True, slots=True)
class CardFigures:
    """One row: pattern of the driver's name, GB, dense bf16 TFLOP/s, their source, and the card's name in the table of rents."""

    name: str
    memory_gb: float
    bf16_tflops: float
    source: str
    gpu: str | None = None


@lru_cache(maxsize=1)
def table() -> tuple[CardFigures, ...]:
    """All rows, in the order in which they are tried."""
    return tuple(CardFigures(**row) for row in _document()["card"])


def figures(name: str) -> CardFigures | None:
    """The row of a card by its driver's name; None where no row fits."""
    return next((row for row in table() if re.search(row.name, name, re.IGNORECASE)), None)


def flops(name: str, dtype: str, cores: float = 1.0) -> float:
    """FLOP/s that scoring is expected to reach on a card of this name, or on so many ``cpu`` cores."""
    stated = _document()
    if name == CPU:
        return float(stated["cpu_tflops_per_core"]) * 1e12 * cores
    row = figures(name)
    peak = row.bf16_tflops if row else float(stated["otherwise_tflops"])
    slower = float(stated["fp32_slower"]) if dtype == "fp32" else 1.0
    return peak * 1e12 * float(stated["utilisation"]) / slower


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))
