"""Weighted sums of fitted scores, with the covariance that the fit gives them together."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from harness.analysis.scale.estimation import Cells, Curve
from harness.analysis.scale.fit import ScaleFit
from harness.analysis.statistics.uncertainty import Floats


def covariance_of_sums(fit: ScaleFit, cells: Cells, at: Curve, weights: sparse.csr_array) -> Floats:
    """Covariance of the sums ``weights @ fitted scores``, sums × sums, linearised.

    ``weights`` has a row a sum and a column a cell of ``cells``; ``at`` is the curve there. A fitted score moves with C and T of
    its model and with D and log a of its benchmark, as ``estimation.Covariance.of_scores`` has it for one cell: here what
    several scores share, of one model or of one benchmark, is counted once.
    """
    found = fit.solution.covariance
    width, size = found.blocks.shape[1], cells.benchmarks
    place, battery = np.arange(len(cells.model)), cells.battery[cells.benchmark]
    has = battery >= 0
    rows = np.concatenate([place, place[has]])
    inner = np.concatenate([cells.model * width, cells.model[has] * width + 1 + battery[has]])
    up = np.concatenate([at.by_capability, at.by_capability[has]])
    own = weights @ sparse.csr_array((up, (rows, inner)), shape=(len(place), cells.models * width))
    outer = np.concatenate([cells.benchmark, size + cells.benchmark])
    by_test = sparse.csr_array(
        (np.concatenate([-at.by_capability, at.by_slope]), (np.concatenate([place, place]), outer)),
        shape=(len(place), 2 * size),
    )
    blocks = sparse.bsr_array(
        (found.blocks, np.arange(cells.models), np.arange(cells.models + 1)), shape=(cells.models * width,) * 2
    )
    apart = (own @ blocks @ own.T).toarray()
    linked = (own @ found.link).toarray() - (weights @ by_test).toarray()
    out: Floats = apart + linked @ found.outer @ linked.T
    return out
