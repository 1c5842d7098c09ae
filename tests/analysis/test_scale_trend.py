"""Trends on the capability scale: markets whose slope and gaps are known by construction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from harness.analysis.scale import trend as s
from harness.analysis.scale.fit import ScaleFit
from harness.analysis.statistics.uncertainty import Floats

OPEN = s.COMPARISONS["open"]


def _fit(points: Sequence[float], covariance: Floats | None = None) -> ScaleFit:
    """A fit of which only the points and their covariance are used."""
    models = pd.DataFrame({"model_id": [f"m{i}" for i in range(len(points))], "points": points})
    nothing = pd.DataFrame()
    known = np.zeros((len(points), len(points))) if covariance is None else covariance
    return ScaleFit(models, nothing, nothing, known, 0.0, 0, True, None, None)  # type: ignore[arg-type]


def _draws(points: Sequence[float], deviation: Sequence[float], draws: int = 300, seed: int = 1) -> pd.DataFrame:
    noise = np.random.default_rng(seed).standard_normal((draws, len(points))) * np.asarray(deviation)
    return pd.DataFrame(np.asarray(points) + noise, columns=[f"m{i}" for i in range(len(points))])


def _board(rows: Sequence[tuple[str, float, bool]]) -> pd.DataFrame:
    """Models of day, points and whether their weights are open."""
    return pd.DataFrame(
        {
            "model_id": [f"m{i}" for i in range(len(rows))],
            "released": pd.to_datetime([day for day, _, _ in rows]),
            "points": [points for _, points, _ in rows],
            "open_weights": [is_open for _, _, is_open in rows],
            "vendor_id": "v",
        }
    )


def _gap(board: pd.DataFrame, error: float = 0.0) -> s.Gap:
    """The gap with the same independent standard error for every model, and draws without any noise."""
    points = board["points"].to_list()
    found = s.gap(board, _fit(points, np.eye(len(board)) * error**2), _draws(points, [0.0], 20), OPEN)
    assert found is not None
    return found


def _at(found: s.Gap, day: str) -> Mapping[str, object]:
    rows: pd.DataFrame = found.over_time
    return dict(rows[rows["date"].eq(pd.Timestamp(day))].iloc[0])


# ---- records and the slope of the frontier --------------------------------------------------------------------------


def test_a_record_beats_all_that_is_as_old_and_a_tie_is_none() -> None:
    days = pd.to_datetime(["2024-03-01", "2024-01-01", "2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"])
    board = pd.DataFrame({"model_id": list("abcdef"), "points": [1.5, 0.5, 1.0, 1.0, 2.0, 1.9], "released": days})
    assert list(s.records(board)["model_id"]) == ["c", "e"]
    grouped = s.records_of_each(board.assign(segment=["x", "y", "x", "y", "y", "x"]), "segment")
    assert list(grouped["model_id"]) == ["c", "a", "f", "b", "d", "e"]
    assert s.records(board.assign(released=None)).empty and s.records_of_each(board.iloc[:0], "model_id").empty


def test_slope_of_the_records_by_hand() -> None:
    """Records at 0, 1 and 4 years; two models between set none, and a better one of before counts for none after."""
    rows = [
        ("2023-01-01", 130.0),
        ("2024-01-01", 135.0),
        ("2025-01-01", 134.0),
        ("2026-01-01", 133.0),
        ("2027-01-01", 144.0),
    ]
    board = _board([(day, points, True) for day, points in rows])
    exact = s.frontier_trend(board, _draws(board["points"], [0.0])).iloc[0]
    expected = scipy.stats.linregress([0, 1, 4], [130, 135, 144]).slope
    assert exact["records"] == 3 and exact["slope_per_year"] == pytest.approx(expected, rel=2e-3)
    assert exact["low"] == pytest.approx(exact["slope_per_year"]) == exact["high"]
    later = s.frontier_trend(board, _draws(board["points"], [0.0]), pd.Timestamp("2024-06-01")).iloc[0]
    assert later["records"] == 1 and math.isnan(later["slope_per_year"]) and math.isnan(later["low"])


def test_too_few_records_or_dates() -> None:
    falling = _board([("2024-01-01", 3.0, True), ("2024-06-01", 2.0, True), ("2025-01-01", 1.0, True)])
    assert math.isnan(s.frontier_trend(falling, _draws([3.0, 2.0, 1.0], [1.0])).iloc[0]["slope_per_year"])
    undated = s.frontier_trend(falling.assign(released=None), _draws([3.0, 2.0, 1.0], [1.0])).iloc[0]
    assert undated["records"] == 0 and math.isnan(undated["slope_per_year"])


def test_every_slope_of_the_interval_passes_through_the_mean_of_the_records() -> None:
    best = pd.DataFrame(
        {"released": pd.to_datetime(["2023-01-01", "2024-01-01", "2026-01-01"]), "points": [130.0, 140.0, 150.0]}
    )
    line = s.trend_line(best, pd.Series({"slope_per_year": 6.0, "low": 5.0, "high": 9.0}))
    assert line["y"].iloc[1] == line["low"].iloc[1] == line["high"].iloc[1] == 140.0
    assert (line["low"] <= line["y"]).all() and (line["y"] <= line["high"]).all()
    years = (line["x"].iloc[2] - line["x"].iloc[0]).days / 365.25
    assert line["y"].iloc[2] - line["y"].iloc[0] == pytest.approx(6.0 * years)


# ---- gaps whose size is known ---------------------------------------------------------------------------------------

RISING = [(f"{2023 + i // 12}-{i % 12 + 1:02d}-01", 100.0 + i, False) for i in range(36)]
"""A closed model on the first of every month from 2023-01 on, a point better each."""


def test_a_group_that_follows_five_months_later_is_five_months_and_points_behind() -> None:
    followers = [(day, points - 5, True) for day, points, _ in RISING[6:]]
    found = _gap(_board([*RISING, *followers]))
    rows = found.over_time
    assert list(rows["date"]) == [pd.Timestamp(day) for day, _, _ in RISING[6:]]
    assert (rows["leader"] == "ahead").all() and (rows["points"] == 5).all()
    for low in ("months", "months_low", "months_high"):
        assert rows[low].to_numpy() == pytest.approx(5, abs=0.1)
    # without any error the day after the last one on which it was no better is the next month's
    assert rows["told_months"].to_numpy() == pytest.approx(4, abs=0.1)
    mean = found.mean.set_index("measure")
    assert mean.loc["points", "mean"] == 5 and mean.loc["points", "low"] == mean.loc["points", "high"] == 5
    assert mean.loc["months", "mean"] == pytest.approx(5, abs=0.05) and mean.loc["months", "dates"] == len(followers)
    assert mean.loc["months", "led"] == len(followers)


def test_the_rule_of_significance_waits_until_the_difference_can_be_told() -> None:
    """Standard error of a difference sqrt(2) points: 2.77 are told at 5%, so three of the five behind."""
    followers = [(day, points - 5, True) for day, points, _ in RISING[6:]]
    found = _gap(_board([*RISING, *followers]), error=1.0)
    assert (found.over_time["told"] == "ahead").all()
    assert found.over_time["told_months"].to_numpy() == pytest.approx(2, abs=0.1)
    assert found.over_time["months"].to_numpy() == pytest.approx(5, abs=0.1)
    wide = _gap(_board([*RISING, *followers]), error=2.0)  # 5.5 points are told: nothing is
    assert (wide.over_time["told"] == "neither").all() and wide.over_time["told_months"].isna().all()
    assert wide.mean.set_index("measure").loc["told_months", "mean"] == 0
    assert (wide.over_time["leader"] == "ahead").all(), "the record curves differ all the same"


def test_errors_that_two_models_share_hide_no_difference() -> None:
    followers = [(day, points - 5, True) for day, points, _ in RISING[6:]]
    board = _board([*RISING, *followers])
    points = board["points"].to_list()
    shared = np.full((len(points), len(points)), 100.0) + np.eye(len(points))
    found = s.gap(board, _fit(points, shared), _draws(points, [0.0], 5), OPEN)
    assert found is not None and found.over_time["told_months"].to_numpy() == pytest.approx(2, abs=0.1)


def test_where_there_is_no_gap_there_are_no_months() -> None:
    found = _gap(_board([*RISING, *((day, points, True) for day, points, _ in RISING)]))
    rows = found.over_time
    assert (rows["leader"] == "neither").all() and (rows["told"] == "neither").all() and (rows["points"] == 0).all()
    assert rows["months"].isna().all() and rows["told_months"].isna().all()
    assert (found.mean["mean"] == 0).all() and (found.mean["led"] == 0).all()


def test_the_leading_group_changes_and_the_sign_says_so() -> None:
    rows = [
        ("2023-01-01", 100.0, False),
        ("2023-01-01", 90.0, True),
        ("2023-03-01", 110.0, False),
        ("2023-05-01", 105.0, True),
        ("2023-08-01", 120.0, True),
        ("2023-11-01", 115.0, False),
        ("2024-02-01", 120.0, False),
    ]
    found = _gap(_board(rows))
    assert _at(found, "2023-04-01")["leader"] == "ahead"
    may, october, december = (_at(found, day) for day in ("2023-05-01", "2023-10-01", "2023-12-01"))
    assert may["points"] == 5 and may["months"] == pytest.approx(61 / (365.25 / 12))  # 105 was passed on 1 March
    assert october["leader"] == "behind" and october["points"] == -10
    assert october["months"] == pytest.approx(-61 / (365.25 / 12))  # 110 was passed by open models on 1 August
    assert december["points"] == -5 and december["months"] == pytest.approx(-122 / (365.25 / 12))
    last = _at(found, "2024-02-01")
    assert last["leader"] == "neither" and math.isnan(float(last["months"]))  # type: ignore[arg-type]
    assert october["behind_model"] == "m4" and october["ahead_model"] == "m2"


def test_a_level_before_the_data_has_no_months_and_counts_in_no_mean() -> None:
    rows = [
        ("2023-01-01", 100.0, False),
        ("2023-02-01", 90.0, True),
        ("2023-04-01", 104.0, False),
        ("2023-05-01", 102.0, True),
    ]
    found = _gap(_board(rows))
    early, late = _at(found, "2023-02-01"), _at(found, "2023-05-01")
    assert early["leader"] == "ahead" and early["points"] == 10
    assert all(math.isnan(float(early[c])) for c in ("months", "months_high", "told_months"))  # type: ignore[arg-type]
    assert late["months"] == pytest.approx(30 / (365.25 / 12))
    assert found.mean.set_index("measure").loc["months", "dates"] == 1


def test_groups_that_cannot_be_compared_have_no_gap() -> None:
    board = _board([("2023-01-01", 100.0, False), ("2023-02-01", 101.0, False)])
    fit, draws = _fit([100.0, 101.0]), _draws([100.0, 101.0], [1.0])
    assert s.gap(board, fit, draws, OPEN) is None
    mixed = board.assign(open_weights=[True, False])
    assert s.gap(mixed.assign(released=None), fit, draws, OPEN) is None
    assert s.gap(mixed, fit, draws, OPEN, since=pd.Timestamp("2024-01-01")) is None
    single = s.gap(mixed, fit, draws, OPEN)
    assert single is not None and len(single.over_time) == 1


def test_vendors_left_out_and_models_of_neither_group_count_for_nothing() -> None:
    board = pd.DataFrame(
        {"segment": ["big-tech", "startup", "startup", "lab", None], "vendor_id": ["google", "openai", "x", "y", "z"]}
    )
    assert s.group_of(board, s.COMPARISONS["big_tech"]).fillna("").to_list() == ["behind", "ahead", "ahead", "", ""]
    assert s.group_of(board, s.COMPARISONS["other_startups"]).fillna("").to_list() == ["behind", "", "ahead", "", ""]
    nullable = pd.DataFrame({"open_weights": pd.array([True, False, None], dtype="boolean"), "vendor_id": "v"})
    assert s.group_of(nullable, OPEN).fillna("").to_list() == ["behind", "ahead", ""]


# ---- intervals -------------------------------------------------------------------------------------------------------


def test_intervals_hold_the_truth_of_simulated_markets() -> None:
    """Two models a month and group, 16 points a year, open five months behind, errors of two points: truth in ~95%."""
    months = pd.date_range("2023-01-01", "2025-12-01", freq="MS")
    rate = 16 / 12
    rows = [(f"{day:%Y-%m-%d}", 120 + rate * i - below, False) for i, day in enumerate(months) for below in (0, 4)]
    rows += [
        (f"{day:%Y-%m-%d}", 120 + rate * (i - 5) - below, True) for i, day in enumerate(months) for below in (0, 4)
    ]
    board = _board(rows)
    truth = board["points"].to_numpy()
    covariance = np.eye(len(truth)) * 4.0
    inside = {"slope": 0, "points": 0, "months": 0}
    markets = 40
    for seed in range(markets):
        rng = np.random.default_rng([7, seed])
        seen = truth + 2 * rng.standard_normal(len(truth))
        draws = _draws(seen.tolist(), [2.0], 150, seed)
        market = board.assign(points=seen)
        trend = s.frontier_trend(market, draws).iloc[0]
        inside["slope"] += bool(trend["low"] <= 16 <= trend["high"])
        found = s.gap(market, _fit(seen.tolist(), covariance), draws, OPEN)
        assert found is not None
        mean = found.mean.set_index("measure")
        for measure, true in (("points", 5 * rate), ("months", 5.0)):
            inside[measure] += bool(mean.loc[measure, "low"] <= true <= mean.loc[measure, "high"])
    assert all(count >= 0.85 * markets for count in inside.values()), inside


def test_an_interval_says_where_the_order_of_two_groups_is_open() -> None:
    rows = [
        ("2023-01-01", 100.0, False),
        ("2023-01-01", 100.0, True),
        ("2024-01-01", 110.0, False),
        ("2024-01-01", 109.0, True),
    ]
    board = _board(rows)
    points = board["points"].to_list()
    found = s.gap(board, _fit(points, np.eye(4) * 9.0), _draws(points, [3.0]), OPEN)
    assert found is not None
    last = _at(found, "2024-01-01")
    assert float(last["points_low"]) < 0 < float(last["points_high"])  # type: ignore[arg-type]
    assert last["leader"] == "ahead" and last["told"] == "neither"


# ---- agreement with measured results -------------------------------------------------------------------------------


def test_agreement_equals_scipy_and_its_interval_covers() -> None:
    rng = np.random.default_rng(1)
    levels = rng.normal(size=12)
    measured = pd.DataFrame({"model_id": [f"m{i}" for i in range(10)], "score": levels[:10] + rng.normal(size=10)})
    row = s.measured_agreement(_fit(list(levels)), measured).iloc[0]
    assert row["spearman"] == pytest.approx(scipy.stats.spearmanr(levels[:10], measured["score"]).statistic)
    z = math.atanh(row["spearman"])
    assert row["high"] == pytest.approx(math.tanh(z + 1.959964 * math.sqrt(1.06 / 7)))
    assert row["low"] < row["spearman"] and row["models"] == 10
    few = s.measured_agreement(_fit([1.0, 2.0, 3.0]), measured.head(3)).iloc[0]
    assert few["models"] == 3 and math.isnan(few["spearman"])
    assert s.measured_agreement(_fit([1.0]), measured.iloc[:0]).iloc[0]["models"] == 0
