"""The list of metrics: what a row says, what is unknown of a metric without one, and its table in the documentation."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from harness.metrics import METRICS, ROLES, metric

FORMATS = Path(__file__).resolve().parents[1] / "docs" / "formats.md"


def test_a_metric_that_is_not_listed_has_no_known_direction_and_no_bounds() -> None:
    row = metric("unheard_of")
    assert row.higher_is_better is None and not row.proportion
    assert (row.low, row.high) == (-math.inf, math.inf)


@pytest.mark.parametrize("row", METRICS.values(), ids=METRICS)
def test_every_row_is_whole(row: object) -> None:
    assert row.low < row.high and row.unit and row.role in ROLES  # type: ignore[attr-defined]
    assert row.higher_is_better is not None  # type: ignore[attr-defined]
    assert not row.proportion or (row.low, row.high) == (0.0, 1.0)  # type: ignore[attr-defined]


def test_the_documentation_shows_the_list() -> None:
    better = {True: "higher", False: "lower"}
    table = "\n".join(
        f"| `{m.name}` | {m.unit} | {m.low:g} to {m.high:g} | {better[bool(m.higher_is_better)]} "
        f"| {'yes' if m.proportion else ''} | {m.role} |"
        for m in METRICS.values()
    )
    assert table in FORMATS.read_text(encoding="utf-8"), f"docs/formats.md has no or an old table:\n{table}"
    for role, meaning in ROLES.items():
        assert f"`{role}` ({meaning})" in " ".join(FORMATS.read_text(encoding="utf-8").split())
