"""Portfolios of a few models: what they solve together, the gain over their better member, and what a task costs.

Source: Chen, Zaharia, Zou (2023), "FrugalGPT", arXiv 2305.05176 (cascades, cheapest first).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.analysis.likeness.portfolios.answers import Answers, Places, Singles
from harness.analysis.statistics.uncertainty import Floats
from harness.errors import BadInput

RULES = ("route", "vote")
MOST_IN_TRIPLES = 40
"""Models of which portfolios of three and more are tried, the most accurate: 9,880 triples."""
DRAWS = 400
"""Samples of an interval, as in ``pairs.likeness``."""


@dataclass(frozen=True, slots=True)
class Portfolios:
    """Portfolios of ``models`` and their sums over the items of each block, ``(portfolios, blocks)``.

    ``members``: ``(portfolios, size)`` places in ``models``, the cheapest first; ``better``: the member that the gain is over;
    ``solved, alone``: items that the portfolio and that member solve; ``costed, cost, costed_solved``: items of known cost of all
    members, US dollars of them, and those of them that are solved; ``single``: items each model solves, ``(models, blocks)``.
    """

    models: tuple[str, ...]
    members: Places
    better: Places
    over: int | None
    solved: Singles
    costed: Singles
    cost: Singles
    costed_solved: Singles
    single: Singles
    sizes: Singles

    @property
    def alone(self) -> Singles:
        """Items that the member of the gain solves, of each block."""
        return self.single[self.better]

    @property
    def gain(self) -> Floats:
        """The share of items that a portfolio solves beyond that member."""
        return np.asarray((self.solved - self.alone).sum(axis=1, dtype=float) / self.sizes.sum(dtype=float))


def combine(
    answers: Answers,
    size: int,
    *,
    rule: str = "route",
    over: str | None = None,
    members: Sequence[Sequence[str]] | None = None,
) -> Portfolios:
    """All portfolios of ``size`` models, or ``members`` alone.

    ``route``: an item is solved where any member solves it, and its cost is that of a cascade with a perfect check: the member
    with the least mean cost first, the next one where all before it failed. ``vote``: solved where more than half of the members
    solve it, at the cost of all. The gain is over the most accurate member, or over ``over``, which then is in every portfolio.
    Portfolios of three and more are formed of the MOST_IN_TRIPLES most accurate models.

    Raises:
        BadInput: a rule or a name that there is not.
    """
    if rule not in RULES:
        raise BadInput(f"{rule!r} is no rule of a portfolio; there are {', '.join(RULES)}.")
    accuracy, cost = answers.accuracy, answers.mean_cost
    if members is None:
        chosen = _tried(answers, size, over)
    else:
        chosen = np.array([[_place(answers, name) for name in row] for row in members], dtype=np.intp).reshape(-1, size)
    held = None if over is None else _place(answers, over)
    chosen = np.take_along_axis(chosen, np.argsort(cost[chosen], axis=1, kind="stable"), axis=1)
    rank = np.argsort(np.argsort(-accuracy, kind="stable"), kind="stable")
    best = np.take_along_axis(chosen, rank[chosen].argmin(axis=1)[:, None], axis=1)[:, 0]
    better = best if held is None else np.full(len(chosen), held, dtype=np.intp)
    solved, costed, money, costed_solved = _sums(answers, chosen, rule)
    sizes = answers.block_sums(np.ones((1, answers.items)))[0] if answers.items else np.zeros(0, np.float32)
    single = answers.block_sums(answers.right)
    return Portfolios(answers.models, chosen, better, held, solved, costed, money, costed_solved, single, sizes)


def _place(answers: Answers, name: str) -> int:
    if name not in answers.models:
        raise BadInput(f"{name!r} has no answers to these items.")
    return answers.models.index(name)


def _tried(answers: Answers, size: int, over: str | None) -> Places:
    most = len(answers.models) if size <= 2 else MOST_IN_TRIPLES
    kept = set(np.argsort(-answers.accuracy, kind="stable")[:most].tolist())
    if over is not None:
        held = _place(answers, over)
        rows = [(held, *rest) for rest in itertools.combinations(sorted(kept - {held}), size - 1)]
    else:
        rows = list(itertools.combinations(sorted(kept), size))
    return np.array(rows, dtype=np.intp).reshape(-1, size)


def _sums(answers: Answers, members: Places, rule: str) -> tuple[Singles, Singles, Singles, Singles]:
    """Block sums of items solved, items of known cost, their cost, and those of them that are solved: ``(portfolios, blocks)`` each.

    A portfolio is a head (all members but the last) and a tail: an item is solved where the head has enough votes, or one too few
    and the tail solves it, so that all sums of a block are products of heads and tails.
    """
    heads, head = _distinct(members[:, :-1])
    tails, tail = np.unique(members[:, -1], return_inverse=True)
    enough = members.shape[1] // 2 + 1 if rule == "vote" else 1
    known, money = np.isfinite(answers.cost), np.nan_to_num(answers.cost).astype(np.float32)
    out = np.zeros((4, len(members), len(answers.starts)), dtype=np.float32)
    ends = [*answers.starts[1:], answers.items]
    for block, (start, end) in enumerate(zip(answers.starts, ends, strict=True)):
        right, costed, cost = answers.right[:, start:end], known[:, start:end], money[:, start:end]
        votes = np.zeros((len(heads), end - start), dtype=np.int8)
        stated, paid = np.ones(votes.shape, dtype=bool), np.zeros(votes.shape, dtype=np.float32)
        for place in heads.T:
            paid += cost[place] if rule == "vote" else np.where(votes == 0, cost[place], 0)
            votes += right[place]
            stated &= costed[place]
        asked = stated if rule == "vote" else stated & (votes == 0)
        solved, decided, one_short = right[tails], votes >= enough, votes == enough - 1
        last, bought = costed[tails], np.where(costed[tails], cost[tails], 0)
        parts = (
            decided.sum(axis=1)[:, None] + _product(one_short, solved),
            _product(stated, last),
            _product(np.where(stated, paid, 0), last) + _product(asked, bought),
            _product(stated & decided, last) + _product(stated & one_short, last & solved),
        )
        for i, part in enumerate(parts):
            out[i, :, block] = part[head, tail]
    return out[0], out[1], out[2], out[3]


def _distinct(heads: Places) -> tuple[Places, Places]:
    """The different rows, and which of them each row is; of rows without a column there is one."""
    if not heads.shape[1]:
        return np.zeros((1, 0), dtype=np.intp), np.zeros(len(heads), dtype=np.intp)
    rows, place = np.unique(heads, axis=0, return_inverse=True)
    return rows, np.asarray(place, dtype=np.intp).ravel()


def _product(heads: npt.NDArray[Any], tails: npt.NDArray[Any]) -> Singles:
    """Sums over items of what each head and each tail have, multiplied."""
    return np.asarray(heads.astype(np.float32) @ tails.astype(np.float32).T)
