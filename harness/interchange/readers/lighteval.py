"""LightEval: ``results/<model>/results_<date>.json`` and ``details/<model>/<date>/details_<task>_<date>.parquet``.

A task is ``name|shots`` (older: ``suite|name|shots``, with ``|0`` or ``|1`` for truncation behind).
Averages over tasks (``…:_average``, ``all``) are scores of a group, not of items.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import (
    DTYPES,
    MAX_SAMPLE_TEXT,
    Draft,
    Sample,
    Score,
    Task,
    item_hash,
    model_name,
    parse_date,
)
from harness.interchange.foreign.parquet import rows
from harness.interchange.imported_run import Entry, Unit

FORMAT = "lighteval"
_DATE = re.compile(r"^results_(?P<date>\d{4}-\d\d-\d\dT.+?)(?:@\w+)?\.json$")
_DETAILS = re.compile(r"^details_.+\.parquet$")
_USED = {"config_general", "results", "versions", "config_tasks", "summary_tasks", "summary_general"}
_COLUMNS = {
    "doc",
    "metric",
    "metrics",
    "model_response",
    "full_prompt",
    "example",
    "choices",
    "gold_index",
    "predictions",
}


def is_results(document: Any) -> bool:
    """LightEval's results file."""
    return isinstance(document, dict) and isinstance(document.get("config_general"), dict) and "results" in document


def is_details(name: str) -> bool:
    """Whether a file is named as LightEval names its items, which are read with their results file."""
    return _DETAILS.match(name) is not None


def read(unit: Unit) -> Iterator[Entry]:
    """The run of a results file, with the details that lie in the tree beside it."""
    file = unit.files[0]
    document = unit.document if unit.document is not None else bounded.read_json_object(file)
    general = mapping(document["config_general"])
    config = mapping(general.get("model_config"))
    details = _details(file)
    digests = [bounded.digest_file(f) for f in (file, *details.values())]
    digest = hashlib.sha256("".join(digests).encode()).hexdigest()
    name = text(general.get("model_name")) or text(config.get("model_name")) or text(config.get("pretrained"))
    if name is None:
        raise BadInput("names no model (config_general.model_name)")
    draft = Draft(FORMAT, digest, model_name(name), "lighteval", text(general.get("lighteval_version"), 40))
    draft.file = unit.label
    named = _DATE.match(file.name)
    draft.date = parse_date(named["date"]) if named else None
    draft.limit = whole(general.get("max_samples"), 10**9)
    revision = text(config.get("revision"), 80) or text(general.get("model_sha"), 80)
    draft.revision = revision if revision != "main" else None
    dtype = (text(config.get("dtype"), 40) or text(general.get("model_dtype"), 40) or "").removeprefix("torch.")
    draft.dtype = DTYPES.get(dtype, dtype) or None
    draft.wall_s = number(general.get("total_evaluation_time_secondes")) or number(
        general.get("total_evaluation_time_seconds")
    )
    draft.source = {"tool_commit": text(general.get("lighteval_sha"), 60)}
    draft.extra = {k: v for k, v in document.items() if k not in _USED} | {"config_general": general}
    _scores(draft, document)
    for task, path in details.items():
        _items(draft, task, path)
    yield draft.finish()


def split_task(key: str) -> tuple[str, int | None]:
    """Name and number of examples of ``name|5``, ``suite|name|5`` or ``suite|name|5|0``."""
    parts = key.split("|")
    if len(parts) >= 4 and parts[-1] in ("0", "1"):
        parts = parts[:-1]
    shots = whole(parts[-1], 10_000) if len(parts) > 1 else None
    names = parts[:-1] if shots is not None else parts
    return names[-1] if names else key, shots


def _scores(draft: Draft, document: dict[str, Any]) -> None:
    versions, configs = mapping(document.get("versions")), mapping(document.get("config_tasks"))
    for key, row in mapping(document.get("results")).items():
        if key == "all" or not isinstance(row, dict):
            continue
        name, shots = split_task(key)
        task = text(name, 160) or "unnamed"
        config = mapping(configs.get(key)) or mapping(configs.get(key.rsplit("|", 1)[0]))
        group = task.split(":")[0] if ":" in task and not task.endswith(":_average") else None
        version = text(versions.get(key), 40) or text(config.get("version"), 40)
        draft.tasks[task] = Task(task, group, version, shots)
        for metric, value in row.items():
            if metric.endswith("_stderr") or isinstance(value, (dict, list)):
                continue
            error = number(row.get(f"{metric}_stderr"))
            draft.scores.append(Score(task, metric.replace(",", ";")[:120], "none", number(value), error))


def _details(file: Path) -> dict[str, Path]:
    """Details files by task, found from the results file's place in LightEval's tree."""
    match = _DATE.match(file.name)
    roots = [parent for parent in file.parents if parent.name == "results"]
    if match is None or not roots:
        return {}
    folder = roots[0].parent / "details" / file.parent.relative_to(roots[0]) / match["date"]
    by_task = {}
    for path in sorted(folder.glob("details_*.parquet")) if folder.is_dir() else []:
        key = path.name.removeprefix("details_").removesuffix(".parquet").removesuffix(f"_{match['date']}")
        if not path.is_symlink():
            by_task[split_task(key)[0]] = path
    return by_task


def _items(draft: Draft, task: str, path: Path) -> None:
    for item, row in enumerate(rows(path, _COLUMNS)):
        doc = mapping(row.get("doc"))
        values = mapping(row.get("metric")) or mapping(row.get("metrics"))
        response = mapping(row.get("model_response"))
        question = text(doc.get("query") or row.get("full_prompt") or row.get("example"), MAX_SAMPLE_TEXT)
        choices = [text(c, 4000) or "" for c in sequence(doc.get("choices") or row.get("choices"))]
        gold = doc.get("gold_index", row.get("gold_index"))
        index = whole(gold[0] if isinstance(gold, list) and gold else gold, 1000)
        answers = sequence(response.get("text")) or sequence(row.get("predictions"))
        likelihoods = [number(v) for v in sequence(response.get("logprobs"))]
        scored = tuple(v for v in likelihoods if v is not None)
        for metric, value in values.items():
            score = number(value)
            if score is None:
                continue
            draft.samples.append(
                Sample(
                    task,
                    item,
                    item_hash("lighteval", task, question or str(item), *choices),
                    metric.replace(",", ";")[:120],
                    score,
                    "none",
                    question,
                    choices[index] if index is not None and index < len(choices) else None,
                    text(answers[0], MAX_SAMPLE_TEXT) if answers and isinstance(answers[0], str) else None,
                    choice_loglikelihoods=scored if len(scored) == len(choices) > 1 else None,
                    gold=index if index is not None and index < len(choices) else None,
                )
            )
