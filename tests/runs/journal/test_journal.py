"""The journal keeps whole batches, drops torn ends and damaged lines, and counts what was begun."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from harness.engine.base import Batch, Generated, Scored, Work
from harness.errors import RunFailed
from harness.runs.journal.journal import open_journal

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
    (aside,) = tmp_path.glob("j.stale-*")
    assert aside.name in again.set_aside
    assert ("batch_size was 2 and is 3" in again.set_aside) == ("settings" in change)


def asked(of: dict[str, str], **libraries: str) -> dict[str, dict[str, str]]:
    return {"tasks": of, "libraries": {"jinja2": "3.1", "torch": "2.9"} | libraries}


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (asked({"arc": "1", "piqa": "8"}),
         "it asks piqa otherwise than this start does; the plan and the versions of all libraries are the same"),
        (asked({"arc": "1", "piqa": "8"}, jinja2="3.2"), "it asks piqa otherwise than this start does; jinja2 was 3.1 and is 3.2"),
        (asked({"arc": "1"}), "it asks piqa otherwise than this start does; the plan and"),
        (asked({"arc": "1", "piqa": "2"}), "its requests stand in another order; the plan and"),
        (None, "its requests are others than those of this start, and it does not say in which task"),
    ],
)  # fmt: skip
def test_what_differs_in_a_journal_that_asks_otherwise_is_said(
    tmp_path: Path, now: dict[str, dict[str, str]] | None, why: str
) -> None:
    path, then = tmp_path / "j.jsonl", asked({"arc": "1", "piqa": "2"})
    open_journal(path, "p", "d", SETTINGS, BATCHES, asked=then).close()
    again = open_journal(path, "p", "d", SETTINGS, BATCHES, asked=now)
    assert not again.set_aside and again.head.asked == then
    again.close()
    other = open_journal(path, "p", "other", SETTINGS, BATCHES, asked=now)
    assert f"is not continued: {why}" in other.set_aside


def test_another_number_of_threads_goes_on(tmp_path: Path) -> None:
    """A queue gives another number of cores: hours of work are not thrown away for it."""
    journal = begin(tmp_path / "j.jsonl", settings={**SETTINGS, "threads": 1, "streams": 1})
    journal.done(0, [Scored(-1.0, True), Scored(-2.0, True)], Work(1, 0, 1))
    journal.close()
    again = begin(tmp_path / "j.jsonl", settings={**SETTINGS, "threads": 2, "streams": 2})
    assert again.resumed and again.pending() == [1] and not again.set_aside


def test_collect_names_missing_answers(tmp_path: Path) -> None:
    journal = begin(tmp_path / "j.jsonl", partition=[Batch((0,))])
    journal.done(0, [Scored(-1.0, True)], Work(1, 0, 1))
    with pytest.raises(RunFailed, match="1 of 2 requests"):
        journal.collect(2)


GIVEN = {0: [Scored(-1.25, True), Scored(-2.5, False)], 1: [Generated("Zürich 11", 3)]}


def full_journal(path: Path) -> bytes:
    """The bytes of a journal with both batches done."""
    journal = begin(path)
    journal.start()
    for batch, answers in GIVEN.items():
        journal.begin(batch)
        journal.done(batch, answers, Work(4, 0, 1))
    journal.close()
    return path.read_bytes()


def test_a_flipped_bit_anywhere_is_never_taken_as_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    whole = full_journal(path)
    kept = []
    for bit in range(0, len(whole) * 8, 3):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        again = begin(path)
        again.close()
        assert again.answers == {batch: GIVEN[batch] for batch in range(len(again.answers))}
        assert whole.startswith(path.read_bytes())  # and what is appended now stands behind a whole line
        kept.append(len(again.answers))
    assert set(kept) == {0, 1}  # a damaged last line costs that batch alone


@pytest.mark.parametrize("tail", [b"\0" * 4096, b"\n", random.Random(3).randbytes(300), b'{"begin":1}\n'])
def test_a_tail_that_the_journal_did_not_write_is_cut_off(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "j.jsonl"
    whole = full_journal(path)
    path.write_bytes(whole + tail)
    assert begin(path).answers == GIVEN
    assert path.read_bytes() == whole


def test_zeros_in_place_of_the_last_block_cost_the_batches_in_it(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    whole = full_journal(path)
    cut = whole.index(b'{"done":1') + 20
    path.write_bytes(whole[:cut] + b"\0" * (len(whole) - cut))
    assert begin(path).answers == {0: GIVEN[0]}


def test_a_journal_without_checksums_is_continued_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    head = {"format": 1, "plan_hash": "p", "digest": "d", "settings": SETTINGS, "batches": [[0, 2], [1]], "reused": []}
    done = {"done": 0, "answers": [[-1.25, True], [-2.5, False]], "work": [4, 0, 1]}
    path.write_text("".join(json.dumps(line) + "\n" for line in (head, {"start": 1}, {"begin": 0}, done)))
    journal = begin(path)
    assert journal.answers == {0: GIVEN[0]}
    journal.done(1, GIVEN[1], Work(1, 1, 1))
    journal.close()
    assert "sum" not in path.read_text(encoding="utf-8")
    assert begin(path).answers == GIVEN


def test_a_line_without_checksum_whose_batch_is_none_of_the_partition_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    head = {"format": 1, "plan_hash": "p", "digest": "d", "settings": SETTINGS, "batches": [[0, 2], [1]]}
    done = {"done": 7, "answers": [[-1.25, True]], "work": [4, 0, 1]}
    path.write_text(json.dumps(head) + "\n" + json.dumps(done) + "\n")
    assert begin(path).answers == {}
