"""Prices on the site's seeded database and by hand: ties, the frontier, the cheapest equal, changes since a day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from harness.analysis.scale.fit import fit_reported
from harness.errors import BadInput
from harness.market.prices import (
    dispersion,
    list_prices,
    price_changes,
    price_history,
    self_hosted,
    task_costs,
    tradeoff,
)
from harness.store.reader import Reader
from tests.site import fixture_db


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tmp_path_factory.mktemp("market")
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    return Reader(folder / "land.duckdb")


def test_a_market_outside_the_three_and_a_negative_ratio_are_refused(reader: Reader) -> None:
    with pytest.raises(BadInput, match="no market 'grey'"):
        list_prices.market_prices(reader, "grey")
    with pytest.raises(BadInput, match="between 0 and"):
        list_prices.list_prices(reader, -1)


def test_markets_of_the_seeded_hosts(reader: Reader) -> None:
    """Three hosts ask 1, 1.25 and 1.5 times the same: the list price is the middle one's."""
    listed = list_prices.list_prices(reader).set_index("product_id")
    cheapest = list_prices.market_prices(reader, "cheapest").set_index("product_id")
    opened = listed[listed["basis"] == "median"].index
    assert len(opened) > 5 and set(listed.loc[opened, "hosts"]) == {3}
    ratio = listed.loc[opened, "blended_per_mtok"] / cheapest.loc[opened, "blended_per_mtok"]
    assert ratio.tolist() == pytest.approx([1.25] * len(opened), abs=0.01)
    assert set(cheapest.loc[opened, "provider"]) == {"Northbound"}
    closed = listed[listed["basis"] == "maker"]
    assert len(closed) > 3 and (closed["provider_kind"] == "maker").all()


def test_the_cheapest_that_cannot_be_told_from_the_best() -> None:
    # difference 1 ± 1.96 · 0.5 holds no 0, 0.9 ± 0.98 does, whether or not a model's own interval reaches the best score
    rows = pd.DataFrame(
        [("best", 3.0, 0.3, 9.0), ("level", 2.1, 0.4, 4.0), ("cheap", 2.0, 0.4, 1.0), ("better", 2.2, 0.4, 4.0)],
        columns=["model_id", "score", "stderr", "cost"],
    ).assign(model=lambda f: f["model_id"])
    best, level = tradeoff.best_and_cheapest(rows)
    assert (best["model_id"], level["model_id"]) == ("best", "better")
    best, level = tradeoff.best_and_cheapest(rows.iloc[[2, 0]])
    assert best["model_id"] == level["model_id"] == "best"
    best, level = tradeoff.best_and_cheapest(rows.assign(stderr=None, score=[3.0, 2.9, 3.0, 3.0]))
    assert (best["model_id"], level["model_id"]) == ("cheap", "cheap"), (
        "of those without an error only equals are level"
    )


def test_the_frontier_is_of_models_with_a_price(reader: Reader) -> None:
    board = pd.DataFrame({"model_id": ["aurora-1-0.6b", "unpriced"], "score": [1.0, 2.0], "stderr": [0.1, 0.1]})
    assert tradeoff.tradeoff(reader, board)["model_id"].tolist() == ["aurora-1-0.6b"]
    assert tradeoff.tradeoff(reader, board.iloc[:0]).empty
    whole = tradeoff.cost_board(reader, board)
    assert whole["model_id"].tolist() == ["aurora-1-0.6b", "unpriced"] and whole["on_price_frontier"].tolist() == [
        True,
        False,
    ]
    assert whole["task_cost"].isna().tolist() == [False, True] and whole["price"].isna().tolist() == [False, True]


def test_costs_per_task_are_those_reported_at_the_highest_effort(reader: Reader) -> None:
    (known,) = task_costs.cost_benchmarks(reader).to_dict("records")
    assert (known["benchmark_id"], known["products"]) == ("gsm8k", len(reader.sql("FROM model")))
    rows = task_costs.task_costs(reader, "gsm8k")
    assert set(rows["basis"]) == {"reported"} and len(rows) == 2 * known["products"]
    top = task_costs.highest_effort(rows)
    assert set(top["effort"]) == {"high"} and len(top) == known["products"] and set(top["output_tokens"]) == {1600}


class Tasks:
    """Queries that know reported tasks and list prices, one row each."""

    def __init__(self, **task: object) -> None:
        self.task = {"product_id": "m", "benchmark_id": "b", "cost": None, "output_tokens": None} | task

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        if name == "task_costs":
            return pd.DataFrame([self.task])
        assert name == "list_prices"
        return pd.DataFrame([{"product_id": "m", "output_per_mtok": 15.0}])


@pytest.mark.parametrize(
    ("task", "cost", "basis"),
    [
        ({"cost": 0.5, "output_tokens": 2000.0}, 0.5, "reported"),
        ({"output_tokens": 2000.0}, 0.03, "estimated"),  # 2,000 tokens at 15 USD per million
        ({}, None, None),
        ({"output_tokens": 2000.0, "product_id": "unpriced"}, None, None),
    ],
)
def test_only_reported_tokens_are_estimated(task: dict[str, object], cost: float | None, basis: str | None) -> None:
    (row,) = task_costs.task_costs(Tasks(**task)).to_dict("records")
    assert (row["basis"] if isinstance(row["basis"], str) else None) == basis
    assert row["cost"] == pytest.approx(cost) if cost is not None else pd.isna(row["cost"])


def test_prices_changed_once_in_the_seeded_market(reader: Reader) -> None:
    rows = price_changes.price_changes(reader)
    assert len(rows) == len(reader.sql("FROM price WHERE as_of = DATE '2026-07-02'"))
    assert rows["output_change"].tolist() == pytest.approx([1 / 1.6 - 1] * len(rows), abs=0.01)
    assert price_changes.price_changes(reader, dt.date(2026, 7, 3)).empty


def test_history_and_dispersion_of_the_seeded_market(reader: Reader) -> None:
    fit = fit_reported(reader.frame("reported"))
    story = price_history.price_history(reader, fit)
    assert story is not None and story.move is None  # too few models of makers
    assert [level.model_id for level in story.levels] == ["gpt-5"]  # the one level that the seeded market has
    fall = story.levels[0].whole
    assert fall.now <= fall.before and str(fall.last)[:10] == "2026-07-02"
    points = fit.models.set_index("model_id")["points"] if fit is not None else pd.Series(dtype=float)
    sheets = reader.frame("price_sheets", ratio=3.0, cached=0.0)
    able = sheets[sheets["product_id"].isin(points.index[points >= points["gpt-5"]])]
    assert fall.now == pytest.approx(able["blended_per_mtok"].min())
    assert price_history.price_history(reader, None) is None
    apart = dispersion.dispersion(reader)
    assert set(apart["providers"]) == {3} and apart["ratio"].tolist() == pytest.approx([1.5] * len(apart), abs=0.01)
    assert apart["model"].notna().all()


def test_there_is_no_price_story_where_no_level_has_two_dates(tmp_path: Path) -> None:
    fixture_db.build(tmp_path / "land.duckdb", tmp_path / "runs")
    with duckdb.connect(str(tmp_path / "land.duckdb")) as con:
        con.execute("DELETE FROM price WHERE model_id = 'gpt-5' AND as_of < DATE '2026-01-01'")
        con.execute(
            "UPDATE model SET released = DATE '2026-07-02' WHERE model_id = 'gpt-5'"
        )  # the day of the newest sheet
    reader = Reader(tmp_path / "land.duckdb")
    assert price_history.price_history(reader, fit_reported(reader.frame("reported"))) is None


def test_self_hosted_cost_by_hand(reader: Reader) -> None:
    row = self_hosted.self_hosted(reader).iloc[0]
    hour = 1e6 / (row["tokens_per_s"] * 3600)  # two H100 offers: 2.9 and 2.1 USD
    assert (row["low"], row["per_mtok"], row["high"]) == pytest.approx((2.1 * hour, 2.5 * hour, 2.9 * hour))
    half = self_hosted.self_hosted(reader, 0.5, "reserved").iloc[0]
    assert (half["offers"], half["per_mtok"]) == (1, pytest.approx(2 * 2.1 * hour))
