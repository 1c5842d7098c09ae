"""A model's likeness to itself against that of any pair, and two trials against trying every two of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from harness.analysis.likeness.ceiling import OTHER_AGENT, REPEATED, same_model, trials
from harness.analysis.likeness.homogeneity import OutcomeMatrix
from harness.analysis.likeness.pairs import likeness
from harness.analysis.likeness.rasch import abilities, fit_rasch


def matrix(correct: np.ndarray[tuple[int, int], np.dtype[np.float64]], names: list[str]) -> OutcomeMatrix:
    n = correct.shape[1]
    nothing = np.zeros(n, dtype=np.int16)
    return OutcomeMatrix(
        tuple(names), np.full(n, "t", object), correct.astype(np.float32), None, nothing, nothing, np.arange(n)
    )


def outcomes() -> OutcomeMatrix:
    rng = np.random.default_rng(5)
    hard = rng.normal(size=120)
    correct = (rng.random((7, 120)) < 1 / (1 + np.exp(hard - np.linspace(-1, 1, 7)[:, None]))).astype(float)
    correct[6, :60] = correct[0, :60]  # the other agent's run of the first model
    return matrix(correct, [*"abcdef", "a · other"])


def test_a_pair_of_runs_is_measured_as_any_pair() -> None:
    board = outcomes()
    wanted = pd.DataFrame({"kind": [OTHER_AGENT, REPEATED], "a": ["a", "b"], "b": ["a · other", "c"]})
    found = same_model(board, {"a · other"}, wanted, seed=1)
    known = likeness(board, {}, seed=1).pairs.set_index(["a", "b"])
    pairs = found.pairs.set_index(["a", "b"])
    for pair in (("a", "a · other"), ("b", "c")):
        assert pairs.loc[pair, "kappa"] == known.loc[pair, "kappa"]
        assert pairs.loc[pair, "kappa_low"] < pairs.loc[pair, "kappa"] < pairs.loc[pair, "kappa_high"]
    levels = found.levels.set_index(["kind", "measure"])
    assert levels.loc[(OTHER_AGENT, "kappa"), "mean"] == pairs.loc[("a", "a · other"), "kappa"]
    assert levels.loc[(OTHER_AGENT, "residual"), "low"] == pytest.approx(pairs.loc[("a", "a · other"), "residual_low"])


def test_the_models_of_the_board_alone_make_the_items_hard() -> None:
    board = outcomes()
    wanted = pd.DataFrame({"kind": [REPEATED], "a": ["b"], "b": ["c"]})
    ours = same_model(board, {"a · other"}, wanted, seed=1).pairs["residual"].item()
    alone = matrix(board.correct[:6].astype(float), list("abcdef"))
    assert ours == pytest.approx(likeness(alone, {}, seed=1).pairs.set_index(["a", "b"]).loc[("b", "c"), "residual"])
    assert ours != pytest.approx(
        likeness(board, {}, seed=1).pairs.set_index(["a", "b"]).loc[("b", "c"), "residual"], abs=1e-6
    )


def test_abilities_on_known_difficulties_are_those_of_the_fit() -> None:
    correct = outcomes().correct
    fit = fit_rasch(correct)
    assert abilities(correct, fit.difficulty) == pytest.approx(fit.ability, abs=1e-6)
    assert np.isnan(abilities(np.full((1, 3), np.nan), np.zeros(3))).all()


def test_two_trials_agree_as_often_as_every_two_do() -> None:
    tried = [[1, 1, 0, 1, 0], [0, 0, 0, 0, 1], [1, 1, 1, 1, 1], [0, 1, 1], [1]]  # the last was tried once: left out
    share = np.array([[np.mean(item) for item in tried]])
    tries = np.array([[float(len(item)) for item in tried]])
    row = trials(("m",), share, tries, seed=1).pairs.iloc[0]
    agreed = np.mean([np.mean([x == y for x, y in combinations(item, 2)]) for item in tried[:4]])
    a = share[0, :4].mean()
    expected = a**2 + (1 - a) ** 2
    assert (row["items"], row["kappa"]) == (4, pytest.approx((agreed - expected) / (1 - expected)))
    graded = trials(("m",), np.array([[0.5, np.nan]]), np.array([[3.0, 5.0]]), seed=1).pairs.iloc[0]
    assert graded["items"] == 0 and np.isnan(graded["kappa"])  # 1.5 of 3 tries are no number of solved ones
