"""What the Cost page says of right answers and of providers against each other: each against a plain count."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.site.conftest import Open, texts


def _rows(folder: Path, query: str) -> pd.DataFrame:
    with duckdb.connect(str(folder / "land.duckdb"), read_only=True) as con:
        return con.execute(query).fetchdf()


def _table(at: object, column: str) -> pd.DataFrame:
    return next(t.value for t in at.dataframe if column in t.value)  # type: ignore[attr-defined]


def test_a_right_answer_costs_its_price_by_the_share_right(site: Open, filled: Path) -> None:
    at = site(filled, "cost", answers="GSM8K", ratio="1.0")
    assert not at.exception and not at.error
    shown = _table(at, "price_place").set_index("model")
    told = _rows(
        filled,
        "SELECT m.name, r.score, min((p.input_per_mtok + p.output_per_mtok) / 2) AS price FROM reported_score AS r "
        "JOIN model AS m USING (model_id) JOIN price AS p USING (model_id) "
        "WHERE benchmark = 'GSM8K' AND p.as_of = DATE '2026-07-02' GROUP BY ALL",
    ).set_index("name")
    assert len(shown) > 5 and set(shown.index) <= set(told.index)
    for model, row in shown.iterrows():
        # a thousand answers of a thousand tokens are a million tokens
        assert row["value"] == pytest.approx(told.loc[model, "price"] / told.loc[model, "score"])
    assert shown["value"].is_monotonic_increasing
    assert shown["blended_per_mtok"].rank(method="min").tolist() == shown["price_place"].tolist()
    assert shown.index[0].replace("<b>", "") and "right answers" in texts(at)


def test_who_asks_less_on_the_models_both_sell(site: Open, filled: Path) -> None:
    at = site(filled, "cost")
    assert not at.exception and not at.error
    (row,) = _table(at, "dearer_name").to_dict("records")
    both = _rows(filled, "SELECT model_id FROM price GROUP BY model_id HAVING count(DISTINCT provider_id) = 2")
    assert (row["cheaper_name"], row["dearer_name"]) == ("Northbound", "Southgate")
    assert row["models"] == row["shared"] == len(both) and row["median_ratio"] == pytest.approx(1.25, abs=0.01)
    assert "Northbound asks less than its rival 100% of the time" in texts(at).replace("\\", "")
