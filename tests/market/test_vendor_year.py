"""What a vendor did in the last year: products only, dated within it, with trusted prices."""

from __future__ import annotations

from typing import Any

import pandas as pd

from harness.market.companies import vendor_year

DAY = pd.Timestamp("2026-07-01")


class Frames:
    """Named queries answered from frames in memory."""

    def __init__(self, **frames: pd.DataFrame) -> None:
        self.frames = frames

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        return self.frames[name]


def market() -> Frames:
    models = pd.DataFrame(
        [("new", "new", "a", DAY), ("new-high", "new", "a", DAY), ("old", "old", "a", DAY - pd.DateOffset(months=13)),
         ("other", "other", "b", DAY)],
        columns=["model_id", "product_id", "vendor_id", "released"],
    ).assign(source_id="page")  # fmt: skip
    prices = pd.DataFrame({"product_id": ["new"], "vendor_id": "a", "input_per_mtok": 1.0, "output_per_mtok": 4.0, "basis": "maker",
                           "provider": "A", "hosts": 0, "as_of": DAY, "url": "https://price"})  # fmt: skip
    sources = pd.DataFrame({"source_id": ["page"], "title": "A page", "url": "https://page"})
    facts = pd.DataFrame(
        [("funding_round", "5", "USD", 5.0, DAY), ("funding_round", "4", "USD", 4.0, DAY - pd.DateOffset(months=13)),
         ("staff", "9", "people", None, DAY)],
        columns=["key", "value", "unit", "usd", "as_of"],
    ).assign(note=None, source="A page", url="https://page")  # fmt: skip
    deals = pd.DataFrame({"kind": ["invested"], "from_id": "b", "to_id": "a", "amount": 3.0, "currency": "USD", "usd": 3.0, "note": None,
                          "as_of": DAY, "source": "A page", "url": "https://page"})  # fmt: skip
    products = models[models["model_id"] == models["product_id"]].drop(columns=["product_id", "source_id"])
    products = products.assign(name=products["model_id"], source="A page", url="https://page")
    prices = prices.assign(source="A price list")
    return Frames(
        models=models, releases=products, list_prices=prices, source_names=sources, facts=facts, relations=deals
    )


def test_releases_are_products_of_the_last_year_with_points_and_price() -> None:
    board = pd.DataFrame({"model_id": ["new"], "score": [150.0], "low": [148.0], "high": [152.0]})
    rows = vendor_year.releases(market(), board, "a")
    assert list(rows["model_id"]) == ["new"], "no effort level, nothing older, nobody else's"
    first = rows.iloc[0]
    assert (first["score"], first["output_per_mtok"], first["provider"], first["priced"]) == (150.0, 4.0, "A", DAY)
    assert (first["source"], first["url"], first["price_url"]) == ("A page", "https://page", "https://price")


def test_events_are_rounds_and_deals_of_the_last_year() -> None:
    rows = vendor_year.events(market(), "a")
    assert sorted(zip(rows["key"], rows["usd"], strict=True)) == [("funding_round", 5.0), ("relation", 3.0)]


def test_the_cheapest_output_price_is_new_and_of_somebody_one_can_trust() -> None:
    listed = pd.DataFrame(
        [("a", "old", "maker", 0.1, DAY - pd.Timedelta(days=200)), ("a", "few", "few", 0.2, DAY), ("b", "other", "maker", 0.3, DAY),
         ("a", "free", "maker", 0.0, DAY), ("a", "dear", "maker", 9.0, DAY), ("a", "right", "median", 2.0, DAY - pd.Timedelta(days=30))],
        columns=["vendor_id", "product_id", "basis", "output_per_mtok", "as_of"],
    )  # fmt: skip
    row = vendor_year.cheapest_output(listed, "a")
    assert row is not None and (row["product_id"], row["output_per_mtok"]) == ("right", 2.0)
    assert vendor_year.cheapest_output(listed[listed["basis"] == "few"], "a") is None
