"""A journal at a URL: another host has every line that was durable, whatever failed in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.engine.base import Batch, Scored, Work
from harness.runs.journal import journal
from harness.runs.journal.journal import Journal
from harness.store.remote import journal_parts
from harness.store.remote.journal_parts import Sender
from harness.store.remote.objects import Objects
from tests.store.remote.conftest import Flaky

PLAN = "ab" * 32
BATCHES = [Batch((0,)), Batch((1,)), Batch((2,)), Batch((3,))]
SETTINGS = {"batch_size": 1, "token_budget": 10}


class Host:
    """One host at work on the plan: its journal and what brings its lines to the URL."""

    def __init__(
        self, objects: Objects, folder: Path, number: int, *, digest: str = "d", partition: list[Batch] | None = None
    ) -> None:
        self.path, self.said = folder / ".journal" / f"{PLAN}.jsonl", list[str]()
        known = journal_parts.bring(
            objects, PLAN, self.path, lambda head: journal.goes_on(head, PLAN, digest, SETTINGS, {})
        )
        self.log: Journal = journal.open_journal(self.path, PLAN, digest, SETTINGS, partition or BATCHES, {})
        self.sender = Sender(objects, PLAN, number, self.said.append)
        self.sender.begin(self.path, known)
        self.log.copy = self.sender.add
        self.log.start(f"machine {number}")

    def score(self, batch: int, value: float = -1.5) -> None:
        self.log.begin(batch)
        self.log.done(batch, [Scored(value - batch, True)], Work(1, 0, 1))

    def end(self) -> None:
        self.sender.close()
        self.log.close()


@pytest.mark.parametrize("kind", ["s3", "file", "memory", "flaky"])
def test_another_host_goes_on_from_the_last_whole_batch(
    address: Callable[[str], str], tmp_path: Path, kind: str
) -> None:
    place, failed = Objects(address(kind), wait=lambda seconds: None), Flaky.failed
    one = Host(place, tmp_path / "one", 1)
    one.score(0)
    one.score(1)
    one.log.begin(2)  # and here it is killed: nothing is closed
    one.sender.flush(10)
    two = Host(Objects(place.url), tmp_path / "two", 2, partition=[Batch((0, 1, 2, 3))])
    assert two.log.head.batches == tuple(BATCHES) and two.log.pending() == [2, 3]
    assert two.log.answers[1] == [Scored(-2.5, True)]
    two.score(2)
    two.score(3)
    counts = two.log.counts()
    assert (counts.starts, counts.begun, counts.done) == (2, 5, 4)
    assert two.log.machines == ["machine 1", "machine 2"]
    two.end()
    assert kind != "flaky" or Flaky.failed > failed
    journal_parts.remove(place, PLAN)
    assert place.names(f".journal/{PLAN}").folders == ()


def test_lines_that_only_this_host_has_are_kept_and_sent(objects: Objects, tmp_path: Path) -> None:
    one = Host(objects, tmp_path / "one", 1)
    one.score(0)
    one.sender.flush(10)
    one.log.copy = None  # the line is dead from here on, and then the host
    one.score(1)
    one.log.close()
    two = Host(objects, tmp_path / "two", 2)
    assert two.log.pending() == [1, 2, 3]
    two.score(2)
    two.end()
    again = Host(objects, tmp_path / "one", 3)
    assert again.log.pending() == [3]
    again.score(3)
    again.end()
    last = Host(objects, tmp_path / "three", 4)
    assert last.log.pending() == [] and last.log.counts().begun == 4
    assert [last.log.answers[i] for i in range(4)] == [[Scored(-1.5 - i, True)] for i in range(4)]
    last.end()


def test_a_host_that_was_passed_over_spoils_nothing(objects: Objects, tmp_path: Path) -> None:
    sleeper = Host(objects, tmp_path / "one", 1)
    sleeper.score(0)
    two = Host(objects, tmp_path / "two", 2)
    two.score(1)
    sleeper.score(1)  # it wakes up, and computes the same
    sleeper.score(2)
    sleeper.end()
    two.end()
    three = Host(objects, tmp_path / "three", 3)
    assert three.log.pending() == [3] and three.log.work == Work(3, 0, 3)
    three.end()


def test_answers_to_other_questions_are_set_aside(objects: Objects, tmp_path: Path) -> None:
    one = Host(objects, tmp_path / "one", 1)
    one.score(0)
    one.end()
    other = Host(objects, tmp_path / "two", 2, digest="another")
    assert other.log.answers == {}
    other.end()
    ours = Host(objects, tmp_path / "two", 3)
    assert ours.log.pending() == [1, 2, 3]
    assert len(list((tmp_path / "two" / ".journal").glob("*.stale-*"))) == 1
    ours.end()


def test_of_two_partitions_the_one_with_more_done_goes_on(objects: Objects, tmp_path: Path) -> None:
    alone = Host(objects, tmp_path / "one", 1)
    alone.log.copy = None
    alone.score(0)
    alone.end()
    journal_parts.remove(objects, PLAN)  # the URL never had it
    two = Host(objects, tmp_path / "two", 2, partition=[Batch((3,)), Batch((2,)), Batch((1,)), Batch((0,))])
    two.score(0)
    two.score(1)
    two.end()
    again = Host(objects, tmp_path / "one", 3)
    assert again.log.head.batches[0] == Batch((3,)) and again.log.pending() == [2, 3]
    again.end()


def test_while_the_url_is_silent_the_run_goes_on_and_nothing_is_lost(
    address: Callable[[str], str], away: Callable[[bool], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_parts, "FIRST_PAUSE", 0.001)
    place = Objects(address("away"), wait=lambda seconds: None)
    one = Host(place, tmp_path / "one", 1)
    away(True)
    for batch in range(3):
        one.score(batch)
    assert len(one.said) == 1 and "does not answer" in one.said[0] and "The run goes on" in one.said[0]
    away(False)
    one.score(3)
    one.end()
    assert one.sender.flush(10)
    assert one.said[1:] == [f"harness: {place.url} answers again; the journal there is whole."]
    two = Host(place, tmp_path / "two", 2)
    assert two.log.pending() == [] and two.log.counts().begun == 4
    two.end()


def test_a_run_that_ends_while_the_url_is_silent_does_not_wait(
    address: Callable[[str], str], away: Callable[[bool], None], tmp_path: Path
) -> None:
    place = Objects(address("away"), wait=lambda seconds: None)
    one = Host(place, tmp_path / "one", 1)
    away(True)
    one.score(0)
    one.end()
    assert journal._read(one.path)[1] == {0: [Scored(-1.5, True)]}  # type: ignore[index]


ODD = {
    "other": b'{"done":99,"answers":[[0.0,true]],"work":[1,0,1]}',
    "many": b'{"done":2,"answers":[[0.0,true],[0.0,true]],"work":[1,0,1]}',
    "text": b'{"done":"2","answers":"[]","work":3}',
}


@pytest.mark.parametrize("damage", ["torn", "foreign", "no head", "changed head", "other", "many", "text"])
def test_what_is_damaged_at_the_url_is_no_answer(objects: Objects, tmp_path: Path, damage: str) -> None:
    one = Host(objects, tmp_path / "one", 1)
    one.score(0)
    one.score(1)
    one.end()
    (name,) = objects.names(f".journal/{PLAN}").folders
    folder = f".journal/{PLAN}/{name}"
    if damage == "torn":
        last = objects.names(folder).objects[-2]  # behind the parts stands the head
        raw = objects.read(f"{folder}/{last}", 1 << 20) or b""
        objects.write(f"{folder}/{last}", raw[:-5])
        assert b'"done":1' in raw
    elif damage == "foreign":
        objects.write(f"{folder}/zzz.jsonl", b'{"done":2,"answers":[[0.0,true]],"work":[1,0,1]}\n')
    elif damage in ODD:
        objects.write(f"{folder}/00000009-00000000.jsonl", ODD[damage] + b"\n")
    elif damage == "no head":
        objects.remove(f"{folder}/head.jsonl")
    else:
        objects.write(
            f"{folder}/head.jsonl", (objects.read(f"{folder}/head.jsonl", 1 << 20) or b"").replace(b"[2]", b"[3]")
        )
    two = Host(objects, tmp_path / "two", 2)
    assert two.log.pending() == {"torn": [1, 2, 3], "no head": [0, 1, 2, 3], "changed head": [0, 1, 2, 3]}.get(
        damage, [2, 3]
    )
    two.end()
