"""Prices, frontier and trends against hand-computed and statsmodels' values."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from harness.analysis import cost
from harness.errors import BadInput
from tests.analysis import make


def _price(rows: list[tuple]) -> pd.DataFrame:
    columns = ["provider_id", "offer_id", "model_id", "currency", "input_per_mtok", "output_per_mtok", "as_of"]
    return pd.DataFrame(rows, columns=columns).assign(as_of=lambda f: pd.to_datetime(f["as_of"]), source_id="s")


def test_blend_by_hand() -> None:
    assert cost.blended_price(1.0, 5.0) == pytest.approx(2.0)  # (3·1 + 5) / 4
    assert cost.blended_price(1.0, 5.0, ratio=1) == pytest.approx(3.0)
    assert math.isnan(cost.blended_price(1.0, math.nan))
    with pytest.raises(BadInput):
        cost.blended_price(1, 1, ratio=-1)


def test_an_offer_that_the_newest_sheet_no_longer_lists_is_withdrawn() -> None:
    price = _price(
        [
            ("p", "gone", "m", "USD", 1.0, 1.0, "2025-10-01"),
            ("p", "kept", "m", "USD", 2.0, 2.0, "2025-10-01"),
            ("p", "kept", "m", "USD", 3.0, 3.0, "2026-07-02"),
            ("q", "other", "m", "USD", 4.0, 4.0, "2025-09-01"),
        ]
    )
    series = ["models-dev-2025-10-01", "models-dev-2025-10-01", "models-dev-2026-07-02", "litellm-2025-09-01"]
    price = price.assign(source_id=series)
    assert cost.list_prices(price)["offer_id"].to_list() == ["other", "kept"]
    then = cost.list_prices(price, as_of=dt.date(2026, 1, 1))
    assert sorted(then["blended_per_mtok"]) == [1.0, 2.0, 4.0]


def test_list_prices_take_the_newest_row_and_convert() -> None:
    price = _price(
        [
            ("p", "o", "m", "USD", 4.0, 4.0, "2025-01-01"),
            ("p", "o", "m", "USD", 2.0, 2.0, "2026-01-01"),
            ("q", "o", "m", "CNY", 14.0, 14.0, "2025-06-01"),
            ("r", "o", "m", "XYZ", 1.0, 1.0, "2025-06-01"),
        ]
    )
    now = cost.list_prices(price, rates={"USD": 1.0, "CNY": 1 / 7}).set_index("provider_id")["blended_per_mtok"]
    assert now.to_dict() == pytest.approx({"p": 2.0, "q": 2.0, "r": math.nan}, nan_ok=True)
    then = cost.list_prices(price, as_of=dt.date(2025, 3, 1))
    assert then["blended_per_mtok"].to_list() == [4.0]
    assert cost.list_prices(price.iloc[:0]).empty


def test_self_hosted_cost_by_hand() -> None:
    """3.6 USD an hour at 1,000 tokens/s is 3.6 million tokens an hour: 1 USD a million; twice that half idle."""
    assert cost.self_hosted_per_mtok(3.6, 1000) == pytest.approx(1.0)
    assert cost.self_hosted_per_mtok(3.6, 1000, utilisation=0.5, gpus=4) == pytest.approx(8.0)
    assert math.isinf(cost.self_hosted_per_mtok(3.6, 0))
    with pytest.raises(BadInput):
        cost.self_hosted_per_mtok(1, 1, utilisation=0)


def test_energy_and_cost_of_a_correct_answer_by_hand() -> None:
    assert cost.energy_per_ktok(7200.0, 4000) == pytest.approx(0.5)  # 2 Wh for four thousand
    assert math.isnan(cost.energy_per_ktok(1.0, 0))
    assert cost.cost_per_correct(2.0, 500, 0.5) == pytest.approx(0.002)
    assert math.isinf(cost.cost_per_correct(2.0, 500, 0.0))


def test_measured_cost_uses_complete_runs_and_the_right_gpu() -> None:
    run = make.runs(["a", "b", "c"])
    perf = pd.DataFrame(
        {
            "run_id": ["run-a", "run-b", "run-c"],
            "complete": [True, False, True],
            "tokens_per_s": [1000.0, 1000.0, 10.0],
            "prompt_tokens": [900, 900, 900],
            "generated_tokens": [100, 100, 100],
            "energy_j": [3600.0, None, None],
            "device_name": ["NVIDIA A100-SXM4-80GB", "NVIDIA A100-SXM4-80GB", "AMD EPYC"],
        }
    )
    rows = [("x", "A100", 3.0), ("y", "A100", 4.0), ("z", "A100", 8.0), ("x", "A10", 0.1)]
    gpu = pd.DataFrame(rows, columns=["cloud", "gpu", "per_gpu_hour"]).assign(
        gpus=1, memory_gb=80.0, terms="on-demand", currency="USD", as_of="2025-01-01"
    )
    found = cost.measured_costs(run, perf, gpu).set_index("model")
    assert list(found.index) == ["a", "c"]
    assert found.loc["a", "per_mtok"] == pytest.approx(4 / 3.6)
    assert (found.loc["a", "low"], found.loc["a", "high"]) == (pytest.approx(3 / 3.6), pytest.approx(8 / 3.6))
    assert found.loc["a", "wh_per_ktok"] == pytest.approx(1.0)
    assert math.isnan(found.loc["c", "per_mtok"]) and found.loc["c", "offers"] == 0
    assert cost.measured_costs(run, perf, gpu, terms="spot")["per_mtok"].isna().all()


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
