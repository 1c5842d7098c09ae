"""Missing inputs drawn from what a vendor's other inputs say of them: multiple imputation under a Gaussian copula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.analysis.companies.scores import Booleans
from harness.analysis.statistics.uncertainty import Floats

LEAST_SHARED = 8
"""Vendors that two inputs need in common before their correlation counts; fewer, and it is taken as 0."""
SHRINKAGE = 0.2
"""Weight of the identity in the correlations: with some forty vendors the raw ones are too sure of themselves."""
EDGE = 0.005
"""Scores are kept this far from 0 and 1, where a normal score would be infinite."""


@dataclass(frozen=True)
class Copula:
    """Normal scores of the inputs (vendors × inputs, NaN where missing) and their correlations (inputs × inputs)."""

    normal: Floats
    correlation: Floats

    def draw(self, scores: Floats, rng: np.random.Generator) -> Floats:
        """``scores`` with every missing entry drawn from its distribution given the vendor's other inputs."""
        from scipy.special import ndtr

        filled = scores.copy()
        for i, row in enumerate(self.normal):
            lacks = np.isnan(row)
            if not lacks.any():
                continue
            mean, spread = self._given(row, lacks)
            filled[i, lacks] = ndtr(mean + spread @ rng.standard_normal(int(lacks.sum())))
        return filled

    def _given(self, row: Floats, lacks: Booleans) -> tuple[Floats, Floats]:
        """Mean and Cholesky factor of the missing normal scores given the others."""
        r = self.correlation
        if lacks.all():
            return np.zeros(len(row)), np.asarray(np.linalg.cholesky(r), dtype=float)
        slope = np.linalg.solve(r[np.ix_(~lacks, ~lacks)], r[np.ix_(~lacks, lacks)]).T
        rest = r[np.ix_(lacks, lacks)] - slope @ r[np.ix_(~lacks, lacks)]
        return slope @ row[~lacks], np.asarray(np.linalg.cholesky(rest + 1e-9 * np.eye(len(rest))), dtype=float)


def fit_copula(scores: Floats) -> Copula:
    """The Gaussian copula of percentile ``scores`` (vendors × inputs, NaN where missing).

    Correlations are of normal scores over the vendors that have both inputs, shrunk towards 0 and made positive definite by
    raising small eigenvalues. Sources: Little and Rubin (2002), ch. 11; Hoff (2007), Annals of Applied Statistics 1.
    """
    from scipy.special import ndtri

    normal = ndtri(np.clip(scores, EDGE, 1 - EDGE))
    k = normal.shape[1]
    r = np.eye(k)
    for a in range(k):
        for b in range(a):
            both = ~np.isnan(normal[:, a]) & ~np.isnan(normal[:, b])
            x, y = normal[both, a], normal[both, b]
            if both.sum() >= LEAST_SHARED and x.std() > 0 and y.std() > 0:
                r[a, b] = r[b, a] = np.corrcoef(x, y)[0, 1]
    r = (1 - SHRINKAGE) * r + SHRINKAGE * np.eye(k)
    values, vectors = np.linalg.eigh(r)
    r = (vectors * np.maximum(values, 0.05)) @ vectors.T
    scale = np.sqrt(np.diag(r))
    return Copula(normal, r / np.outer(scale, scale))
