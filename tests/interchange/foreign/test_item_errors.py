"""Standard errors out of items."""

from __future__ import annotations

import pytest

from harness.interchange.foreign import item_errors
from harness.interchange.foreign.draft import Draft, Score
from harness.interchange.foreign.sample_list import Sample, SampleList


def draft(score: float, *items: tuple[float | None, float]) -> Draft:
    out = Draft("helm", "d", "m", "helm")
    out.scores = [Score("t", "exact_match", "none", score)]
    out.samples = SampleList([Sample("t", i, None, "exact_match", v, weight=w) for i, (v, w) in enumerate(items)])
    item_errors.add(out)
    return out


def test_a_mean_has_the_error_of_its_items() -> None:
    # values 0, 1, 1, 1: variance 0.25, over 4 items
    assert draft(0.75, (0, 1), (1, 1), (1, 1), (1, 1)).scores[0].stderr == pytest.approx(0.25)
    # three of four instructions: items of weight 3 and 1, residuals 3 · 0.25 and 1 · −0.75, n / (n − 1) = 2
    assert draft(0.75, (1, 3), (0, 1)).scores[0].stderr == pytest.approx((2 * (0.75**2 + 0.75**2)) ** 0.5 / 4)


def test_no_error_where_the_items_do_not_make_the_score() -> None:
    assert draft(0.5, (0, 1), (1, 1), (1, 1)).scores[0].stderr is None
    assert draft(1.0, (1, 1)).scores[0].stderr is None
    assert draft(1.0, (1, 1), (None, 1), (1, 1)).scores[0].stderr is None
