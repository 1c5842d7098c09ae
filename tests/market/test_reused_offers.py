"""Names of offers that stand for another product by now: on price sheets of three days, against what was written there."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from harness.market.prices.reused_offers import reused_offer
from harness.store.reader import Reader
from tests.site import fixture_db

SHEETS = (  # offer, product, day
    ("flash", "flash-1", "2026-01-01"),
    ("flash", "flash-1", "2026-03-01"),
    ("flash", "flash-2", "2026-06-01"),
    ("flash", "flash-2", "2026-07-02"),
    ("pro", "pro-1", "2026-01-01"),
    ("pro", "pro-1", "2026-07-02"),
    ("top-latest", "top-1", "2026-01-01"),
    ("top-latest", "top-2", "2026-07-02"),
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder: Path = tmp_path_factory.mktemp("renamed")
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    with duckdb.connect(str(folder / "land.duckdb")) as con:
        con.execute(
            "INSERT INTO provider (provider_id, name, kind, vendor_id) SELECT 'm', 'Maker', 'maker', any_value(vendor_id) FROM model"
        )
        con.execute("INSERT INTO provider (provider_id, name, kind) VALUES ('h', 'Host', 'host')")
        for product in sorted({p for _, p, _ in SHEETS}):
            con.execute(
                "INSERT INTO model (model_id, product_id, kind, vendor_id, name) SELECT ?, ?, 'text', any_value(vendor_id), ? FROM model",
                [product, product, product.upper()],
            )
        for offer, product, day in SHEETS:
            for provider in ("m", "h"):
                con.execute(
                    "INSERT INTO price (provider_id, offer_id, model_id, tier, per, currency, input_per_mtok, output_per_mtok, as_of) "
                    "VALUES (?, ?, ?, 'standard', 'token', 'USD', 1, 5, ?)",
                    [provider, offer, product, day],
                )
    return Reader(folder / "land.duckdb")


def test_a_makers_name_that_passed_to_another_product_is_told_with_its_first_day(reader: Reader) -> None:
    rows = reader.frame("reused_offers")
    assert rows[["product_id", "provider", "now", "offer_id"]].values.tolist() == [
        ["flash-1", "Maker", "FLASH-2", "flash"]
    ]
    found = reused_offer(reader, "flash-1", "2026-03-01")
    assert found is not None and (found.now, found.since) == ("FLASH-2", "2026-06-01")
    assert found.price == pytest.approx(2.0)  # three tokens in for $1 and one out for $5


def test_a_price_of_the_day_of_the_change_or_later_is_not_told_twice(reader: Reader) -> None:
    assert reused_offer(reader, "flash-1", "2026-06-01") is None
    assert reused_offer(reader, "pro-1", "2026-01-01") is None
