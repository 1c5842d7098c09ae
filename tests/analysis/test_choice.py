"""Suitability for a kind of task: by hand on a small scale, against the scale's own expected scores, and by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from harness.analysis.choice import DEVIATION, behind_leader, suitability
from harness.analysis.scale.estimation import INFORMATION, _normal, curve
from harness.analysis.scale.fit import ScaleFit, expected_scores, fit_reported, fit_scale
from harness.analysis.scale.sums import covariance_of_sums
from harness.errors import MissingData
from harness.store.reader import Reader
from tests.market import published_scores as truth


@pytest.fixture(scope="module")
def fit(tmp_path_factory: pytest.TempPathFactory) -> ScaleFit:
    reader = Reader(truth.build(tmp_path_factory.mktemp("choice") / "land.duckdb"))
    found = fit_reported(reader.frame("reported"))
    assert found is not None
    return found


def asked(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["test", "benchmark_id", "weight"])


def score(fit: ScaleFit, model: str, benchmark: str) -> float:
    rows = fit.scores[fit.scores["model_id"].eq(model) & fit.scores["benchmark_id"].eq(benchmark)]
    return float(rows["score"].iloc[0])


def test_reported_scores_are_averaged_with_their_weights(fit: ScaleFit) -> None:
    found = suitability(fit, asked(("a", "code-a", 3), ("b", "agent-b", 1)))
    row = found.models.set_index("model_id").loc["m09"]
    assert row["suitability"] == pytest.approx((3 * score(fit, "m09", "code-a") + score(fit, "m09", "agent-b")) / 4)
    assert (row["evidence"], row["tests"], row["share"]) == (2, 2, 1)
    assert row["low"] < row["suitability"] < row["high"]


def test_a_test_that_nobody_reported_takes_the_expected_score(fit: ScaleFit) -> None:
    found = suitability(fit, asked(("a", "live-0", 1)))  # m09 has no score there, m00 has
    scores = found.scores.set_index("model_id")
    expected = expected_scores(fit, ["m09"], ["live-0"]).iloc[0]
    assert scores.loc["m09", "score"] == pytest.approx(expected["expected"])
    assert not scores.loc["m09", "reported"] and scores.loc["m00", "reported"]
    assert scores.loc["m00", "score"] == pytest.approx(score(fit, "m00", "live-0"))
    # the expected score's interval, widened by what a kind of task adds
    half = (expected["high"] - expected["low"]) / 2 / 1.96
    row = found.models.set_index("model_id").loc["m09"]
    assert row["stderr"] == pytest.approx(np.hypot(half, found.deviation), rel=2e-3)
    assert found.deviation == DEVIATION and row["share"] == 0


def test_what_exceeds_expectation_in_one_set_up_counts_in_the_other(fit: ScaleFit) -> None:
    one = suitability(fit, asked(("code", "code-a", 1), ("code", "live-0", 1))).scores.set_index("model_id")
    a, b = (expected_scores(fit, ["m09"], [name]).iloc[0]["expected"] for name in ("code-a", "live-0"))
    assert one.loc["m09", "score"] == pytest.approx((a + b) / 2 + score(fit, "m09", "code-a") - a)
    both = (score(fit, "m00", "code-a") + score(fit, "m00", "live-0")) / 2
    assert one.loc["m00", "score"] == pytest.approx(both)


def test_sums_of_one_score_have_the_variance_of_that_score(fit: ScaleFit) -> None:
    cells = fit.cells.at(np.array([2, 5, 5]), np.array([0, 1, 3]))
    at = curve(cells, fit.solution.parameters)
    alone = covariance_of_sums(fit, cells, at, sparse.eye_array(3, format="csr"))
    assert np.diag(alone) == pytest.approx(fit.solution.covariance.of_scores(cells, fit.solution.parameters))
    assert alone == pytest.approx(alone.T)
    weights = sparse.csr_array(np.array([[0.5, -1.0, 2.0]]))
    row = weights.toarray()
    assert covariance_of_sums(fit, cells, at, weights)[0, 0] == pytest.approx((row @ alone @ row.T)[0, 0])


def test_what_scores_share_is_in_the_inverse_of_all_equations(fit: ScaleFit) -> None:
    """Against the dense inverse of the normal equations, which the fit itself never forms."""
    x, known = fit.solution.parameters, fit.cells
    information = INFORMATION / (fit.solution.variance[known.benchmark] * curve(known, x).shape)
    normal = _normal(known, x, curve(known, x), information, float(x.difficulty.mean()))
    width = normal.inner.shape[1]
    inner = np.zeros((known.models * width,) * 2)
    for m, block in enumerate(normal.inner):
        inner[m * width : (m + 1) * width, m * width : (m + 1) * width] = block
    link = normal.link.toarray()
    dense = np.linalg.inv(np.block([[inner, link], [link.T, normal.outer]]))
    cells = known.at(np.array([4, 4, 7]), np.array([0, 2, 2]))
    at = curve(cells, x)
    jacobian = np.zeros((3, len(dense)))
    for row, (m, k) in enumerate(zip(cells.model, cells.benchmark, strict=True)):
        jacobian[row, m * width] = at.by_capability[row]
        if known.battery[k] >= 0:
            jacobian[row, m * width + 1 + known.battery[k]] = at.by_capability[row]
        jacobian[row, known.models * width + k] = -at.by_capability[row]
        jacobian[row, known.models * width + known.benchmarks + k] = at.by_slope[row]
    expected = jacobian @ dense @ jacobian.T
    assert covariance_of_sums(fit, cells, at, sparse.eye_array(3, format="csr")) == pytest.approx(expected, rel=1e-6)


def test_intervals_hold_what_a_second_look_at_the_tests_would_show() -> None:
    """Noise of known size on a test: the interval of one reported score is at least as wide as that noise."""
    generator = np.random.default_rng(3)
    names = [truth.LOW, truth.HIGH, *(f"p{i:02}" for i in range(40))]
    skill = np.array([0.0, 2.0, *generator.normal(1, 0.8, 40)])
    rows, second = [], {}
    for k, difficulty in enumerate(np.linspace(0, 2, 10)):
        level = 1 / (1 + np.exp(-1.5 * (skill - difficulty)))
        for name, value in zip(names, level, strict=True):
            first, again = np.clip(value + generator.normal(0, 0.04, 2), 0, 1)
            rows.append((name, f"t{k}", float(first)))
            second[name, f"t{k}"] = float(again)
    scores = pd.DataFrame(rows, columns=["model_id", "benchmark_id", "score"]).assign(
        benchmark=lambda f: f["benchmark_id"], family=lambda f: f["benchmark_id"], battery="", language="en",
        domain=lambda f: f["benchmark_id"].map(lambda t: "coding" if t < "t5" else "knowledge"), set_up_by="x",
        chance=0.0, reports=1,
    )  # fmt: skip
    found = suitability(fit_scale(scores), asked(*((f"t{k}", f"t{k}", 1.0) for k in range(4)))).models
    again = np.array([np.mean([second[name, f"t{k}"] for k in range(4)]) for name in found["model_id"]])
    gap = (again - found["suitability"]) / (np.sqrt(2) * found["stderr"])  # both looks have the error
    assert np.mean(np.abs(gap) < 1.96) >= 0.85
    assert 0.7 < np.sqrt(np.mean(gap**2)) < 1.4


def test_who_is_behind_by_how_much(fit: ScaleFit) -> None:
    found = suitability(fit, asked(("a", "code-b", 1), ("b", "agent-a", 1)))
    gaps = behind_leader(found, ["m15", "m14", "m02"]).set_index("model_id")
    values = found.models.set_index("model_id")["suitability"]
    assert list(gaps.index) == list(values.loc[["m15", "m14", "m02"]].sort_values(ascending=False).index)
    assert gaps.iloc[0]["behind"] == 0 and gaps.iloc[0]["within_leader"]
    assert gaps.loc["m02", "behind"] == pytest.approx(values.max() - values["m02"], abs=0.05)
    assert not gaps.loc["m02", "within_leader"]
    assert ((gaps["behind_low"] <= gaps["behind"]) & (gaps["behind"] <= gaps["behind_high"])).all()
    assert behind_leader(found, []).empty


def test_products_of_boards_for_base_models_alone_are_left_out(fit: ScaleFit) -> None:
    assert set(suitability(fit, asked(("a", "code-a", 1))).models["model_id"]) <= set(fit.models["model_id"])


def test_no_test_on_the_scale_is_said(fit: ScaleFit) -> None:
    with pytest.raises(MissingData, match="holds no test"):
        suitability(fit, asked(("a", "arena", 1)))
