"""Models that the scale or a list of costs leaves out: against a market of a few rows whose answers are counted by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

from harness.market.prices.outside_scale import cheaper_unranked, higher_without_cost


class Market:
    """Queries that know scores and costs of one index: ``leader`` is ranked, the others are new."""

    costs = (  # product, effort, score, cost
        ("leader", "low", 40.0, 1.0),
        ("leader", "max", 50.0, 6.0),
        ("new", "max", 52.0, 0.8),
        ("new", "high", 50.0, 0.3),  # the same score, for less
        ("new", "low", 49.9, 0.1),  # a little less
        ("dear", "max", 55.0, 6.0),  # better, at the same cost
        ("old", "max", 51.0, 2.0),
    )
    scores = (*((p, s) for p, _, s, _ in costs), ("best", 57.0), ("best", 50.0), ("next", 56.0), ("poor", 54.0))

    def frame(self, name: str, /, **_: Any) -> pd.DataFrame:
        if name == "task_costs":
            rows = pd.DataFrame(self.costs, columns=["product_id", "effort", "score", "cost"])
            return rows.assign(
                benchmark_id="b", benchmark="B", output_tokens=None, model=rows["product_id"].str.upper(), as_of="2026-01-01"
            )  # fmt: skip
        if name == "list_prices":
            return pd.DataFrame({"product_id": ["new"], "output_per_mtok": [1.0]})
        assert name == "reported"
        rows = pd.DataFrame(self.scores, columns=["product_id", "score"])
        return rows.assign(benchmark_id="b", model=rows["product_id"].str.upper())


def test_new_models_that_do_the_leaders_work_for_less_are_named() -> None:
    found = cheaper_unranked(Market(), "b", "leader", frozenset({"leader"}))
    assert found is not None
    assert (found.score, found.cost, found.products) == (50.0, 6.0, 2)  # NEW and OLD; DEAR is no cheaper
    assert (found.model, found.effort, found.model_score, found.model_cost) == ("NEW", "high", 50.0, 0.3)


def test_what_the_scale_ranks_is_left_out_by_nobody() -> None:
    assert cheaper_unranked(Market(), "b", "leader", frozenset({"leader", "new", "old"})) is None
    assert cheaper_unranked(Market(), "b", "best", frozenset()) is None  # its own cost is not known


def test_higher_scores_without_a_cost_are_each_products_best() -> None:
    found = higher_without_cost(Market(), "b")
    assert found[["model", "score"]].values.tolist() == [["BEST", 57.0], ["NEXT", 56.0]]  # POOR is below DEAR's 55
