"""The journal keeps whole batches, drops torn ends, and counts what was begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.engine.base import Batch, Generated, Scored, Work
from harness.errors import RunFailed
from harness.runs.journal import open_journal

BATCHES = [Batch((0, 2)), Batch((1,))]
SETTINGS = {"batch_size": 2, "token_budget": 100}


def begin(path: Path, **changes: object):
    given = {"plan_hash": "p", "digest": "d", "settings": SETTINGS, "partition": BATCHES} | changes
    return open_journal(path, given["plan_hash"], given["digest"], given["settings"], given["partition"])  # type: ignore[arg-type]


def test_answers_survive_to_the_last_bit(tmp_path: Path) -> None:
    journal = begin(tmp_path / "j.jsonl")
    value = -0.1 + 1e-17 - 2 / 3
    journal.done(0, [Scored(value, True), Generated("Zürich 北京\n", 3)], Work(5, 3, 1))
    journal.close()
    again = begin(tmp_path / "j.jsonl")
    assert again.answers[0] == [Scored(value, True), Generated("Zürich 北京\n", 3)]
    assert again.work == Work(5, 3, 1)
    assert again.resumed and again.pending() == [1]


def test_torn_line_is_cut_off_and_scored_again(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    journal = begin(path)
    journal.start()
    journal.begin(0)
    journal.done(0, [Scored(-1.0, True), Scored(-2.0, False)], Work(4, 0, 1))
    journal.begin(1)
    journal.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"done":1,"answers":[[-3.0,tr')
    again = begin(path)
    assert path.read_bytes() == whole
    assert again.pending() == [1]
    again.start()
    again.begin(1)
    again.done(1, [Scored(-3.0, True)], Work(2, 0, 1))
    counts = again.counts()
    assert (counts.starts, counts.begun, counts.done, counts.batches) == (2, 3, 2, 2)
    assert again.collect(3) == [Scored(-1.0, True), Scored(-3.0, True), Scored(-2.0, False)]


def test_resume_keeps_the_old_partition_whatever_the_new_budget(tmp_path: Path) -> None:
    begin(tmp_path / "j.jsonl").close()
    again = begin(tmp_path / "j.jsonl", settings={**SETTINGS, "token_budget": 7}, partition=[Batch((0, 1, 2))])
    assert again.head.batches == tuple(BATCHES)


@pytest.mark.parametrize("change", [{"digest": "other"}, {"plan_hash": "other"}, {"settings": {"batch_size": 3}}])
def test_answers_to_other_questions_are_set_aside(tmp_path: Path, change: dict[str, object]) -> None:
    journal = begin(tmp_path / "j.jsonl")
    journal.done(0, [Scored(-1.0, True), Scored(-2.0, True)], Work(1, 0, 1))
    journal.close()
    again = begin(tmp_path / "j.jsonl", **change)
    assert again.answers == {}
    assert len(list(tmp_path.glob("j.stale-*"))) == 1


def test_collect_names_missing_answers(tmp_path: Path) -> None:
    journal = begin(tmp_path / "j.jsonl", partition=[Batch((0,))])
    journal.done(0, [Scored(-1.0, True)], Work(1, 0, 1))
    with pytest.raises(RunFailed, match="1 of 2 requests"):
        journal.collect(2)
