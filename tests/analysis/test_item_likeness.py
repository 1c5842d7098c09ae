"""Likeness item by item: the fit against a general optimiser, Q3 on simulated answers, pairs, groups, dimensions and trend."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from harness.analysis.likeness import homogeneity
from harness.analysis.likeness.accuracy_bands import at_like_accuracy, like_band
from harness.analysis.likeness.answer_patterns import answer_patterns
from harness.analysis.likeness.block_sums import block_sums
from harness.analysis.likeness.dimensions import dimensions
from harness.analysis.likeness.groups import AT_LIKE, DIFFERENCE, group_likeness
from harness.analysis.likeness.homogeneity import OutcomeMatrix
from harness.analysis.likeness.pairs import PAIR_COLUMNS, likeness, residual_draws
from harness.analysis.likeness.rasch import (
    ABILITY_PRECISION,
    DIFFICULTY_PRECISION,
    fit_rasch,
    residual_correlation,
    residuals,
)
from harness.analysis.likeness.release_trend import release_trend

Answers = npt.NDArray[np.float64]


def simulated(models: int, items: int, seed: int) -> Answers:
    """Answers of which nothing but ability and difficulty decides, ``(models, items)``; no item is solved by all or none."""
    rng = np.random.default_rng(seed)
    ability, difficulty = rng.normal(size=models), rng.normal(size=items)
    answers = (rng.random((models, items)) < expit(ability[:, None] - difficulty)).astype(float)
    return np.asarray(answers[:, (answers.sum(axis=0) > 0) & (answers.sum(axis=0) < models)])


def matrix(answers: Answers, clusters: npt.ArrayLike | None = None) -> OutcomeMatrix:
    m, n = answers.shape
    nothing = np.zeros(n, dtype=np.int16)
    names, groups = tuple(f"m{i}" for i in range(m)), np.arange(n) if clusters is None else np.asarray(clusters)
    return OutcomeMatrix(names, np.full(n, "t", object), answers.astype(np.float32), None, nothing - 1, nothing, groups)


def upper(square: Answers) -> Answers:
    return square[np.triu_indices(len(square), 1)]


def test_the_fit_is_where_a_general_optimiser_finds_it() -> None:
    answers = simulated(5, 14, 1)
    answers[0, 3] = answers[2, 3] = answers[4, 0] = np.nan
    answers[:, 5] = 1  # an item that all solve

    def loss(x: Answers) -> float:
        margin = x[:5, None] - x[5:]
        terms = np.where(np.isnan(answers), 0, np.where(answers == 1, log_expit(margin), log_expit(-margin)))
        prior = ABILITY_PRECISION * (x[:5] ** 2).sum() + DIFFICULTY_PRECISION * (x[5:] ** 2).sum()
        return float(prior / 2 - terms.sum())

    n = answers.shape[1]
    best = minimize(loss, np.zeros(5 + n), method="BFGS", options={"gtol": 1e-7}).x
    fit = fit_rasch(answers)
    assert fit.ability == pytest.approx(best[:5], abs=1e-4)
    assert fit.difficulty == pytest.approx(best[5:], abs=1e-4)


def test_what_nobody_answered_is_not_known() -> None:
    answers = simulated(4, 10, 2)
    answers[1], answers[:, 2] = np.nan, np.nan
    fit = fit_rasch(answers)
    assert np.isnan(fit.ability).tolist() == [False, True, False, False]
    assert np.flatnonzero(np.isnan(fit.difficulty)).tolist() == [2]
    assert np.isnan(residual_correlation(residuals(answers, fit))[1]).all()


def test_q3_is_the_plain_correlation_of_residuals_on_shared_items() -> None:
    answers = simulated(5, 40, 3)
    gaps = answers.copy()
    gaps[0, :6], gaps[3, 20:29] = np.nan, np.nan
    for given in (gaps, answers):
        rest = residuals(given, fit_rasch(given))
        assert residual_correlation(rest) == pytest.approx(pd.DataFrame(rest.T).corr().to_numpy())


@pytest.mark.parametrize(("models", "items"), [(8, 300), (20, 400)])
def test_the_mean_of_q3_is_below_zero_by_construction_and_no_pair_stands_out(models: int, items: int) -> None:
    means, shrunk, furthest = [], [], 0.0
    for seed in range(12):
        answers = simulated(models, items, seed)
        fit = fit_rasch(answers, difficulty_precision=0)
        rest = answers - fit.expected()
        assert rest.sum(axis=0) == pytest.approx(0, abs=1e-9)  # what the mean comes from
        means.append(upper(residual_correlation(rest)).mean())
        q3 = upper(residual_correlation(residuals(answers, fit_rasch(answers))))
        shrunk.append(q3.mean())
        furthest = max(furthest, float(np.abs(q3 - q3.mean()).max() * np.sqrt(answers.shape[1])))
    assert np.mean(means) == pytest.approx(-1 / (models - 1), rel=0.02)
    assert np.mean(shrunk) == pytest.approx(-1 / (models - 1), rel=0.12) and np.mean(shrunk) > np.mean(means)
    assert furthest < 5  # standard errors, of up to 12 × 190 pairs


def planted() -> Answers:
    """Twelve models of one Rasch law; models 2 and 7 give the same answer to every third item, whatever its difficulty."""
    answers = simulated(12, 400, 7)
    answers[7, ::3] = answers[2, ::3] = np.random.default_rng(8).random(len(answers[7, ::3])) < 0.5
    return answers


def test_planted_likeness_stands_out() -> None:
    pairs = likeness(matrix(planted()), {}, seed=1, draws=50).pairs.sort_values("residual", ascending=False)
    first, second = pairs.iloc[0], pairs.iloc[1]
    assert (first["a"], first["b"]) == ("m2", "m7")
    assert first["residual"] > pairs["residual"].mean() + 5 / 20 and second["residual"] < first["residual"] / 2
    assert first["kappa"] == pairs["kappa"].max() and first["kappa_low"] > pairs["kappa"].mean()


def test_a_pair_by_hand() -> None:
    a, b, c = [1, 1, 1, 0, 0, 0, 1, 0], [1, 1, 0, 0, 0, 1, np.nan, 0], [1, 0, 1, 0, 1, 0, 1, 0]
    measured = likeness(matrix(np.array([a, b, c], dtype=float)), {"m0": "x", "m1": "x"}, seed=1, draws=200)
    row = measured.pairs.iloc[0]
    assert list(measured.pairs.columns) == PAIR_COLUMNS and len(measured.pairs) == 3
    assert (row["items"], row["accuracy_a"], row["accuracy_b"]) == (7, 3 / 7, 3 / 7)
    chance = (3 / 7) ** 2 + (4 / 7) ** 2
    assert row["kappa"] == pytest.approx((5 / 7 - chance) / (1 - chance))
    assert row["both_wrong"] == pytest.approx((3 / 7) / (4 / 7) ** 2)
    assert row["kappa_low"] < row["kappa"] < row["kappa_high"]
    assert measured.pairs["same_vendor"].isna().tolist() == [False, True, True] and row["same_vendor"]


def test_a_model_that_solves_all_or_nothing_has_no_likeness() -> None:
    answers = simulated(4, 60, 4)
    answers[1], answers[2], answers[3] = 0, 0, answers[0]
    pairs = likeness(matrix(answers), {}, seed=1, draws=50).pairs.set_index(["a", "b"])
    assert np.isnan(pairs.loc[("m1", "m2"), ["kappa", "residual"]].to_numpy(dtype=float)).all()
    assert np.isnan(pairs.loc[("m0", "m1"), "residual"])
    twins = pairs.loc[("m0", "m3")]
    assert twins["kappa"] == 1 and np.isnan(twins["kappa_low"])  # equal in every sample: how sure that is, none says


def test_kappa_is_error_consistency_whatever_is_missing() -> None:
    answers = simulated(6, 60, 4)
    answers[1, 5:20], answers[4, 30:33] = np.nan, np.nan
    square = homogeneity.agreement(matrix(answers), kind="error_consistency").to_numpy()
    assert likeness(matrix(answers), {}, seed=1, draws=2).pairs["kappa"].to_numpy() == pytest.approx(upper(square))


@pytest.mark.parametrize(("missing", "few"), [(0.0, True), (0.01, True), (0.4, False)])
def test_sums_of_blocks_are_sums_over_the_shared_items_of_the_blocks_drawn(missing: float, few: bool) -> None:
    rng = np.random.default_rng(9)
    answers, residual = simulated(6, 60, 8), rng.normal(size=(6, 60))
    residual = residual[:, : answers.shape[1]]
    gone = rng.random(answers.shape) < missing
    answers[gone] = residual[gone] = np.nan
    block, times = rng.integers(0, 5, answers.shape[1]), np.array([[1.0, 1, 1, 1, 1], [0, 3, 1, 0, 1]])
    block[:5] = range(5)
    first, second = np.triu_indices(6, 1)
    assert answer_patterns(~gone).few == few
    sums = block_sums(answers.astype(np.float32), residual, block, first, second)
    totals = sums.totals(times)
    for draw, often in enumerate(times):
        for pair, (i, j) in enumerate(zip(first, second, strict=True)):
            both = ~np.isnan(answers[i]) & ~np.isnan(answers[j])
            w, a, b, u, v = (x[both] for x in (often[block], answers[i], answers[j], residual[i], residual[j]))
            parts = (w, w * a * b, w * u * v, w * a, w * b, w * u, w * v, w * u**2, w * v**2)
            assert totals[draw, :, pair] == pytest.approx([part.sum() for part in parts])
    assert sums.whole() == pytest.approx(totals[0])


def test_one_task_in_two_benchmarks_is_drawn_once() -> None:
    answers = simulated(2, 120, 5)
    n, twice = answers.shape[1], np.hstack([answers, answers])

    def width(clusters: npt.NDArray[np.int64] | None, given: Answers) -> float:
        row = likeness(matrix(given, clusters), {}, seed=2, draws=2000).pairs.iloc[0]
        return float(row["kappa_high"] - row["kappa_low"])

    alone, together = width(None, answers), width(np.tile(np.arange(n), 2), twice)
    assert together == pytest.approx(alone, rel=0.1)
    assert width(None, twice) == pytest.approx(alone / np.sqrt(2), rel=0.12)  # as if it were twice the evidence


def test_groups_are_means_of_their_pairs() -> None:
    measured = likeness(matrix(simulated(6, 200, 6)), {}, seed=1, draws=100)
    groups = dict(zip(measured.models, ["x", "x", "y", "y", "y"], strict=False))  # the last has none
    band = tuple(np.sort(measured.pairs["accuracy_a"].unique())[[0, -2]])  # without the most accurate
    table = group_likeness(measured, groups, band, seed=1)
    known = measured.pairs[(measured.pairs["a"] != "m5") & (measured.pairs["b"] != "m5")]
    same = known["a"].map(groups) == known["b"].map(groups)
    rows = table[table["measure"] == "kappa"].set_index(["group_a", "group_b", "relation"])
    assert rows.loc[("x", "y", "between"), "pairs"] == 6 and rows.loc[("all", "all", "within"), "pairs"] == 4
    assert rows.loc[("all", "all", "within"), "mean"] == pytest.approx(known.loc[same, "kappa"].mean())
    drawn = measured.drawn["kappa"][:, known.index[same]].mean(axis=1)
    ends = rows.loc[("all", "all", "within"), ["low", "high"]].astype(float).to_numpy()
    assert ends == pytest.approx(np.percentile(drawn, [2.5, 97.5]))
    times = np.random.default_rng(1).multinomial(6, np.full(6, 1 / 6), size=1000)
    weight = times[:, measured.first[known.index[~same]]] * times[:, measured.second[known.index[~same]]]
    with np.errstate(invalid="ignore"):
        means = weight @ known.loc[~same, "kappa"].to_numpy() / weight.sum(axis=1)
    ends = rows.loc[("all", "all", "between"), ["models_low", "models_high"]].astype(float).to_numpy()
    assert ends == pytest.approx(np.nanpercentile(means, [2.5, 97.5]))
    gap = known.loc[same, "kappa"].mean() - known.loc[~same, "kappa"].mean()
    assert rows.loc[("all", "all", DIFFERENCE), "mean"] == pytest.approx(gap)
    alike = at_like_accuracy(known, *band)
    rows = table[table["measure"] == AT_LIKE].set_index(["group_a", "relation"])
    between = alike[alike["a"].map(groups) != alike["b"].map(groups)]
    assert 0 < len(between) < 6 and rows.loc[("all", "between"), "mean"] == pytest.approx(between["kappa"].mean())


def test_only_vendors_that_share_something_differ() -> None:
    rng = np.random.default_rng(9)
    answers = simulated(15, 300, 9)
    vendors = {f"m{i}": f"v{i % 5}" for i in range(15)}
    own = rng.random((5, answers.shape[1])) < 0.5
    shared = answers.copy()
    for i in range(15):
        picked = rng.random(answers.shape[1]) < 0.35
        shared[i, picked] = own[i % 5, picked]

    def gap(given: Answers) -> pd.Series:
        table = group_likeness(likeness(matrix(given), vendors, seed=1), vendors, (0, 1), seed=1)
        return table[(table["measure"] == "residual") & (table["relation"] == DIFFERENCE)].iloc[0]

    none, planted_gap = gap(answers), gap(shared)
    assert none["low"] < 0 < none["high"] and none["models_low"] < 0 < none["models_high"]
    assert planted_gap["low"] > 0 and planted_gap["models_low"] > 0


def test_the_band_holds_most_models() -> None:
    right = [0.31, 0.52, 0.55, 0.58, 0.9]
    answers = np.array([[1.0] * round(100 * share) + [0.0] * (100 - round(100 * share)) for share in right])
    assert like_band(matrix(answers)) == (0.5, 0.6)


def test_dimensions_of_equal_independent_and_simulated_models() -> None:
    coin = (np.random.default_rng(1).random((8, 4000)) < 0.5).astype(float)
    assert dimensions(coin, seed=1, draws=20).participation_ratio == pytest.approx(8, rel=0.02)
    same = dimensions(np.repeat(coin[:1], 6, axis=0), seed=1, draws=20)
    assert (same.participation_ratio, same.first_share) == pytest.approx((1, 1))
    assert dimensions(simulated(12, 400, 3), seed=1).leading == 0
    assert dimensions(planted(), seed=1).leading == 1
    assert np.isnan(dimensions(np.ones((3, 5)), seed=1).first_share)


def test_the_trend_is_the_slope_that_was_put_in() -> None:
    rng = np.random.default_rng(2)
    names = [f"m{i}" for i in range(10)]
    released = {name: pd.Timestamp("2025-01-01") + pd.Timedelta(days=int(d)) for name, d in zip(names, rng.integers(0, 700, 10), strict=True)}  # fmt: skip
    accuracy = dict(zip(names, rng.uniform(0.4, 0.8, 10), strict=True))
    rows = pd.DataFrame(
        [{"a": a, "b": b, "accuracy_a": accuracy[a], "accuracy_b": accuracy[b], "same_vendor": i % 7 == 0}
         for i, (a, b) in enumerate(itertools.combinations(names, 2))]
    )  # fmt: skip
    years = {name: (date - released["m0"]).days / 365.25 for name, date in released.items()}
    mean = (rows["a"].map(years) + rows["b"].map(years)) / 2
    exact = 0.2 + 0.13 * mean + 0.5 * (rows["accuracy_a"] + rows["accuracy_b"]) + 0.3 * (rows["accuracy_a"] - rows["accuracy_b"]).abs()  # fmt: skip
    pairs = rows.assign(kappa=exact, residual=exact + rng.normal(0, 0.05, len(rows)))
    pairs.loc[pairs["same_vendor"], "kappa"] = 9  # are no part of it
    table = release_trend(pairs, released).set_index("measure")
    assert table.loc["kappa", "per_year"] == pytest.approx(0.13) and table.loc["kappa", "half_width"] < 1e-9
    assert table.loc["residual", "half_width"] > 0.001 and table.loc["residual", "models"] == 10
    assert np.isnan(release_trend(pairs.head(6), released)["per_year"]).all()


def test_draws_that_were_not_kept_are_made_again() -> None:
    answers = simulated(7, 90, 5)
    answers[:2, :30] = np.nan
    given = matrix(answers, np.arange(answers.shape[1]) // 2)
    part = likeness(given, {}, seed=4, draws=30, models=["m0", "m2", "m3", "m6"])
    places = np.array([4, 0, 5])
    again = residual_draws(given, part, places, seed=4, draws=30)
    assert again == pytest.approx(part.drawn["residual"][:, places], abs=1e-12) and np.std(again, axis=0).min() > 0.01
