"""Missing inputs drawn from what a vendor's other inputs say of them: multiple imputation under a Gaussian copula."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from harness.analysis.companies.scores import Booleans, normalise
from harness.analysis.statistics.uncertainty import Floats

LEAST_SHARED = 8
"""Vendors that two inputs need in common before their correlation counts; fewer, and it is taken as 0."""
SHRINKAGE = 0.2
"""Weight of the identity in the correlations: with some forty vendors the raw ones are too sure of themselves."""
EDGE = 0.005
"""Scores are kept this far from 0 and 1, where a normal score would be infinite."""


@dataclass(frozen=True)
class Copula:
    """Correlations of the inputs' normal scores, inputs × inputs."""

    correlation: Floats
    _given: dict[bytes, tuple[Floats, Floats]] = field(default_factory=dict, repr=False, compare=False)

    def draw(self, values: Floats, rng: np.random.Generator, rows: Booleans) -> Floats:
        """``values`` (vendors × inputs) with the missing entries of ``rows`` drawn given those vendors' other inputs.

        A normal score is drawn from its distribution given the known ones and becomes the quantile of the input's known values,
        so that the drawn values lie where the known ones do. An input without any value stays missing.
        """
        from scipy.special import ndtr, ndtri

        normal = ndtri(np.clip(normalise(values, "percentile"), EDGE, 1 - EDGE))
        drawn = np.full(values.shape, np.nan)
        for i in np.flatnonzero(rows & np.isnan(values).any(axis=1)):
            lacks = np.isnan(normal[i])
            slope, spread = self.given(lacks)
            drawn[i, lacks] = ndtr(slope @ normal[i, ~lacks] + spread @ rng.standard_normal(int(lacks.sum())))
        filled = values.copy()
        for k in range(values.shape[1]):
            known, asked = values[~np.isnan(values[:, k]), k], ~np.isnan(drawn[:, k])
            if len(known) and asked.any():
                filled[asked, k] = np.quantile(known, drawn[asked, k])
        return filled

    def given(self, lacks: Booleans) -> tuple[Floats, Floats]:
        """Regression of the missing normal scores on the known ones, and the Cholesky factor of what it leaves open."""
        key = lacks.tobytes()
        if key not in self._given:
            r = self.correlation
            slope = (
                np.linalg.solve(r[np.ix_(~lacks, ~lacks)], r[np.ix_(~lacks, lacks)]).T
                if (~lacks).any()
                else np.zeros((int(lacks.sum()), 0))
            )
            rest = r[np.ix_(lacks, lacks)] - slope @ r[np.ix_(~lacks, lacks)]
            spread = np.asarray(np.linalg.cholesky(rest + 1e-9 * np.eye(len(rest))), dtype=float)
            self._given[key] = np.asarray(slope, dtype=float), spread
        return self._given[key]


def fit_copula(values: Floats) -> Copula:
    """The Gaussian copula of the inputs ``values`` (vendors × inputs, NaN where missing).

    Correlations are of normal scores over the vendors that have both inputs, shrunk towards 0 and made positive definite by
    raising small eigenvalues. Sources: Little and Rubin (2002), ch. 11; Hoff (2007), Annals of Applied Statistics 1.
    """
    from scipy.special import ndtri

    normal = ndtri(np.clip(normalise(values, "percentile"), EDGE, 1 - EDGE))
    k = normal.shape[1]
    r = np.eye(k)
    for a in range(k):
        for b in range(a):
            both = ~np.isnan(normal[:, a]) & ~np.isnan(normal[:, b])
            x, y = normal[both, a], normal[both, b]
            if both.sum() >= LEAST_SHARED and x.std() > 0 and y.std() > 0:
                r[a, b] = r[b, a] = np.corrcoef(x, y)[0, 1]
    r = (1 - SHRINKAGE) * r + SHRINKAGE * np.eye(k)
    eigenvalues, vectors = np.linalg.eigh(r)
    r = (vectors * np.maximum(eigenvalues, 0.05)) @ vectors.T
    scale = np.sqrt(np.diag(r))
    return Copula(r / np.outer(scale, scale))
