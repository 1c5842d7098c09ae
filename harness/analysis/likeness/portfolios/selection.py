"""What the best of many portfolios gains on items that did not choose it.

The best of many looks better than it is, since it is also the luckiest: it is chosen on one half of the items and measured on the
other. Sources: Stone (1974), cross-validatory choice; Efron (1983), optimism.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.analysis.likeness.portfolios.answers import Singles
from harness.analysis.likeness.portfolios.combinations import Portfolios
from harness.analysis.statistics.uncertainty import Floats

TIMES = 200
"""Halves that choose, a hundred pairs: the mean over them is then off by a tenth of what one pair is."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Gain of the best portfolio, shares of items. ``gain``: on all items; ``elsewhere``: mean on the half that did not choose it;
    ``optimism``: how much less than on the half that did; ``corrected``: ``gain`` less that; ``again``: the share of halves that
    choose the portfolio that all items choose. NaN where there are fewer than two blocks of items."""

    best: int
    gain: float
    elsewhere: float
    optimism: float
    again: float

    @property
    def corrected(self) -> float:
        """The gain less its optimism; about 0 or below where the choice is luck."""
        return self.gain - self.optimism


def held_out(portfolios: Portfolios, halves: Singles) -> HeldOut:
    """The best portfolio by items solved, chosen on each of ``halves`` (``Answers.halves``) and measured on the other half.

    On either half the gain is over the member that is the more accurate on the half that chooses (or over the one model of
    ``combine(over=…)``). A half chooses worse than all items would, and its luck is greater: the optimism is an upper bound.
    Source: Stone (1974); Efron (1983).
    """
    solved, single = portfolios.solved, portfolios.single
    best = int(solved.sum(axis=1, dtype=float).argmax()) if len(solved) else -1
    if best < 0 or portfolios.sizes.shape[0] < 2:
        return HeldOut(best, float(portfolios.gain[best]) if best >= 0 else np.nan, *(np.nan,) * 3)
    first, second = ((portfolios.sizes @ half).astype(float) for half in (halves, 1 - halves))
    here, alone = solved @ halves, single @ halves
    chosen = here.argmax(axis=0)
    draw = np.arange(halves.shape[1])
    members = portfolios.members[chosen]
    place = alone[members, draw[:, None]].argmax(axis=1)
    over = members[draw, place] if portfolios.over is None else np.full(len(draw), portfolios.over)
    inside: Floats = (here[chosen, draw] - alone[over, draw]) / first
    there = solved[chosen].sum(axis=1) - here[chosen, draw] - (single[over].sum(axis=1) - alone[over, draw])
    outside: Floats = there / second
    again = float((chosen == best).mean())
    return HeldOut(best, float(portfolios.gain[best]), float(outside.mean()), float((inside - outside).mean()), again)
