"""The Cost page: right answers, providers against each other, the frontier, the sliders; each against a plain count."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.site.conftest import Open, rows, table, texts


def test_a_right_answer_costs_its_price_by_the_share_right(site: Open, filled: Path) -> None:
    at = site(filled, "cost", answers="GSM8K", ratio="1.0")
    assert not at.exception and not at.error
    shown = table(at, "price_place").set_index("model")
    prices = rows(
        filled,
        "SELECT m.name, r.score, min((p.input_per_mtok + p.output_per_mtok) / 2) AS price FROM reported_score AS r "
        "JOIN model AS m USING (model_id) JOIN price AS p USING (model_id) "
        "WHERE benchmark_id = 'gsm8k' AND p.as_of = DATE '2026-07-02' GROUP BY ALL",
    ).set_index("name")
    assert len(shown) > 5 and set(shown.index) <= set(prices.index)
    for model, row in shown.iterrows():
        # a thousand answers of a thousand tokens are a million tokens
        assert row["value"] == pytest.approx(prices.loc[model, "price"] / prices.loc[model, "score"])
    assert shown["value"].is_monotonic_increasing
    assert shown["blended_per_mtok"].rank(method="min").tolist() == shown["price_place"].tolist()
    first = (prices["price"] / prices["score"]).reindex(shown.index).idxmin()
    assert f"{first} gives the cheapest right answers" in texts(at).replace("\\", "")


def test_who_asks_less_on_the_models_both_sell(site: Open, filled: Path) -> None:
    at = site(filled, "cost")
    assert not at.exception and not at.error
    (row,) = table(at, "dearer_name").to_dict("records")
    both = rows(filled, "SELECT model_id FROM price GROUP BY model_id HAVING count(DISTINCT provider_id) = 2")
    assert (row["cheaper_name"], row["dearer_name"]) == ("Northbound", "Southgate")
    assert row["models"] == row["shared"] == len(both) and row["median_ratio"] == pytest.approx(1.25, abs=0.01)
    assert "Northbound asks less than its rival 100% of the time" in texts(at).replace("\\", "")


def test_the_ratio_moves_the_price(site: Open, filled: Path) -> None:
    prices = {
        ratio: site(filled, "cost", ratio=ratio).dataframe[0].value.set_index("label")["x"] for ratio in ("0.0", "9.0")
    }
    shared = prices["0.0"].index.intersection(prices["9.0"].index)
    # output costs 3.5 times the input: all output against nine parts input
    assert (prices["0.0"].loc[shared] / prices["9.0"].loc[shared]).round(2).unique().tolist() == [2.8]


def test_the_frontier_is_beaten_by_nobody(site: Open, filled: Path) -> None:
    frame = site(filled, "cost").dataframe[0].value
    firm = frame[frame["membership"] > 0.5]  # whom a cheaper one beats is on fewer than half of the frontiers
    assert 0 < len(firm) < len(frame)
    assert not any(((frame["x"] < row.x) & (frame["y"] > row.y)).any() for row in firm.itertuples())


def test_half_the_utilisation_doubles_the_cost(site: Open, filled: Path) -> None:
    def cost(use: str) -> pd.Series:
        return table(site(filled, "cost", use=use), "per_mtok").set_index("model")["per_mtok"]

    ratio = cost("0.5") / cost("1.0")
    assert len(ratio) and ratio.round(6).eq(2).all()
