"""Run folders of this harness from another machine, or exported as Parquet: read like everybody else's results."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import Draft, Sample, Score, Task, model_name, parse_date
from harness.interchange.foreign.parquet import rows
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
    model, engine = mapping(manifest.get("model")), mapping(manifest.get("engine"))
    if not text(model.get("id")) or not text(manifest.get("run_id")):
        raise BadInput("has a manifest.json that names no run_id or no model.id")
    draft = Draft(FORMAT, digest, model_name(model["id"]), "landscape", text(engine.get("version"), 40))
    draft.file = unit.label
    draft.backend = text(engine.get("name"), 40)
    draft.revision, draft.params = text(model.get("revision"), 80), whole(model.get("params"), 10**14)
    draft.architecture = text(model.get("architecture"), 80)
    draft.dtype, draft.device = text(manifest.get("dtype"), 20), text(manifest.get("device"), 20)
    draft.date = parse_date(manifest.get("started")) or parse_date(manifest.get("sealed"))
    draft.limit = whole(mapping(manifest.get("plan")).get("limit"), 10**9)
    draft.partial = bool(manifest.get("partial"))
    draft.valid = manifest.get("valid") is not False
    for entry in map(mapping, sequence(manifest.get("verdict"))):
        if text(entry.get("message"), 500):
            draft.note(text(entry.get("code"), 60) or "note", text(entry["message"], 500) or "")
    draft.source = {"run_id": text(manifest["run_id"], 200)}
    groups = {
        str(t.get("task")): text(t.get("group"), 160)
        for t in map(mapping, sequence(mapping(manifest.get("suite")).get("tasks")))
    }
    for row in rows(files[1]):
        add_result(draft, row, groups, files[1].name)
    for row in rows(files[2]):
        add_sample(draft, row, files[2].name)
    yield draft.finish()


def add_result(draft: Draft, row: dict[str, Any], groups: dict[str, str | None], name: str) -> None:
    """Add a row of a run's results; ``name`` is the file that messages name.

    Raises:
        BadInput: the row has no task or no metric.
    """
    task, metric = _measure(row, name)
    kind = _TYPES.get(str(row.get("kind")))
    shots, version = whole(row.get("num_fewshot"), 10_000), text(row.get("task_version"), 40)
    draft.tasks[task] = Task(task, groups.get(task), version, shots, kind)
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
        )
    )


def _measure(row: dict[str, Any], name: str) -> tuple[str, str]:
    task, metric = text(row.get("task"), 160), text(row.get("metric"), 120)
    if task is None or metric is None:
        raise BadInput(f"{name} has a row without task or metric")
    return task, metric
