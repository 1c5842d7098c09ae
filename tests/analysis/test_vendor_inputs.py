"""Inputs gathered from facts, models, prices and the scale."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import theilslopes

from harness.analysis.companies import inputs, vendor_inputs

VIEW = pd.DataFrame(
    [
        ("v", "capital", "revenue", 1e6, "USD", "fact", dt.date(2026, 6, 30), "s1"),
        ("group", "capital", "revenue", 5e9, "USD", "fact", dt.date(2025, 12, 31), "s2"),
        ("group", "capital", "funds_raised", 7e9, "USD", "fact", dt.date(2025, 12, 31), "s2"),
        ("group", "capital", "valuation", 9e9, "USD", "fact", dt.date(2022, 12, 31), "s2"),
        ("v", "rnd", "rnd_spend", 1e5, "USD", "fact", dt.date(2026, 6, 30), "s3"),
    ],
    columns=["vendor_id", "dimension", "input", "value", "unit", "origin", "as_of", "source_id"],
)
MODEL = pd.DataFrame(
    [
        ("m1", "m1", "v", "apache-2.0", True, "text", "2026-01-01"),
        ("m2", "m2", "v", None, False, "text", "2026-02-01"),
        ("m3", "m3", "w", None, None, "text", "2026-03-01"),
        ("m1-latest", "m1", "v", "apache-2.0", True, "text", "2026-01-01"),  # no product of its own
        ("old", "old", "v", "apache-2.0", True, "text", "2020-01-01"),
        ("clip", "clip", "v", "mit", True, "embedding", "2026-01-01"),
    ],
    columns=["model_id", "product_id", "vendor_id", "licence", "open_weights", "kind", "released"],
)


def _board(scores: dict[str, tuple[str, float, bool]]) -> pd.DataFrame:
    rows = [(m, m, v, s, 1.5, o, "2026-01-01") for m, (v, s, o) in scores.items()]
    return pd.DataFrame(rows, columns=["model_id", "model", "vendor_id", "score", "stderr", "open_weights", "released"])


def test_inputs_by_hand_with_their_sources() -> None:
    scores = {"m1": ("v", 120.0, True), "m2": ("v", 140.0, False), "m3": ("w", 90.0, False), "old": ("v", 190.0, True)}
    board = _board(scores)  # of six years ago, the best one says nothing of today
    found = vendor_inputs.gather_inputs(VIEW, MODEL, board=board).set_index(["vendor_id", "input"])
    value = found["value"]
    assert value["v", "licence_openness"] == 0.5  # of two products of the last two years, and no alias
    assert (value["v", "capability"], value["v", "capability_open"], value["w", "capability"]) == (140.0, 120.0, 90.0)
    assert ("w", "capability_open") not in value and ("w", "licence_openness") not in value
    assert found.loc[("v", "capability"), "note"] == "m2" and found.loc[("v", "capability"), "stderr"] == 1.5
    assert found.loc[("v", "rnd_spend"), "dimension"] == "capital"  # where the table of inputs puts it
    assert {key for _, key in value.index} <= set(inputs.BY_KEY)


def test_vendors_whose_points_read_alike_are_level() -> None:
    scores = {"m1": ("v", 154.61, True), "m3": ("w", 154.62, True)}
    found = vendor_inputs.gather_inputs(VIEW, MODEL, board=_board(scores)).set_index("input")
    assert found.loc["capability", "value"].tolist() == [155.0, 155.0]
    assert found.loc["capability", "stderr"].tolist() == [1.5, 1.5]


def test_a_subsidiary_has_its_groups_money_where_the_input_says_so_and_it_has_none_itself() -> None:
    parents = {"v": "group", "child": "group", "orphan": "nobody"}
    found = vendor_inputs.gather_inputs(VIEW, MODEL, parents=parents).set_index(["vendor_id", "input"])
    assert found.loc[("child", "revenue"), ["value", "group_id", "source_id"]].to_list() == [5e9, "group", "s2"]
    assert found.loc[("v", "revenue"), "value"] == 1e6 and found.loc[("v", "revenue"), "group_id"] is None
    assert ("child", "funds_raised") not in found.index  # money that investors gave the group
    assert found.loc[("v", "valuation"), "too_old"] and not found.loc[("child", "revenue"), "too_old"]


def test_a_price_is_compared_with_the_markets_at_the_same_points() -> None:
    """Twelve products on the line 10 ** (points / 50 - 2) USD, two of them of w at four times that, one of few hosts."""
    points = {f"p{i}": 60.0 + 5 * i for i in range(12)}
    board = _board({m: ("w" if m in ("p3", "p8") else "v", x, False) for m, x in points.items()})
    model = pd.DataFrame({"model_id": list(points), "released": "2026-01-01", "kind": "text", "licence": None,
                          "open_weights": None, "vendor_id": "v"}).assign(product_id=list(points))  # fmt: skip
    price = [(4 if m in ("p3", "p8") else 1) * 10 ** (x / 50 - 2) for m, x in points.items()]
    listed = pd.DataFrame({"product_id": list(points), "blended_per_mtok": price, "as_of": "2026-07-01"}).assign(
        basis=["few" if m == "p11" else "maker" for m in points]
    )
    listed.loc[listed["product_id"] == "p11", "blended_per_mtok"] = 1e6
    found = vendor_inputs.gather_inputs(VIEW.iloc[:0], model, board=board, listed=listed)
    own = found[found["input"] == "price_position"].set_index("vendor_id")
    assert own["value"].to_dict() == pytest.approx(
        {"v": 1.0, "w": 4 ** (2 / 4)}, rel=1e-6
    )  # two of them beside two at 1
    assert own["note"].to_dict() == {"v": "9 products", "w": "2 products"}
    few = vendor_inputs.gather_inputs(VIEW.iloc[:0], model, board=board.head(5), listed=listed)
    assert "price_position" not in set(few["input"])


def test_nothing_gives_nothing() -> None:
    found = vendor_inputs.gather_inputs(VIEW.iloc[:0], MODEL.iloc[:0])
    assert found.empty and list(found) == vendor_inputs.COLUMNS


def test_the_line_through_prices_is_theil_and_sens() -> None:
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.uniform(100, 180, 30), [120.0, 120.0]])  # two of one capability have no slope
    y = 0.03 * x + rng.standard_normal(32)
    line = theilslopes(y, x, method="joint")
    assert vendor_inputs._off_the_line(x, y) == pytest.approx(y - line.slope * x - line.intercept)
