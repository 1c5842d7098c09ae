"""Estimation of the capability scale: a robust two-parameter item-response model with battery effects.

    y = g_k + (1 − g_k) σ(a_k (C_m + T_mb − D_k)) + e

y is the score of model m on benchmark k (0 to 1), g its chance level, a slope, D difficulty, C capability; T is what a model
does better or worse in the battery b of the benchmark. Source: Ho, Denain, Atanasov, Albanie, Shah (2025), "A Rosetta Stone
for AI Benchmarks", arXiv 2512.00193 (the curve); Bradlow, Wainer, Wang (1999) (T, the testlet effect); Lange, Little, Taylor
(1989) (Student errors by reweighting).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from harness.analysis.statistics.uncertainty import Floats

Indices = npt.NDArray[np.intp]

CAPABILITY_SD = 3.0
"""Prior standard deviation of C, in the unit in which slopes have mean 1: far wider than models lie apart."""
BATTERY_SD = 0.1
"""Standard deviation of T, fixed: estimated, it runs away, and a battery's own dimension swallows the scale."""
SLOPE_SD, DIFFICULTY_SD = 0.35, 1.5
DEGREES = 5.0
"""Degrees of freedom of the Student errors."""
INFORMATION = (DEGREES + 1) / (DEGREES + 3)
"""Information in a Student score, in that of a normal one of the same scale (Lange, Little, Taylor 1989). The weights of the
search average to more, and would make intervals too narrow."""
FLOOR = 0.15
"""Share of a benchmark's error variance that stays where a score is near its floor or ceiling."""
POOLING = 8.0
"""Weight, in scores, of the error variance common to all benchmarks in that of each."""
ERROR_SD = 0.05
"""Standard deviation of errors at the start, in scores."""
STEPS, TOLERANCE = 60, 1e-3
EARLIEST, VARIANCES_FROM = 11, 4
"""The fewest steps, and those after which error variances are estimated."""


@dataclass(frozen=True)
class Cells:
    """Scores of models on benchmarks, one a cell, as positions.

    ``model``, ``benchmark`` and ``score`` have one entry a cell; ``chance`` and ``battery`` one a benchmark, where battery −1
    means none; ``models`` and ``batteries`` are counts.
    """

    model: Indices
    benchmark: Indices
    score: Floats
    chance: Floats
    battery: Indices
    models: int
    batteries: int

    @property
    def benchmarks(self) -> int:
        """How many benchmarks there are."""
        return len(self.chance)

    def at(self, model: Indices, benchmark: Indices) -> Cells:
        """Cells of these models and benchmarks, without scores (NaN)."""
        return replace(self, model=model, benchmark=benchmark, score=np.full(len(model), np.nan))


@dataclass(frozen=True)
class Parameters:
    """C and T of models (``models × batteries``), D and log a of benchmarks."""

    capability: Floats
    effect: Floats
    difficulty: Floats
    log_slope: Floats

    def moved(self, inner: Floats, outer: Floats) -> Parameters:
        """These parameters after a step: ``inner`` (models × [C, T]) and ``outer`` ([D, log a])."""
        half = len(self.difficulty)
        return Parameters(
            self.capability + inner[:, 0],
            self.effect + inner[:, 1:],
            self.difficulty + outer[:half],
            self.log_slope + outer[half:],
        )


@dataclass(frozen=True)
class Curve:
    """Fitted scores of cells, the shape of their error variance, and derivatives by C (and T, and −D) and by log a."""

    fitted: Floats
    shape: Floats
    by_capability: Floats
    by_slope: Floats


def curve(cells: Cells, x: Parameters) -> Curve:
    """The model's curve at every cell."""
    k, m = cells.benchmark, cells.model
    battery = cells.battery[k]
    has = battery >= 0
    slope, span = np.exp(x.log_slope[k]), 1 - cells.chance[k]
    gap = x.capability[m] - x.difficulty[k]
    if cells.batteries:
        gap = gap + np.where(has, x.effect[m, np.maximum(battery, 0)], 0.0)
    sigma = special.expit(slope * gap)
    steep = span * sigma * (1 - sigma)
    return Curve(
        cells.chance[k] + span * sigma,
        FLOOR + (1 - FLOOR) * 4 * sigma * (1 - sigma),
        steep * slope,
        steep * slope * gap,
    )


@dataclass(frozen=True)
class Normal:
    """Weighted normal equations, split in ``inner`` (a block of C and T a model), ``link`` and ``outer`` (D and log a).

    ``inner`` is models × width × width, ``link`` sparse with a row for each of a model's unknowns, ``outer`` dense.
    """

    inner: Floats
    link: sparse.csr_array
    outer: Floats
    inner_target: Floats
    outer_target: Floats

    def eliminated(self, damping: float = 0.0) -> tuple[Floats, sparse.csr_array, Floats]:
        """Inverse blocks, blocks × link, and the Schur complement, with the diagonals raised by ``damping``."""
        inner, outer, width = self.inner.copy(), self.outer.copy(), self.inner.shape[1]
        inner[:, np.arange(width), np.arange(width)] *= 1 + damping
        outer[np.arange(len(outer)), np.arange(len(outer))] *= 1 + damping
        blocks: Floats = np.linalg.inv(inner).astype(np.float64)
        solved = (_block_diagonal(blocks) @ self.link).tocsr()
        schur: Floats = outer - (self.link.T @ solved).toarray()
        return blocks, solved, schur


def _block_diagonal(blocks: Floats) -> sparse.bsr_array:
    size = len(blocks) * blocks.shape[1]
    return sparse.bsr_array((blocks, np.arange(len(blocks)), np.arange(len(blocks) + 1)), shape=(size, size))


@dataclass(frozen=True)
class Covariance:
    """Covariance of all parameters: ``blocks`` (inverse inner), ``link`` (blocks × link) and ``outer`` (inverse Schur complement)."""

    blocks: Floats
    link: sparse.csr_array
    outer: Floats

    def of_capabilities(self) -> Floats:
        """Covariance of C, models × models."""
        first = self.link[:: self.blocks.shape[1]].toarray()
        out: Floats = np.diag(self.blocks[:, 0, 0]) + first @ self.outer @ first.T
        return out

    def of_places(self) -> Floats:
        """Covariance of C of models and D of benchmarks, in that order."""
        first, size = self.link[:: self.blocks.shape[1]].toarray(), len(self.outer) // 2
        across = -first @ self.outer[:, :size]
        return np.block([[self.of_capabilities(), across], [across.T, self.outer[:size, :size]]])

    def of_scores(self, cells: Cells, x: Parameters) -> Floats:
        """Variance of the fitted score of each cell of ``cells``; linearised.

        A score moves with C + T of its model and with D and log a of its benchmark; C + T, which many cells of a model
        share, is taken once for each model and battery.
        """
        at, k, size = curve(cells, x), cells.benchmark, cells.benchmarks
        width = self.blocks.shape[1]
        pairs, pair = np.unique(cells.model * width + 1 + cells.battery[k], return_inverse=True)
        model, inside = np.divmod(pairs, width)
        has = (inside > 0).astype(float)
        ability = self.blocks[model, 0, 0] + has * (
            2 * self.blocks[model, 0, inside] + self.blocks[model, inside, inside]
        )
        link = self.link[model * width] + self.link[pairs].multiply(has[:, None])
        link = link.toarray()
        spread = link @ self.outer
        ability = ability + (spread * link).sum(axis=1)
        difficulty, slope = self.outer[k, k], self.outer[size + k, size + k]
        up, across = at.by_capability, at.by_slope
        out: Floats = (
            up**2 * (ability[pair] + difficulty)
            + across**2 * slope
            - 2 * up * across * self.outer[k, size + k]
            + 2 * up**2 * spread[pair, k]
            - 2 * up * across * spread[pair, size + k]
        )
        return out


@dataclass(frozen=True)
class Solution:
    """Parameters, error variances of benchmarks (in scores²), their covariance, and how the search ended."""

    parameters: Parameters
    variance: Floats
    covariance: Covariance
    steps: int
    moved: float

    @property
    def converged(self) -> bool:
        """Whether no capability moved by TOLERANCE in the last step."""
        return self.moved < TOLERANCE


def start(cells: Cells) -> Parameters:
    """Capabilities and difficulties of an additive model of log-odds above chance; slopes 1, no battery effects."""
    level = cells.chance[cells.benchmark]
    odds = special.logit(np.clip((cells.score - level) / (1 - level), 0.03, 0.97))
    tests, takers = np.bincount(cells.benchmark), np.bincount(cells.model, minlength=cells.models)
    capability = np.zeros(cells.models)
    for _ in range(10):
        difficulty = np.bincount(cells.benchmark, capability[cells.model] - odds) / tests
        capability = np.bincount(cells.model, odds + difficulty[cells.benchmark], cells.models) / (takers + 0.3)
    middle = capability.mean()
    return Parameters(
        capability - middle,
        np.zeros((cells.models, cells.batteries)),
        difficulty - middle,
        np.zeros(cells.benchmarks),
    )


def solve(cells: Cells, *, steps: int = STEPS, tolerance: float = TOLERANCE) -> Solution:
    """Posterior mode by reweighted Levenberg–Marquardt: each model's block is eliminated by a Schur complement.

    Ends where no capability moves by ``tolerance`` or after ``steps``. A model's unknowns meet those of other models only
    through the benchmarks', so that what is solved together is twice as many equations as there are benchmarks.
    """
    x, damping = start(cells), 1e-2
    variance = np.full(cells.benchmarks, ERROR_SD**2)
    for step in range(1, steps + 1):
        centre = float(x.difficulty.mean())
        at = curve(cells, x)
        residual = cells.score - at.fitted
        error = variance[cells.benchmark] * at.shape
        student = (DEGREES + 1) / (DEGREES + residual**2 / error)
        weight = student / error
        normal = _normal(cells, x, at, weight, centre)
        taken, damping, moved = _step(cells, x, weight, normal, centre, damping)
        if step > VARIANCES_FROM:
            spent = weight * _covariance(normal).of_scores(cells, x)
            variance = _variances(cells, student * (cells.score - curve(cells, taken).fitted) ** 2, spent, taken)
        x = taken
        if step >= EARLIEST and moved < tolerance:
            break
    at = curve(cells, x)
    information = INFORMATION / (variance[cells.benchmark] * at.shape)
    covariance = _covariance(_normal(cells, x, at, information, float(x.difficulty.mean())))
    return Solution(x, variance, covariance, step, moved)


def _normal(cells: Cells, x: Parameters, at: Curve, weight: Floats, centre: float) -> Normal:
    m, k, size = cells.model, cells.benchmark, cells.benchmarks
    battery = cells.battery[k]
    has, width = battery >= 0, 1 + cells.batteries
    hm, hb, hk = m[has], 1 + battery[has], k[has]
    residual = cells.score - at.fitted
    square, cross = weight * at.by_capability**2, weight * at.by_capability * at.by_slope
    pull = weight * at.by_capability * residual

    diagonal = np.full(width, 1 / BATTERY_SD**2)
    diagonal[0] = 1 / CAPABILITY_SD**2
    inner = np.zeros((cells.models, width, width))
    inner[:, 0, 0] = np.bincount(m, square, cells.models)
    by_battery = np.bincount(hm * width + hb, square[has], cells.models * width).astype(float).reshape(-1, width)
    inner[:, 0, 1:] = inner[:, 1:, 0] = by_battery[:, 1:]
    place = np.arange(1, width)
    inner[:, place, place] = by_battery[:, 1:]
    inner[:, np.arange(width), np.arange(width)] += diagonal

    down = np.concatenate([m * width, m * width, hm * width + hb, hm * width + hb])
    along = np.concatenate([k, size + k, hk, size + hk])
    values = np.concatenate([-square, cross, -square[has], cross[has]])
    link = sparse.csr_array((values, (down, along)), shape=(cells.models * width, 2 * size))

    i = np.arange(size)
    outer = np.zeros((2 * size, 2 * size))
    outer[i, i] = np.bincount(k, square, size) + 1 / DIFFICULTY_SD**2
    outer[size + i, size + i] = np.bincount(k, weight * at.by_slope**2, size) + 1 / SLOPE_SD**2
    outer[i, size + i] = outer[size + i, i] = -np.bincount(k, cross, size)

    inner_target = np.bincount(hm * width + hb, pull[has], cells.models * width).astype(float).reshape(-1, width)
    inner_target[:, 0] = np.bincount(m, pull, cells.models)
    inner_target -= diagonal * np.column_stack([x.capability, x.effect])
    outer_target = np.concatenate(
        [
            -np.bincount(k, pull, size) - (x.difficulty - centre) / DIFFICULTY_SD**2,
            np.bincount(k, weight * at.by_slope * residual, size) - x.log_slope / SLOPE_SD**2,
        ]
    )
    return Normal(inner, link, outer, inner_target, outer_target)


def _step(
    cells: Cells, x: Parameters, weight: Floats, normal: Normal, centre: float, damping: float
) -> tuple[Parameters, float, float]:
    """The parameters after one step that does not raise the loss, the next damping, and the largest move of a capability."""
    old = _loss(cells, x, weight, centre)
    while True:
        blocks, link, schur = normal.eliminated(damping)
        rest = np.linalg.solve(schur, normal.outer_target - link.T @ normal.inner_target.ravel())
        own = np.einsum("mij,mj->mi", blocks, normal.inner_target) - (link @ rest).reshape(normal.inner_target.shape)
        cut = max(1.0, float(np.abs(own).max()) / 1.5, float(np.abs(rest).max()) / 1.5)
        taken = x.moved(own / cut, rest / cut)
        if _loss(cells, taken, weight, centre) <= old + 1e-9 or damping > 1e8:
            break
        damping *= 5
    moved = float(np.abs(taken.capability - x.capability).max())
    return taken, max(damping / 6, 1e-8), moved


def _loss(cells: Cells, x: Parameters, weight: Floats, centre: float) -> float:
    prior = float((x.capability**2).sum()) / CAPABILITY_SD**2 + float((x.effect**2).sum()) / BATTERY_SD**2
    prior += (
        float(((x.difficulty - centre) ** 2).sum()) / DIFFICULTY_SD**2 + float((x.log_slope**2).sum()) / SLOPE_SD**2
    )
    return prior + float((weight * (cells.score - curve(cells, x).fitted) ** 2).sum())


def _covariance(normal: Normal) -> Covariance:
    blocks, link, schur = normal.eliminated()
    return Covariance(blocks, link, np.linalg.inv(schur).astype(np.float64))


def _variances(cells: Cells, square: Floats, spent: Floats, x: Parameters) -> Floats:
    """Error variances of benchmarks, corrected for the degrees of freedom spent and pooled towards their geometric mean."""
    count = np.bincount(cells.benchmark, minlength=cells.benchmarks)
    total = np.bincount(cells.benchmark, square / curve(cells, x).shape, cells.benchmarks)
    left = np.maximum(count - np.bincount(cells.benchmark, spent, cells.benchmarks), 0.15 * count)
    common = float(np.exp(np.log(np.maximum(total / left, 1e-8)).mean()))
    out: Floats = (total + POOLING * common) / (left + POOLING)
    return out
