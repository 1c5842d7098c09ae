"""Agreement of models' answers beyond what their accuracies explain, and the items that several models fail.

Sources: Goel et al. (2025), "Great Models Think Alike and this Undermines AI Oversight", arXiv 2502.04313
(CAPA, κp and its discrete form); Geirhos, Meding, Wichmann (2020), "Beyond accuracy", arXiv 2006.16736 (error
consistency); Bommasani et al. (2022), "Picking on the Same Person", arXiv 2211.13972 (systemic failure).
All matrices come from dense products, so that 200 models × 50,000 items take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.statistics.uncertainty import Floats, cluster_codes
from harness.errors import BadInput

Singles = npt.NDArray[np.float32]
KINDS = ("capa", "capa_discrete", "error_consistency")
CHUNK_ITEMS = 1024  # items a product in single precision sums over: rounding stays below 1e-5


@dataclass(frozen=True)
class OutcomeMatrix:
    """Answers of ``m`` models to ``n`` items (tasks stacked).

    ``correct``: ``(m, n)``, 1 right, 0 wrong, NaN not answered. ``probs``: ``(m, n, k)`` probabilities of the
    choices, 0 beyond an item's own choices, NaN in the whole row where unknown; None where no item has them. ``gold``: ``(n,)``
    index of the right choice, -1 unknown. ``choices``: ``(n,)`` how many choices, 0 none. ``clusters``: ``(n,)``.
    ``hashes``: ``(n,)`` the items' hashes, None where nobody gave them.
    """

    models: tuple[str, ...]
    tasks: npt.NDArray[np.object_]
    correct: Singles
    probs: Singles | None
    gold: npt.NDArray[np.int16]
    choices: npt.NDArray[np.int16]
    clusters: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.object_] | None = None


def outcome_matrix(outcome: pd.DataFrame) -> OutcomeMatrix:
    """Items × models from the table ``outcome`` with ``model``, one metric and filter a task.

    An item is (task, doc_hash, which copy of it). A value of at least 0.5 counts as right. Raises ``BadInput`` where a
    task comes with two metrics or filters: choose one before.
    """
    mixed = outcome[["task", "metric", "filter"]].drop_duplicates()["task"].duplicated()
    if mixed.any():
        raise BadInput("Homogeneity needs one metric and filter a task; choose the headline metric first.")
    known = outcome["value"].notna()
    rows = outcome if known.all() else outcome[known]
    task, tasks = pd.factorize(rows["task"])
    asked, hashes = pd.factorize(rows["doc_hash"], use_na_sentinel=False)
    copy = rows.groupby(["model", "task", "doc_hash"], sort=False, dropna=False).cumcount().to_numpy()
    copies = int(copy.max(initial=0)) + 1
    item, items = pd.factorize((task.astype(np.int64) * len(hashes) + asked) * copies + copy)
    items //= copies
    model, models = pd.factorize(rows["model"], sort=True)
    m, n = len(models), len(items)
    correct = np.full((m, n), np.nan, dtype=np.float32)
    correct[model, item] = rows["value"].to_numpy(dtype=float) >= 0.5
    gold = np.full(n, -1, dtype=np.int16)
    with_gold = rows["gold"].notna().to_numpy()
    gold[item[with_gold]] = rows["gold"].to_numpy()[with_gold].astype(np.int16)
    clusters = np.empty(n, dtype=object)
    clusters[item] = rows["cluster"].to_numpy(dtype=object)
    probs, choices = _probabilities(rows["choice_probs"], model, item, m, n)
    task_of, hash_of = np.divmod(items, max(len(hashes), 1))
    return OutcomeMatrix(
        tuple(map(str, models)),
        np.asarray(tasks, dtype=object)[task_of],
        correct,
        probs,
        gold,
        choices,
        cluster_codes(clusters, n),
        np.asarray(hashes, dtype=object)[hash_of],
    )


def _probabilities(
    column: pd.Series, model: npt.NDArray[np.intp], item: npt.NDArray[np.intp], m: int, n: int
) -> tuple[Singles | None, npt.NDArray[np.int16]]:
    cells = column.to_numpy(dtype=object)
    sizes = np.array([0 if p is None or np.isscalar(p) else len(p) for p in cells], dtype=np.int64)
    choices = np.zeros(n, dtype=np.int16)
    np.maximum.at(choices, item, sizes.astype(np.int16))
    if not len(sizes) or sizes.max() == 0:
        return None, choices
    probs = np.full((m, n, int(sizes.max())), np.nan, dtype=np.float32)
    for size in np.unique(sizes[sizes > 0]):
        rows = np.flatnonzero(sizes == size)
        values = np.asarray(np.concatenate([np.asarray(cells[r], dtype=np.float32) for r in rows])).reshape(-1, size)
        probs[model[rows], item[rows]] = 0.0
        probs[model[rows], item[rows], :size] = values
    return probs, choices


def agreement(matrix: OutcomeMatrix, *, kind: str = "capa") -> pd.DataFrame:
    """Agreement of every pair of models beyond their accuracies: a square frame, models × models.

    ``kind``: ``capa``, ``capa_discrete`` (need the choices' probabilities) or ``error_consistency``. Each pair uses the
    items both answered; NaN where there are none. The diagonal is a model with itself (below 1 for ``capa`` unless it
    is always certain). κ = (c_obs − c_exp) / (1 − c_exp), c_exp from the two accuracies and, for ``capa``, the number of
    choices. Source: Goel et al. (2025), sec. 2; Geirhos et al. (2020), eq. 1–3; for all pairs by dense products.
    """
    observed, expected = _parts(matrix, kind, None)
    return pd.DataFrame(_kappa(observed, expected), index=list(matrix.models), columns=list(matrix.models))


def _kappa(observed: Floats, expected: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(1 - expected > 1e-12, (observed - expected) / (1 - expected), np.nan))


def _parts(matrix: OutcomeMatrix, kind: str, weights: Floats | None) -> tuple[Floats, Floats]:
    """Observed and expected agreement ``(m, m)``; ``weights`` counts each item."""
    if kind == "error_consistency":
        return _parts_of_consistency(matrix.correct, weights)
    if kind not in KINDS:
        raise BadInput(f"{kind!r} is no kind of agreement; there are {', '.join(KINDS)}.")
    if matrix.probs is None:
        nothing = np.full((len(matrix.models),) * 2, np.nan)
        return nothing, nothing
    return _parts_of_capa(matrix, kind == "capa_discrete", weights)


def _parts_of_consistency(correct: Singles, weights: Floats | None) -> tuple[Floats, Floats]:
    m = len(correct)
    shared, both, first = np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m))
    for start in range(0, correct.shape[1], CHUNK_ITEMS):
        part = correct[:, start : start + CHUNK_ITEMS].astype(np.float64)
        weight: Floats = np.ones(part.shape[1]) if weights is None else weights[start : start + CHUNK_ITEMS]
        mask = (~np.isnan(part)).astype(np.float64)
        right: Floats = np.asarray(np.nan_to_num(part))
        shared += (mask * weight) @ mask.T
        both += (right * weight) @ right.T
        first += (right * weight) @ mask.T
    return _consistency(shared, both, first)


def _consistency(shared: Floats, both: Floats, first: Floats) -> tuple[Floats, Floats]:
    """Observed and expected consistency from counts of shared items, both right, and the row model right on them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = first / shared, first.T / shared
        observed = (shared - first - first.T + 2 * both) / shared
    return observed, a * b + (1 - a) * (1 - b)


def _usable(matrix: OutcomeMatrix) -> npt.NDArray[np.bool_]:
    return (matrix.gold >= 0) & (matrix.choices >= 2) & (matrix.gold < matrix.choices)


def _parts_of_capa(matrix: OutcomeMatrix, discrete: bool, weights: Floats | None) -> tuple[Floats, Floats]:
    m = len(matrix.models)
    sums = np.zeros((4, m, m))
    items = np.flatnonzero(_usable(matrix))
    for start in range(0, len(items), CHUNK_ITEMS):
        picked = items[start : start + CHUNK_ITEMS]
        sums += capa_sums(matrix, picked, discrete, None if weights is None else weights[picked])
    return _capa_from_sums(sums)


def capa_sums(
    matrix: OutcomeMatrix, picked: npt.NDArray[np.intp], discrete: bool, weight: Floats | None = None
) -> Floats:
    """Sums over the items ``picked`` that κp is made of, ``(4, m, m)``.

    Shared items, agreement, the row model's probability of the right choice on shared items, and 1/(k − 1).
    Products run in single precision over at most CHUNK_ITEMS items, which keeps κp exact to 1e-5.
    """
    assert matrix.probs is not None
    part: Singles = matrix.probs[:, picked]
    missing = np.isnan(part[:, :, 0])
    mask = (~missing).astype(np.float32)
    if missing.any():
        part = np.where(missing[..., None], np.float32(0), part)
    if discrete:
        part = np.eye(part.shape[2], dtype=np.float32)[part.argmax(axis=2)] * mask[..., None]
    m, n, k = part.shape
    flat = part.reshape(m, n * k)
    right = flat[:, np.arange(n) * k + matrix.gold[picked]]
    chance = (1.0 / (matrix.choices[picked] - 1.0)).astype(np.float32)
    if weight is None:
        agreed, counted = flat @ flat.T, mask
    else:
        single = weight.astype(np.float32)
        agreed, counted, right = (flat * np.repeat(single, k)) @ flat.T, mask * single, right * single
    return np.stack([counted @ mask.T, agreed, right @ mask.T, (counted * chance) @ mask.T]).astype(np.float64)


def _capa_from_sums(sums: Floats) -> tuple[Floats, Floats]:
    shared, agreed, right, chance = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b, wrong = right / shared, right.T / shared, chance / shared
        return agreed / shared, a * b + wrong * (1 - a) * (1 - b)


def pair_frame(square: pd.DataFrame) -> pd.DataFrame:
    """The pairs of a square frame: ``model_a, model_b, kappa``, each pair once, most alike first."""
    a, b = np.triu_indices(len(square), 1)
    names = square.index.to_numpy(dtype=object)
    out = pd.DataFrame({"model_a": names[a], "model_b": names[b], "kappa": square.to_numpy(dtype=float)[a, b]})
    return out.sort_values("kappa", ascending=False, ignore_index=True, kind="stable")


def failed_shares(matrix: OutcomeMatrix) -> pd.DataFrame:
    """Items by the number of models that fail them: ``failed_by, items, share, expected_share``, ``failed_by`` from 0 to m.

    Only items that all models answered. ``expected_share`` is that of models erring independently at their own
    error rates (Poisson–binomial), so that ``failed_by = m`` above it is systemic failure. The expectation is taken
    over the items as one pool. Source: Bommasani et al. (2022), sec. 3.
    """
    whole = ~np.isnan(matrix.correct).any(axis=0)
    wrong = 1 - matrix.correct[:, whole].astype(float)
    m, n = wrong.shape
    counts = np.bincount(wrong.sum(axis=0).astype(int), minlength=m + 1) if n else np.zeros(m + 1)
    expected = np.ones(1)
    for rate in wrong.mean(axis=1) if n else np.full(m, np.nan):
        expected = np.convolve(expected, [1 - rate, rate])
    share = counts / n if n else np.full(m + 1, np.nan)
    return pd.DataFrame({"failed_by": np.arange(m + 1), "items": counts, "share": share, "expected_share": expected})


def choice_probabilities(loglikelihoods: npt.ArrayLike) -> Floats:
    """Probabilities of an item's choices ``(k,)`` from their log-likelihoods: softmax without overflow."""
    logs = np.asarray(loglikelihoods, dtype=float)
    odds = np.exp(logs - logs.max())
    return np.asarray(odds / odds.sum())


def clustering_order(square: pd.DataFrame) -> list[str]:
    """Order of models for a heat map: average linkage on 1 − κ with optimal leaf order (Bar-Joseph et al. 2001).

    A pair without shared items counts as least alike of all. Fewer than three models keep their order.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    if len(square) < 3:
        return [str(name) for name in square.index]
    distance = 1 - square.to_numpy(dtype=float)
    distance = np.where(np.isnan(distance), np.nanmax(distance, initial=1.0), distance)
    distance = np.clip((distance + distance.T) / 2, 0, None)
    np.fill_diagonal(distance, 0)
    condensed = squareform(distance, checks=False)
    order = leaves_list(optimal_leaf_ordering(linkage(condensed, "average"), condensed))
    return [str(square.index[i]) for i in order]
