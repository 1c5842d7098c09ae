"""Vendors that can stand for each other: best models that are as good and err as alike as the models of one vendor.

Sources: Kim et al. (2025), arXiv 2506.07962; Cameron, Gelbach, Miller (2008), the bootstrap of clusters.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.likeness.pairs import Likeness, interval_ends
from harness.analysis.likeness.portfolios.answers import Answers, Singles
from harness.analysis.statistics.uncertainty import Floats

VENDOR_COLUMNS = ["vendor_a", "vendor_b", "a", "b", "difference", "difference_low", "difference_high", "residual", "alike",
                  "alike_low", "alike_high", "gain", "gain_low", "gain_high", "verdict"]  # fmt: skip
VERDICTS = ("interchangeable", "complementary", "unequal", "unknown")


def best_of_vendors(answers: Answers, vendors: Mapping[str, str]) -> dict[str, str]:
    """The most accurate model of each vendor, by vendor; of several the cheapest an item. Models of no known vendor have no part."""
    cost = np.nan_to_num(answers.mean_cost, nan=np.inf)
    order = sorted(range(len(answers.models)), key=lambda i: (-answers.accuracy[i], cost[i], answers.models[i]))
    best: dict[str, str] = {}
    for name in (answers.models[i] for i in order):
        if name in vendors:
            best.setdefault(vendors[name], name)
    return best


def vendor_pairs(
    answers: Answers,
    likeness: Likeness,
    vendors: Mapping[str, str],
    weights: Singles,
    drawn: Callable[[npt.NDArray[np.intp]], Floats],
) -> pd.DataFrame:
    """Every pair of vendors by their most accurate models, the most alike first: VENDOR_COLUMNS.

    ``drawn``: the bootstrap draws of Q3 of the pairs at these places of ``likeness.pairs``, ``(draws, places)``. ``difference``: accuracy of a − b, a the better; ``residual``: their Q3, ``alike``: that less the mean of the pairs of one vendor;
    ``gain``: items that only b solves. 95% bootstrap over items. ``verdict``: ``unequal`` where the difference's interval leaves
    out 0; else ``interchangeable`` where they are no less alike than one vendor's models (the interval of ``alike`` reaches 0),
    ``complementary`` where they are less alike, ``unknown`` where no vendor has two models. No difference found is no proof that
    there is none: with few items more pairs are interchangeable. Source: Kim et al. (2025).
    """
    same = likeness.pairs["same_vendor"].eq(True).fillna(False).to_numpy(dtype=bool)
    within = likeness.pairs["residual"].to_numpy(dtype=float)[same]
    usual = _mean(within)
    place = {frozenset(pair): i for i, pair in enumerate(zip(likeness.pairs["a"], likeness.pairs["b"], strict=True))}
    best = best_of_vendors(answers, vendors)
    rows = list(itertools.combinations(best, 2))  # the better first
    a, b = (np.array([answers.models.index(best[row[side]]) for row in rows], dtype=np.intp) for side in (0, 1))
    pairs = np.array([place[frozenset((best[x], best[y]))] for x, y in rows], dtype=np.intp)
    sizes = answers.block_sums(np.ones((1, answers.items)))[0]
    right = answers.block_sums(answers.right)
    extra = answers.block_sums(answers.right[b] & ~answers.right[a])
    residual = likeness.pairs["residual"].to_numpy(dtype=float)[pairs]
    alike = residual - usual
    samples_of = drawn(np.concatenate([np.flatnonzero(same), pairs]))
    usual_drawn, pairs_drawn = _mean(samples_of[:, : len(within)]), samples_of[:, len(within) :]
    columns: dict[str, object] = {"residual": residual, "alike": alike}
    columns["alike_low"], columns["alike_high"] = interval_ends(pairs_drawn - usual_drawn[:, None])
    for name, sums in (("difference", right[a] - right[b]), ("gain", extra)):
        columns[name] = sums.sum(axis=1, dtype=float) / sizes.sum(dtype=float)
        samples = ((sums @ weights) / (sizes @ weights)).T.astype(float)
        columns[f"{name}_low"], columns[f"{name}_high"] = interval_ends(samples)
    names = {"vendor_a": [x for x, _ in rows], "vendor_b": [y for _, y in rows]}
    models = {"a": [best[x] for x, _ in rows], "b": [best[y] for _, y in rows]}
    frame = pd.DataFrame({**names, **models, **columns})
    frame["verdict"] = [_verdict(row) for row in frame.to_dict("records")]
    return frame[VENDOR_COLUMNS].sort_values("alike", ascending=False, ignore_index=True, kind="stable")


def _verdict(row: Mapping[object, float]) -> str:
    if row["difference_low"] > 0:
        return "unequal"
    if np.isnan(row["alike_high"]):
        return "unknown"
    return "complementary" if row["alike_high"] < 0 else "interchangeable"


def _mean(values: Floats) -> Floats:
    """Mean over the last axis without NaN; NaN where there is nothing."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, values, 0).sum(axis=-1) / known.sum(axis=-1))
