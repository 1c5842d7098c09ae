"""Frontier, prices over time, dispersion and rents against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from harness.analysis.cost import dispersion, frontier, history, rented
from harness.errors import BadInput


def test_measured_cost_at_the_median_cheapest_and_dearest_offer() -> None:
    offers = pd.DataFrame(
        [("a", "spot", 1.0), ("a", "spot", 2.0), ("a", "reserved", 6.0), ("b", None, None)],
        columns=["run_id", "terms", "per_mtok"],
    ).assign(model="m", device_name="d", tokens_per_s=10.0, wh_per_ktok=1.0)
    columns = ["offers", "per_mtok", "low", "high"]
    rows = rented.measured_costs(offers, utilisation=0.5).set_index("run_id")[columns]
    assert rows.loc["a"].tolist() == [3, 4.0, 2.0, 12.0]
    assert rows.loc["b", "offers"] == 0 and rows.loc["b"].isna().sum() == 3
    assert rented.measured_costs(offers, terms="reserved").set_index("run_id").loc["a", columns].tolist() == [
        1,
        6,
        6,
        6,
    ]
    assert rented.measured_costs(offers.iloc[:0]).empty
    with pytest.raises(BadInput):
        rented.measured_costs(offers, utilisation=0)


def test_pareto_by_hand_with_ties_and_unknowns() -> None:
    on = frontier.pareto([1, 2, 2, 3, 3, math.nan, 1], [0.5, 0.6, 0.4, 0.6, 0.9, 0.99, 0.5])
    assert on.tolist() == [True, True, False, False, True, False, True]
    assert frontier.pareto([1, 1, 2], [0.5, 0.6, 0.6]).tolist() == [False, True, False]
    assert frontier.pareto([], []).tolist() == []


def test_pareto_is_free_of_order_and_scale() -> None:
    rng = np.random.default_rng(1)
    c, q = rng.random(30), rng.random(30)
    order = rng.permutation(30)
    assert (frontier.pareto(c, q)[order] == frontier.pareto(np.exp(5 * c[order]), 3 * q[order] - 1)).all()


def test_membership_matches_the_normal_probability() -> None:
    """The dearer of two is on the frontier where it scores higher: Φ(0.02 / (0.02 √2)) = Φ(1/√2) = 0.7602."""
    frame = pd.DataFrame({"cost": [1.0, 2.0], "score": [0.50, 0.52], "stderr": [0.02, 0.02]})
    found = frontier.pareto_membership(frame, seed=1, draws=20_000)
    assert found["membership"].to_list() == [1.0, pytest.approx(0.7602, abs=0.01)]
    assert found["on_frontier"].all()
    certain = frontier.pareto_membership(frame.assign(stderr=None), seed=1)
    assert certain["membership"].to_list() == [1.0, 1.0]
    assert frontier.pareto_membership(frame.iloc[:0], seed=1).empty


def test_rows_that_may_not_lead_neither_stand_on_the_frontier_nor_keep_others_off() -> None:
    frame = pd.DataFrame({"cost": [1.0, 2.0], "score": [0.9, 0.5], "stderr": [0.0, 0.0]})
    assert frontier.pareto_membership(frame, seed=1)["on_frontier"].tolist() == [True, False]
    found = frontier.pareto_membership(frame.assign(leads=[False, True]), seed=1)
    assert found["on_frontier"].tolist() == [False, True] and found["membership"].tolist() == [0.0, 1.0]


def test_scores_that_are_redrawn_together_keep_their_order() -> None:
    """Two scores with a common error: the dearer and better one is always on the frontier, though alone it would not be."""
    frame = pd.DataFrame({"cost": [1.0, 2.0], "score": [0.50, 0.52], "stderr": [0.1, 0.1]})
    common = np.random.default_rng(1).normal(0, 0.1, (500, 1)) + np.array([[0.50, 0.52]])
    assert frontier.pareto_membership(frame, seed=1, drawn=common)["membership"].tolist() == [1.0, 1.0]
    assert frontier.pareto_membership(frame, seed=1)["membership"].iloc[1] < 0.7


DAYS = pd.to_datetime(["2024-01-01", "2024-07-01", "2025-01-01", "2026-01-01"])


def _sheets(rows: list[tuple[str, int, float]], **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["product_id", "day", "blended_per_mtok"])
    return frame.assign(as_of=DAYS[frame["day"]].date, whole=True, **{"basis": "maker", "released": None, **columns})


def test_a_first_price_counts_from_a_release_that_is_near() -> None:
    sheets = _sheets([("new", 1, 4.0), ("new", 2, 3.0), ("old", 1, 9.0), ("named", 1, 8.0), ("thin", 1, 0.1)])
    sheets["released"] = sheets["product_id"].map(
        {"new": "2024-05-01", "old": "2024-02-01", "named": "2023-03-01", "thin": "2024-06-01"}
    )
    sheets.loc[sheets["product_id"] == "thin", "basis"] = "few"
    found = history.dated_prices(sheets, ["named"])
    assert list(zip(found["product_id"], found["date"].astype(str), found["price"], strict=True)) == [
        ("named", "2023-03-01", 8.0), ("new", "2024-05-01", 4.0), ("new", "2024-07-01", 4.0), ("named", "2024-07-01", 8.0),
        ("old", "2024-07-01", 9.0), ("new", "2025-01-01", 3.0),
    ]  # fmt: skip


def test_halving_time_in_closed_form_and_over_redrawn_scales() -> None:
    prices = pd.DataFrame({"date": DAYS, "product_id": list("abcd"), "price": [16.0, 8.0, 20.0, 1.0]})
    years = (DAYS[-1] - DAYS[0]).days / 365.25
    sure = np.ones((5, 4), dtype=bool)
    fall = history.price_decline(prices, sure, DAYS[0], DAYS[-1])
    assert fall is not None and (fall.before, fall.now) == (16.0, 1.0)
    assert fall.halving == fall.low == fall.high == pytest.approx(12 * years / 4)  # sixteen is two to the fourth
    assert history.record_prices(prices, sure[0])["price"].tolist() == [16.0, 8.0, 1.0]
    # on half of the redrawn scales the cheap model does not reach the level: the price halved once
    unsure = np.repeat([[True] * 4, [True] * 4, [True, True, True, False]], [1, 20, 20], axis=0)
    fall = history.price_decline(prices, unsure, DAYS[0], DAYS[-1])
    assert fall is not None and fall.halving == fall.low and fall.high == pytest.approx(12 * years)
    # no fall within a period, and none reaches it at its beginning
    flat = history.price_decline(prices, sure, DAYS[1], DAYS[2])
    assert flat is not None and (flat.before, flat.now, flat.halving) == (8.0, 8.0, math.inf)
    late = np.array([[False, False, True, True]])
    assert history.price_decline(prices, late, DAYS[0], DAYS[-1]) is None


def test_price_index_by_hand() -> None:
    """Two items that halve and stay: √½; then a third enters and changes nothing by entering."""
    lowest = pd.DataFrame(
        [(0, "a", 4.0), (0, "b", 1.0), (1, "a", 2.0), (1, "b", 1.0), (1, "c", 99.0), (2, "a", 2.0), (2, "c", 33.0)],
        columns=["date", "item", "price"],
    )
    index = history.price_index(lowest)
    assert index["index"].tolist() == pytest.approx(
        [100, 100 * math.sqrt(0.5), 100 * math.sqrt(0.5) * math.sqrt(1 / 3)]
    )
    assert index["items"].tolist() == [0, 2, 2]


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
    found = dispersion.price_dispersion(LISTED).set_index("model_id")
    assert list(found.index) == ["k", "m"]
    m = found.loc["m"]
    assert (m["providers"], m["lowest"], m["median"], m["highest"], m["ratio"]) == (3, 1.0, 2.0, 4.0, 4.0)
    assert m["variation"] == pytest.approx(np.std([1, 2, 4], ddof=1) / (7 / 3))
    assert m["cheapest_provider"] == "a" and found.loc["k", "cheapest_provider"] == "b"
    assert dispersion.price_dispersion(LISTED.iloc[:0]).empty
    assert dispersion.price_dispersion(LISTED.iloc[:1]).empty


def test_who_undercuts_whom() -> None:
    found = dispersion.undercutting(LISTED).set_index(["cheaper", "dearer"])
    assert found.loc[("a", "b"), "models"] == 1 and found.loc[("a", "b"), "median_ratio"] == 2.0
    assert found.loc[("b", "a"), "median_ratio"] == 5.0
    sold = {p: set(rows["model_id"]) for p, rows in LISTED[LISTED["blended_per_mtok"] > 0].groupby("provider_id")}
    assert all(row["shared"] == len(sold[a] & sold[b]) for (a, b), row in found.iterrows())
    assert len(found) == 4


def test_the_median_move_is_of_makers_prices_that_both_dates_have() -> None:
    rows = [("m", 0, 9.0), ("m", 1, 2.0), ("k", 1, 1.0), ("z", 1, 1.0), ("m", 3, 1.0), ("k", 3, 1.0), ("new", 3, 5.0)]
    sheets = _sheets(rows)
    move = history.price_move(sheets, seed=1, least=2)
    assert move is not None and (move.models, move.first, move.last) == (2, DAYS[1].date(), DAYS[3].date())
    assert move.median == pytest.approx(-0.25) and (move.low, move.high) == (-0.5, 0.0)  # m halved, k stayed
    assert history.price_move(sheets, seed=1, least=3) is None
    assert history.price_move(sheets.iloc[:0], seed=1) is None
    assert history.price_move(sheets.assign(basis="median"), seed=1, least=1) is None
    assert history.price_move(sheets.assign(whole=sheets["day"] < 3), seed=1, least=2) is None


def test_win_rates_hold_both_directions() -> None:
    pairs = pd.DataFrame(
        [("a", "b", 6, 10), ("b", "a", 3, 10), ("b", "c", 5, 5), ("a", "d", 8, 8)],
        columns=["cheaper", "dearer", "models", "shared"],
    )
    shares, total = dispersion.win_rates(pairs, most=10)
    assert list(total.index) == ["a", "b", "d", "c"]
    assert total.tolist() == pytest.approx([14 / 18, 8 / 15, 0, 0])
    assert shares.loc["a", "b"] == 0.6 and shares.loc["b", "a"] == 0.3 and shares.loc["c", "b"] == 0
    assert pd.isna(shares.loc["a", "a"]) and pd.isna(shares.loc["c", "d"])
