"""Inspect logs: ``.eval`` (a ZIP of JSON members, Zstandard or deflated) and ``.json`` (the same tree in one file).

Scores ``C``, ``I``, ``P`` and ``N`` mean 1, 0, ½ and 0. Epochs of one sample are averaged, as Inspect's
default reducer does. Where a log has several scorers each is a filter of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import (
    MAX_SAMPLE_TEXT,
    Draft,
    Sample,
    Score,
    Task,
    item_hash,
    model_name,
    parse_date,
)
from harness.interchange.imported_run import Entry, Unit

FORMAT = "inspect"
ARCHIVE_SUFFIX = ".eval"
_GRADES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
_MEANS = ("accuracy", "mean")


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
    """Header and samples of an archive; a run that was broken off has only its journal."""
    names = set(archive.names())
    head = "header.json" if "header.json" in names else "_journal/start.json"
    if head not in names:
        raise BadInput("is a ZIP file, but no Inspect log: it holds no header.json")
    document = mapping(bounded.parse_json(archive.read(head)))
    samples = []
    for name in sorted(n for n in names if n.startswith("samples/") and n.endswith(".json")):
        samples.append(mapping(bounded.parse_json(archive.read(name))))
    if not samples and "summaries.json" in names:
        samples = [mapping(s) for s in sequence(bounded.parse_json(archive.read("summaries.json")))]
    return document, samples


def _draft(unit: Unit, digest: str, document: dict[str, Any], samples: list[dict[str, Any]]) -> Draft:
    spec = mapping(document.get("eval"))
    if not text(spec.get("model")):
        raise BadInput("names no model")
    draft = Draft(FORMAT, digest, model_name(spec.get("model")), "inspect_ai")
    draft.file = unit.label
    draft.tool_version = text(mapping(spec.get("packages")).get("inspect_ai"), 60)
    draft.date = parse_date(spec.get("created"))
    draft.limit = whole(mapping(spec.get("config")).get("limit"), 10**9)
    revision = mapping(spec.get("revision"))
    draft.source = {"tool_commit": text(revision.get("commit"), 60)}
    status = text(document.get("status"), 40)
    if status is not None and status != "success":
        draft.valid, draft.partial = False, True
        draft.note("not-finished", f"The log's status is {status!r}: the run did not end as planned.")
    full = text(spec.get("task"), 160) or "unnamed"
    task = full.rsplit("/", 1)[-1] or full
    version = text(spec.get("task_version"), 40)
    draft.tasks[task] = Task(
        task, None, version, whole(mapping(spec.get("task_args")).get("fewshot")), None, None, _chance(samples)
    )
    draft.extra = {
        "eval": {k: v for k, v in spec.items() if k not in ("model", "task_file", "sandbox", "model_base_url")},
        "plan": document.get("plan"),
        "stats": document.get("stats"),
    }
    usage = [mapping(u) for u in mapping(mapping(document.get("stats")).get("model_usage")).values()]
    draft.prompt_tokens = sum(whole(u.get("input_tokens"), 10**12) or 0 for u in usage) or None
    draft.generated_tokens = sum(whole(u.get("output_tokens"), 10**12) or 0 for u in usage) or None
    scorers = _scores(draft, task, mapping(document.get("results")))
    _items(draft, task, samples, scorers)
    return draft


def _chance(samples: list[dict[str, Any]]) -> float | None:
    """Chance of guessing right where every sample has the same number of choices."""
    counts = {len(sequence(s.get("choices"))) for s in samples}
    return 1 / counts.pop() if len(counts) == 1 and min(counts) > 1 else None


def _scores(draft: Draft, task: str, results: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Add the log's scores; the metric and filter under which each scorer's items count."""
    entries = [mapping(e) for e in sequence(results.get("scores"))]
    n = whole(results.get("completed_samples"), 10**9)
    scorers: dict[str, tuple[str, str]] = {}
    for entry in entries:
        name = text(entry.get("name"), 80) or "score"
        filter_name = "none" if len(entries) == 1 else name
        metrics = {text(k, 80) or "": mapping(v) for k, v in mapping(entry.get("metrics")).items()}
        error = number(metrics.get("stderr", {}).get("value"))
        scored = whole(entry.get("scored_samples"), 10**9)
        for metric, row in metrics.items():
            if metric and metric != "stderr":
                stderr = error if metric in _MEANS else None
                value = number(row.get("value"))
                draft.scores.append(Score(task, metric.replace(",", ";"), filter_name, value, stderr, scored or n))
        scorers[name] = (next((m for m in _MEANS if m in metrics), "score"), filter_name)
    return scorers


def _items(draft: Draft, task: str, samples: list[dict[str, Any]], scorers: dict[str, tuple[str, str]]) -> None:
    by_item: dict[str, list[dict[str, Any]]] = {}
    for sample in samples:
        key = json.dumps(sample.get("id"), default=str) if "id" in sample else f"#{len(by_item)}"
        by_item.setdefault(key, []).append(sample)
    for item, epochs in enumerate(by_item.values()):
        first = epochs[0]
        question, choices = _input(first.get("input")), [text(c, 4000) or "" for c in sequence(first.get("choices"))]
        target = _flat(first.get("target"))
        values: dict[tuple[str, str], list[float]] = {}
        for sample in epochs:
            for name, score in mapping(sample.get("scores")).items():
                metric, filter_name = scorers.get(name, ("score", "none" if not scorers else name))
                for part, value in _values(mapping(score).get("value", score)):
                    key2 = (metric, f"{filter_name}/{part}" if part else filter_name)
                    values.setdefault(key2, []).append(value)
        for (metric, filter_name), numbers in values.items():
            draft.samples.append(
                Sample(
                    task,
                    item,
                    item_hash("inspect", question, *choices, target or ""),
                    metric,
                    sum(numbers) / len(numbers),
                    text(filter_name, 80) or "none",
                    question or None,
                    target,
                    _completion(first),
                    gold=_letter(target, choices),
                )
            )


def _values(value: Any) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            for _, grade_of_part in _values(inner):
                yield text(key, 40) or "value", grade_of_part
        return
    grade = _GRADES.get(value) if isinstance(value, str) and value in _GRADES else number(value)
    if grade is not None:
        yield "", grade


def _input(value: Any) -> str:
    """The question: plain text, or the user's messages."""
    if isinstance(value, str):
        return text(value, MAX_SAMPLE_TEXT) or ""
    messages = [mapping(m).get("content") for m in sequence(value)]
    return "\n".join(filter(None, (text(m, MAX_SAMPLE_TEXT) if isinstance(m, str) else None for m in messages)))


def _completion(sample: dict[str, Any]) -> str | None:
    output = mapping(sample.get("output"))
    if isinstance(output.get("completion"), str):
        return text(output["completion"], MAX_SAMPLE_TEXT)
    content = mapping(mapping(next(iter(sequence(output.get("choices"))), None)).get("message")).get("content")
    return text(content, MAX_SAMPLE_TEXT) if isinstance(content, str) else None


def _flat(value: Any) -> str | None:
    parts = [text(v, 4000) for v in (value if isinstance(value, list) else [value])]
    return " | ".join(p for p in parts if p) or None


def _letter(target: str | None, choices: list[str]) -> int | None:
    index = ord(target) - ord("A") if target and len(target) == 1 else -1
    return index if 0 <= index < len(choices) else None
