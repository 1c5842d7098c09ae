"""The cheapest product at each level on the seeded market: against a plain search over the same board."""

from __future__ import annotations

import pandas as pd
import pytest

from harness.analysis.scale.fit import ScaleFit, fit_reported
from harness.analysis.scale.ranks import pairs
from harness.market.prices.best_value import best_values
from harness.market.prices.tradeoff import cost_board
from harness.market.scale_board import scale_board
from harness.store.reader import Reader
from tests.site import fixture_db


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tmp_path_factory.mktemp("value")
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    return Reader(folder / "land.duckdb")


@pytest.fixture(scope="module")
def fit(reader: Reader) -> ScaleFit:
    found = fit_reported(reader.frame("reported"))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def board(reader: Reader, fit: ScaleFit) -> pd.DataFrame:
    return cost_board(reader, scale_board(reader, fit), fit=fit)


def test_no_product_that_reaches_a_level_is_cheaper(board: pd.DataFrame, fit: ScaleFit) -> None:
    found = best_values(board, fit)
    assert set(found["measure"]) == {"task", "token"} and found["level_id"].isin(["gpt-5"]).any()
    columns = {"task": "task_cost", "token": "price"}
    for row in found[found["level_id"] != ""].to_dict("records"):
        column = columns[row["measure"]]
        able = board[(board["score"] >= row["level_points"]) & board[column].notna()]
        if row["measure"] == "token":
            able = able[able["leads"].eq(True)]
        assert row["cost"] == pytest.approx(able[column].min()) and row["points"] >= row["level_points"]
        assert 0.4 < row["reaches"] <= 1


def test_a_price_that_leads_no_frontier_is_no_bargain(board: pd.DataFrame, fit: ScaleFit) -> None:
    grey = board.assign(price=board["price"].where(board["leads"].eq(True), 1e-6))
    cheap = board["price"].idxmin()
    grey.loc[cheap, "leads"] = False
    found = best_values(grey, fit)
    assert board.loc[cheap, "model_id"] not in set(found.loc[found["measure"] == "token", "product_id"])


def test_at_the_top_only_equals_of_the_best_count(board: pd.DataFrame, fit: ScaleFit) -> None:
    found = best_values(board, fit)
    top, best = found[found["level_id"] == ""], board.loc[board["score"].idxmax()]
    assert set(top["level"]) == {best["model"]} and top["reaches"].isna().all()

    def told_apart(id: str) -> bool:
        gap = pairs(fit, [best["model_id"], id]).iloc[0]
        return id != best["model_id"] and bool(gap["low"] > 0)

    assert not any(told_apart(id) for id in top["product_id"])
    cheaper = board[(board["price"] < top.set_index("measure").loc["token", "cost"]) & board["leads"].eq(True)]
    assert len(cheaper) > 0 and all(told_apart(id) for id in cheaper["model_id"])


def test_an_empty_board_has_no_bargain(board: pd.DataFrame, fit: ScaleFit) -> None:
    assert best_values(board.head(0), fit).empty
