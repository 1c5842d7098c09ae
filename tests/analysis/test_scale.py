"""The capability scale against independent truths: derivatives, optima, inverses, and simulated markets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit

from benchmarks.scale_coverage import coverage
from harness.analysis.scale import checks, domains, estimation, ranks
from harness.analysis.scale.estimation import BATTERY_SD, CAPABILITY_SD, DIFFICULTY_SD, FLOOR, SLOPE_SD, Cells
from harness.analysis.scale.fit import (
    HIGH,
    LOW,
    ScaleFit,
    anchored,
    evidence,
    expected_scores,
    fit_reported,
    fit_scale,
    redrawn,
)
from harness.analysis.scale.preparation import battery, largest_part, prepare_reported
from harness.analysis.statistics.uncertainty import Floats
from harness.errors import BadInput, MissingData
from tests.analysis.scale_markets import Market, market


@pytest.fixture(scope="module")
def known() -> Market:
    return market(3, models=24, benchmarks=16, seen=0.7)


@pytest.fixture(scope="module")
def fit(known: Market) -> ScaleFit:
    return fit_scale(known.scores)


def _position(x: estimation.Parameters) -> Floats:
    """All parameters in one row: C and T a model, then D, then log a."""
    inner = np.column_stack([x.capability, x.effect]).ravel()
    return np.concatenate([inner, x.difficulty, x.log_slope])


def _unpacked(cells: Cells, place: Floats) -> tuple[Floats, Floats, Floats]:
    """Ability of each cell (C + T), D and log a of its benchmark."""
    width, k = 1 + cells.batteries, cells.benchmark
    inner = place[: cells.models * width].reshape(-1, width)
    outer = place[cells.models * width :]
    own = cells.battery[k]
    ability = inner[cells.model, 0] + np.where(own >= 0, inner[cells.model, 1 + np.maximum(own, 0)], 0)
    return ability, outer[k], outer[cells.benchmarks + k]


def _fitted(cells: Cells, place: Floats) -> Floats:
    """The curve, written anew."""
    ability, difficulty, log_slope = _unpacked(cells, place)
    g = cells.chance[cells.benchmark]
    out: Floats = g + (1 - g) / (1 + np.exp(-np.exp(log_slope) * (ability - difficulty)))
    return out


def _prior(cells: Cells, place: Floats) -> float:
    width, size = 1 + cells.batteries, cells.benchmarks
    inner = place[: cells.models * width].reshape(-1, width)
    difficulty, log_slope = place[-2 * size : -size], place[-size:]
    return float(
        (inner[:, 0] ** 2).sum() / CAPABILITY_SD**2
        + (inner[:, 1:] ** 2).sum() / BATTERY_SD**2
        + ((difficulty - difficulty.mean()) ** 2).sum() / DIFFICULTY_SD**2
        + (log_slope**2).sum() / SLOPE_SD**2
    )


def _numeric(function: Callable[[Floats], Any], place: Floats, step: float = 1e-5) -> Floats:
    """Central differences of a function by each of its arguments, stacked as columns."""
    unit = np.eye(len(place)) * step
    return np.stack([(function(place + e) - function(place - e)) / (2 * step) for e in unit], axis=-1)


def test_the_curve_and_its_derivatives(fit: ScaleFit) -> None:
    cells, place = fit.cells, _position(fit.solution.parameters)
    at = estimation.curve(cells, fit.solution.parameters)
    assert at.fitted == pytest.approx(_fitted(cells, place))
    jacobian = _numeric(lambda p: _fitted(cells, p), place)
    rows, width = np.arange(len(cells.score)), 1 + cells.batteries
    by_difficulty = jacobian[rows, cells.models * width + cells.benchmark]
    assert jacobian[rows, cells.model * width] == pytest.approx(at.by_capability, abs=1e-7)
    assert by_difficulty == pytest.approx(-at.by_capability, abs=1e-7)
    by_slope = jacobian[rows, cells.models * width + cells.benchmarks + cells.benchmark]
    assert by_slope == pytest.approx(at.by_slope, abs=1e-7)


def test_the_solution_is_the_mode_of_the_weighted_posterior(fit: ScaleFit) -> None:
    """A Newton step of the loss that its own weights define, by finite differences, moves nothing."""
    cells, x = fit.cells, fit.solution.parameters
    place = _position(x)
    sigma = (_fitted(cells, place) - cells.chance[cells.benchmark]) / (1 - cells.chance[cells.benchmark])
    error = fit.solution.variance[cells.benchmark] * (FLOOR + (1 - FLOOR) * 4 * sigma * (1 - sigma))
    residual = cells.score - _fitted(cells, place)
    weight = (5 + 1) / (5 + residual**2 / error) / error

    def loss(p: Floats) -> float:
        return _prior(cells, p) + float((weight * (cells.score - _fitted(cells, p)) ** 2).sum())

    slope = _numeric(loss, place) / 2
    curvature = _numeric(lambda p: _fitted(cells, p), place)
    curvature = curvature.T @ (weight[:, None] * curvature) + _prior_precision(cells)
    assert np.abs(np.linalg.solve(curvature, slope)).max() < 5e-3


def _prior_precision(cells: Cells) -> Floats:
    size, inner = cells.benchmarks, cells.models * (1 + cells.batteries)
    prior = np.full(inner + 2 * size, 1 / BATTERY_SD**2)
    prior[: inner : 1 + cells.batteries] = 1 / CAPABILITY_SD**2
    prior[inner:] = np.repeat([1 / DIFFICULTY_SD**2, 1 / SLOPE_SD**2], size)
    return np.diag(prior)


def test_the_covariance_is_the_inverse_of_the_dense_matrix(fit: ScaleFit) -> None:
    """What the Schur complement gives is the inverse of prior and data written as one matrix."""
    cells, x = fit.cells, fit.solution.parameters
    at, centre = estimation.curve(cells, x), float(x.difficulty.mean())
    weight = 1 / (fit.solution.variance[cells.benchmark] * at.shape)
    got = estimation._covariance(estimation._normal(cells, x, at, weight, centre))
    place, size, inner = _position(x), cells.benchmarks, cells.models * (1 + cells.batteries)
    jacobian = _numeric(lambda p: _fitted(cells, p), place)
    dense = np.linalg.inv(jacobian.T @ (weight[:, None] * jacobian) + _prior_precision(cells))
    models = np.arange(0, inner, 1 + cells.batteries)
    both = np.concatenate([models, np.arange(inner, inner + size)])
    assert got.of_places() == pytest.approx(dense[np.ix_(both, both)], abs=1e-8)
    assert got.of_capabilities() == pytest.approx(dense[np.ix_(models, models)], abs=1e-8)
    new = cells.at(*(part.ravel() for part in np.meshgrid(np.arange(cells.models), np.arange(size), indexing="ij")))
    by = _numeric(lambda p: _fitted(new, p), place)
    assert got.of_scores(new, x) == pytest.approx(np.einsum("ip,pq,iq->i", by, dense, by), abs=1e-9)


def test_points_and_their_covariance_by_the_delta_method() -> None:
    rng = np.random.default_rng(1)
    place, root = rng.normal(0, 1, 7), rng.normal(0, 0.3, (7, 7))
    points, covariance = anchored(place, root @ root.T, 2, 5)
    by = _numeric(lambda p: 130 + 20 * (p - p[2]) / (p[5] - p[2]), place)
    assert points[[2, 5]] == pytest.approx([130, 150])
    assert covariance == pytest.approx(by @ root @ root.T @ by.T, rel=1e-6, abs=1e-3)
    assert np.diag(covariance)[[2, 5]] == pytest.approx([0, 0], abs=1e-9)


def test_the_two_products_that_fix_the_unit_carry_no_error(fit: ScaleFit) -> None:
    models = fit.models.set_index("model_id")
    for name, points in (LOW, HIGH):
        assert models.loc[name, "points"] == pytest.approx(points)
        assert models.loc[name, ["stderr"]].to_list() == pytest.approx([0], abs=1e-6)
    at = models["points"].to_numpy()
    assert at == pytest.approx(fit.origin + fit.unit * fit.solution.parameters.capability)


def test_without_error_and_batteries_the_truth_is_found() -> None:
    rng = np.random.default_rng(2)
    capability, difficulty = np.sort(rng.normal(0, 1, 30)), rng.normal(0, 0.6, 20)
    names = [f"m{i:02d}" for i in range(30)]
    names[8], names[25] = LOW[0], HIGH[0]
    m, k = np.divmod(np.arange(600), 20)
    scores = pd.DataFrame({"model_id": np.array(names)[m], "benchmark_id": [f"b{i:02d}" for i in k]})
    scores = scores.assign(benchmark=scores["benchmark_id"], family=scores["benchmark_id"], battery="", domain="coding", reports=1,
                           language="en", set_up_by="vendor", chance=0.0, score=expit(capability[m] - difficulty[k]))  # fmt: skip
    found = fit_scale(scores).models.set_index("model_id")["points"]
    truth = 130 + 20 * (capability - capability[8]) / (capability[25] - capability[8])
    assert np.abs(found[names].to_numpy() - truth).max() < 0.5


def test_errors_are_those_of_students_information(fit: ScaleFit) -> None:
    """The information of a Student score is (ν + 1) / (ν + 3) of a normal one of the same scale (Lange, Little, Taylor 1989)."""
    cells, x = fit.cells, fit.solution.parameters
    weight = (5 + 1) / (5 + 3) / (fit.solution.variance[cells.benchmark] * estimation.curve(cells, x).shape)
    jacobian = _numeric(lambda p: _fitted(cells, p), _position(x))
    dense = np.linalg.inv(jacobian.T @ (weight[:, None] * jacobian) + _prior_precision(cells))
    models = np.arange(0, cells.models * (1 + cells.batteries), 1 + cells.batteries)
    names = fit.models["model_id"].to_list()
    own: Floats = dense[np.ix_(models, models)].astype(np.float64)
    expected = np.sqrt(np.diag(anchored(x.capability, own, names.index(LOW[0]), names.index(HIGH[0]))[1]))
    ratio = fit.models["stderr"].to_numpy() / np.where(expected > 1e-6, expected, np.nan)
    assert np.nanmedian(ratio) == pytest.approx(1, abs=0.05)


def test_intervals_hold_the_truth() -> None:
    """In 20 small markets; ``benchmarks/scale_coverage.py`` measures it in 500, to half a percent."""
    found = pd.DataFrame([coverage(market(300 + seed, models=40, benchmarks=20)) for seed in range(20)])
    assert found["converged"].all() and found["leader"].mean() >= 0.9
    for what in ("points", "differences"):
        assert 0.87 <= found[what].mean() <= 0.99


def test_order_and_names_change_nothing(known: Market, fit: ScaleFit) -> None:
    other = fit_scale(known.scores.sample(frac=1, random_state=1))
    assert other.models["points"].to_numpy() == pytest.approx(fit.models["points"].to_numpy(), abs=0.05)


def test_one_wild_score_moves_its_model_little(known: Market, fit: ScaleFit) -> None:
    model = fit.models.sort_values("benchmarks").iloc[-1]["model_id"]
    at = known.scores.index[known.scores["model_id"] == model][0]
    wild = known.scores.copy()
    wild.loc[at, "score"] = 0.0 if wild.loc[at, "score"] > 0.5 else 1.0
    other = fit_scale(wild)
    moved = other.models.set_index("model_id")["points"] - fit.models.set_index("model_id")["points"]
    assert abs(moved[model]) < 3 * fit.models.set_index("model_id").loc[model, "stderr"] + 1
    odd = other.scores.loc[other.scores["deviation"].abs().idxmax()]
    assert odd["model_id"] == model


def test_what_carries_no_scale_is_refused(known: Market) -> None:
    without = known.scores[known.scores["model_id"] != HIGH[0]]
    with pytest.raises(MissingData, match=HIGH[0]):
        fit_scale(without)
    names = {LOW[0]: HIGH[0], HIGH[0]: LOW[0]}
    with pytest.raises(BadInput, match="do not tell"):
        fit_scale(known.scores.assign(model_id=known.scores["model_id"].replace(names)))
    assert fit_reported(pd.DataFrame()) is None


def test_redrawn_scales_spread_as_the_errors_say(fit: ScaleFit) -> None:
    drawn = redrawn(fit, seed=1, draws=4000)
    assert list(drawn.columns) == list(fit.models["model_id"])
    assert drawn[LOW[0]].to_numpy() == pytest.approx(130) and drawn[HIGH[0]].to_numpy() == pytest.approx(150)
    middle = fit.models["points"].between(125, 155)
    spread = drawn.std().to_numpy()[middle]
    assert spread == pytest.approx(fit.models["stderr"].to_numpy()[middle], rel=0.15, abs=0.05)


# What enters the scale.


def _reported(rows: list[dict[str, object]]) -> pd.DataFrame:
    base: dict[str, object] = {
        "product_id": None, "benchmark": None, "family": None, "score": 0.5, "unit": "fraction", "effort": "default", "role": "scale",
        "kind": "text", "source_id": "s", "reported_by": "r", "chance": None, "set_up_by": "vendor", "domain": "coding",
        "language": "en",
    }  # fmt: skip
    frame = pd.DataFrame([{**base, **row} for row in rows])
    for column in ("benchmark", "family"):
        frame[column] = frame[column].fillna(frame["benchmark_id"])
    return frame


def _grid(models: int = 6, benchmarks: int = 5, **more: object) -> list[dict[str, object]]:
    return [{"model_id": f"m{i}", "benchmark_id": f"b{j}", "score": 0.1 * (i + 1), **more}
            for i in range(models) for j in range(benchmarks)]  # fmt: skip


def _one(rows: list[dict[str, object]], model: str = "m0", benchmark: str = "b0") -> pd.Series:
    scores = prepare_reported(_reported(rows)).scores.set_index(["model_id", "benchmark_id"])
    return scores.loc[(model, benchmark)]


def test_products_are_folded() -> None:
    rows = [
        *_grid(),
        {"model_id": "m0-preview", "product_id": "m0", "benchmark_id": "b0", "score": 0.3, "source_id": "t"},
    ]
    assert _one(rows)["score"] == pytest.approx(0.2) and _one(rows)["reports"] == 2
    assert "m0-preview" not in set(prepare_reported(_reported(rows)).scores["model_id"])


def test_of_one_reporter_the_highest_effort_counts_and_sources_are_averaged() -> None:
    rows = [row for row in _grid() if (row["model_id"], row["benchmark_id"]) != ("m0", "b0")]
    cell = {"model_id": "m0", "benchmark_id": "b0"}
    rows += [
        {**cell, "score": 0.9, "effort": "low"},
        {**cell, "score": 0.4, "effort": "high"},
    ]  # the maximum is not taken
    rows += [{**cell, "score": 0.5, "effort": "high"}, {**cell, "score": 0.75, "source_id": "t", "reported_by": "q"}]
    rows += [{**cell, "score": 0.01, "effort": "minimal", "source_id": "u"}]  # the same board in another collection
    found = _one(rows)
    assert found["score"] == pytest.approx((0.45 + 0.75) / 2) and found["reports"] == 2


def test_units_roles_kinds_and_bounds_decide_what_is_left_out() -> None:
    cell: dict[str, object] = {"model_id": "m0", "benchmark_id": "b0"}
    rows: list[dict[str, object]] = [
        *_grid(), {**cell, "score": 10.0, "unit": "percent", "source_id": "t"}, {**cell, "score": 1200.0, "unit": "elo"},
        {**cell, "score": 1.2}, {**cell, "role": "index"}, {**cell, "role": "rating"}, {**cell, "kind": "image"},
    ]  # fmt: skip
    found = prepare_reported(_reported(rows))
    assert _one(rows)["score"] == pytest.approx(0.1)
    assert found.left_out["reason"].value_counts().to_dict() == {
        "unit is no share of items": 1,
        "score outside 0 to 1": 1,
        "not of a test that one scale can hold": 2,
        "no language model": 1,
    }


def test_few_scores_and_other_islands_go_until_none_is_left() -> None:
    rows: list[dict[str, object]] = [
        *_grid(6, 5),
        {"model_id": "m0", "benchmark_id": "rare"},
        {"model_id": "edge", "benchmark_id": "rare"},
    ]
    rows += [{"model_id": "edge", "benchmark_id": f"b{j}"} for j in range(3)]  # four benchmarks, until "rare" goes
    rows += [{"model_id": f"x{i}", "benchmark_id": f"y{j}"} for i in range(5) for j in range(4)]
    found = prepare_reported(_reported(rows))
    assert set(found.scores["model_id"]) == {f"m{i}" for i in range(6)}
    assert set(found.scores["benchmark_id"]) == {f"b{j}" for j in range(5)}
    reasons = found.left_out.groupby("reason")["model_id"].agg(set)
    assert reasons["benchmark with fewer than 5 models"] == {"m0", "edge"}
    assert reasons["model with fewer than 4 benchmarks"] == {"edge"}
    assert len(reasons["shares no model or benchmark with the others"]) == 5
    empty = prepare_reported(_reported(rows).iloc[:0])
    assert empty.scores.empty and empty.left_out.empty


def test_set_ups_of_one_test_count_once_towards_the_least() -> None:
    rows = _grid(6, 8)
    rows += [{"model_id": "thin", "benchmark_id": f"b{j}"} for j in range(5)]
    rows = [{**row, "family": "t" if str(row["benchmark_id"]) < "b4" else None} for row in rows]
    found = prepare_reported(_reported(rows)).scores
    assert set(found["model_id"]) == {f"m{i}" for i in range(6)} and found["benchmark_id"].nunique() == 8


def test_batteries() -> None:
    assert battery("livebench", "coding", "x") == "livebench"
    assert battery("vendor", "knowledge", "MMLU") == battery("unstated", "mathematics", "GSM8K") == "classics"
    assert battery("epoch", "coding", "x") == battery("epoch", "agents", "x") == "agents"
    assert battery("epoch", "knowledge", "MMLU") == ""


def test_the_largest_part() -> None:
    rows = pd.DataFrame({"model_id": list("aabxx"), "benchmark_id": ["p", "q", "q", "r", "s"]})
    assert largest_part(rows).tolist() == [True, True, True, False, False]


# Ranks.


def _fit_of(points: list[float], stderr: float, covariance: Floats | None = None, **evidence_: list[int]) -> ScaleFit:
    n = len(points)
    models = pd.DataFrame(
        {"model_id": list("abcdefgh"[:n]), "points": points, "stderr": stderr, "low": 0.0, "high": 0.0}
    )
    models = models.assign(**{"benchmarks": [9] * n, "domains": [3] * n, "batteries": [3] * n, **evidence_})
    empty = pd.DataFrame(columns=["model_id", "benchmark_id", "benchmark", "score"])
    given = np.eye(n) * stderr**2 if covariance is None else covariance
    return ScaleFit(models, empty, empty, given, 0, 1, True, None, None)  # type: ignore[arg-type]


def test_rank_intervals_by_hand() -> None:
    """Four models; errors of each difference √2. Contrasts of a: 0.0771 (b), 0.0047 (c), below 10⁻⁷ (d); Holm: × 1, × 2, × 3."""
    found = ranks.ranked(_fit_of([160.0, 157.5, 156.0, 150.0], 1.0)).set_index("model_id")
    assert found["rank"].to_list() == [1, 2, 3, 4]
    assert found["within_leader"].to_list() == [True, True, False, False]
    assert found.loc["b", "p_leader"] == pytest.approx(0.07710, abs=1e-5)
    assert found.loc["c", "p_leader"] == pytest.approx(2 * 0.00467773, abs=1e-6)
    assert found[["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 2], [1, 3], [2, 3], [4, 4]]


def test_what_two_models_share_does_not_blur_their_difference() -> None:
    shared = np.full((2, 2), 9.0) + np.diag([0.5, 0.5])
    fit = _fit_of([152.5, 150.0], 3.0, shared)
    found = ranks.contrast(fit, "a", "b")
    assert found["stderr"] == pytest.approx(1.0) and found["p_value"] == pytest.approx(0.01242, abs=1e-5)
    assert ranks.ranked(fit)["within_leader"].to_list() == [True, False]
    with pytest.raises(BadInput, match="nobody"):
        ranks.contrast(fit, "a", "nobody")


def test_thin_evidence_is_not_ranked_and_says_why() -> None:
    fit = _fit_of([160, 158, 156, 154, 152], 1.0, benchmarks=[4, 9, 9, 9, 9], domains=[3, 1, 3, 3, 3],
                  batteries=[3, 3, 1, 3, 3])  # fmt: skip
    found = ranks.ranked(fit).set_index("model_id")
    assert found["reason"].to_dict() == {"a": "few_benchmarks", "b": "one_domain", "c": "one_battery", "d": "", "e": ""}
    assert found.index[:2].tolist() == ["d", "e"] and found.loc["d", "rank"] == 1 and np.isnan(found.loc["a", "rank"])
    assert ranks.ranked(fit, least=4).set_index("model_id").loc["a", "ranked"]


def test_evidence_counts_domains_and_batteries() -> None:
    rows = [
        ("a", "f1", "coding", "agents"),
        ("a", "f1", "agents", "agents"),
        ("a", "f2", "knowledge", ""),
        ("a", "f3", "knowledge", ""),
    ]
    frame = pd.DataFrame(rows, columns=["model_id", "family", "domain", "battery"])
    assert evidence(frame).iloc[0].to_list() == ["a", 3, 2, 3]


# What the scale says of single scores and domains.


def test_expected_scores_read_the_curve_back(fit: ScaleFit) -> None:
    own = fit.scores.iloc[3]
    found = expected_scores(fit, [own["model_id"]], [own["benchmark_id"]]).iloc[0]
    assert (
        found["expected"] == pytest.approx(own["fitted"]) and 0 <= found["low"] < found["expected"] < found["high"] <= 1
    )
    with pytest.raises(BadInput, match="nobody"):
        expected_scores(fit, ["nobody"])
    with pytest.raises(BadInput, match="nothing"):
        expected_scores(fit, None, ["nothing"])


def test_no_score_is_expected_of_another_set_up_family(known: Market) -> None:
    """The battery ``helm`` is a family of its own: who has no score there is expected none."""
    helm = set(known.scores.loc[known.scores["battery"] == "helm", "benchmark_id"])
    chat = HIGH[0]
    scores = known.scores[~((known.scores["model_id"] == chat) & known.scores["benchmark_id"].isin(helm))]
    found = expected_scores(fit_scale(scores))
    of_chat = set(found.loc[found["model_id"] == chat, "benchmark_id"])
    assert of_chat.isdisjoint(helm) and of_chat == set(known.scores["benchmark_id"]) - helm
    assert helm <= set(found.loc[found["model_id"] != chat, "benchmark_id"])


def test_a_profile_is_the_mode_of_its_own_scores() -> None:
    fit = fit_scale(market(5, models=40, benchmarks=24, seen=0.9).scores)
    found = domains.profiles(fit).set_index(["domain", "model_id"])
    assert len(found) > 20
    tests = fit.benchmarks.set_index("benchmark_id")
    for (domain, model), row in found.iloc[::9].iterrows():
        own = fit.scores[fit.scores["model_id"] == model].set_index("benchmark_id")
        own = own[domains.in_domain(tests.loc[own.index], domain).to_numpy()]
        test = tests.loc[own.index]

        def loss(points: float, own: pd.DataFrame = own, test: pd.DataFrame = test) -> float:
            sigma = expit(test["slope"] * (points - test["difficulty"]))
            error = test["error"] ** 2 * (FLOOR + (1 - FLOOR) * 4 * sigma * (1 - sigma))
            gap = own["score"] - test["chance"] - (1 - test["chance"]) * sigma
            prior = ((points - fit.origin) / fit.unit / CAPABILITY_SD) ** 2
            return float((6 * np.log1p(gap**2 / error / 5)).sum() + prior)

        near = minimize_scalar(loss, bounds=(row["points"] - 15, row["points"] + 15), method="bounded")
        assert row["points"] == pytest.approx(near.x, abs=1.5)
        assert row["benchmarks"] == test["family"].nunique()


# Checks.


@pytest.mark.parametrize("kind", checks.KINDS)
def test_held_out_scores_leave_enough(fit: ScaleFit, kind: str) -> None:
    days = pd.Series(pd.date_range("2025-01-01", periods=len(fit.models)), index=fit.models["model_id"])
    since = days.iloc[len(days) // 2]
    mask = checks.held_out(fit, kind, seed=1, released=days, since=since)
    assert (mask == checks.held_out(fit, kind, seed=1, released=days, since=since)).all() and 0 < mask.sum() < len(
        mask
    ) / 2
    left = fit.scores[~mask]
    gone = fit.scores[mask]
    assert left["model_id"].value_counts()[gone["model_id"]].min() >= checks.LEAST_OF_MODEL
    assert left["benchmark_id"].value_counts()[gone["benchmark_id"]].min() >= checks.LEAST_OF_BENCHMARK
    if kind == "recent":
        assert (gone["model_id"].map(days) >= since).all()
    if kind == "batteries":
        whole = gone[gone["battery"].ne("")]
        rest = set(zip(left["model_id"], left["battery"], strict=True))
        assert not set(zip(whole["model_id"], whole["battery"], strict=True)) & rest
    with pytest.raises(BadInput):
        checks.held_out(fit, "nothing", seed=1)


def test_simple_predictions_by_hand() -> None:
    """Three models, two benchmarks; the score of m2 on b1 is asked."""
    model, benchmark = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1])
    score = np.array([0.2, 0.4, 0.4, 0.6, 0.6, 0.9])
    cells = Cells(model, benchmark, score, np.zeros(2), np.full(2, -1), 3, 0)
    asked = np.array([False] * 5 + [True])
    assert checks.predictions(cells, asked, "benchmark_mean").expected == pytest.approx([0.5])
    assert checks.predictions(cells, asked, "additive").expected == pytest.approx([0.8], abs=1e-3)
    assert checks.predictions(cells, asked, "nearest").expected == pytest.approx([0.5])  # shares too little: the mean


def test_nearest_models_are_those_with_like_scores() -> None:
    groups = np.repeat([0.2, 0.8], 10)
    model, benchmark = (part.ravel() for part in np.meshgrid(np.arange(20), np.arange(5), indexing="ij"))
    score = groups[model] + 0.01 * benchmark
    cells = Cells(model, benchmark, score, np.zeros(5), np.full(5, -1), 20, 0)
    asked = (model == 0) & (benchmark == 4)
    assert checks.predictions(cells, asked, "nearest").expected == pytest.approx([0.24])


def test_the_scale_predicts_better_than_what_is_simpler() -> None:
    fit = fit_scale(market(7, seen=0.6).scores)
    days = pd.Series(pd.Timestamp("2026-01-01"), index=fit.models["model_id"])
    found = checks.accuracy(fit, days, pd.Timestamp("2026-01-01"), kinds=("cells",), seeds=(1,)).set_index("method")
    assert list(found.index) == list(checks.METHODS)
    assert found["rms"].idxmin() == "scale" or found.loc["scale", "rms"] < 1.03 * found["rms"].min()
    assert found.loc["scale", "rms"] < 0.7 * found.loc["benchmark_mean", "rms"]
    assert 0.9 <= found.loc["scale", "coverage"] <= 0.99 and np.isnan(found.loc["nearest", "coverage"])


def test_agreement_with_an_outside_index(fit: ScaleFit) -> None:
    same = fit.models[["model_id"]].assign(value=fit.models["points"] - 2)
    found = checks.agreement(fit, same, same_unit=True)
    assert (
        found["spearman"] == pytest.approx(1) and found["rms"] == pytest.approx(2) and found["bias"] == pytest.approx(2)
    )
    other = same.assign(value=1000 + 7 * same["value"])
    assert checks.agreement(fit, other)["rms"] == pytest.approx(0, abs=1e-6)
    part = checks.agreement(fit, same, same_unit=True, least=140)
    assert part["n"] == (same["value"] >= 140).sum() < found["n"]
    assert np.isnan(checks.agreement(fit, same.head(2))["rms"])


def test_outside_indices_stand_apart_by_edition() -> None:
    day = pd.to_datetime("2025-05-13")
    base = {"role": "rating", "benchmark": "Arena", "benchmark_id": "arena", "family": "LMArena Text", "as_of": day}
    rows = [{**base, "model_id": "a-0513", "product_id": "a", "score": 1300.0}, {**base, "model_id": "a", "score": 1290.0},
            {**base, "model_id": "a", "score": 1400.0, "as_of": day + pd.Timedelta(days=90)},
            {**base, "model_id": "a", "score": 1.0, "family": "other"},
            {**base, "model_id": "a", "role": "index", "family": checks.ECI, "score": 150.0}]  # fmt: skip
    found = checks.outside(_reported(rows).assign(as_of=[r["as_of"] for r in rows]))
    assert sorted(found["value"]) == [150.0, 1300.0, 1400.0]
    assert sorted(found["edition"]) == ["", "2025-05-13", "2025-08-11"]


def test_unexplained_scores_name_their_reports(fit: ScaleFit) -> None:
    odd = fit.scores.loc[fit.scores["deviation"].abs().idxmax()]
    reports = _reported([
        {"model_id": odd["model_id"], "benchmark_id": odd["benchmark_id"], "score": 100 * odd["score"], "unit": "percent"},
        {"model_id": "else", "benchmark_id": odd["benchmark_id"]},
    ]).assign(setting="3-shot", source="A paper", url="https://example.org")  # fmt: skip
    found = checks.unexplained(fit, reports, least=abs(odd["deviation"]))
    assert len(found) == 1
    assert found.loc[0, "given"] == pytest.approx(odd["score"]) and found.loc[0, "url"] == "https://example.org"
    assert checks.unexplained(fit, reports, least=1e9).empty
