"""Samples while a reader gathers them: the same samples in the same order, in less memory than as objects."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pytest

from harness.errors import RunFailed
from harness.interchange.foreign import sample_list
from harness.interchange.foreign.sample_list import Sample, SampleList


def _sample(number: int, text: str = "What is it?") -> Sample:
    rng = random.Random(number)
    return Sample(
        task=f"task{number % 3}",
        item=number,
        doc_hash=f"{number:064x}",
        metric="acc",
        value=None if number % 7 == 0 else rng.random(),
        prompt=text,
        target=str(number % 4),
        choice_loglikelihoods=(-1.0, -rng.random()) if number % 2 else None,
        gold=number % 2 or None,
    )


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_list, "BATCH_SAMPLES", 7)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("count", [0, 1, 6, 7, 8, 50])
def test_what_was_appended_comes_back_in_order(count: int) -> None:
    samples = [_sample(i) for i in range(count)]
    assert list(SampleList(samples)) == samples
    assert len(SampleList(samples)) == count


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("length", [0, 3, 7, 10, 20, 25])
def test_truncating_keeps_the_first_samples_and_goes_on_after_them(length: int) -> None:
    samples = [_sample(i) for i in range(20)]
    kept = SampleList(samples)
    kept.truncate(length)
    kept.append(_sample(99))
    assert list(kept) == [*samples[:length], _sample(99)]


@pytest.mark.usefixtures("small_batches")
def test_batches_hold_the_columns_that_are_asked_for() -> None:
    table = pa.Table.from_batches(SampleList([_sample(i) for i in range(20)]).batches(["value", "task"]))
    assert table.column_names == ["value", "task"]
    assert table.column("value").to_pylist() == [_sample(i).value for i in range(20)]


def test_long_texts_are_cut_and_lone_surrogates_marked() -> None:
    (kept,) = SampleList([Sample("t", 0, None, "acc", 1.0, prompt="\ud800" + "x" * 100_000)])
    assert kept.prompt == "?" + "x" * (sample_list.MAX_SAMPLE_TEXT - 1)


def test_ten_thousand_long_samples_take_a_tenth_of_their_length() -> None:
    rng = random.Random(1)
    tracemalloc.start()
    samples = SampleList(_sample(i, rng.randbytes(5_000).hex()) for i in range(10_000))
    objects, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(samples) == 10_000
    assert objects + pa.total_allocated_bytes() < 10_000 * 10_000 / 10


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_list, "BATCH_SAMPLES", 2)
    monkeypatch.setattr(sample_list.tempfile, "TemporaryFile", lambda: Path("/dev/full").open("wb", buffering=0))  # noqa: SIM115
    with pytest.raises(RunFailed, match="No space left on device"):
        SampleList([_sample(1), _sample(2)])
