"""The best second model next to one: what it solves beyond it, and what a task then costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from harness.analysis.likeness.portfolios.combinations import DRAWS, combine
from harness.analysis.likeness.portfolios.portfolio_table import portfolio_table
from harness.analysis.likeness.portfolios.selection import TIMES, HeldOut, held_out
from harness.analysis.statistics.seed import SEED

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.likeness.portfolios.answers import Answers


@dataclass(frozen=True, slots=True)
class Partner:
    """The best second model next to ``over``, by items that it solves beyond it. ``alone``: US dollars a task with ``over``
    alone; ``table``: every second model, ``portfolio_table.PORTFOLIO_COLUMNS`` with ``partner``; ``held``: what the best one gains on
    items that did not choose it."""

    over: str
    alone: float
    table: pd.DataFrame
    held: HeldOut

    @property
    def best(self) -> pd.Series:
        """The row of the best second model; of several that gain as much the cheapest."""
        return self.table.iloc[0]

    @property
    def cheapest(self) -> pd.Series | None:
        """The row of the second model with which a task costs least, where that is less than with ``over`` alone; else None."""
        known = self.table.dropna(subset=["cost"])
        row = known.loc[known["cost"].idxmin()] if len(known) else None
        return row if row is not None and row["cost"] < self.alone else None

    @property
    def shown(self) -> bool:
        """Whether the gain is more than chance and the luck of the choice."""
        return bool(self.best["gain_low"] > 0 and self.held.corrected > 0)


def partner(here: Answers, over: str | None = None) -> Partner:
    """The best second model next to ``over``, by default the most accurate model (of several the cheapest)."""
    singles = portfolio_table(combine(here, 1), here.weights(0, SEED)).set_index("better")
    held = over or str(singles.index[0])
    pairs = combine(here, 2, over=held)
    table = portfolio_table(pairs, here.weights(DRAWS, SEED))
    names = [next(name for name in row if name != held) for row in table["models"]]
    alone = float(singles.loc[held, "cost"])
    return Partner(held, alone, table.assign(partner=names), held_out(pairs, here.halves(TIMES, SEED)))


def without_model(here: Answers, name: str) -> Answers:
    """The same answers without one model."""
    kept = np.array([model != name for model in here.models], dtype=bool)
    models = tuple(model for model in here.models if model != name)
    return replace(here, models=models, right=here.right[kept], cost=here.cost[kept])
