"""LightEval: ``results/<model>/results_<date>.json`` and ``details/<model>/<date>/details_<task>_<date>.parquet``.

A task is ``name|shots`` (older: ``suite|name|shots``, with ``|0`` or ``|1`` for truncation behind). Where a file has
one task with several numbers of shots, the one with most keeps the name, so that it pairs with other tools' runs, and
the others are ``name (0-shot)``. Averages over tasks (``…:_average``, ``all``) are scores of a group, not of items.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import DTYPES, Draft, Score, Task
from harness.interchange.foreign.identity import identify
from harness.interchange.foreign.names_and_dates import item_hash, parse_date
from harness.interchange.foreign.parquet import rows
from harness.interchange.foreign.sample_list import MAX_SAMPLE_TEXT, Sample
from harness.interchange.foreign.task_scores import states_none
from harness.interchange.imported_run import Entry, Unit
from harness.metrics import is_spread

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
    names = _names(document)
    details = _details(file, names)
    digests = [bounded.digest_file(f) for f in (file, *details.values())]
    digest = hashlib.sha256("".join(digests).encode()).hexdigest()
    # LightEval's name of an adapter's or a delta's run is that of what lies on top of `base_model`.
    stated: list[object] = [general.get("model_name"), config.get("model_name"), config.get("pretrained")]
    arguments = config
    if text(config.get("base_model")) and stated[0] != config["base_model"]:
        top = next((name for name in stated if text(name)), None)
        stated, arguments = [config["base_model"]], {**config, "peft": top}
    model = identify(unit, stated, arguments, {"model_sha": None, "model_revision": general.get("model_sha")})
    draft = Draft(FORMAT, digest, model.name, "lighteval", text(general.get("lighteval_version"), 40))
    model.enter(draft)
    draft.file = unit.label
    named = _DATE.match(file.name)
    draft.date = parse_date(named["date"]) if named else None
    draft.limit = whole(general.get("max_samples"), 10**9)
    template = next(
        (
            value
            for source in (config, general)
            for key in ("use_chat_template", "override_chat_template", "chat_template")
            if (value := source.get(key)) is not None
        ),
        None,
    )
    draft.chat_template = (
        None if template is None else bool(template) and str(template).lower() not in ("false", "none")
    )
    if prompt := text(config.get("system_prompt") or general.get("system_prompt"), MAX_SAMPLE_TEXT):
        draft.conditions["system prompt"] = hashlib.sha256(prompt.encode()).hexdigest()[:8]
    dtype = (text(config.get("dtype"), 40) or text(general.get("model_dtype"), 40) or "").removeprefix("torch.")
    draft.dtype = DTYPES.get(dtype, dtype) or None
    draft.wall_s = number(general.get("total_evaluation_time_secondes")) or number(
        general.get("total_evaluation_time_seconds")
    )
    draft.source = {"tool_commit": text(general.get("lighteval_sha"), 60)}
    draft.extra = {k: v for k, v in document.items() if k not in _USED} | {"config_general": general}
    _scores(draft, document, names)
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


def _names(document: dict[str, Any]) -> dict[str, str]:
    """The name of each task by its key in the file: no two keys share one."""
    keys = [key for key, row in mapping(document.get("results")).items() if key != "all" and isinstance(row, dict)]
    names: dict[str, str] = {}
    shots_of: dict[str, int | None] = {}
    for key in sorted(keys, key=lambda k: -(split_task(k)[1] or 0)):  # the most shots first
        name, shots = split_task(key)
        other_shots = name in shots_of and shots_of[name] != shots
        candidates = (name, f"{name} ({shots}-shot)" if other_shots else key, key, f"{key} ({len(names)})")
        names[key] = next(c for n in candidates if (c := text(n, 160) or "unnamed") not in names.values())
        shots_of.setdefault(name, shots)
    return {key: names[key] for key in keys}


def _scores(draft: Draft, document: dict[str, Any], names: dict[str, str]) -> None:
    versions, configs = mapping(document.get("versions")), mapping(document.get("config_tasks"))
    for key, task in names.items():
        row = document["results"][key]
        config = mapping(configs.get(key)) or mapping(configs.get(key.rsplit("|", 1)[0]))
        name, shots = split_task(key)
        average = task.endswith(":_average") or ":_average" in key
        group = name.split(":")[0] if ":" in name and not average else None
        version = text(versions.get(key), 40) or text(config.get("version"), 40)
        draft.tasks[task] = Task(task, group, version, shots)
        scored, there = (whole(config.get(f"{which}_num_docs"), 10**9) for which in ("effective", "original"))
        if scored is not None and there is not None and scored < there:
            draft.partial = True
            draft.note("part-of-task", f"{task}: {scored:,} of {there:,} items were scored.")
        for metric, value in row.items():
            unknown = number(value) is None and not states_none(value)
            if is_spread(metric) or isinstance(value, (dict, list)) or unknown:
                continue
            error = number(row.get(f"{metric}_stderr"))
            n = None if average else scored
            draft.scores.append(Score(task, metric.replace(",", ";")[:120], "none", number(value), error, n))


def _details(file: Path, names: dict[str, str]) -> dict[str, Path]:
    """Details files by task (``names``: the task of a key), found from the results file's place in LightEval's tree."""
    match = _DATE.match(file.name)
    roots = [parent for parent in file.parents if parent.name == "results"]
    if match is None or not roots:
        return {}
    folder = roots[0].parent / "details" / file.parent.relative_to(roots[0]) / match["date"]
    by_task = {}
    for path in sorted(folder.glob("details_*.parquet")) if folder.is_dir() else []:
        key = path.name.removeprefix("details_").removesuffix(".parquet").removesuffix(f"_{match['date']}")
        if not path.is_symlink():
            by_task[names.get(key) or split_task(key)[0]] = path
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
            if is_spread(metric) or (score is None and not isinstance(value, float)):
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
