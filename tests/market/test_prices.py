"""Prices on the site's seeded database and by hand: ties, the frontier, the cheapest equal, changes since a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from harness.market.prices import cheapest, dispersion, price_changes, price_history, self_hosted, tradeoff
from harness.store.reader import Reader
from tests.site import fixture_db


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tmp_path_factory.mktemp("market")
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    return Reader(folder / "land.duckdb")


class Offers:
    """Queries that know one frame of prices."""

    def __init__(self, rows: list[tuple[str, str, str, float]]) -> None:
        self.rows = pd.DataFrame(rows, columns=["provider_id", "offer_id", "model_id", "input_per_mtok"]).assign(
            output_per_mtok=lambda f: f["input_per_mtok"], current=True, currency="USD", as_of=dt.date(2026, 7, 2),
            provider=lambda f: f["provider_id"], provider_vendor=lambda f: f["provider_id"], vendor_id="maker",
        )  # fmt: skip

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        assert name == "prices"
        return self.rows


def test_of_equal_prices_the_first_provider_and_offer_stands_and_free_ones_never_do() -> None:
    offers = Offers([("q", "a", "m", 1.0), ("p", "b", "m", 1.0), ("p", "a", "m", 1.0), ("p", "f", "m", 0.0)])
    (row,) = cheapest.cheapest(offers).to_dict("records")
    assert (row["provider_id"], row["offer_id"]) == ("p", "a")
    makers = Offers([("maker", "a", "m", 3.0), ("maker", "b", "m", 2.0), ("host", "a", "m", 1.0)])
    assert cheapest.own_prices(makers).to_dict() == {"m": 2.0}


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


def test_prices_changed_once_in_the_seeded_market(reader: Reader) -> None:
    rows = price_changes.price_changes(reader)
    assert len(rows) == len(reader.sql("FROM price WHERE as_of = DATE '2026-07-02'"))
    assert rows["output_change"].tolist() == pytest.approx([1 / 1.6 - 1] * len(rows), abs=0.01)
    assert price_changes.price_changes(reader, dt.date(2026, 7, 3)).empty
    assert price_changes.price_move(reader) is None  # too few models


def test_history_and_dispersion_of_the_seeded_market(reader: Reader) -> None:
    models = reader.sql("SELECT model_id FROM model ORDER BY model_id")["model_id"]
    board = pd.DataFrame({"model_id": models, "model": models, "score": range(len(models))})
    board = board[~board["model_id"].isin(price_history.LEVELS)]  # quantiles stand in
    history = price_history.price_history(reader, board)
    assert history is not None and len(history.bands) == 3
    both = history.lowest.pivot(index="band", columns="date", values="price")
    assert (both.iloc[:, 1] / both.iloc[:, 0]).tolist() == pytest.approx([1 / 1.6] * 3, abs=0.01)
    apart = dispersion.dispersion(reader)
    assert set(apart["providers"]) == {2} and apart["ratio"].tolist() == pytest.approx([1.25] * len(apart), abs=0.01)
    assert apart["model"].notna().all()


def test_self_hosted_cost_by_hand(reader: Reader) -> None:
    row = self_hosted.self_hosted(reader).iloc[0]
    hour = 1e6 / (row["tokens_per_s"] * 3600)  # two H100 offers: 2.9 and 2.1 USD
    assert (row["low"], row["per_mtok"], row["high"]) == pytest.approx((2.1 * hour, 2.5 * hour, 2.9 * hour))
    half = self_hosted.self_hosted(reader, 0.5, "reserved").iloc[0]
    assert (half["offers"], half["per_mtok"]) == (1, pytest.approx(2 * 2.1 * hour))
