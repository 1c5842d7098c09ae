"""Portfolios of the shipped item outcomes against plain sets of the items that each model solves."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from harness.analysis.likeness.portfolios.answers import answers
from harness.analysis.likeness.portfolios.combinations import combine
from harness.analysis.likeness.portfolios.portfolio_table import portfolio_table
from harness.analysis.likeness.portfolios.routing import solvers
from harness.analysis.likeness.portfolios.selection import held_out
from tests.market.test_published_likeness import matrix, packed


def test_partners_triples_and_unsolved_items_of_the_shipped_runs() -> None:
    wide, _, _ = packed("swe-bench-verified-openhands", "OpenHands")
    solved = {str(name): set(np.flatnonzero(row > 0.5)) for name, row in zip(wide.index, wide.to_numpy(), strict=True)}
    here = answers(matrix(wide.drop("claude-fable-5")), seed=1)
    weights = here.weights(400, 1)
    partners = portfolio_table(combine(here, 2, over="claude-opus-4-8"), weights)
    best = partners.iloc[0]
    assert set(best["models"]) == {"claude-opus-4-8", "MiniMax-M3"} and best["gain"] * 500 == pytest.approx(29)
    for row in partners.to_dict("records"):
        second = next(name for name in row["models"] if name != "claude-opus-4-8")
        assert round(row["gain"] * 500) == len(solved[second] - solved["claude-opus-4-8"])
    assert 15 < best["gain_low"] * 500 < 24 and 34 < best["gain_high"] * 500 < 43  # 29 ± 2 √29 · 0.97
    found = held_out(combine(here, 2, over="claude-opus-4-8"), here.halves(200, 1))
    assert 20 < found.corrected * 500 < 28  # Gemini 3.5 Flash solves 27 more, so that luck had a choice
    triple = portfolio_table(combine(here, 3), weights).iloc[0]
    without = {name: items for name, items in solved.items() if name != "claude-fable-5"}
    most = max(len(a | b | c) for a, b, c in itertools.combinations(without.values(), 3))
    assert round(triple["score"] * 500) == most == 457
    assert (solvers(here)["solved_by"] == 0).sum() == 500 - len(set.union(*without.values())) == 21
