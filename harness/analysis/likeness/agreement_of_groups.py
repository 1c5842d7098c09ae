"""Mean agreement within and between groups of models, and its trend over release dates.

Sources: Kim et al. (2025), "Correlated Errors in Large Language Models", arXiv 2506.07962 (within and between
groups); Goel et al. (2025), arXiv 2502.04313; the cluster bootstrap: Cameron, Gelbach, Miller (2008).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.likeness.homogeneity import (
    CHUNK_ITEMS,
    OutcomeMatrix,
    _capa_from_sums,
    _consistency,
    _kappa,
    _parts,
    _usable,
    capa_sums,
)
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats

BLOCKS = 200  # items' clusters are dealt into so many blocks, which the bootstrap draws: few enough to hold
GROUP_COLUMNS = ["group_a", "group_b", "relation", "kappa", "low", "high", "pairs"]


def within_between(
    matrix: OutcomeMatrix,
    groups: Mapping[str, str],
    *,
    seed: int,
    kind: str = "capa",
    draws: int = 400,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Mean agreement within and between groups of models (segments, countries, families): columns GROUP_COLUMNS.

    One row per pair of groups, then ``within`` and ``between`` over all, and their difference (``within − between``).
    Intervals by bootstrap over clusters of items, which are dealt at random into at most 200 blocks; seeded. Models
    without a group are left out. Source: Kim et al. (2025), sec. 4; Cameron et al. (2008).
    """
    label = np.array([groups.get(name) for name in matrix.models], dtype=object)
    rng = np.random.default_rng(seed)
    point = _kappa(*_parts(matrix, kind, None))
    drawn = _kappa_draws(matrix, kind, rng, draws)
    a, b = np.triu_indices(len(label), 1)
    labelled = np.array([label[i] is not None and label[j] is not None for i, j in zip(a, b, strict=True)], dtype=bool)
    a, b = a[labelled], b[labelled]
    pairs = [_ordered(str(label[i]), str(label[j])) for i, j in zip(a, b, strict=True)]
    same = np.array([x == y for x, y in pairs], dtype=bool)
    tail = [50 * (1 - confidence), 50 * (1 + confidence)]

    def row(
        first: str, second: str, relation: str, values: Floats, resampled: Floats, count: int
    ) -> tuple[object, ...]:
        low, high = np.nanpercentile(resampled, tail) if np.isfinite(resampled).any() else (np.nan, np.nan)
        return first, second, relation, float(values), float(low), float(high), count

    def mean_of(chosen: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
        return _mean(point[a, b][chosen]), _mean(drawn[:, a[chosen], b[chosen]])

    rows = []
    for pair in sorted(set(pairs)):
        chosen = np.array([p == pair for p in pairs], dtype=bool)
        rows.append(row(*pair, "within" if pair[0] == pair[1] else "between", *mean_of(chosen), int(chosen.sum())))
    if same.any():
        rows.append(row("all", "all", "within", *mean_of(same), int(same.sum())))
    if (~same).any():
        rows.append(row("all", "all", "between", *mean_of(~same), int((~same).sum())))
    if same.any() and (~same).any():
        gap = [x - y for x, y in zip(mean_of(same), mean_of(~same), strict=True)]
        rows.append(row("all", "all", "within − between", gap[0], gap[1], len(pairs)))
    return pd.DataFrame(rows, columns=GROUP_COLUMNS)


def _ordered(first: str, second: str) -> tuple[str, str]:
    return (first, second) if first <= second else (second, first)


def _mean(values: Floats) -> Floats:
    """Mean over the last axis without NaN."""
    count = (~np.isnan(values)).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nansum(values, axis=-1) / count)


def _kappa_draws(matrix: OutcomeMatrix, kind: str, rng: np.random.Generator, draws: int) -> Floats:
    """Bootstrap draws of the agreement matrix ``(draws, m, m)``, by resampling blocks of items."""
    clusters = np.unique(matrix.clusters, return_inverse=True)[1]
    count = int(clusters.max()) + 1 if len(clusters) else 0
    m = len(matrix.models)
    if count < 2 or (kind != "error_consistency" and matrix.probs is None):
        return np.full((draws, m, m), np.nan)
    blocks = min(BLOCKS, count)
    block = rng.permutation(count)[clusters] % blocks
    consistency = kind == "error_consistency"
    sums = [_block_sums(matrix, np.flatnonzero(block == i), kind) for i in range(blocks)]
    flat = np.stack(sums).reshape(blocks, -1)
    times = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=draws).astype(float)
    out = np.empty((draws, m, m))
    for start in range(0, draws, 20):
        part = (times[start : start + 20] @ flat).reshape(-1, *sums[0].shape)
        for i, total in enumerate(part):
            observed, expected = _consistency(*total) if consistency else _capa_from_sums(total)
            out[start + i] = _kappa(observed, expected)
    return out


def _block_sums(matrix: OutcomeMatrix, items: npt.NDArray[np.intp], kind: str) -> Floats:
    if kind != "error_consistency":
        picked = items[_usable(matrix)[items]]
        parts = [picked[i : i + CHUNK_ITEMS] for i in range(0, max(len(picked), 1), CHUNK_ITEMS)]
        return np.asarray(np.sum([capa_sums(matrix, part, kind == "capa_discrete") for part in parts], axis=0))
    part = matrix.correct[:, items].astype(float)
    mask, right = (~np.isnan(part)).astype(float), np.nan_to_num(part)
    return np.stack([mask @ mask.T, right @ right.T, right @ mask.T])


def trend(pairs: pd.DataFrame, released: Mapping[str, Any], *, seed: int, draws: int = 1000) -> pd.DataFrame:
    """Slope of κ per year on the later release date of each pair of models, with its interval.

    ``pairs`` from ``pair_frame``; one row: ``slope_per_year, low, high, pairs, models``. The interval comes from a
    bootstrap over models (pairs share models, so pairs are no independent draws); a model drawn twice forms no pair
    with itself. NaN with fewer than four dated models. Source: Kim et al. (2025), sec. 4; Snijders and Borgatti (1999).
    """
    dates = {k: pd.Timestamp(str(v)) for k, v in released.items() if v is not None and not pd.isna(v)}
    rows = pairs[pairs["model_a"].isin(list(dates)) & pairs["model_b"].isin(list(dates))].dropna(subset=["kappa"])
    names = sorted(set(rows["model_a"]) | set(rows["model_b"]))
    columns = ["slope_per_year", "low", "high", "pairs", "models"]
    if len(names) < 4:
        return pd.DataFrame([(np.nan, np.nan, np.nan, len(rows), len(names))], columns=columns)
    position = {name: i for i, name in enumerate(names)}
    a, b = rows["model_a"].map(position).to_numpy(dtype=int), rows["model_b"].map(position).to_numpy(dtype=int)
    years = np.array([dates[name].toordinal() / 365.25 for name in names])
    years -= years.mean()
    x, y = np.maximum(years[a], years[b]), rows["kappa"].to_numpy(dtype=float)
    times = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    slopes = _slopes(x, y, times[:, a].astype(float) * times[:, b])
    low, high = np.nanpercentile(slopes, [2.5, 97.5]) if np.isfinite(slopes).any() else (np.nan, np.nan)
    point = _slopes(x, y, np.ones((1, len(x))))[0]
    return pd.DataFrame([(point, low, high, len(rows), len(names))], columns=columns)


def _slopes(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Weighted least-squares slope for each row of ``weights``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        total = weights.sum(axis=1)
        mean_x, mean_y = weights @ x / total, weights @ y / total
        variance = weights @ x**2 / total - mean_x**2
        return np.asarray(np.where(variance > 1e-12, (weights @ (x * y) / total - mean_x * mean_y) / variance, np.nan))
