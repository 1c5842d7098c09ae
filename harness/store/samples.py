"""Prompts and answers of one run, one row a sample, read from the run's folder on request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness import places
from harness.errors import BadInput, MissingData
from harness.store.remote import in_use

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.compute as pc

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,254}")
_TEXTS = ("prompt", "target", "response")
_BATCH = 4_096
MAX_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class SamplePage:
    """One page of a run's samples; ``total`` is the number of rows that match the filters."""

    frame: pd.DataFrame
    total: int
    offset: int


def samples(
    run_id: str,
    task: str | None = None,
    *,
    metric: str | None = None,
    filter: str | None = None,
    text: str | None = None,
    below: float | None = None,
    offset: int = 0,
    limit: int = 50,
    runs: Path | None = None,
) -> SamplePage:
    """A page of the samples of one run, in the order of its file.

    ``text`` is looked for, without regard to case, in prompt, target and response; ``below`` keeps the rows
    whose value is smaller (``below=1`` of an accuracy: the wrong ones). The run lies in ``runs``
    (default ``LANDSCAPE_RUNS``).

    Raises:
        MissingData: no such run here, as for runs whose texts were never published.
        BadInput: the id is none, the page is not possible, or the file is damaged.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    if offset < 0 or not 0 < limit <= MAX_PAGE:
        raise BadInput(f"A page starts at 0 or later and holds 1 to {MAX_PAGE} samples.")
    path = samples_path(run_id, runs)
    try:
        scanner = ds.dataset(path, format="parquet").scanner(
            filter=_condition(task, metric, filter, text, below), batch_size=_BATCH, use_threads=False
        )
        batches: list[pa.RecordBatch] = []
        total = 0
        for batch in scanner.to_batches():
            start, stop = max(offset - total, 0), min(offset + limit - total, batch.num_rows)
            if start < stop:
                batches.append(batch.slice(start, stop - start))
            total += batch.num_rows
        frame = pa.Table.from_batches(batches, schema=scanner.projected_schema).to_pandas()
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path} cannot be read: {str(error).splitlines()[0]}") from None
    return SamplePage(frame, total, offset)


def samples_path(run_id: str, runs: Path | None = None) -> Path:
    """Path of one run's samples file; an id with a path in it is refused.

    Raises:
        BadInput: the id is none.
        MissingData: there is no such sealed run.
    """
    if not _RUN_ID.fullmatch(run_id):
        raise BadInput(f"{run_id[:80]!r} is no run id.")
    folder = (runs or places.runs()) / run_id
    if not folder.exists() and (copies := in_use.runs(folder.parent)) is not None:
        copies.bring_run(run_id)
    path = folder / "samples.parquet"
    if not (folder / "manifest.json").is_file() or not path.is_file():
        raise MissingData(f"The samples of {run_id} are not on this machine: {folder} is no sealed run.")
    return path


def _condition(
    task: str | None, metric: str | None, filter: str | None, text: str | None, below: float | None
) -> pc.Expression | None:
    import pyarrow.compute as pc

    parts = [pc.field(n) == v for n, v in (("task", task), ("metric", metric), ("filter", filter)) if v is not None]
    if below is not None:
        parts.append(pc.field("value") < below)
    if text:
        matches = [pc.match_substring(pc.field(n), text, ignore_case=True) for n in _TEXTS]
        parts.append(matches[0] | matches[1] | matches[2])
    condition = None
    for part in parts:
        condition = part if condition is None else condition & part
    return condition
