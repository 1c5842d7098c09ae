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
