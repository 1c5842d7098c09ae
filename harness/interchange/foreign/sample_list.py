"""Samples of an imported run, in little memory: packed into a temporary file while a reader appends them.

A file of samples may have 512 MB, and as Python objects its samples would take more. The temporary file has no name:
it goes with its process, however that ends.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from harness.errors import RunFailed

if TYPE_CHECKING:
    import pyarrow as pa

# Prompts and answers longer than this are cut (the longest few-shot prompts have some 30,000 characters).
MAX_SAMPLE_TEXT = 64_000
# A batch is packed when its texts have this many characters, or when it has this many samples.
BATCH_TEXT = 4_000_000
BATCH_SAMPLES = 10_000
# Task, metric and filter of a score.
Name: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One item's value under one metric and filter."""

    task: str
    item: int
    doc_hash: str | None
    metric: str
    value: float | None
    filter: str = "none"
    prompt: str | None = None
    target: str | None = None
    response: str | None = None
    weight: float = 1.0
    cluster: str | None = None
    choice_loglikelihoods: tuple[float, ...] | None = None
    gold: int | None = None
    answer_hash: str | None = None

    @property
    def name(self) -> Name:
        """Task, metric and filter of the score that the item is of."""
        return self.task, self.metric, self.filter


class SampleList:
    """Samples in the order of appending; all but the latest lie packed.

    ``batches`` gives them as record batches of ``run_folder.SAMPLES`` without ``run_id``.
    """

    def __init__(self, samples: Iterable[Sample] = ()) -> None:
        self._latest: list[Sample] = []
        self._text = 0
        # Number of samples, first byte and number of bytes of each packed batch, in the order of the file.
        self._packed: list[tuple[int, int, int]] = []
        self._file: IO[bytes] | None = None
        self.extend(samples)

    def append(self, sample: Sample) -> None:
        """Add one sample at the end."""
        self._latest.append(sample)
        self._text += sum(len(t) for t in (sample.prompt, sample.target, sample.response) if t)
        if self._text >= BATCH_TEXT or len(self._latest) >= BATCH_SAMPLES:
            self._pack()

    def extend(self, samples: Iterable[Sample]) -> None:
        """Add samples at the end."""
        for sample in samples:
            self.append(sample)

    def truncate(self, length: int) -> None:
        """Keep the first ``length`` samples."""
        while self._packed and len(self) - len(self._latest) > length:
            *_, (_, first, size) = self._packed
            self._packed.pop()
            self._latest = list(_samples(self._unpack(first, size, None)))
        before = len(self) - len(self._latest)
        self._latest = self._latest[: length - before]
        self._text = 0

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The samples as record batches, with the given columns of ``run_folder.SAMPLES`` or all but ``run_id``."""
        for _, first, size in self._packed:
            yield self._unpack(first, size, columns)
        if self._latest:
            batch = _batch(self._latest)
            yield batch.select(list(columns)) if columns else batch

    def _pack(self) -> None:
        import pyarrow as pa

        packed = io.BytesIO()
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(packed, _schema(), options=options) as writer:
            writer.write_batch(_batch(self._latest))
        first = sum(self._packed[-1][1:]) if self._packed else 0
        try:
            self._file = self._file or tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the samples are wanted)
            self._file.seek(first)
            self._file.write(packed.getbuffer())
        except OSError as error:
            raise RunFailed(
                f"The samples at hand could not be put aside in {tempfile.gettempdir()} ({error.strerror}): free some "
                "space there, or set TMPDIR to another folder."
            ) from None
        self._packed.append((len(self._latest), first, packed.tell()))
        self._latest, self._text = [], 0

    def _unpack(self, first: int, size: int, columns: Sequence[str] | None) -> pa.RecordBatch:
        """One packed batch; of its columns only those that are asked for are unpacked."""
        import pyarrow as pa

        assert self._file is not None
        self._file.seek(first)
        names = _schema().names
        options = pa.ipc.IpcReadOptions(included_fields=[names.index(c) for c in columns] if columns else None)
        batch = pa.ipc.open_stream(self._file.read(size), options=options).read_next_batch()
        return batch.select(list(columns)) if columns else batch

    def values(self) -> dict[Name, tuple[int, list[float], list[float]]]:
        """How many items each task, metric and filter has, the known values among them, and these values' weights."""
        counts: Counter[Name] = Counter()
        known: dict[Name, tuple[list[float], list[float]]] = {}
        for batch in self.batches(["task", "metric", "filter", "value", "weight"]):
            for task, metric, filter, value, weight in zip(*(c.to_pylist() for c in batch.columns), strict=True):
                name = (task, metric, filter)
                counts[name] += 1
                values, weights = known.setdefault(name, ([], []))
                if value is not None:
                    values.append(value)
                    weights.append(weight)
        return {name: (counts[name], *known[name]) for name in known}

    def prompt_hashes(self) -> dict[str, str]:
        """One hash a task over the prompts of its items, in order: equal where the same was asked."""
        hashes: dict[str, Any] = {}
        seen: set[tuple[str, int]] = set()
        for batch in self.batches(["task", "item", "prompt"]):
            for task, item, prompt in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                if prompt and (task, item) not in seen:
                    seen.add((task, item))
                    hashes.setdefault(task, hashlib.sha256()).update(prompt.encode() + b"\x00")
        return {task: value.hexdigest() for task, value in hashes.items()}

    def __len__(self) -> int:
        return sum(count for count, _, _ in self._packed) + len(self._latest)

    def __iter__(self) -> Iterator[Sample]:
        for batch in self.batches():
            yield from _samples(batch)


class RunSamples:
    """The samples of one run as rows of ``run_folder.SAMPLES``, batch by batch."""

    def __init__(self, run_id: str, samples: SampleList) -> None:
        self._run_id = run_id
        self._samples = samples

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return len(self._samples)

    def to_batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, in order."""
        import pyarrow as pa

        from harness.store.run_folder import SAMPLES

        for batch in self._samples.batches():
            yield pa.RecordBatch.from_arrays([pa.repeat(self._run_id, len(batch)), *batch.columns], schema=SAMPLES)


def _schema() -> pa.Schema:
    import pyarrow as pa

    from harness.store.run_folder import SAMPLES

    return pa.schema([field for field in SAMPLES if field.name != "run_id"])


def _batch(samples: Sequence[Sample]) -> pa.RecordBatch:
    import pyarrow as pa

    schema = _schema()
    columns = {name: [getattr(sample, name) for sample in samples] for name in schema.names}
    for name in ("prompt", "target", "response"):
        columns[name] = [_cut(value) for value in columns[name]]
    return pa.RecordBatch.from_pydict(columns, schema=schema)


def _cut(value: str | None) -> str | None:
    """A text that Parquet can hold: cut, and with a mark for what is no character (a lone surrogate)."""
    return None if value is None else value[:MAX_SAMPLE_TEXT].encode("utf-8", "replace").decode("utf-8")


def _samples(batch: pa.RecordBatch) -> Iterator[Sample]:
    for row in batch.to_pylist():
        likelihoods = row.pop("choice_loglikelihoods")
        yield Sample(**row, choice_loglikelihoods=tuple(likelihoods) if likelihoods is not None else None)
