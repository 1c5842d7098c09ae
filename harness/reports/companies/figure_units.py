"""Vendors' figures in units that people read: large sums and counts in billions, shares in per cent, computation in powers of ten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.companies.inputs import declared
from harness.charts.text import unit_label
from harness.reports.cells import LARGE

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.messages import Words

SCALED = {"zh": 1e8, "en": 1e9}
"""US dollars in the unit that people of a language count large sums in (message ``place.large_usd``)."""
COUNTS = {
    "en": ((1e12, "place.trillion"), (1e9, "place.billion"), (1e6, "place.million")),
    "zh": ((1e12, "place.trillion"), (1e8, "place.billion"), (1e4, "place.million")),
}
"""Steps of ten that have a name in a language, with their message (``place.trillion`` …)."""
NAMED_FROM = 1e6
"""Counts are written out below this."""
POWERS = ((1e24, "10²⁴"), (1e21, "10²¹"))
"""Steps of numbers that have no name, which is computation: our font has no other raised digits than these."""


def counted(words: Words, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows (``input, value, unit``) with each value in the unit that it is read in, and that unit in words."""
    scales = [
        scale(words, str(i), u, float(v)) if v == v else (1.0, None)
        for i, u, v in zip(rows["input"], rows["unit"], rows["value"], strict=True)
    ]
    return rows.assign(value=rows["value"].astype(float) / [size for size, _ in scales], unit=[u for _, u in scales])


def scale(words: Words, key: str, unit: str, largest: float) -> tuple[float, str]:
    """By what an input's figures up to ``largest`` are divided, and the unit that they then have, in words."""
    if unit == "USD":
        return SCALED[words.language], words("place.large_usd")
    if unit == "fraction":
        return 0.01, "%"
    name = unit_label(words, key, unit) if declared(key, "").declared else words.known("unit", unit)
    size = abs(largest)
    if size >= LARGE:
        power, text = next((p for p in POWERS if size >= p[0]), POWERS[-1])
        return power, f"{text} {name}"
    step = next((s for s in COUNTS[words.language] if size >= max(s[0], NAMED_FROM)), None)
    return (step[0], words(step[1], unit=name)) if step else (1.0, name)
