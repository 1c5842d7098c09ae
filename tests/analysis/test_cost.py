"""Prices, frontier and trends against hand-computed and statsmodels' values."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from harness.analysis import cost
from harness.errors import BadInput


def test_blend_by_hand() -> None:
    assert cost.blended_price(1.0, 5.0) == pytest.approx(2.0)  # (3·1 + 5) / 4
    assert cost.blended_price(1.0, 5.0, ratio=1) == pytest.approx(3.0)
    assert math.isnan(cost.blended_price(1.0, math.nan))
    with pytest.raises(BadInput):
        cost.blended_price(1, 1, ratio=-1)


def test_cost_of_a_correct_answer_by_hand() -> None:
    assert cost.cost_per_correct(2.0, 500, 0.5) == pytest.approx(0.002)
    assert math.isinf(cost.cost_per_correct(2.0, 500, 0.0))


def test_measured_cost_at_the_median_cheapest_and_dearest_offer() -> None:
    offers = pd.DataFrame(
        [("a", "spot", 1.0), ("a", "spot", 2.0), ("a", "reserved", 6.0), ("b", None, None)],
        columns=["run_id", "terms", "per_mtok"],
    ).assign(model="m", device_name="d", tokens_per_s=10.0, wh_per_ktok=1.0)
    columns = ["offers", "per_mtok", "low", "high"]
    rows = cost.measured_costs(offers, utilisation=0.5).set_index("run_id")[columns]
    assert rows.loc["a"].tolist() == [3, 4.0, 2.0, 12.0]
    assert rows.loc["b", "offers"] == 0 and rows.loc["b"].isna().sum() == 3
    assert cost.measured_costs(offers, terms="reserved").set_index("run_id").loc["a", columns].tolist() == [1, 6, 6, 6]
    assert cost.measured_costs(offers.iloc[:0]).empty
    with pytest.raises(BadInput):
        cost.measured_costs(offers, utilisation=0)


def test_pareto_by_hand_with_ties_and_unknowns() -> None:
    on = cost.pareto([1, 2, 2, 3, 3, math.nan, 1], [0.5, 0.6, 0.4, 0.6, 0.9, 0.99, 0.5])
    assert on.tolist() == [True, True, False, False, True, False, True]
    assert cost.pareto([1, 1, 2], [0.5, 0.6, 0.6]).tolist() == [False, True, False]
    assert cost.pareto([], []).tolist() == []


def test_pareto_is_free_of_order_and_scale() -> None:
    rng = np.random.default_rng(1)
    c, q = rng.random(30), rng.random(30)
    order = rng.permutation(30)
    assert (cost.pareto(c, q)[order] == cost.pareto(np.exp(5 * c[order]), 3 * q[order] - 1)).all()


def test_membership_matches_the_normal_probability() -> None:
    """The dearer of two is on the frontier where it scores higher: Φ(0.02 / (0.02 √2)) = Φ(1/√2) = 0.7602."""
    frame = pd.DataFrame({"cost": [1.0, 2.0], "score": [0.50, 0.52], "stderr": [0.02, 0.02]})
    found = cost.pareto_membership(frame, seed=1, draws=20_000)
    assert found["membership"].to_list() == [1.0, pytest.approx(0.7602, abs=0.01)]
    assert found["on_frontier"].all()
    certain = cost.pareto_membership(frame.assign(stderr=None), seed=1)
    assert certain["membership"].to_list() == [1.0, 1.0]
    assert cost.pareto_membership(frame.iloc[:0], seed=1).empty


def _offers(halving_months: float, noise: float, seed: int, n: int = 12) -> pd.DataFrame:
    days = np.arange(n) * 60
    rng = np.random.default_rng(seed)
    price = 10 * 0.5 ** (days / (365.25 / 12) / halving_months) * np.exp(rng.normal(0, noise, n))
    return pd.DataFrame(
        {"date": pd.Timestamp("2023-01-01") + pd.to_timedelta(days, "D"), "price": price, "capability": 0.6}
    )


def test_halving_time_is_recovered_exactly_without_noise() -> None:
    row = cost.price_decline(_offers(8.0, 0.0, 1), bands=[0.5]).iloc[0]
    assert row["halving_months"] == pytest.approx(8.0)
    assert (row["low"], row["high"]) == (pytest.approx(8.0, abs=1e-4), pytest.approx(8.0, abs=1e-4))
    assert row["records"] == 12


def test_halving_interval_equals_statsmodels() -> None:
    offers = _offers(6.0, 0.1, 2)
    row = cost.price_decline(offers, bands=[0.5]).iloc[0]
    records = offers[offers["price"] < offers["price"].cummin().shift(fill_value=np.inf)]
    years = (records["date"] - records["date"].iloc[0]).dt.days / 365.25
    fit = sm.OLS(np.log2(records["price"]), sm.add_constant(years)).fit()
    low, high = fit.conf_int().iloc[1]
    assert row["slope_log2_per_year"] == pytest.approx(fit.params.iloc[1])
    assert (row["low"], row["high"]) == (pytest.approx(-12 / low), pytest.approx(-12 / high))


def test_bands_without_enough_records_or_without_decline() -> None:
    offers = _offers(8.0, 0.0, 3)
    found = cost.price_decline(offers, bands=[0.5, 0.9])
    assert found["records"].to_list() == [12, 0] and math.isnan(found["halving_months"].iloc[1])
    assert cost.price_decline(offers.assign(price=1.0), bands=[0.5])["records"].to_list() == [1]


LISTED = pd.DataFrame(
    [
        ("m", "a", 1.0),
        ("m", "b", 2.0),
        ("m", "b", 3.0),
        ("m", "c", 4.0),
        ("k", "a", 5.0),
        ("k", "b", 1.0),
        ("z", "a", 0.0),
    ],
    columns=["model_id", "provider_id", "blended_per_mtok"],
)


def test_dispersion_by_hand() -> None:
    found = cost.price_dispersion(LISTED).set_index("model_id")
    assert list(found.index) == ["k", "m"]
    m = found.loc["m"]
    assert (m["providers"], m["lowest"], m["median"], m["highest"], m["ratio"]) == (3, 1.0, 2.0, 4.0, 4.0)
    assert m["variation"] == pytest.approx(np.std([1, 2, 4], ddof=1) / (7 / 3))
    assert m["cheapest_provider"] == "a" and found.loc["k", "cheapest_provider"] == "b"
    assert cost.price_dispersion(LISTED.iloc[:0]).empty
    assert cost.price_dispersion(LISTED.iloc[:1]).empty


def test_who_undercuts_whom() -> None:
    found = cost.undercutting(LISTED).set_index(["cheaper", "dearer"])
    assert found.loc[("a", "b"), "models"] == 1 and found.loc[("a", "b"), "median_ratio"] == 2.0
    assert found.loc[("b", "a"), "median_ratio"] == 5.0
    sold = {p: set(rows["model_id"]) for p, rows in LISTED[LISTED["blended_per_mtok"] > 0].groupby("provider_id")}
    assert all(row["shared"] == len(sold[a] & sold[b]) for (a, b), row in found.iterrows())
    assert len(found) == 4


def test_bands_and_their_lowest_prices_by_hand() -> None:
    bands = cost.capability_bands(pd.Series(np.arange(101.0)))
    assert bands == (60.0, 80.0, 92.0)
    assert cost.capability_bands(pd.Series([1.0, 1.0])) == (1.0,)
    offers = pd.DataFrame({"date": ["a", "a", "b"], "price": [3.0, 1.0, 2.0], "capability": [90.0, 60.0, 70.0]})
    lowest = cost.lowest_prices(offers, bands=bands)
    assert lowest.values.tolist() == [[60.0, "a", 1.0], [60.0, "b", 2.0], [80.0, "a", 3.0]]


def test_the_median_move_is_of_models_that_both_dates_have() -> None:
    rows = [("old", "m", 9.0), ("first", "m", 4.0), ("first", "m", 2.0), ("first", "k", 1.0), ("first", "z", 1.0)]
    rows += [("last", "m", 1.0), ("last", "k", 1.0), ("last", "new", 5.0)]
    days = {"old": "2024-01-01", "first": "2025-01-01", "last": "2026-01-01"}
    prices = pd.DataFrame(
        [(days[d], m, "USD", p) for d, m, p in rows], columns=["as_of", "model_id", "currency", "output_per_mtok"]
    )
    move = cost.price_move(prices, seed=1, least=2)
    assert move is not None and (move.models, move.first, move.last) == (2, days["first"], days["last"])
    assert move.median == pytest.approx(-0.25) and (move.low, move.high) == (-0.5, 0.0)  # m halved, k stayed
    assert cost.price_move(prices, seed=1, least=3) is None
    assert cost.price_move(prices.iloc[:0], seed=1) is None


def test_the_spread_of_scores_is_of_their_logarithms() -> None:
    scores = pd.DataFrame(
        [("even", 0.5), ("even", 0.5), ("wide", 0.1), ("wide", 0.1 * math.e**2), ("wide", 0.0)],
        columns=["benchmark", "score"],
    )
    spread = cost.score_spread(scores)
    assert spread["benchmark"].tolist() == ["wide", "even"] and spread["models"].tolist() == [2, 2]
    assert spread["spread"].tolist() == pytest.approx([math.sqrt(2), 0.0])


def test_win_rates_hold_both_directions() -> None:
    pairs = pd.DataFrame(
        [("a", "b", 6, 10), ("b", "a", 3, 10), ("b", "c", 5, 5), ("a", "d", 8, 8)],
        columns=["cheaper", "dearer", "models", "shared"],
    )
    shares, total = cost.win_rates(pairs, most=10)
    assert list(total.index) == ["a", "b", "d", "c"]
    assert total.tolist() == pytest.approx([14 / 18, 8 / 15, 0, 0])
    assert shares.loc["a", "b"] == 0.6 and shares.loc["b", "a"] == 0.3 and shares.loc["c", "b"] == 0
    assert pd.isna(shares.loc["a", "a"]) and pd.isna(shares.loc["c", "d"])
