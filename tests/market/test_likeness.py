"""Agreement of models on ten items, by hand: A and C err alike, B on other items."""

from __future__ import annotations

import pytest

from harness.market import likeness
from tests.market.ten_items import RUNS, TenItems

KAPPA = (0.6 - 0.48) / (1 - 0.48)
"""A and B agree on 6 of 10 items; at 60% and 40% right, chance alone gives 0.6 · 0.4 + 0.4 · 0.6."""


@pytest.fixture(scope="module")
def measured() -> likeness.Agreement:
    return likeness.agreement(TenItems(), RUNS, "error_consistency")


def test_pairs_stand_most_alike_first(measured: likeness.Agreement) -> None:
    assert measured.pairs[["model_a", "model_b"]].to_numpy().tolist() == [["A", "C"], ["A", "B"], ["B", "C"]]
    assert measured.pairs["kappa"].tolist() == pytest.approx([1, KAPPA, KAPPA])
    assert measured.items == 20  # ten of each task
    assert measured.square.index.tolist() in (["A", "C", "B"], ["B", "A", "C"], ["C", "A", "B"], ["B", "C", "A"])


def test_items_that_none_one_two_and_all_models_fail(measured: likeness.Agreement) -> None:
    assert measured.failed["items"].tolist() == [6, 6, 2, 6]
    independent = [0.6 * 0.4 * 0.6, 0.4 * 0.6 * 0.4]  # nobody fails, everybody fails
    assert measured.failed["expected_share"].iloc[[0, 3]].tolist() == pytest.approx(independent)


def test_groups_agree_within_and_between(measured: likeness.Agreement) -> None:
    groups = likeness.group_agreement(measured, RUNS, "segment").set_index(["group_a", "group_b"])
    assert groups.loc[("lab", "lab"), "kappa"] == pytest.approx(1)
    assert groups.loc[("lab", "startup"), "kappa"] == pytest.approx(KAPPA)
    labs = likeness.group_agreement(measured, RUNS.assign(segment=["lab", None, "lab"]), "segment")
    assert "startup" not in set(labs["group_b"])


def test_intervals_hold_their_pair_and_come_out_the_same_again(measured: likeness.Agreement) -> None:
    pairs = likeness.pair_intervals(measured)
    assert len(pairs) == 3 and (pairs["low"] <= pairs["kappa"]).all() and (pairs["kappa"] <= pairs["high"]).all()
    assert pairs.equals(likeness.pair_intervals(measured))


def test_a_trend_needs_four_dated_models(measured: likeness.Agreement) -> None:
    (row,) = likeness.trend(measured, RUNS).to_dict("records")
    assert row["models"] == 2 and row["slope_per_year"] != row["slope_per_year"]
