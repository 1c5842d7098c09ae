"""Several values under one name are none; the same value twice is one."""

from __future__ import annotations

import pytest

from harness.errors import BadInput
from harness.interchange.foreign.draft import Draft, Score
from harness.interchange.foreign.sample_list import Sample, SampleList


def draft(*scores: tuple[str, float | None]) -> Draft:
    out = Draft("x", "d", "m", "tool")
    out.scores = [Score("t", metric, "none", value) for metric, value in scores]
    out.samples = SampleList(Sample("t", 0, None, metric, value) for metric, value in scores)
    return out


def test_values_that_nothing_tells_apart_are_left_out_with_their_items() -> None:
    run = draft(("acc", 0.5), ("f1", 0.25), ("acc", 0.75)).finish()
    assert [(r["metric"], r["score"]) for r in run.results.to_pylist()] == [("f1", 0.25)]
    assert run.samples.column("metric").to_pylist() == ["f1"]
    reason = "acc has several values (0.5, 0.75) and nothing tells them apart"
    assert run.manifest["left_out"] == [{"task": "t", "reason": reason}]
    assert "several-values" in [v["code"] for v in run.manifest["verdict"]]


def test_the_same_value_twice_or_beside_an_unknown_one_is_one_score() -> None:
    run = draft(("acc", 0.5), ("acc", 0.5), ("f1", None), ("f1", 0.25)).finish()
    assert {r["metric"]: r["score"] for r in run.results.to_pylist()} == {"acc": 0.5, "f1": 0.25}
    assert run.manifest["left_out"] == []


def test_a_file_of_nothing_else_is_refused() -> None:
    with pytest.raises(BadInput, match=r"acc has several values \(0.5, 0.75\)"):
        draft(("acc", 0.5), ("acc", 0.75)).finish()
