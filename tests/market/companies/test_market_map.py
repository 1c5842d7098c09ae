"""The map of the market on rows written by hand: which value counts, in dollars, and which models."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from harness.market.companies import market_map
from tests.market.companies.catalog_by_hand import SOURCE, model, reader, value, vendor

VENDORS = [
    vendor("alpha"),
    vendor("beta", "big-tech", "CN"),
    vendor("gamma", "lab", "FR"),
    vendor("delta", parent_id="alpha"),
    vendor("omega", "reference"),
]


def _rows(folder: Path) -> pd.DataFrame:
    return market_map.market_map(
        reader(
            folder,
            source=[SOURCE],
            vendor=VENDORS,
            fx=[{"currency": "CNY", "usd_per_unit": 0.125, "as_of": "2026-01-01", "source_id": "page"}],
            fact=[
                value("alpha", 9e9, "2025-01-01"), value("alpha", 4e9, "2026-05-01"), value("alpha", 5e9, "2026-05-01"),
                value("beta", 8e9, "2026-03-01", "CNY"),
                value("gamma", 7e9, "2023-05-31"),
                value("delta", 1e9, "2026-01-01"),
                value("omega", 1e12, "2026-01-01"),
            ],
            model=[
                model("a1", "alpha", "2026-06-01"), model("a1-latest", "alpha", "2026-06-01", product_id="a1"),
                model("a0", "alpha", "2024-06-01"), model("a-voice", "alpha", "2026-01-01", kind="speech"),
                model("b1", "beta", "2024-06-02", kind="multimodal"), model("b2", "beta", None),
            ],
        )
    ).set_index("vendor_id")  # fmt: skip


def test_the_newest_value_of_three_years_counts_in_dollars_of_its_day(tmp_path: Path) -> None:
    rows = _rows(tmp_path)
    assert rows.loc["alpha", "value"] == 5e9, "the newest day, and of two values of one day the higher"
    assert rows.loc["beta", "value"] == pytest.approx(1e9), "8 billion yuan at 0.125"
    assert rows["value"].isna()["gamma"], "older than three years before the newest release"
    assert (rows.loc["alpha", "source"], rows.loc["alpha", "url"]) == ("A page", "https://example.org/page")
    assert f"{rows.loc['alpha', 'as_of']:%Y-%m-%d}" == "2026-05-01"
    assert "omega" not in rows.index


def test_models_are_products_of_two_years_and_no_second_names(tmp_path: Path) -> None:
    assert _rows(tmp_path)["models"].to_dict() == {"alpha": 1, "beta": 1, "gamma": 0, "delta": 0}


def test_a_child_of_a_valued_parent_counts_once(tmp_path: Path) -> None:
    rows = _rows(tmp_path)
    assert rows["in_parent"].to_dict() == {"alpha": False, "beta": False, "gamma": False, "delta": True}
    assert market_map.size_of(rows, "value").dropna().to_dict() == pytest.approx({"alpha": 5e9, "beta": 1e9})
    assert market_map.size_of(rows, "models").dropna().to_dict() == {"alpha": 1, "beta": 1}


def test_shares_are_of_what_is_shown(tmp_path: Path) -> None:
    bands = market_map.shares(_rows(tmp_path).reset_index(), "value").set_index("band")
    assert list(bands.index) == ["US", "CN", "other"]
    assert bands["share"].tolist() == pytest.approx([5 / 6, 1 / 6, 0])
    assert bands["vendors"].tolist() == [2, 1, 1] and bands["with_size"].tolist() == [1, 1, 0]


def test_without_sizes_the_bands_keep_their_order(tmp_path: Path) -> None:
    rows = _rows(tmp_path).reset_index()
    labs = market_map.shares(rows.assign(value=float("nan")).iloc[::-1], "value")
    assert list(labs["band"]) == list(market_map.BANDS) and not labs["share"].any()
