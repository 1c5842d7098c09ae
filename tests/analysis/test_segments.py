"""Segments at equal size against statsmodels; gaps over time by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from harness.analysis import segments


def _market(seed: int = 1, lead: float = 0.1, n: int = 90) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = 10 ** rng.uniform(-1, 2, n)
    segment = rng.choice(["big-tech", "startup", "lab"], n, p=[0.5, 0.3, 0.2])
    score = 0.3 + 0.1 * np.log10(size) + lead * (segment == "startup") + rng.normal(0, 0.05, n)
    vendor = [f"v{i % 12}" for i in range(n)]
    return pd.DataFrame({"params_b": size, "segment": segment, "score": score, "vendor_id": vendor})


def test_size_adjusted_equals_statsmodels_hc3() -> None:
    frame = _market()
    fit = smf.ols("score ~ np.log10(params_b) + C(segment, Treatment('big-tech'))", frame).fit(
        cov_type="HC3", use_t=True
    )
    found = segments.size_adjusted(frame).set_index("group")
    assert set(found["against"]) == {"big-tech"}
    name = "C(segment, Treatment('big-tech'))[T.startup]"
    assert found.loc["startup", "difference"] == pytest.approx(fit.params[name])
    assert found.loc["startup", "stderr"] == pytest.approx(fit.bse[name])
    assert found.loc["startup", "p_value"] == pytest.approx(fit.pvalues[name])
    assert found.loc["startup", ["low", "high"]].to_list() == pytest.approx(fit.conf_int().loc[name].to_list())
    assert found.loc["startup", "slope_per_tenfold"] == pytest.approx(fit.params["np.log10(params_b)"])


def test_size_adjusted_covers_the_truth() -> None:
    inside = 0
    for seed in range(300):
        row = segments.size_adjusted(_market(seed), against="big-tech").set_index("group").loc["startup"]
        inside += row["low"] <= 0.1 <= row["high"]
    assert 0.92 <= inside / 300 <= 0.98


def test_size_adjusted_without_enough_to_compare() -> None:
    frame = _market()
    for few in (frame.iloc[:0], frame[frame["segment"] == "lab"], frame.iloc[:3], frame.assign(score=np.nan)):
        assert segments.size_adjusted(few).empty
    assert segments.size_adjusted(frame, against="nobody").empty
    china = segments.size_adjusted(frame.assign(country=np.where(frame.index % 2, "CN", "US")), group="country")
    assert len(china) == 1


def test_borderline_vendors_are_moved_one_by_one_and_together() -> None:
    frame = _market()
    other = frame["vendor_id"].map({"v1": "startup", "v2": "lab"})
    found = segments.moved_segments(frame.assign(segment_borderline=other), against="big-tech")
    assert set(found["moved"]) == {"none", "v1", "v2", "all"}
    moved = frame.assign(segment=frame["segment"].mask(frame["vendor_id"] == "v1", "startup"))
    expected = segments.size_adjusted(moved, against="big-tech")["difference"].to_list()
    assert found.loc[found["moved"] == "v1", "difference"].to_list() == pytest.approx(expected)


def test_without_a_borderline_vendor_nothing_is_repeated() -> None:
    frame = _market().assign(segment_borderline=None)
    assert segments.moved_segments(frame, against="big-tech").empty
