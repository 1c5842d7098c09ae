"""The stitched scale on simulated markets, against scipy's solver, and on the real reported scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import least_squares
from scipy.special import expit
from scipy.stats import spearmanr

from harness import places
from harness.analysis import scale
from harness.errors import BadInput, MissingData
from tests.analysis import epoch
from tests.analysis.refitted import refitted_draws

CHANCE = {"b0": 0.5, "b1": 0.25}


def _market(seed: int, models: int = 40, benchmarks: int = 10, noise: float = 0.02) -> tuple[pd.DataFrame, pd.Series]:
    """Scores of a simulated market where each model has about six of ten benchmarks; and the true capabilities."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(0.5, 1.0, models)
    difficulty = np.append(0.0, rng.normal(0.5, 0.7, benchmarks - 1))
    slope = np.append(1.0, np.exp(rng.normal(0.5, 0.3, benchmarks - 1)))
    chance = np.array([CHANCE.get(f"b{j}", 0.0) for j in range(benchmarks)])
    rows = []
    for i in range(models):
        for j in sorted(rng.choice(benchmarks, 6, replace=False)):
            value = chance[j] + (1 - chance[j]) * expit(slope[j] * (ability[i] - difficulty[j])) + rng.normal(0, noise)
            rows.append((f"m{i:02d}", f"b{j}", float(np.clip(value, 0, 1))))
    scores = pd.DataFrame(rows, columns=["model_id", "benchmark", "score"])
    scores["chance"] = scores["benchmark"].map(CHANCE)
    return scores, pd.Series(ability, index=[f"m{i:02d}" for i in range(models)])


def _fit(scores: pd.DataFrame, **options: object) -> scale.ScaleFit:
    return scale.fit_scale(scores, anchor="b0", **options)  # type: ignore[arg-type]


def test_without_noise_the_truth_is_found() -> None:
    scores, truth = _market(1, noise=0.0)
    fit = _fit(scores, regularisation=0.0)
    assert fit.converged and fit.rmse < 1e-6 and fit.r2 == pytest.approx(1.0)
    found = fit.models.set_index("model_id")["capability"]
    assert np.abs(found - truth).max() < 1e-3


def test_the_solver_reaches_scipys_optimum() -> None:
    scores, _ = _market(2, noise=0.05)
    fit = _fit(scores)
    problem, _, _ = scale._problem(scores, "b0", scale.REGULARISATION)
    theirs = least_squares(
        problem.residuals, problem.start(), bounds=problem.bounds(), xtol=1e-12, ftol=1e-12, gtol=1e-12
    )
    free = fit.benchmarks.iloc[1:]
    ours = np.concatenate([fit.models["capability"], free["difficulty"], np.log(free["slope"])])
    assert (problem.residuals(ours) ** 2).sum() == pytest.approx(2 * theirs.cost, rel=1e-6)
    assert ours == pytest.approx(theirs.x, abs=2e-3)


def test_the_jacobian_is_the_derivative() -> None:
    scores, _ = _market(3, models=8)
    problem, _, _ = scale._problem(scores, "b0", 1e-3)
    x = problem.start() + np.random.default_rng(1).normal(0, 0.2, problem.size)
    step = 1e-6
    numeric = np.stack(
        [
            (problem.residuals(x + step * e) - problem.residuals(x - step * e)) / (2 * step)
            for e in np.eye(problem.size)
        ],
        axis=1,
    )
    assert problem.jacobian(x).toarray() == pytest.approx(numeric, abs=1e-6)


def test_true_capabilities_lie_within_their_intervals() -> None:
    inside, slopes = [], []
    for seed in range(6):
        scores, truth = _market(100 + seed)
        fit = _fit(scores)
        models = fit.models.set_index("model_id")
        inside += list((models["low"] <= truth) & (truth <= models["high"]))
        level = fit.models.set_index("model_id")["capability"]
        slopes.append(np.polyfit(truth[level.index], level, 1)[0])
    assert np.mean(inside) >= 0.93
    assert np.mean(slopes) == pytest.approx(1.0, abs=0.03)  # no shrinking


def test_errors_agree_with_a_refitted_bootstrap() -> None:
    scores, _ = _market(5)
    fit = _fit(scores)
    draws = refitted_draws(fit, seed=1, draws=60)
    ratio = draws.std(ddof=1).to_numpy() / fit.models["stderr"].to_numpy()
    assert 0.5 < np.median(ratio) < 1.3


def test_relabelling_and_order_change_nothing() -> None:
    scores, _ = _market(6)
    one = _fit(scores).models.set_index("model_id")["capability"]
    other = _fit(scores.sample(frac=1, random_state=1)).models.set_index("model_id")["capability"]
    assert (one - other).abs().max() < 1e-3


def test_leaving_a_benchmark_out() -> None:
    scores, _ = _market(8, models=20, benchmarks=6)
    found = scale.leave_one_benchmark_out(scores, anchor="b0").set_index("benchmark")
    assert "b0" not in found.index and len(found) == 5
    whole = _fit(scores).models["capability"]
    less = _fit(scores[scores["benchmark"] != "b3"]).models["capability"]
    assert found.loc["b3", "spearman"] == pytest.approx(spearmanr(whole, less).statistic)
    z = [(x - x.mean()) / x.std(ddof=0) for x in (whole, less)]
    assert found.loc["b3", "largest_move"] == pytest.approx((z[0] - z[1]).abs().max() * whole.std(ddof=0), abs=2e-3)
    ids = _fit(scores).models["model_id"]
    assert found.loc["b3", "first"] == ids[int(less.to_numpy().argmax())]
    some = set(ids[:9])
    part = scale.leave_one_benchmark_out(scores, anchor="b0", among=some).set_index("benchmark")
    assert set(part["models"]) == {9} and set(part["moved_most"]) | set(part["first"]) <= some


def test_linear_draws_are_those_of_the_refitted_bootstrap() -> None:
    scores, _ = _market(12)
    fit = _fit(scores)
    refitted = refitted_draws(fit, seed=3, draws=40)
    linear = scale.linear_draws(fit, seed=3, draws=40)
    assert list(linear.columns) == list(refitted.columns)
    moved = [d.to_numpy() - fit.models["capability"].to_numpy() for d in (refitted, linear)]
    assert np.corrcoef(moved[0].ravel(), moved[1].ravel())[0, 1] > 0.9  # the same signs, the same draws
    many = scale.linear_draws(fit, seed=4, draws=4000)
    assert many.std().to_numpy() == pytest.approx(fit.models["stderr"].to_numpy(), rel=0.06)


def test_expected_scores_translate_back() -> None:
    scores, _ = _market(9)
    fit = _fit(scores)
    found = scale.expected_scores(fit, [0.0, 50.0, -50.0]).set_index(["capability", "benchmark"])["expected"]
    assert found[0.0, "b0"] == pytest.approx(0.75)  # the anchor: halfway between chance ½ and 1
    assert found[50.0, "b4"] == pytest.approx(1.0) and found[-50.0, "b1"] == pytest.approx(0.25)
    own = fit.scores.iloc[3]
    level = fit.models.set_index("model_id").loc[own["model_id"], "capability"]
    again = scale.expected_scores(fit, level).set_index("benchmark")["expected"]
    assert again[own["benchmark"]] == pytest.approx(own["fitted"])


def _reported(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["model_id", "benchmark", "score", "unit"])
    return frame.assign(chance=None, role=frame["benchmark"].map({"LiveBench": "index", "Chatbot Arena": "rating"}))


def test_preparation_says_what_it_left_out_and_why() -> None:
    rows = [(f"m{i}", f"b{j}", 50.0 + i, "percent") for i in range(6) for j in range(4)]
    rows += [("m0", "b0", 0.60, "fraction"), ("m0", "Chatbot Arena", 1200.0, "elo"), ("m1", "b1", 130.0, "percent")]
    rows += [("lonely", "b0", 0.5, "fraction")]
    rows += [(f"x{i}", f"y{j}", 0.5, "fraction") for i in range(5) for j in range(4)]
    rows += [("m2", "LiveBench", 0.4, "fraction")]
    found = scale.prepare_reported(_reported(rows), anchor="b0")
    assert len(found.scores) == 24
    first = found.scores.set_index(["model_id", "benchmark"]).loc[("m0", "b0")]
    assert (first["score"], first["reports"]) == (pytest.approx(0.55), 2)
    why = found.left_out.groupby("reason").size().to_dict()
    assert why == {
        "unit is no share of items": 1,
        "score outside 0 to 1": 1,
        "mean of other benchmarks": 1,
        "model with fewer than 4 benchmarks": 1,
        "not connected to the anchor": 20,
    }


def test_preparation_prunes_until_nothing_changes() -> None:
    rows = [(f"m{i}", f"b{j}", 0.5, "fraction") for i in range(5) for j in range(4)]
    rows += [("m0", "rare", 0.5, "fraction"), ("edge", "rare", 0.5, "fraction")]
    rows += [("edge", f"b{j}", 0.5, "fraction") for j in range(3)]
    found = scale.prepare_reported(_reported(rows), anchor="b0")
    assert set(found.scores["benchmark"]) == {"b0", "b1", "b2", "b3"}
    assert "edge" not in set(found.scores["model_id"])
    nothing = scale.prepare_reported(_reported(rows).iloc[:0], anchor="b0")
    assert nothing.scores.empty and nothing.left_out.empty


def test_refusals() -> None:
    scores, _ = _market(10, models=6)
    with pytest.raises(MissingData, match="nowhere"):
        scale.fit_scale(scores, anchor="nowhere")
    with pytest.raises(MissingData):
        _fit(scores.iloc[:0])
    with pytest.raises(BadInput):
        _fit(scores, regularisation=2.0)


def test_ties_and_constant_scores_do_not_break_the_fit() -> None:
    scores, _ = _market(11, models=6)
    fit = _fit(scores.assign(score=0.5))
    assert np.isfinite(fit.models["capability"]).all() and np.isnan(fit.r2)
    perfect = _fit(scores.assign(score=1.0))
    assert np.isfinite(perfect.models[["capability", "stderr"]].to_numpy()).all()


def test_the_real_reported_scores(shared: Path) -> None:
    """The fit converges to the order that the literature reports."""
    listed = pd.read_csv(places.packaged_catalog() / "benchmarks.csv").rename(columns={"family": "benchmark"})
    benchmarks = listed.drop_duplicates("benchmark")  # a test's chance level is that of all its set-ups here
    reported = epoch.reported(shared / "market" / "epoch_ai" / "reported")
    reported = reported.merge(benchmarks[["benchmark", "chance", "role"]], on="benchmark", how="left")
    ready = scale.prepare_reported(reported, anchor="WinoGrande")
    assert ready.scores["model_id"].nunique() > 150 and ready.scores["benchmark"].nunique() > 25
    fit = scale.fit_scale(ready.scores, anchor="WinoGrande")
    assert fit.converged and fit.rmse < 0.08 and fit.r2 > 0.92
    level = fit.models.set_index("model_id")["capability"]
    chain = ["gpt2-xl", "LLaMA-7B", "Llama-2-70b-hf", "gpt-4-0314", "gpt-5-2025-08-07_high"]
    known = [name for name in chain if name in level.index]
    assert len(known) >= 3
    assert list(level[known].sort_values().index) == known
    assert level.idxmax().startswith("gpt-5")
