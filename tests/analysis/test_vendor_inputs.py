"""Inputs gathered from facts, models and the scale."""

from __future__ import annotations

import pandas as pd

from harness.analysis.companies import inputs, vendor_inputs

VIEW = pd.DataFrame(
    [("v", "startup", "US", "capital", "revenue", 1e6, "USD", "fact", None, "s1")],
    columns=["vendor_id", "segment", "country", "dimension", "input", "value", "unit", "origin", "as_of", "source_id"],
)
FACT = pd.DataFrame(
    [
        ("v", "domain", "coding", "s2"),
        ("v", "domain", "law", "s3"),
        ("v", "domain", "law", "s2"),
        ("w", "product", "X", "s4"),
    ],
    columns=["vendor_id", "key", "value", "source_id"],
)
MODEL = pd.DataFrame(
    [("m1", "v", "apache-2.0", True), ("m2", "v", None, False), ("m3", "w", None, None)],
    columns=["model_id", "vendor_id", "licence", "open_weights"],
)


def test_inputs_by_hand_with_their_sources() -> None:
    found = vendor_inputs.gather_inputs(VIEW, FACT, MODEL, capability={"m1": 0.4, "m2": 0.9})
    value = found.set_index(["vendor_id", "input"])["value"].to_dict()
    assert value == {
        ("v", "revenue"): 1e6,
        ("v", "domains"): 2.0,
        ("w", "products"): 1.0,
        ("v", "licence_openness"): 0.5,
        ("v", "best_reported_capability"): 0.9,
    }
    assert found.set_index("input").loc["domains", "source_id"] == "s2, s3"
    assert set(found["input"]) <= set(inputs.BY_KEY)


def test_nothing_gives_nothing() -> None:
    found = vendor_inputs.gather_inputs(VIEW.iloc[:0], FACT.iloc[:0], MODEL.iloc[:0])
    assert found.empty and list(found) == vendor_inputs.COLUMNS


def test_money_is_converted_where_a_rate_is_known() -> None:
    view = pd.concat([VIEW, VIEW.assign(vendor_id="w", value=70.0, unit="CNY"), VIEW.assign(vendor_id="x", unit="JPY")])
    found = vendor_inputs.gather_inputs(view, FACT.iloc[:0], MODEL.iloc[:0], rates={"CNY": 1 / 7, "USD": 1.0})
    rows = found.set_index("vendor_id")
    assert (rows.loc["w", "value"], rows.loc["w", "unit"]) == (10.0, "USD")
    assert (rows.loc["x", "value"], rows.loc["x", "unit"]) == (1e6, "JPY")
