"""The capability scale: products placed on one axis, in points, from the scores that others published.

150 points are GPT-5 and 130 Claude 3.5 Sonnet of June 2024, as Epoch AI's Capabilities Index has it; this is not that index.
The model and its estimation are in ``estimation``, what enters in ``preparation``.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness.analysis.scale.estimation import DEGREES, Cells, Solution, curve, solve
from harness.analysis.scale.preparation import prepare_reported
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile
from harness.errors import BadInput, MissingData

LOW, HIGH = ("claude-3-5-sonnet-20240620", 130.0), ("gpt-5", 150.0)
"""Products that fix the points, and theirs."""
TOGETHER = {"agents": "coding_agents", "coding": "coding_agents"}
"""Domains of benchmarks that count as one when a model's evidence is counted; every other stands for itself."""
APART = ("open-llm-leaderboard-v1", "open-llm-leaderboard-v2", "helm", "classics")
"""Batteries that are set-up families of their own (few-shot prompts, choices by log-likelihood); the rest is one family."""
MODEL_COLUMNS = ["model_id", "points", "stderr", "low", "high", "benchmarks", "domains", "batteries"]


@dataclass(frozen=True)
class ScaleFit:
    """A fitted scale, in points.

    ``models``: MODEL_COLUMNS, one row a product (``benchmarks`` families of tests, ``domains`` and ``batteries`` they fall in);
    ``benchmarks``: ``benchmark_id, benchmark, family, battery, domain, language, set_up_by, difficulty`` (points at which a model gets
    half of what lies above chance) and ``difficulty_stderr, slope`` (log-odds a point), ``error`` (standard deviation of a
    score halfway up), ``chance, models``; ``scores``: ``model_id, benchmark_id, benchmark, battery, domain, score, chance,
    reports, fitted, residual, deviation`` (residual in standard deviations of its error). ``covariance`` is that of the points,
    in the order of ``models``. ``rmse`` in score units; ``steps`` taken, and whether they ``converged``.
    """

    models: pd.DataFrame
    benchmarks: pd.DataFrame
    scores: pd.DataFrame
    covariance: Floats
    rmse: float
    steps: int
    converged: bool
    cells: Cells
    solution: Solution

    @property
    def unit(self) -> float:
        """Points in one unit of the fitted capability."""
        low, high = self._anchors()
        return (HIGH[1] - LOW[1]) / (high - low)

    @property
    def origin(self) -> float:
        """Points of a fitted capability of 0."""
        return LOW[1] - self.unit * self._anchors()[0]

    def _anchors(self) -> tuple[float, float]:
        names = self.models["model_id"].to_list()
        capability = self.solution.parameters.capability
        return float(capability[names.index(LOW[0])]), float(capability[names.index(HIGH[0])])


def fit_reported(reported: pd.DataFrame) -> ScaleFit | None:
    """The scale of the rows of the query ``reported``; None where they cannot carry one (no anchors, too few connected)."""
    if reported.empty:
        return None
    try:
        return fit_scale(prepare_reported(reported).scores)
    except MissingData:
        return None


def fit_scale(scores: pd.DataFrame, *, confidence: float = CONFIDENCE) -> ScaleFit:
    """Fit the scale to ``scores`` (``preparation.COLUMNS``, from ``prepare_reported``).

    Intervals are normal, from the full covariance by the delta method; the two anchors carry none, since they are the unit.
    Raises ``MissingData`` where one of the products that fix the unit (LOW, HIGH) has no scores here, and ``BadInput``
    where the two cannot be told apart.
    """
    absent = [name for name, _ in (LOW, HIGH) if name not in set(scores["model_id"])]
    if absent:
        raise MissingData(f"The scale's unit needs scores of {' and '.join(absent)}, and there are none.")
    cells, models, benchmarks = _cells(scores)
    solution = solve(cells)
    x = solution.parameters
    low, high = models.index(LOW[0]), models.index(HIGH[0])
    if x.capability[high] - x.capability[low] < 0.01:
        raise BadInput(f"These scores do not tell {HIGH[0]} from {LOW[0]}, which fix the scale's unit.")
    place = np.concatenate([x.capability, x.difficulty])
    points, covariance = anchored(place, solution.covariance.of_places(), low, high)
    m, half = len(models), normal_quantile(confidence)
    stderr = np.sqrt(np.maximum(np.diag(covariance), 0))
    unit = (HIGH[1] - LOW[1]) / (x.capability[high] - x.capability[low])
    at = curve(cells, x)
    error = np.sqrt(solution.variance[cells.benchmark] * at.shape)
    residual = cells.score - at.fitted
    tests = scores.drop_duplicates("benchmark_id").set_index("benchmark_id").loc[benchmarks]
    named = ["benchmark", "family", "battery", "domain", "language", "set_up_by"]
    return ScaleFit(
        models=pd.DataFrame(
            {
                "model_id": models,
                "points": points[:m],
                "stderr": stderr[:m],
                "low": points[:m] - half * stderr[:m],
                "high": points[:m] + half * stderr[:m],
            }
        ).merge(evidence(scores), on="model_id"),
        benchmarks=tests[named]
        .reset_index()
        .assign(
            difficulty=points[m:],
            difficulty_stderr=stderr[m:],
            slope=np.exp(x.log_slope) / unit,
            error=np.sqrt(solution.variance),
            chance=cells.chance,
            models=np.bincount(cells.benchmark),
        ),
        scores=scores[
            ["model_id", "benchmark_id", "benchmark", "battery", "domain", "score", "chance", "reports"]
        ].assign(fitted=at.fitted, residual=residual, deviation=residual / error),
        covariance=covariance[:m, :m],
        rmse=math.sqrt(float(np.mean(residual**2))),
        steps=solution.steps,
        converged=solution.converged,
        cells=cells,
        solution=solution,
    )


def _cells(scores: pd.DataFrame) -> tuple[Cells, list[str], list[str]]:
    """The cells of ``scores``, row by row, with the names behind their models and benchmarks."""
    model, models = pd.factorize(scores["model_id"], sort=True)
    benchmark, benchmarks = pd.factorize(scores["benchmark_id"], sort=True)
    tests = scores.drop_duplicates("benchmark_id").set_index("benchmark_id").loc[list(benchmarks)]
    batteries = sorted(set(tests["battery"]) - {""})
    position = {name: i for i, name in enumerate(batteries)}
    cells = Cells(
        model=model,
        benchmark=benchmark,
        score=scores["score"].to_numpy(dtype=float),
        chance=tests["chance"].to_numpy(dtype=float),
        battery=np.array([position.get(name, -1) for name in tests["battery"]], dtype=np.intp),
        models=len(models),
        batteries=len(batteries),
    )
    return cells, [str(name) for name in models], [str(name) for name in benchmarks]


def anchored(place: Floats, covariance: Floats, low: int, high: int) -> tuple[Floats, Floats]:
    """Points of ``place`` (capabilities and difficulties) and their covariance; ``low`` and ``high`` are exact by definition.

    With e = 130 + 20 (c − c_low) / (c_high − c_low): the derivative by c is the unit u = 20 / (c_high − c_low), by c_low
    −u (1 − f) and by c_high −u f, where f is how far from low to high c lies.
    """
    unit = (HIGH[1] - LOW[1]) / (place[high] - place[low])
    share = (place - place[low]) / (place[high] - place[low])
    by = np.eye(len(place)) * unit
    by[:, low] -= unit * (1 - share)
    by[:, high] -= unit * share
    return LOW[1] + (HIGH[1] - LOW[1]) * share, by @ covariance @ by.T


def evidence(scores: pd.DataFrame) -> pd.DataFrame:
    """What places each model: ``model_id, benchmarks, domains, batteries`` (a test that stands alone is its own battery)."""
    rows = scores.assign(
        domain=scores["domain"].replace(TOGETHER),
        battery=scores["battery"].where(scores["battery"].ne(""), "alone: " + scores["family"].astype(str)),
    )
    return rows.groupby("model_id", as_index=False).agg(
        benchmarks=("family", "nunique"), domains=("domain", "nunique"), batteries=("battery", "nunique")
    )


def redrawn(fit: ScaleFit, *, seed: int, draws: int = 400) -> pd.DataFrame:
    """Points of all models on ``draws`` scales drawn from the fit's normal approximation, a column a model.

    The unit is fixed anew in each draw. For what no formula gives: records, who is first, months between two curves.
    """
    covariance = fit.solution.covariance.of_capabilities()
    centre = fit.solution.parameters.capability
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    drawn = centre + np.random.default_rng(seed).standard_normal((draws, len(centre))) @ root.T
    names = fit.models["model_id"].to_list()
    low, high = drawn[:, [names.index(LOW[0])]], drawn[:, [names.index(HIGH[0])]]
    return pd.DataFrame(LOW[1] + (HIGH[1] - LOW[1]) * (drawn - low) / (high - low), columns=names)


def expected_scores(
    fit: ScaleFit,
    models: Collection[str] | None = None,
    benchmarks: Collection[str] | None = None,
    *,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Scores to be expected: ``model_id, benchmark_id, benchmark, expected, low, high`` (0–1), for models and benchmarks by id.

    The interval is of a new score: it holds the error of the fit and of the score itself (Student's, as a normal of the
    same variance). Pairs outside a model's set-up families are left out: what a model asked in a chat would score on a
    board of base models, no published score says. Unknown ids raise ``BadInput``.
    """
    names, tests = fit.models["model_id"].to_list(), fit.benchmarks["benchmark_id"].to_list()
    for asked, known, what in ((models, names, "model"), (benchmarks, tests, "benchmark")):
        unknown = sorted(set(asked or ()) - set(known))
        if unknown:
            raise BadInput(f"The scale has no {what} {', '.join(unknown)}.")
    family = _families(fit.benchmarks["battery"])
    own = set(zip(fit.scores["model_id"], _families(fit.scores["battery"]), strict=True))
    which = [
        (names.index(m), tests.index(b))
        for m in (names if models is None else models)
        for b in (tests if benchmarks is None else benchmarks)
        if (m, family.iloc[tests.index(b)]) in own
    ]
    m, k = (np.array(part, dtype=np.intp) for part in (zip(*which, strict=True) if which else ((), ())))
    asked_cells = fit.cells.at(m, k)
    at = curve(asked_cells, fit.solution.parameters)
    variance = fit.solution.covariance.of_scores(asked_cells, fit.solution.parameters)
    variance = variance + fit.solution.variance[k] * at.shape * DEGREES / (DEGREES - 2)
    half = normal_quantile(confidence) * np.sqrt(variance)
    return pd.DataFrame(
        {
            "model_id": [names[i] for i in m],
            "benchmark_id": [tests[i] for i in k],
            "benchmark": fit.benchmarks["benchmark"].to_numpy(dtype=object)[k],
            "expected": at.fitted,
            "low": np.clip(at.fitted - half, 0, 1),
            "high": np.clip(at.fitted + half, 0, 1),
        }
    )


def _families(battery: pd.Series) -> pd.Series:
    """The set-up family of each battery."""
    return battery.where(battery.isin(APART), "chat")
