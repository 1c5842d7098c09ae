"""Inspect logs: ``.eval`` (a ZIP of JSON members, Zstandard or deflated) and ``.json`` (the same tree in one file).

Epochs of one sample are one item, reduced by the log's own reducer. Where a log has several scorers or reducers each is a
filter of its own. Samples that failed or were not scored are counted in the verdict.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import ROUNDING, Draft, Sample, Score, Task, model_name, parse_date
from harness.interchange.imported_run import Entry as Imported
from harness.interchange.imported_run import Unit
from harness.interchange.readers.inspect import inspect_items, inspect_messages, inspect_scores
from harness.interchange.readers.inspect.inspect_items import Item, Values
from harness.interchange.readers.inspect.inspect_scores import Entry

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


def read(unit: Unit) -> Iterator[Imported]:
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
    _scores(draft, task, document, samples)
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


def _scores(draft: Draft, task: str, document: dict[str, Any], samples: list[dict[str, Any]]) -> None:
    """Add the rows of the log's results and the items of each."""
    results = mapping(document.get("results"))
    entries = inspect_scores.entries(results)
    entries += inspect_scores.unnamed(inspect_items.scorers(samples), entries)
    items = inspect_items.items(samples, _errors_count(entries, samples))
    stored = inspect_items.reductions(document)
    named = max((whole(s.get("epoch"), 10**6) or 1 for s in samples), default=1)
    epochs = whole(mapping(mapping(document.get("eval")).get("config")).get("epochs"), 10**6) or named
    missing = []
    for entry in entries:
        parts: list[str | None] = [*inspect_items.keys(entry, items)]
        whole_values = inspect_items.values(entry, items, stored)
        if not parts:
            missing.append(whole_values)
        metric = _metric(entry, whole_values)
        for name, row in entry.metrics.items():
            n = _n(entry, row, name, items, whole_values, results, epochs)
            draft.scores.append(Score(task, name, entry.filter, number(row.get("value")), entry.errors.get(name), n))
        for part in parts or [None]:
            values = inspect_items.values(entry, items, stored, part) if part else whole_values
            label = entry.filter if part is None else f"{entry.filter}/{part}"
            _items(draft, task, items, values, metric, text(label, 80) or "none")
        if items and not whole_values.known:
            draft.note(
                "reducer-unknown", f"Epochs are reduced by {entry.reducer!r}, which is not known here: no item values."
            )
        if whole_values.words:
            draft.note("graded-in-words", f"{whole_values.words:,} samples are graded in words that have no number.")
    _count(draft, task, items, missing, entries, results, epochs)


def _errors_count(entries: Sequence[Entry], samples: list[dict[str, Any]]) -> bool:
    """Whether scores of samples that failed count: only where the file's number of scored samples says so."""
    for entry in (e for e in entries if e.scored is not None):
        with_errors, without = (
            sum(v is not None for v in inspect_items.values(entry, inspect_items.items(samples, count), {}).values)
            for count in (True, False)
        )
        if with_errors != without:
            return entry.scored == with_errors
    return False


def _metric(entry: Entry, values: Values) -> str:
    """The metric whose rows the items' values make: accuracy or mean, else the one with the same value."""
    if entry.mean is not None:
        return entry.mean
    scored = [v for v in values.values if v is not None]
    mean = math.fsum(scored) / len(scored) if scored else None
    alike = [
        name
        for name, row in entry.metrics.items()
        if mean is not None and abs((number(row.get("value")) or 0.0) - mean) <= ROUNDING * max(1.0, abs(mean))
    ]
    return alike[0] if len(alike) == 1 else "score"


def _n(
    entry: Entry,
    row: dict[str, Any],
    name: str,
    items: list[Item],
    values: Values,
    results: dict[str, Any],
    epochs: int,
) -> int | None:
    """The number of items behind a row: never of their epochs; of a group's row those of the group."""
    parameters = mapping(row.get("params"))
    if key := text(parameters.get("group_key"), 80):
        groups = Counter(str(mapping(item.first.get("metadata")).get(key)) for item in items)
        inner = text(mapping(parameters.get("metric")).get("name") or parameters.get("metric"), 80) or ""
        group = name.removesuffix(f"_{inner.rsplit('/', 1)[-1]}")
        if name != (text(parameters.get("all_label"), 80) or "all"):
            return groups.get(name) or groups.get(group)
    counted = sum(v is not None for v in values.values)
    if counted:
        return counted
    if items and not values.known:
        return len(items) - values.unscored
    if entry.scored is not None and (entry.reducer is not None or epochs == 1):
        return entry.scored
    completed = whole(results.get("completed_samples"), 10**9)
    return completed // epochs if completed is not None and completed % epochs == 0 else None


def _items(draft: Draft, task: str, items: list[Item], values: Values, metric: str, filter_name: str) -> None:
    for index, (item, value) in enumerate(zip(items, values.values, strict=True)):
        if value is None:
            continue
        choices = [text(c, 4000) or "" for c in sequence(item.first.get("choices"))]
        target = _flat(item.first.get("target"))
        draft.samples.append(
            Sample(
                task,
                index,
                inspect_messages.identity(item.first, choices, target),
                metric,
                value,
                filter_name,
                inspect_messages.question(item.first) or None,
                target,
                inspect_messages.answer(item.first),
                gold=_letter(target, choices),
            )
        )


def _count(
    draft: Draft,
    task: str,
    items: list[Item],
    missing: Sequence[Values],
    entries: Sequence[Entry],
    results: dict[str, Any],
    epochs: int,
) -> None:
    """Say in the verdict how many samples failed or were not scored; such a run is partial."""
    planned = math.ceil((whole(results.get("total_samples"), 10**9) or 0) / epochs)
    total = max(len(items), planned)
    if items:
        unscored = max((v.unscored for v in missing), default=0) + total - len(items)
        lost = max((v.unscored_epochs for v in missing), default=0)
    else:
        completed = whole(results.get("completed_samples"), 10**9)
        unscored = max((e.unscored or 0 for e in entries), default=0)
        unscored += planned - math.ceil(completed / epochs) if completed is not None else 0
        lost = 0
    failed = sum(not item.epochs for item in items)
    if unscored > 0:
        draft.partial = True
        because = f", {failed:,} of them ended with an error" if failed else ""
        draft.note(
            "unscored-samples",
            f"{task}: {unscored:,} of {total:,} samples are not scored{because}; the scores are over the others.",
        )
    elif lost > 0:
        draft.partial = True
        draft.note(
            "unscored-epochs",
            f"{task}: {lost:,} of {total * epochs:,} epochs of samples failed or are not scored; "
            "the values are over the others.",
        )


def _flat(value: Any) -> str | None:
    parts = [text(v, 4000) for v in (value if isinstance(value, list) else [value])]
    return " | ".join(p for p in parts if p) or None


def _letter(target: str | None, choices: list[str]) -> int | None:
    index = ord(target) - ord("A") if target and len(target) == 1 else -1
    return index if 0 <= index < len(choices) else None
