"""Who can afford a frontier run, and segments on dimensions, by hand."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from harness.analysis.companies.affordability import affordability, frontier_run
from harness.analysis.companies.segment_means import leads, segment_means

COSTS = pd.DataFrame(
    [
        (100e6, "Big-1; amortised hardware and energy, USD of 2023", "2024-01-01"),
        (900e6, "Big-1; method not named by the source, USD of 2023", "2024-01-01"),  # another kind of estimate
        (5e6, "Small; amortised hardware and energy, USD of 2023", "2025-01-01"),
        (800e6, "Later; amortised hardware and energy, USD of 2023", "2027-01-01"),
    ],
    columns=["value", "note", "as_of"],
)


def test_a_run_grows_from_the_dearest_comparable_estimate() -> None:
    run = frontier_run(COSTS, dt.date(2026, 1, 1))
    assert run is not None and (run.model, run.known) == ("Big-1", 100e6)
    years = (dt.date(2026, 1, 1) - dt.date(2024, 1, 1)).days / 365.25
    assert (run.low, run.middle, run.high) == pytest.approx((1e8 * 2**years, 1e8 * 2.4**years, 1e8 * 3.1**years))
    assert frontier_run(COSTS, dt.date(2023, 1, 1)) is None
    assert frontier_run(COSTS.iloc[1:2], dt.date(2026, 1, 1)) is None


def test_a_years_spending_stands_before_all_funds_and_the_unknown_stays_unknown() -> None:
    run = frontier_run(COSTS, dt.date(2024, 1, 1))
    assert run is not None and run.low == run.middle == run.high == 100e6
    rows = [
        ("a", "rnd_spend", 2e9, False), ("a", "funds_raised", 9e9, False), ("b", "funds_raised", 150e6, False),
        ("b", "capex", 120e6, False), ("c", "rnd_spend", 99e6, False), ("d", "revenue", 1e12, False),
        ("e", "rnd_spend", 1e12, True), ("b", "largest_training_compute", 3e25, False), ("f", "capex", 1e9, False),
        ("g", "funds_raised", 3e8, False),
    ]  # fmt: skip
    inputs = pd.DataFrame(rows, columns=["vendor_id", "input", "value", "too_old"]).assign(
        as_of=None, source_id="s", note=None, group_id=None
    )
    found = affordability(inputs, run).set_index("vendor_id")
    assert found["class"].to_dict() == {
        "a": "easily",
        "f": "easily",
        "b": "in part",
        "c": "not",
        "d": "unknown",
        "e": "unknown",
        "g": "in part",
    }
    assert found.loc["a", ["kind", "runs"]].to_list() == ["rnd_spend", 20.0]  # not the larger funds, raised over years
    assert found.loc["b", ["kind", "runs", "trained"]].to_list() == ["capex", pytest.approx(1.2), 3e25]
    assert found.loc["g", ["kind", "runs"]].to_list() == ["funds_raised", 3.0]
    assert math.isnan(found.loc["d", "runs"])
    # what a year brings stands before what all years brought: a and f spend more than b and c, g's funds come after them
    assert list(found.index[:5]) == ["a", "f", "b", "c", "g"] and found["yearly"].tolist()[:5] == [True] * 4 + [False]
    assert found["raised"].dropna().to_dict() == {"a": 9e9, "b": 150e6, "g": 3e8}


def test_segments_have_the_means_of_their_placed_vendors_and_intervals_that_tell_far_ones_apart() -> None:
    rng = np.random.default_rng(1)
    n = 20
    positions = pd.DataFrame({"vendor_id": [f"v{i}" for i in range(2 * n)], "business": np.nan, "ecosystem": np.nan})
    first = np.arange(2 * n) < n
    positions["capital"] = np.where(first, 0.8, 0.3) + rng.normal(0, 0.05, 2 * n)
    positions["rnd"] = 0.5 + rng.normal(0, 0.2, 2 * n)
    positions["application"] = np.where(np.arange(2 * n) < n + 2, 0.5, np.nan)  # two start-ups are too few
    segments = {f"v{i}": "big-tech" if i < n else "startup" for i in range(2 * n)}
    found = segment_means(positions, segments, seed=1)
    cell = found.set_index(["segment", "dimension"])
    assert cell.loc[("big-tech", "capital"), "mean"] == pytest.approx(positions.loc[first, "capital"].mean())
    assert ("startup", "application") not in cell.index and cell.loc[("big-tech", "application"), "vendors"] == n
    assert (found["low"] <= found["mean"]).all() and (found["mean"] <= found["high"]).all()
    spread = positions.loc[first, "capital"].std(ddof=0) / n**0.5  # normal theory for the mean
    width = cell.loc[("big-tech", "capital"), "high"] - cell.loc[("big-tech", "capital"), "low"]
    assert width == pytest.approx(2 * 1.96 * spread, rel=0.15)
    assert leads(found) == {"rnd": "", "capital": "big-tech"}
