"""The most that perfect routing among all models can solve, how much of it a few models reach, and who solves each item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from harness.analysis.likeness.pairs import interval_ends
from harness.analysis.likeness.portfolios.answers import Answers, Singles

ROUTING_COLUMNS = ["size", "models", "score", "low", "high", "reached", "reached_low", "reached_high"]


def routing_bound(answers: Answers, portfolios: Sequence[Sequence[str]], weights: Singles) -> pd.DataFrame:
    """What each of ``portfolios`` and all models together solve, by perfect routing: ROUTING_COLUMNS, the last row of all.

    ``score``: share of items that any member solves; ``reached``: the share of the way from the first portfolio (the best single
    model) to all models. 95% bootstrap over items, the portfolios held. The bound rises with every model, a bad one too.
    Source: Chen, Zaharia, Zou (2023), arXiv 2305.05176.
    """
    rows = [list(names) for names in portfolios] + [list(answers.models)]
    masks = [answers.right[[answers.models.index(name) for name in names]].any(axis=0) for names in rows]
    solved = answers.block_sums(np.stack(masks))
    sizes = answers.block_sums(np.ones((1, answers.items)))[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        score = solved.sum(axis=1, dtype=float) / sizes.sum(dtype=float)
        drawn = ((solved @ weights) / (sizes @ weights)).astype(float)
        reached = (score - score[0]) / (score[-1] - score[0])
        way = (drawn - drawn[0]) / (drawn[-1] - drawn[0])
    low, high = interval_ends(drawn.T)
    reached_low, reached_high = interval_ends(way.T)
    sized = {"size": [len(names) for names in rows], "models": [tuple(names) for names in rows]}
    ends = {"low": low, "high": high, "reached_low": reached_low, "reached_high": reached_high}
    return pd.DataFrame({**sized, "score": score, "reached": reached, **ends})[ROUTING_COLUMNS]


def solvers(answers: Answers) -> pd.DataFrame:
    """Items with how many of the models solve them, fewest first: ``place`` (in the matrix), ``solved_by``, ``only`` (the model's
    name where it is the only one)."""
    count = answers.right.sum(axis=0)
    names = np.array(answers.models, dtype=object)
    only = np.where(count == 1, names[answers.right.argmax(axis=0)], None) if len(names) else np.array([], dtype=object)
    frame = pd.DataFrame({"place": answers.places, "solved_by": count, "only": only})
    return frame.sort_values(["solved_by", "place"], ignore_index=True)
