"""Positions of companies on the shipped catalog, held against what everybody can check. These tests judge the index."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from harness.analysis.companies.scores import DEFAULT
from harness.analysis.scale.fit import fit_reported
from harness.market.positions import position_inputs, positions
from harness.market.scale_board import scale_board
from harness.store.reader import Reader
from harness.store.rebuild import rebuild

CATALOG = Path(__file__).parents[2] / "data" / "catalog"
KNOWN = ("openai", "anthropic", "google", "alibaba", "bytedance", "deepseek", "microsoft", "meta")
"""Vendors that belong to the upper third, or whose lowest input the page must name."""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The inputs of positioning of the shipped catalog."""
    path = tmp_path_factory.mktemp("shipped") / "landscape.duckdb"
    rebuild(path, CATALOG, path.parent / "public", path.parent / "runs")
    reader = Reader(path)
    return position_inputs(reader, scale_board(reader, fit_reported(reader.frame("reported"))))


@pytest.fixture(scope="module")
def placed(inputs: pd.DataFrame) -> pd.DataFrame:
    """Positions under the default choices, by vendor."""
    return positions(inputs, DEFAULT).set_index("vendor_id")


def _own(inputs: pd.DataFrame, name: str) -> pd.Series:
    """Values of one input by vendor, without those taken over from a group."""
    rows = inputs[(inputs["input"] == name) & inputs["group_id"].isna() & ~inputs["too_old"]]
    return rows.set_index("vendor_id")["value"].astype(float)


@pytest.mark.parametrize(
    ("dimension", "name", "least", "vendors"),
    [("capital", "valuation", 0.9, 25), ("capital", "revenue", 0.8, 20), ("rnd", "capability", 0.6, 20)],
)
def test_a_dimension_follows_its_plainest_measure(
    inputs: pd.DataFrame, placed: pd.DataFrame, dimension: str, name: str, least: float, vendors: int
) -> None:
    both = pd.concat([placed[dimension].astype(float), _own(inputs, name)], axis=1).dropna()
    assert len(both) >= vendors
    assert both.iloc[:, 0].corr(both.iloc[:, 1], method="spearman") >= least


def test_the_ten_most_valuable_companies_stand_in_the_upper_half_of_capital(
    inputs: pd.DataFrame, placed: pd.DataFrame
) -> None:
    capital = placed["capital"].dropna().astype(float)
    top = _own(inputs, "valuation").nlargest(10).index
    assert len(top) == 10 and {"nvidia", "google", "microsoft"} <= set(top)
    assert (capital.rank(pct=True).reindex(top) > 0.5).all()


def test_well_known_vendors_stand_in_the_upper_third_or_it_is_said_what_keeps_them_out(
    inputs: pd.DataFrame, placed: pd.DataFrame
) -> None:
    from harness.analysis.companies.strengths import largest_losses

    ranked = placed[placed["ranked"].astype(bool)]
    assert set(KNOWN) <= set(ranked.index) and len(ranked) >= 30
    third = len(ranked) / 3
    outside = [vendor for vendor in KNOWN if ranked.loc[vendor, "rank"] > third]
    named = largest_losses(inputs).set_index("vendor_id")
    assert len(outside) <= 1 and all(ranked.loc[vendor, "rank"] <= third + 2 for vendor in outside)
    for vendor in outside:  # the input that is named is one on which it is below the middle
        assert named.loc[vendor, "score"] < 0.5 and named.loc[vendor, "loss"] > 0


def test_money_of_every_currency_counts(inputs: pd.DataFrame) -> None:
    revenue = inputs[inputs["input"] == "revenue"].set_index("vendor_id")
    assert {"alibaba", "tencent", "samsung", "openai"} <= set(revenue.index)
    assert revenue.loc["alibaba", "stated_unit"] == "CNY" and 1.2e11 < revenue.loc["alibaba", "value"] < 1.6e11
    assert revenue.loc["openai", "value"] == 13.07e9  # a full year, not a run rate and no product line


@pytest.mark.parametrize("name", ["valuation", "revenue", "rnd_spend"])
def test_every_figure_is_the_stated_one_at_a_rate_of_its_currency(inputs: pd.DataFrame, name: str) -> None:
    """Between the lowest and the highest rate that fx.csv has of the currency: a won read as a dollar would show."""
    rates = pd.read_csv(CATALOG / "fx.csv").groupby("currency")["usd_per_unit"].agg(["min", "max"])
    rows = inputs[(inputs["input"] == name) & inputs["stated"].notna()]
    assert len(rows) >= 15 and (rows["stated_unit"] != "USD").any()
    for row in rows.itertuples():
        low, high = (1, 1) if row.stated_unit == "USD" else rates.loc[row.stated_unit]
        assert low * row.stated * (1 - 1e-9) <= row.value <= high * row.stated * (1 + 1e-9), row.vendor_id
