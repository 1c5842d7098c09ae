"""Log-likelihoods that are no numbers end a run; their batch is not journalled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.engine.base import Answer, Batch, Generated, Request, Scored, ScoreRequest, Work
from harness.errors import RunFailed
from harness.runs import score
from harness.runs.journal.journal import open_journal
from harness.runs.requests import RequestSet


class Scripted:
    """An engine that answers with given numbers, two requests a batch."""

    def __init__(self, values: Sequence[float]) -> None:
        self.values = values

    def run(self, requests: Sequence[Request]) -> tuple[list[Answer], Work]:
        answers = [Scored(self.values[r.context[0]], True) for r in requests if isinstance(r, ScoreRequest)]
        return [*answers], Work(1, 0, 1)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_batch_with_no_number_in_it_is_refused_and_not_kept(wrong: float, tmp_path: Path) -> None:
    values = [-1.0, -2.0, -3.0, wrong]
    asked = RequestSet(
        tuple(ScoreRequest((i,), (7,)) for i in range(4)),
        tuple(SimpleNamespace(task_name=name) for name in ("one", "two", "three")),
        ((0, 1), (2,), (3, 0)),
        {},
    )
    journal = open_journal(tmp_path / "j.jsonl", "p", "d", {}, [Batch((0, 1)), Batch((2, 3))])
    with pytest.raises(RunFailed, match=r"1 of 2 log-likelihoods in batch 2 of 2 are NaN or infinite \(three\)"):
        score.score(asked, Scripted(values), journal, lambda _: None)  # type: ignore[arg-type]
    journal.close()
    again = open_journal(tmp_path / "j.jsonl", "p", "d", {}, [])
    assert again.pending() == [1] and again.answers[0] == [Scored(-1.0, True), Scored(-2.0, True)]


def test_texts_and_numbers_pass() -> None:
    asked = RequestSet((), (), (), {})
    score.refuse_unbounded(asked, Batch((0, 1)), [Generated("", 0), Scored(-1e300, False)], "batch 1 of 1")
