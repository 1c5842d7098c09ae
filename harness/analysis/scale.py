"""The stitched capability scale: one axis for models scored on different benchmarks, from *reported* scores only.

Model: score = g_b + (1 − g_b) σ(α_b (C_m − D_b)) with the capability C of a model, the difficulty D and slope α of a
benchmark, and its chance level g as lower asymptote. One benchmark is fixed at D = 0, α = 1, which gives the scale its
origin and unit. Bounded least squares with an analytic, sparse Jacobian and weak ridge regularisation.
Source: Ho, Denain, Atanasov, Albanie, Shah (2025), "A Rosetta Stone for AI Benchmarks", arXiv 2512.00193. The error
includes the mix of shots and settings behind reported scores.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, special
from scipy.sparse import csgraph

from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile
from harness.errors import BadInput, MissingData

ANCHOR = "WinoGrande (Open LLM Leaderboard v1)"
# Far below the 10⁻³ allowed: only one benchmark fixes the unit, so any ridge shrinks the scale (by a fifth at 10⁻³ in
# simulated markets); at 0.1 Epoch's own analysis has the slope over time inflated by 21 %.
REGULARISATION = 1e-5
MIN_BENCHMARKS, MIN_MODELS = 4, 5
RANKED_BENCHMARKS = 5
"""Benchmarks that a model needs to be ranked, unless a reader asks for another number."""
RANKED_STDERR = 0.5
"""Largest standard error of a ranked model: beyond it the 95 % interval is wider than the middle half of all models."""
SLOPES = (0.05, 50.0)  # bounds of α: below, a benchmark says nothing; above, it is a step
TOLERANCE = 1e-3  # the fit ends where no parameter moves further than this: a hundredth of a usual standard error
REDRAWN_TOLERANCE = 1e-3  # of a bootstrap draw: a fiftieth of a usual standard error
REDRAWN_STEPS = 25  # a draw starts at the fit; what still moves then are directions without weight
STEPS = 500
BOUND = 25.0  # bound of |C| and |D|: σ is 0 or 1 to eleven digits beyond


@dataclass(frozen=True)
class Reported:
    """Scores ready to fit: ``model_id, benchmark, score, chance`` (0–1), ``reports`` averaged; rows left out, with reasons."""

    scores: pd.DataFrame
    left_out: pd.DataFrame


@dataclass(frozen=True)
class ScaleFit:
    """A fitted scale.

    ``models``: ``model_id, capability, stderr, low, high, benchmarks``; ``benchmarks``: ``benchmark, difficulty,
    slope, chance, models``; ``scores``: ``model_id, benchmark, score, chance, fitted, residual, leverage``. ``rmse`` in score
    units, ``r2`` share of the scores' variance, ``at_bounds`` how many parameters stopped at a bound.
    """

    models: pd.DataFrame
    benchmarks: pd.DataFrame
    scores: pd.DataFrame
    anchor: str
    regularisation: float
    rmse: float
    r2: float
    at_bounds: int
    converged: bool


def prepare_reported(reported: pd.DataFrame, *, anchor: str = ANCHOR) -> Reported:
    """Scores of the query ``reported`` that one scale can hold, connected to the anchor.

    ``reported`` has ``model_id, benchmark, score, unit`` and of the benchmark its ``chance`` and ``role``. Percentages
    become fractions, other units are left out; so are composites (role ``index``), which would count scores twice;
    several reports of one (model, benchmark) are averaged; models with fewer than MIN_BENCHMARKS and benchmarks with
    fewer than MIN_MODELS go, again and again until none is left; then whatever the model–benchmark graph does not
    connect to the anchor. ``left_out`` has ``model_id, benchmark, reason``.
    """
    rows = reported[["model_id", "benchmark", "score", "unit", "chance", "role"]].copy()
    unit = rows["unit"].astype("string").str.lower().fillna("fraction")
    percent, fraction = unit.isin(["%", "percent"]), unit.isin(["fraction", "share", "1"])
    rows["score"] = rows["score"].astype(float).where(~percent, rows["score"].astype(float) / 100)
    faults = {
        "unit is no share of items": ~(percent | fraction),
        "score outside 0 to 1": ~rows["score"].between(0, 1),
        "mean of other benchmarks": rows["role"].eq("index"),
    }
    chosen = np.select([fault.to_numpy(dtype=bool) for fault in faults.values()], list(faults), default="")
    reason = pd.Series(chosen, index=rows.index).replace("", None)
    left = [rows[reason.notna()].assign(reason=reason[reason.notna()])]
    usable = rows[reason.isna()].groupby(["model_id", "benchmark"], as_index=False)
    usable = usable.agg(score=("score", "mean"), reports=("score", "size"), chance=("chance", "first"))
    usable, few = _prune(usable)
    left += few
    apart = ~connected_to(usable, anchor)
    left.append(usable[apart].assign(reason="not connected to the anchor"))
    out = pd.concat(left, ignore_index=True)[["model_id", "benchmark", "reason"]]
    return Reported(usable[~apart].reset_index(drop=True), out)


def _prune(scores: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    left = []
    while len(scores):
        per_model = scores.groupby("model_id")["benchmark"].transform("size")
        per_benchmark = scores.groupby("benchmark")["model_id"].transform("size")
        few, small = per_model < MIN_BENCHMARKS, per_benchmark < MIN_MODELS
        if not (few | small).any():
            break
        left.append(scores[few].assign(reason=f"model with fewer than {MIN_BENCHMARKS} benchmarks"))
        left.append(scores[small & ~few].assign(reason=f"benchmark with fewer than {MIN_MODELS} models"))
        scores = scores[~(few | small)]
    return scores, left


def connected_to(scores: pd.DataFrame, anchor: str) -> npt.NDArray[np.bool_]:
    """Mask of the scores that shared models connect to the benchmark ``anchor``; all False without the anchor."""
    model, models = pd.factorize(scores["model_id"])
    benchmark, benchmarks = pd.factorize(scores["benchmark"])
    where = np.flatnonzero(benchmarks == anchor)
    if not len(where):
        return np.zeros(len(scores), dtype=bool)
    size = len(models) + len(benchmarks)
    graph = sparse.coo_array((np.ones(len(scores)), (model, len(models) + benchmark)), shape=(size, size))
    labels = csgraph.connected_components(graph.tocsr(), directed=False)[1]
    return np.asarray(labels[model] == labels[len(models) + where[0]], dtype=np.bool_)


@dataclass(frozen=True)
class _Problem:
    """Indices and data of one fit; parameters are [C of models, D of free benchmarks, log α of free benchmarks]."""

    model: npt.NDArray[np.intp]
    free: npt.NDArray[np.intp]  # column of the score's benchmark among free ones, -1 for the anchor
    score: Floats
    chance: Floats
    models: int
    benchmarks: int
    ridge: float

    @property
    def size(self) -> int:
        return self.models + 2 * self.benchmarks

    def predict(self, x: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Fitted scores, σ, α and C − D of each score."""
        difficulty = np.append(x[self.models : self.models + self.benchmarks], 0.0)[self.free]
        slope = np.exp(np.append(x[self.models + self.benchmarks :], 0.0)[self.free])
        gap = x[self.model] - difficulty
        sigma = special.expit(slope * gap)
        return self.chance + (1 - self.chance) * sigma, sigma, slope, gap

    def residuals(self, x: Floats) -> Floats:
        return np.concatenate([self.predict(x)[0] - self.score, self.ridge * x])

    def jacobian(self, x: Floats) -> sparse.csr_array:
        _, sigma, slope, gap = self.predict(x)
        steep = (1 - self.chance) * sigma * (1 - sigma)
        row = np.arange(len(self.score))
        has = self.free >= 0
        rows = [row, row[has], row[has], len(row) + np.arange(self.size)]
        columns = [
            self.model,
            self.models + self.free[has],
            self.models + self.benchmarks + self.free[has],
            np.arange(self.size),
        ]
        values = [steep * slope, -(steep * slope)[has], (steep * slope * gap)[has], np.full(self.size, self.ridge)]
        shape = (len(row) + self.size, self.size)
        return sparse.csr_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)

    def bounds(self) -> tuple[Floats, Floats]:
        wide = np.full(self.models + self.benchmarks, BOUND)
        slopes = np.ones(self.benchmarks)
        low = np.concatenate([-wide, slopes * math.log(SLOPES[0])])
        return low, np.concatenate([wide, slopes * math.log(SLOPES[1])])

    def start(self) -> Floats:
        """Capability and difficulty from mean log-odds above chance; slope 1."""
        share = np.clip((self.score - self.chance) / (1 - self.chance), 0.02, 0.98)
        odds = special.logit(share)
        capability = np.bincount(self.model, odds, self.models) / np.bincount(self.model, minlength=self.models)
        has = self.free >= 0
        count = np.maximum(np.bincount(self.free[has], minlength=self.benchmarks), 1)
        gap = np.bincount(self.free[has], (capability[self.model] - odds)[has], self.benchmarks) / count
        return np.concatenate([capability, gap, np.zeros(self.benchmarks)])

    def solve(self, start: Floats, tolerance: float = TOLERANCE, steps: int = STEPS) -> tuple[Floats, bool]:
        """Parameters of least squares within the bounds, and whether they converged: Levenberg–Marquardt.

        Parameters at a bound stay there while the gradient points outwards. Written here rather than taken from
        ``scipy.optimize.least_squares``: ``benchmarks/analysis.py`` (``scale_row``) shows the gain, and asserts that both
        end at the same sum of squares. The gain is the Schur complement of ``_step``, which scipy's solvers do not know.
        """
        low, high = self.bounds()
        x = np.clip(start, low, high)
        residual = self.residuals(x)
        damping = 1e-3
        for _ in range(steps):
            jacobian = self.jacobian(x)
            gradient = np.asarray(jacobian.T @ residual)
            at_bound = ((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0))
            normal = (jacobian.T @ jacobian).tocsr()
            while True:
                step = self._step(normal, np.where(at_bound, 0.0, -gradient), at_bound, damping)
                tried = np.clip(x + step, low, high)
                attempt = self.residuals(tried)
                if attempt @ attempt <= residual @ residual:
                    break
                damping *= 4
                if damping > 1e12:
                    return x, bool(np.abs(gradient[~at_bound]).max(initial=0.0) < 1e-4)
            moved = float(np.abs(tried - x).max(initial=0.0))
            x, residual, damping = tried, attempt, max(damping / 8, 1e-9)
            if moved < tolerance:
                return x, True
        return x, False

    def _step(
        self, normal: sparse.csr_array, target: Floats, at_bound: npt.NDArray[np.bool_], damping: float
    ) -> Floats:
        """Damped normal equations by Schur complement: capabilities form a diagonal block and are eliminated.

        What is left has 2 × benchmarks unknowns, small enough that no linear algebra needs threads.
        """
        m = self.models
        diagonal = normal.diagonal() * (1 + damping)
        diagonal = np.where(at_bound, 1.0, np.maximum(diagonal, 1e-12))
        free = (~at_bound).astype(float)
        link = normal[:m, m:].multiply(free[:m, None]).multiply(free[None, m:]).tocsr()
        corner = normal[m:, m:].toarray() * free[m:, None] * free[None, m:]
        np.fill_diagonal(corner, diagonal[m:])
        scaled = link.multiply(1.0 / diagonal[:m, None]).tocsr()
        small = corner - (link.T @ scaled).toarray()
        rest = np.linalg.solve(small, target[m:] - scaled.T @ target[:m])
        return np.concatenate([target[:m] / diagonal[:m] - scaled @ rest, rest])


def fit_scale(
    scores: pd.DataFrame,
    *,
    anchor: str = ANCHOR,
    regularisation: float = REGULARISATION,
    confidence: float = CONFIDENCE,
) -> ScaleFit:
    """Fit the scale to ``scores`` (``model_id, benchmark, score, chance`` in 0–1, from ``prepare_reported``).

    An unknown ``chance`` counts as 0. Standard errors are from the leverage-corrected (HC2) sandwich of the linearised
    fit; intervals normal, on the scale's unit: the anchor's log-odds. Raises ``MissingData`` without scores or anchor and ``BadInput`` for a
    regularisation outside 0–1 (keep it at or below 10⁻³: more of it stretches the scale). Source: Ho et al. (2025), sec. 3; MacKinnon and
    White (1985).
    """
    if not 0 <= regularisation <= 1:
        raise BadInput("The regularisation must lie between 0 and 1.")
    if scores.empty or anchor not in set(scores["benchmark"]):
        raise MissingData(f"The scale needs scores on its anchor, {anchor}, and there are none.")
    problem, models, benchmarks = _problem(scores, anchor, regularisation)
    x, converged = problem.solve(problem.start())
    return _described(scores, problem, models, benchmarks, x, converged, anchor, regularisation, confidence)


def fit_reported(reported: pd.DataFrame) -> ScaleFit | None:
    """The scale of the rows of the query ``reported``; None where too few of them are connected.

    The anchor is ANCHOR, or where nobody reports it the benchmark with most scores in shares, the first by name among equals.
    """
    if reported.empty:
        return None
    shares = reported[reported["unit"].isin(["fraction", "percent", "%"])]
    counts = (shares if len(shares) else reported)["benchmark"].value_counts()
    anchor = ANCHOR if ANCHOR in counts.index else min(counts.index, key=lambda name: (-counts[name], name))
    try:
        return fit_scale(prepare_reported(reported, anchor=anchor).scores, anchor=anchor)
    except MissingData:
        return None


def rankable(fit: ScaleFit, benchmarks: int = RANKED_BENCHMARKS) -> pd.DataFrame:
    """Rows of ``fit.models`` with at least so many ``benchmarks`` and a standard error of at most RANKED_STDERR."""
    return fit.models[(fit.models["benchmarks"] >= benchmarks) & (fit.models["stderr"] <= RANKED_STDERR)]


def _problem(scores: pd.DataFrame, anchor: str, regularisation: float) -> tuple[_Problem, list[str], list[str]]:
    model, models = pd.factorize(scores["model_id"], sort=True)
    names = [anchor, *sorted(set(scores["benchmark"]) - {anchor})]
    position = {name: i for i, name in enumerate(names)}
    free = scores["benchmark"].map(position).to_numpy(dtype=np.intp) - 1
    level: Floats = scores["chance"].to_numpy(dtype=float, na_value=0.0)
    value: Floats = scores["score"].to_numpy(dtype=float)
    ridge = math.sqrt(regularisation)
    problem = _Problem(model, free, value, level, len(models), len(names) - 1, ridge)
    return problem, [str(name) for name in models], names


def _described(
    scores: pd.DataFrame,
    problem: _Problem,
    models: list[str],
    benchmarks: list[str],
    x: Floats,
    converged: bool,
    anchor: str,
    regularisation: float,
    confidence: float,
) -> ScaleFit:
    m, b = problem.models, problem.benchmarks
    fitted = problem.predict(x)[0]
    residual = problem.score - fitted
    influence, leverage = _influence(problem, x, residual)
    stderr = np.sqrt((influence**2).sum(axis=0))
    count = np.bincount(problem.model, minlength=m)
    half = normal_quantile(confidence) * stderr[:m]
    low, high = problem.bounds()
    spread = float(((problem.score - problem.score.mean()) ** 2).sum())
    level = dict(zip(scores["benchmark"], problem.chance, strict=True))
    return ScaleFit(
        models=pd.DataFrame(
            {"model_id": models, "capability": x[:m], "stderr": stderr[:m], "low": x[:m] - half, "high": x[:m] + half}
        ).assign(benchmarks=count),
        benchmarks=pd.DataFrame(
            {
                "benchmark": benchmarks,
                "difficulty": np.insert(x[m : m + b], 0, 0.0),
                "slope": np.exp(np.insert(x[m + b :], 0, 0.0)),
                "chance": [level[name] for name in benchmarks],
                "models": np.bincount(problem.free + 1, minlength=b + 1),
            }
        ),
        scores=scores[["model_id", "benchmark", "score", "chance"]].assign(
            fitted=fitted, residual=residual, leverage=leverage
        ),
        anchor=anchor,
        regularisation=regularisation,
        rmse=math.sqrt(float(np.mean(residual**2))),
        r2=1 - float(residual @ residual) / spread if spread > 0 else math.nan,
        at_bounds=int(((x <= low + 1e-4) | (x >= high - 1e-4)).sum()),
        converged=converged,
    )


def _influence(problem: _Problem, x: Floats, residual: Floats) -> tuple[Floats, Floats]:
    """Effect of each score's corrected residual on each parameter (squares sum to HC2 variances), and its leverage."""
    whole = problem.jacobian(x)
    design = whole[: len(residual)]
    inverse = np.linalg.inv((whole.T @ whole).toarray() + 1e-9 * np.eye(problem.size))
    bread = design @ inverse
    leverage = np.clip((design.multiply(bread)).sum(axis=1), 0, 0.999)
    return np.asarray(bread * (residual / np.sqrt(1 - leverage))[:, None]), np.asarray(leverage)


def _fitted(fit: ScaleFit) -> tuple[_Problem, Floats]:
    """The problem that a fit solves, and its parameters."""
    problem, _, _ = _problem(fit.scores, fit.anchor, fit.regularisation)
    free = fit.benchmarks.iloc[1:]
    return problem, np.concatenate([fit.models["capability"], free["difficulty"], np.log(free["slope"])]).astype(float)


def linear_draws(fit: ScaleFit, *, seed: int, draws: int = 200) -> pd.DataFrame:
    """Wild-bootstrap draws of the capabilities, without refitting: the linearised fit to residuals with random signs.

    ``draws`` × models, in the fit's order; their deviations are the fit's standard errors. A second instead of minutes, but
    blind to how the fit bends: for models well placed on the scale. Source: Wu (1986); Hinkley (1977), the linear term.
    """
    problem, best = _fitted(fit)
    influence = _influence(problem, best, fit.scores["residual"].to_numpy(dtype=float))[0][:, : problem.models]
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, len(influence)))
    return pd.DataFrame(best[: problem.models] + signs @ influence, columns=fit.models["model_id"].to_list())


def expected_scores(fit: ScaleFit, capability: npt.ArrayLike) -> pd.DataFrame:
    """Expected score on each benchmark at each ``capability``: ``capability, benchmark, expected`` (0–1).

    The scale translated back: the fitted model itself, chance level included.
    """
    level = np.atleast_1d(np.asarray(capability, dtype=float))
    slope, difficulty, chance = (fit.benchmarks[c].to_numpy(dtype=float) for c in ("slope", "difficulty", "chance"))
    expected = chance + (1 - chance) * special.expit(slope * (level[:, None] - difficulty))
    return pd.DataFrame(
        {
            "capability": np.repeat(level, len(slope)),
            "benchmark": np.tile(fit.benchmarks["benchmark"].to_numpy(dtype=object), len(level)),
            "expected": expected.ravel(),
        }
    )


def leave_one_benchmark_out(
    scores: pd.DataFrame,
    *,
    anchor: str = ANCHOR,
    among: Collection[str] | None = None,
) -> pd.DataFrame:
    """Change of the scale without each benchmark, one row each: ``benchmark, models, spearman, largest_move, moved_most, first``.

    The scale is refitted without the benchmark (not the anchor), from the whole fit and as far as a bootstrap draw, and
    compared on the models still connected, or those of them that are ``among``: rank correlation with the whole fit, the
    largest change of a capability after matching mean and spread and whose it is, and who is then the best.
    """
    fit = fit_scale(scores, anchor=anchor)
    whole = fit.models.set_index("model_id")["capability"]
    free = fit.benchmarks.set_index("benchmark")
    rows = []
    for name in sorted(set(scores["benchmark"]) - {anchor}):
        rest = scores[scores["benchmark"] != name]
        rest = rest[connected_to(rest, anchor)]
        if rest.empty:
            continue
        problem, models, benchmarks = _problem(rest, anchor, fit.regularisation)
        others = free.loc[benchmarks[1:]]
        start = np.concatenate([whole.loc[models], others["difficulty"], np.log(others["slope"])]).astype(float)
        less = pd.Series(problem.solve(start, REDRAWN_TOLERANCE, REDRAWN_STEPS)[0][: len(models)], index=models)
        less = less if among is None else less[less.index.isin(among)]
        if len(less):
            rows.append((name, *_compared(whole, less), str(less.idxmax())))
    return pd.DataFrame(rows, columns=["benchmark", "models", "spearman", "largest_move", "moved_most", "first"])


def _compared(whole: pd.Series, other: pd.Series) -> tuple[int, float, float, str]:
    """Models in both, rank correlation, largest move in the first scale's unit, and whose."""
    a = whole.reindex(other.index).to_numpy(dtype=float)
    b = other.to_numpy(dtype=float)
    spread = b.std()
    matched = (b - b.mean()) * (a.std() / spread if spread > 0 else 1.0) + a.mean()
    move = np.abs(matched - a)
    ranks = pd.Series(a).corr(pd.Series(b), method="spearman") if len(a) > 1 else math.nan
    return len(a), float(ranks), float(move.max()), str(other.index[int(move.argmax())])
