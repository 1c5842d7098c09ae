"""Whether models give the same wrong answer: agreement of answers beyond what their accuracies explain (CAPA's discrete form).

Source: Goel et al. (2025), "Great Models Think Alike and this Undermines AI Oversight", arXiv 2502.04313, for multiple choice; for
open answers the number of possible answers is not known, and that of the answers seen stands for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.likeness.block_sums import PlainSums
from harness.analysis.likeness.groups import DIFFERENCE
from harness.analysis.likeness.homogeneity import _kappa
from harness.analysis.likeness.pair_slope import pair_slope
from harness.analysis.likeness.pairs import BLOCKS, draw_measures, interval_ends, item_blocks
from harness.analysis.statistics.uncertainty import Floats, cluster_codes

ANSWER_PAIR_COLUMNS = ["a", "b", "items", "accuracy_a", "accuracy_b", "both_wrong", "same_wrong", "kappa", "kappa_low",
                       "kappa_high", "same_vendor"]  # fmt: skip
ANSWER_GROUP_COLUMNS = ["measure", "relation", "pairs", "mean", "low", "high"]
LEAST_ANSWERS = 3
"""Possible answers of an item at least: the right one and two wrong ones. Where fewer were seen, an open question still has more
wrong answers than one, and two wrong models need not agree."""
LEAST_MODELS = 7
"""Models of a slope at least: the jackknife leaves one out, and three coefficients need more pairs than that."""
_SUMS = 7
_MEASURED = ("kappa", "same_wrong")


@dataclass(frozen=True, slots=True)
class AnswerMatrix:
    """Answers of ``m`` models to ``n`` items. ``correct``: 1 right, 0 wrong, NaN not judged; ``answers``: a code for each answer
    of an item, -1 unknown; ``possible``: how many answers an item has, as far as seen, ``LEAST_ANSWERS`` at least."""

    models: tuple[str, ...]
    correct: npt.NDArray[np.float32]
    answers: npt.NDArray[np.int64]
    possible: npt.NDArray[np.int64]
    clusters: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SameAnswers:
    """``pairs``: ANSWER_PAIR_COLUMNS; ``groups``: ANSWER_GROUP_COLUMNS, within and between vendors and their difference, with 95%
    bootstrap intervals over items; ``per_ten_points``: change of κ of different vendors' pairs with ten points more of mean
    accuracy, and the half width of its interval."""

    pairs: pd.DataFrame
    groups: pd.DataFrame
    per_ten_points: tuple[float, float]


def answer_matrix(outcome: pd.DataFrame) -> AnswerMatrix:
    """Models × items from the table ``outcome`` (one metric and filter a task) with ``model`` and ``answer_hash``.

    A value of at least 0.5 counts as right. Models of which no answer is known, and items that nobody's is known of, are left
    out; an answer to an item that several times has one hash is of its n-th copy.
    """
    rows = outcome[outcome["value"].notna()]
    rows = rows.assign(copy=rows.groupby(["model", "task", "doc_hash"], sort=False).cumcount())
    known = rows[rows["answer_hash"].notna()]
    place = ["task", "doc_hash", "copy"]
    rows = rows[rows["model"].isin(set(known["model"]))].merge(known[place].drop_duplicates(), on=place)
    item, items = pd.factorize(pd.MultiIndex.from_frame(rows[place]))
    model, models = pd.factorize(rows["model"], sort=True)
    answer, _ = pd.factorize(rows["answer_hash"])
    correct = np.full((len(models), len(items)), np.nan, dtype=np.float32)
    correct[model, item] = rows["value"].to_numpy(dtype=float) >= 0.5
    answers = np.full(correct.shape, -1, dtype=np.int64)
    answers[model, item] = answer
    seen = pd.DataFrame({"item": item, "answer": answer})[answer >= 0].drop_duplicates()["item"]
    possible = np.maximum(np.bincount(seen, minlength=len(items)), LEAST_ANSWERS)
    clusters = np.empty(len(items), dtype=object)
    clusters[item] = rows["cluster"].to_numpy(dtype=object)
    return AnswerMatrix(tuple(map(str, models)), correct, answers, possible, cluster_codes(clusters, len(items)))


def same_answers(
    matrix: AnswerMatrix,
    vendors: Mapping[str, str],
    *,
    seed: int,
    draws: int = 400,
    models: Collection[str] | None = None,
) -> SameAnswers:
    """Agreement of answers of every pair on the items that both were judged on, within and between vendors.

    ``models``: pairs of these alone; items have the possible answers that all of the matrix give.

    Two models agree on an item where both are right, or both gave the same wrong answer (one not known is like none). κ =
    (c_obs − c_exp) / (1 − c_exp) with c_exp = p·q + (1 − p)(1 − q) · mean of 1 / (K − 1), K an item's ``possible`` answers:
    chance picks one of the K − 1 wrong ones evenly. ``same_wrong``: the share of the items both fail with one answer. Source:
    Goel et al. (2025), sec. 2.
    """
    kept = np.array([models is None or name in models for name in matrix.models], dtype=bool)
    names = np.array(matrix.models, dtype=object)[kept]
    matrix = replace(matrix, models=tuple(names), correct=matrix.correct[kept], answers=matrix.answers[kept])
    first, second = np.triu_indices(len(names), 1)
    sums = _block_sums(matrix, first, second, np.random.default_rng(seed))
    point = _measures(sums.sum(axis=0))
    drawn = draw_measures(PlainSums(sums), _measures, _MEASURED, seed=seed + 1, draws=draws)
    low, high = interval_ends(drawn["kappa"])
    pairs = pd.DataFrame({"a": names[first], "b": names[second], **point, "kappa_low": low, "kappa_high": high})
    makers = [(vendors.get(a), vendors.get(b)) for a, b in zip(pairs["a"], pairs["b"], strict=True)]
    same = pd.array([None if a is None or b is None else a == b for a, b in makers], dtype="boolean")
    pairs = pairs.assign(same_vendor=same)[ANSWER_PAIR_COLUMNS]
    return SameAnswers(pairs, _groups(pairs, drawn), per_ten_points(pairs))


def per_ten_points(pairs: pd.DataFrame) -> tuple[float, float]:
    """Change of κ with ten points more of a pair's mean accuracy, their difference held equal, and its half width (95%).

    Least squares over the pairs of different vendors, the error by leaving out one model at a time (``pair_slope``). NaN with
    fewer than LEAST_MODELS models.
    """
    rows = pairs[pairs["same_vendor"].eq(False).fillna(False).astype(bool) & pairs["kappa"].notna()]
    if len(set(rows["a"]) | set(rows["b"])) < LEAST_MODELS:
        return np.nan, np.nan
    tenths = 10 * rows[["accuracy_a", "accuracy_b"]].to_numpy(dtype=float)
    design = np.column_stack([np.ones(len(rows)), tenths.mean(axis=1), abs(tenths[:, 0] - tenths[:, 1])])
    a, b = rows["a"].to_numpy(dtype=object), rows["b"].to_numpy(dtype=object)
    return pair_slope(design, rows["kappa"].to_numpy(dtype=float), a, b)


def _block_sums(
    matrix: AnswerMatrix, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp], rng: np.random.Generator
) -> Floats:
    """Sums over the items of each block of clusters, ``(blocks, _SUMS, pairs)``: judged, right of each, agreed, both wrong, both
    wrong alike, and what chance is made of."""
    block = item_blocks(matrix.clusters, BLOCKS, rng)
    blocks = int(block.max(initial=-1)) + 1
    order = np.argsort(block, kind="stable")
    starts = np.searchsorted(block[order], np.arange(blocks))
    correct, answers = matrix.correct[:, order], matrix.answers[:, order]
    chance = 1 / (matrix.possible[order] - 1)
    judged = ~np.isnan(correct)
    out = np.zeros((blocks, _SUMS, len(first)))
    for i in range(len(matrix.models)):
        here = np.flatnonzero(first == i)
        others = second[here]
        if not len(here) or not blocks:
            continue
        both = judged[i] & judged[others]
        right, theirs = (correct[i] == 1) & both, (correct[others] == 1) & both
        wrong = both & ~right & ~theirs
        alike = wrong & (answers[i] == answers[others]) & (answers[i] >= 0)
        parts = (both, right, theirs, (right & theirs) | alike, wrong, alike, both * chance)
        for k, part in enumerate(parts):
            out[:, k, here] = np.add.reduceat(part.astype(float), starts, axis=1).T
    return out


def _measures(sums: Floats) -> dict[str, Floats]:
    """Columns of a pair from its sums."""
    items, right_a, right_b, agreed, wrong, alike, chance = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = right_a / items, right_b / items
        expected = a * b + (1 - a) * (1 - b) * chance / items
        return {
            "items": items.astype(np.int64),
            "accuracy_a": a,
            "accuracy_b": b,
            "both_wrong": wrong.astype(np.int64),
            "same_wrong": np.where(wrong > 0, alike / wrong, np.nan),
            "kappa": _kappa(agreed / items, expected),
        }


def _groups(pairs: pd.DataFrame, drawn: Mapping[str, Floats]) -> pd.DataFrame:
    """Means within and between vendors, and within − between."""
    same = pairs["same_vendor"]
    chosen = {"within": same.eq(True), "between": same.eq(False)}
    rows: list[tuple[object, ...]] = []
    for measure in _MEASURED:
        values, means = pairs[measure].to_numpy(dtype=float), {}
        for relation, of in chosen.items():
            inside = of.fillna(False).to_numpy(dtype=bool) & np.isfinite(values)
            if inside.any():
                means[relation] = (values[inside].mean(), _row_means(drawn[measure][:, inside]))
                rows.append((measure, relation, int(inside.sum()), *_row(*means[relation])))
        if len(means) == len(chosen):
            (within, drawn_within), (between, drawn_between) = means["within"], means["between"]
            count = int(np.isfinite(values[same.notna().to_numpy()]).sum())
            rows.append((measure, DIFFERENCE, count, *_row(within - between, drawn_within - drawn_between)))
    return pd.DataFrame(rows, columns=ANSWER_GROUP_COLUMNS)


def _row_means(values: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(values, axis=1) / np.isfinite(values).sum(axis=1))


def _row(mean: float, drawn: Floats) -> tuple[float, float, float]:
    low, high = interval_ends(drawn[:, None])
    return float(mean), float(low[0]), float(high[0])
