"""What is asked of the analysis at scale: the shipped scores that it measures on."""

from __future__ import annotations

from benchmarks import demands
from harness.analysis.scale.fit import HIGH, LOW
from harness.analysis.scale.preparation import prepare_reported


def test_the_shipped_scores_are_ready_for_the_scale() -> None:
    ready = prepare_reported(demands.reported_scores()).scores
    assert {LOW[0], HIGH[0]} <= set(ready["model_id"])
    assert ready["model_id"].nunique() > 500
