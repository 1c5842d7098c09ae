"""What difficulty makes of likeness: the first eigenvalue's interval and the expected κ; trend points and successors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from harness.analysis.likeness.dimensions import dimensions
from harness.analysis.likeness.pairs import item_blocks, likeness
from harness.analysis.likeness.release_trend import release_trend, trend_points
from harness.analysis.likeness.shared_difficulty import expected_kappa, first_share_interval
from harness.analysis.likeness.successors import SUCCESSOR_COLUMNS, successors
from tests.analysis.test_item_likeness import Answers, matrix, simulated


def brute_force(answers: Answers, draws: int) -> tuple[float, float]:
    """The interval of the first share by drawing items one by one and correlating with pandas."""
    rng, shares = np.random.default_rng(5), []
    for _ in range(draws):
        drawn = pd.DataFrame(answers[:, rng.integers(0, answers.shape[1], answers.shape[1])].T)
        shares.append(np.linalg.eigvalsh(drawn.corr().to_numpy())[-1] / len(answers))
    low, high = np.percentile(shares, [2.5, 97.5])
    return float(low), float(high)


@pytest.mark.parametrize("missing", [False, True])
def test_the_first_shares_interval_is_that_of_drawing_items_one_by_one(missing: bool) -> None:
    answers = simulated(8, 150, 2)
    if missing:
        answers[0, :20] = answers[3, 40:50] = np.nan
    low, high = first_share_interval(matrix(answers), seed=1, draws=1000)
    assert (low, high) == pytest.approx(brute_force(answers, 1000), abs=0.012)
    assert low < dimensions(answers, seed=1, draws=2).first_share < high


def test_without_two_models_that_vary_there_is_no_first_share() -> None:
    answers = np.vstack([np.ones(20), np.zeros(20), np.arange(20) % 2]).astype(float)
    assert np.isnan(first_share_interval(matrix(answers), seed=1)).all()


def test_a_cluster_is_drawn_whole() -> None:
    blocks = item_blocks(np.repeat(np.arange(30), 3), 7, np.random.default_rng(0))
    assert all(len(set(blocks[3 * i : 3 * i + 3])) == 1 for i in range(30)) and set(blocks) == set(range(7))


def test_pairs_with_nothing_but_difficulty_in_common_lie_on_the_expected_line() -> None:
    rng = np.random.default_rng(4)
    ability, difficulty = np.repeat(np.linspace(-1, 2, 20), 2), rng.normal(scale=2, size=4000)
    answers = (rng.random((40, 4000)) < 1 / (1 + np.exp(difficulty - ability[:, None]))).astype(float)
    line = expected_kappa(answers)
    pairs = likeness(matrix(answers), {}, seed=1, draws=2).pairs
    twins = pairs[pairs["a"].str[1:].astype(int).floordiv(2) == pairs["b"].str[1:].astype(int).floordiv(2)]
    assert len(twins) == 20
    at = np.interp((twins["accuracy_a"] + twins["accuracy_b"]) / 2, line["accuracy"], line["kappa"])
    assert np.abs(twins["kappa"] - at).max() < 0.04 and abs((twins["kappa"] - at).mean()) < 0.01


def test_of_nothing_there_is_no_line() -> None:
    assert expected_kappa(np.full((2, 3), np.nan)).empty


@pytest.fixture(scope="module")
def market() -> tuple[Answers, dict[str, str], dict[str, str]]:
    """Twelve models of four vendors, three each: model 1 copies half of model 0's answers; and their release dates."""
    answers = simulated(12, 200, 7)
    answers[1, :100] = answers[0, :100]
    vendors = {f"m{i}": f"v{i // 3}" for i in range(12)}
    released = {f"m{i}": f"2025-{1 + i % 3 * 4 + i // 3:02d}-15" for i in range(12)}
    return answers, vendors, released


@pytest.mark.parametrize("measure", ["kappa", "residual"])
def test_the_trend_is_the_line_through_its_points(
    market: tuple[Answers, dict[str, str], dict[str, str]], measure: str
) -> None:
    answers, vendors, released = market
    pairs = likeness(matrix(answers), vendors, seed=1, draws=2).pairs
    points = trend_points(pairs, released, measure)
    row = release_trend(pairs, released).set_index("measure").loc[measure]
    years = [d.toordinal() / 365.25 for d in points["released"]]
    assert len(points) == row["pairs"] == 54  # 66 pairs less 4 × 3 of one vendor
    assert np.polyfit(years, points["value"], 1)[0] == pytest.approx(row["per_year"], abs=2e-3)  # days are whole
    other = pairs[pairs["same_vendor"] == False]  # noqa: E712
    assert points["value"].mean() == pytest.approx(other[measure].mean())


def test_too_few_dated_models_give_no_points(market: tuple[Answers, dict[str, str], dict[str, str]]) -> None:
    answers, vendors, released = market
    pairs = likeness(matrix(answers), vendors, seed=1, draws=2).pairs
    assert trend_points(pairs, {k: released[k] for k in ("m0", "m3", "m6")}, "kappa").empty


def test_a_model_is_held_against_its_vendors_release_before_it(
    market: tuple[Answers, dict[str, str], dict[str, str]],
) -> None:
    answers, vendors, released = market
    measured = likeness(matrix(answers), vendors, seed=1)
    rows = successors(measured, vendors, released, "kappa")
    assert list(zip(rows["before"], rows["model"], strict=True)) == [
        (f"m{3 * v + k}", f"m{3 * v + k + 1}") for v in range(4) for k in range(2)
    ]
    pairs = measured.pairs
    between = pairs.loc[pairs["same_vendor"] == False, "kappa"].mean()  # noqa: E712
    copied = rows.iloc[0]
    by_hand = pairs.loc[(pairs["a"] == "m0") & (pairs["b"] == "m1"), "kappa"].iloc[0]
    assert copied["difference"] == pytest.approx(by_hand - between) and copied["low"] > 0
    assert (rows["low"] < rows["difference"]).all() and (rows["difference"] < rows["high"]).all()


def test_successors_need_dates_and_two_vendors(market: tuple[Answers, dict[str, str], dict[str, str]]) -> None:
    answers, vendors, released = market
    measured = likeness(matrix(answers), vendors, seed=1, draws=20)
    some = {k: v for k, v in released.items() if k != "m1"} | {"m4": None}
    rows = successors(measured, vendors, some, "kappa")
    assert ("m0", "m2") in set(zip(rows["before"], rows["model"], strict=True)) and "m4" not in set(rows["model"])
    alone = likeness(matrix(answers), dict.fromkeys(vendors, "one"), seed=1, draws=2)
    assert list(successors(alone, dict.fromkeys(vendors, "one"), released, "kappa").columns) == SUCCESSOR_COLUMNS
    assert successors(alone, dict.fromkeys(vendors, "one"), released, "kappa").empty
