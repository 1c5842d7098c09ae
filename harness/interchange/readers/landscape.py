"""Run folders of this harness from another machine, or exported as Parquet: read like everybody else's results."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded, own_export
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import Draft, Score, Task
from harness.interchange.foreign.names_and_dates import known_answer, model_name
from harness.interchange.foreign.parquet import rows
from harness.interchange.foreign.sample_list import Sample
from harness.interchange.imported_run import Entry, Unit

FORMAT = "landscape"
_FILES = ("manifest.json", "results.parquet", "samples.parquet")
_TYPES = {"classification": "multiple_choice", "perplexity": "loglikelihood_rolling", "qa": "generate_until"}


def is_run_folder(folder: Path, names: set[str]) -> bool:
    """A sealed run folder."""
    return names >= set(_FILES)


def read(unit: Unit) -> Iterator[Entry]:
    """The run of a folder, as an imported one."""
    files = [unit.path / name for name in _FILES]
    digest = hashlib.sha256("".join(bounded.digest_file(f) for f in files).encode()).hexdigest()
    manifest = bounded.read_json_object(files[0])
    model = mapping(manifest.get("model"))
    if not text(model.get("id")) or not text(manifest.get("run_id")):
        raise BadInput("has a manifest.json that names no run_id or no model.id")
    draft = Draft(FORMAT, digest, model_name(model["id"]), "landscape")
    draft.file = unit.label
    carried = own_export.carried(manifest)
    own_export.apply(draft, carried)
    draft.source = {"run_id": text(manifest["run_id"], 200)}
    for row in rows(files[1]):
        add_result(draft, row, carried, files[1].name)
    for row in rows(files[2]):
        add_sample(draft, row, files[2].name)
    yield draft.finish()


def add_result(draft: Draft, row: dict[str, Any], carried: dict[str, Any], name: str) -> None:
    """Add a row of a run's results; ``carried`` is what its export says of the run, ``name`` the file for messages.

    Raises:
        BadInput: the row has no task or no metric.
    """
    task, metric = _measure(row, name)
    kind = _TYPES.get(str(row.get("kind")))
    shots, version = whole(row.get("num_fewshot"), 10_000), text(row.get("task_version"), 40)
    settings = own_export.task_settings(carried, task)
    draft.tasks[task] = Task(
        task,
        text(settings.get("group"), 160),
        version,
        shots,
        kind,
        text(settings.get("data_hash"), 80),
        number(settings.get("chance")),
        text(settings.get("licence"), 80),
    )
    better = row.get("higher_is_better")
    draft.scores.append(
        Score(
            task,
            metric,
            text(row.get("filter"), 80) or "none",
            number(row.get("score")),
            number(row.get("stderr")),
            whole(row.get("n"), 10**12),
            better if isinstance(better, bool) else None,
        )
    )


def add_sample(draft: Draft, row: dict[str, Any], name: str) -> None:
    """Add a row of a run's samples; ``name`` is the file that messages name.

    Raises:
        BadInput: the row has no task or no metric.
    """
    task, metric = _measure(row, name)
    draft.samples.append(
        Sample(
            task,
            whole(row.get("item"), 10**15) or 0,
            text(row.get("doc_hash"), 64),
            metric,
            number(row.get("value")),
            text(row.get("filter"), 80) or "none",
            row.get("prompt") if isinstance(row.get("prompt"), str) else None,
            row.get("target") if isinstance(row.get("target"), str) else None,
            row.get("response") if isinstance(row.get("response"), str) else None,
            number(row.get("weight")) or 1.0,
            text(row.get("cluster"), 200),
            bounded.numbers(sequence(row.get("choice_loglikelihoods"))),
            whole(row.get("gold"), 1000),
            known_answer(row.get("answer_hash")),
        )
    )


def _measure(row: dict[str, Any], name: str) -> tuple[str, str]:
    task, metric = text(row.get("task"), 160), text(row.get("metric"), 120)
    if task is None or metric is None:
        raise BadInput(f"{name} has a row without task or metric")
    return task, metric
