"""Themes and fronts: every fact and input has one, and what lacks is named."""

from __future__ import annotations

import pandas as pd

from harness.analysis.companies.inputs import INPUTS
from harness.catalog.schema import DIMENSIONS
from harness.catalog.vocabulary import FACT_KEYS
from harness.market.companies.side_by_side import measures
from harness.market.companies.vendor_themes import ASKED, COMPARED_FRONTS, DIMENSION_FRONT, THEMES, not_known, theme


def test_every_fact_and_input_has_a_theme_and_every_dimension_a_front() -> None:
    assert {theme(f.key, f.dimension) for f in FACT_KEYS} | {theme(i.key, i.dimension) for i in INPUTS} == set(THEMES)
    assert set(ASKED) == set(THEMES) and set(DIMENSION_FRONT) == set(DIMENSIONS)
    assert set(DIMENSION_FRONT.values()) == set(COMPARED_FRONTS)
    known = {f.key for f in FACT_KEYS} | {i.key for i in INPUTS}
    assert {key for keys in ASKED.values() for key in keys} <= known


def test_an_input_stands_on_the_front_of_the_fact_that_it_is_made_of() -> None:
    facts = {f.key: theme(f.key, f.dimension) for f in FACT_KEYS}
    differ = {i.key for i in INPUTS if i.key in facts and theme(i.key, i.dimension) != facts[i.key]}
    assert not differ


def test_what_lacks_is_named_by_theme() -> None:
    facts = pd.DataFrame({"key": ["staff", "revenue"], "dimension": ["rnd", "capital"]})
    inputs = pd.DataFrame({"input": ["revenue", "valuation"]})
    rows = not_known(facts, inputs).set_index("theme")
    assert rows["facts"].to_dict() == dict.fromkeys(THEMES, 0) | {"talent": 1, "capital": 1}
    assert rows.loc["talent", "lacks"] == ("researchers",)
    assert not {"revenue", "valuation"} & set(rows.loc["capital", "lacks"])


def test_parts_of_a_year_are_compared_with_nothing_and_unknown_figures_keep_their_row() -> None:
    inputs = pd.DataFrame(
        {"vendor_id": ["a", "b"], "dimension": "capital", "input": ["revenue", "revenue_part"], "value": [9.0, 3.0]}
    )
    rows = measures(inputs, ["a", "b"])
    assert "revenue_part" not in set(rows["input"])
    revenue = rows[rows["input"] == "revenue"].set_index("vendor_id")["value"]
    assert revenue["a"] == 9 and pd.isna(revenue["b"])
    assert set(rows["front"]) == set(COMPARED_FRONTS), "inputs that rank are named even where nobody has them"
