"""Inspect logs: ``.eval`` (a ZIP of JSON members, Zstandard or deflated) and ``.json`` (the same tree in one file).

Epochs of one sample are one item, reduced by the log's own reducer. Where a log has several scorers or reducers each is a
filter of its own. Samples that failed or were not scored are counted in the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, sequence, text, whole
from harness.interchange.foreign.draft import Draft, Task
from harness.interchange.foreign.names_and_dates import model_name, parse_date
from harness.interchange.imported_run import Entry, Unit
from harness.interchange.readers.inspect import inspect_items, inspect_rows

FORMAT = "inspect"
ARCHIVE_SUFFIX = ".eval"
# Arguments under which tasks take their number of examples.
_SHOTS = ("fewshot", "num_fewshot", "few_shot", "n_shots", "shots")


def is_archive(name: str) -> bool:
    """Whether a file is named as Inspect names its archives."""
    return name.endswith(ARCHIVE_SUFFIX)


def is_log(document: Any) -> bool:
    """An Inspect log in one JSON file."""
    return isinstance(document, dict) and isinstance(document.get("eval"), dict) and "status" in document


def read(unit: Unit) -> Iterator[Entry]:
    """The one run of a log."""
    file = unit.files[0]
    digest = bounded.digest_file(file)
    if is_archive(file.name):
        with bounded.Archive(file) as archive:
            document, samples = _members(archive)
    else:
        document = unit.document if unit.document is not None else bounded.read_json_object(file)
        samples = [mapping(s) for s in sequence(document.get("samples"))]
    yield _draft(unit, digest, document, samples).finish()


def _members(archive: bounded.Archive) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Header and samples of an archive; a run that was broken off has only its journal, and no status."""
    names = set(archive.names())
    head = "header.json" if "header.json" in names else "_journal/start.json"
    if head not in names:
        raise BadInput("is a ZIP file, but no Inspect log: it holds no header.json")
    document = mapping(bounded.parse_json(archive.read(head)))
    if head != "header.json":
        document = {**document, "status": "started"}
    if "reductions.json" in names:
        document = {**document, "reductions": bounded.parse_json(archive.read("reductions.json"))}
    samples = []
    for name in sorted(n for n in names if n.startswith("samples/") and n.endswith(".json")):
        samples.append(mapping(bounded.parse_json(archive.read(name))))
    summaries = (
        ["summaries.json"]
        if "summaries.json" in names
        else sorted(n for n in names if n.startswith("_journal/summaries/"))
    )
    for name in summaries if not samples else []:
        samples += [mapping(s) for s in sequence(bounded.parse_json(archive.read(name)))]
    return document, list(inspect_items.ordered(samples))


def _draft(unit: Unit, digest: str, document: dict[str, Any], samples: list[dict[str, Any]]) -> Draft:
    spec = mapping(document.get("eval"))
    if not text(spec.get("model")):
        raise BadInput("names no model")
    draft = Draft(FORMAT, digest, model_name(spec.get("model")), "inspect_ai")
    draft.file = unit.label
    draft.tool_version = text(mapping(spec.get("packages")).get("inspect_ai"), 60)
    draft.date = parse_date(spec.get("created"))
    draft.source = {"tool_commit": text(mapping(spec.get("revision")).get("commit"), 60)}
    _judge(draft, document)
    full = text(spec.get("task"), 160) or "unnamed"
    task = full.rsplit("/", 1)[-1] or full
    version = text(spec.get("task_version"), 40)
    draft.tasks[task] = Task(task, None, version, _shots(spec), None, None, _chance(samples))
    draft.extra = {
        "eval": {k: v for k, v in spec.items() if k not in ("model", "task_file", "sandbox", "model_base_url")},
        "plan": document.get("plan"),
        "stats": document.get("stats"),
    }
    usage = [mapping(u) for u in mapping(mapping(document.get("stats")).get("model_usage")).values()]
    draft.prompt_tokens = sum(whole(u.get("input_tokens"), 10**12) or 0 for u in usage) or None
    draft.generated_tokens = sum(whole(u.get("output_tokens"), 10**12) or 0 for u in usage) or None
    inspect_rows.add(draft, task, document, samples)
    return draft


def _judge(draft: Draft, document: dict[str, Any]) -> None:
    """What the log says of the run as a whole: how it ended, and whether it took all of the task's samples."""
    status = text(document.get("status"), 40) or "unknown"
    if status != "success":
        draft.valid, draft.partial = False, True
        draft.note("not-finished", f"The log's status is {status!r}: the run did not end as planned.")
    if document.get("invalidated") is True:
        draft.valid = False
        draft.note("invalidated", "The log is marked as invalidated: somebody withdrew its samples.")
    config = mapping(mapping(document.get("eval")).get("config"))
    limit = config.get("limit")
    bounds = [whole(b, 10**9) for b in sequence(limit)]
    if len(bounds) == 2 and None not in bounds:
        draft.limit = max(0, (bounds[1] or 0) - (bounds[0] or 0))
    elif not isinstance(limit, bool):
        draft.limit = whole(limit, 10**9)
    if config.get("sample_id") is not None:
        draft.partial = True
        draft.note("samples-chosen", "Only chosen samples of the task were run.")
    if mapping(document.get("results")).get("early_stopping"):
        draft.partial = True
        draft.note("stopped-early", "The run was stopped early: not every epoch of every sample was run.")


def _shots(spec: dict[str, Any]) -> int | None:
    """The number of examples in the prompt, where an argument of the task says it."""
    arguments = mapping(spec.get("task_args"))
    values = (arguments.get(name) for name in _SHOTS)
    return next((whole(v, 10_000) for v in values if v is not None and not isinstance(v, bool)), None)


def _chance(samples: list[dict[str, Any]]) -> float | None:
    """Chance of guessing right where every sample has the same number of choices."""
    counts = {len(sequence(s.get("choices"))) for s in samples}
    return 1 / counts.pop() if len(counts) == 1 and min(counts) > 1 else None
