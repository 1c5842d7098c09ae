"""Models on the same items, by hand."""

from __future__ import annotations

import pytest

from harness.market import paired_outcomes
from tests.market.ten_items import RUNS, TenItems


def test_a_pair_differs_by_the_mean_of_its_items_differences() -> None:
    comparison = paired_outcomes.compare(TenItems(), RUNS.iloc[:2])
    (row,) = comparison.tasks.to_dict("records")
    # A alone is right on 3 items, B on 1: mean 0.2, variance (4 − 10 · 0.04) / 9 = 0.4; t of 9 degrees of freedom
    assert (row["model_a"], row["model_b"], row["task"], row["n"]) == ("A", "B", "shared", 10)
    assert (row["difference"], row["stderr"]) == pytest.approx((0.2, 0.2))
    assert row["low"] == pytest.approx(0.2 - 2.262157 * 0.2)
    assert comparison.left_out[["task", "conditions"]].to_numpy().tolist() == [["apart", "num_fewshot"]]


def test_outcomes_carry_labels_and_runs_without_items_are_left_out() -> None:
    rows = paired_outcomes.outcomes(TenItems(), RUNS, task="shared")
    assert rows.groupby("model")["value"].sum().to_dict() == {"A": 6, "B": 4, "C": 6}
    assert set(map(type, rows["choice_probs"])) == {type(None)}
    assert paired_outcomes.with_items(TenItems(), RUNS)["label"].tolist() == ["A", "B"]
