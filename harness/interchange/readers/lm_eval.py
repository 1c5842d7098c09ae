"""lm-eval results and samples, 0.2 to 0.5: ``results_<date>.json`` with ``samples_<task>_<date>.jsonl`` beside it.

Shapes differ by version: metric keys with a filter (``acc,none``) or without (``acc``); ``model_args``
as text or as an object; standard errors as numbers, ``"N/A"`` or ``" "``; tasks nested under groups.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded, own_export
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import DTYPES, Draft, Score, Task
from harness.interchange.foreign.identity import Identity, identify, stated_name
from harness.interchange.foreign.names_and_dates import moment, parse_date
from harness.interchange.foreign.task_scores import states_none
from harness.interchange.imported_run import Entry, Refused, Unit
from harness.interchange.readers import lm_eval_samples
from harness.metrics import is_spread
from harness.metrics import metric as listed

# Of a row that is a score; objects under these names are no tasks of a group either.
_NOT_METRICS = {"alias", "name", "sample_len", "sample_count", "samples", " ", "metadata"}
# lm-eval's names of SQuAD 2.0: there it gives `f1` in per cent, unlike everywhere else (`exact` is always per cent).
_SQUAD2 = frozenset({"squad2", "squadv2"})
# lm-eval's own name of a model's folder: organisation and model with two underscores between.
_OWN_FOLDER = re.compile(r"^(?!__)[A-Za-z0-9][\w.\-]*?__[A-Za-z0-9][\w.\-]*$")
_USED = {"results", "groups", "configs", "versions", "n-shot", "n-samples", "n_samples", "higher_is_better", "config"}
_USED |= {
    "group_subtasks",
    "date",
    "model_name",
    "model_name_sanitized",
    "model_source",
    "total_evaluation_time_seconds",
}
_USED |= {
    "lm_eval_version",
    "git_hash",
    "chat_template",
    "chat_template_sha",
    "params",
    "tasks",
    "start_time",
    "end_time",
}
_CONFIG_KEPT = ("dataset_path", "dataset_name", "test_split", "validation_split", "output_type", "repeats")


def is_new(document: Any) -> bool:
    """Results of lm-eval 0.4 and later: tasks with their configuration, or metric keys with a filter."""
    if not _has_results(document):
        return False
    if "configs" in document or "lm_eval_version" in document or ("params" in document and "tasks" in document):
        return True
    return any("," in key for row in document["results"].values() for key in row)


def is_old(document: Any) -> bool:
    """Results of lm-eval 0.2 and 0.3: ``results`` and ``versions``, metric keys without a filter."""
    return _has_results(document) and "versions" in document and not is_new(document)


def _has_results(document: Any) -> bool:
    if not isinstance(document, dict) or "config_general" in document:
        return False
    results = document.get("results")
    return isinstance(results, dict) and bool(results) and all(isinstance(row, dict) for row in results.values())


def read(unit: Unit) -> Iterator[Entry]:
    """The one run that a results file, its samples files, or both describe."""
    results = [f for f in unit.files if f.suffix == ".json"]
    samples = [f for f in unit.files if f.suffix != ".json"]
    digests = sorted(bounded.digest_file(f) for f in unit.files)
    digest = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    document = unit.document if unit.document is not None else bounded.read_json_object(results[0]) if results else {}
    draft = _draft(unit, document, digest)
    if results:
        _scores(draft, document)
    for file in samples:
        match = lm_eval_samples.SAMPLES_NAME.match(file.name)
        first = len(draft.samples)
        task = match["task"] if match else lm_eval_samples.task_of(file, list(draft.tasks))
        try:
            documents = lm_eval_samples.add(draft, task, file)
            if own_export.KEY not in document:  # our own export counts every score's items
                draft.scores = [replace(s, n=documents) if s.task == task and s.n is None else s for s in draft.scores]
        except BadInput as problem:
            draft.samples.truncate(first)
            draft.partial = True
            draft.note("items-unread", f"The items in {file.name} could not be read.")
            yield Refused(PurePosixPath(unit.label).with_name(file.name).as_posix(), str(problem))
    if samples and not results and not draft.samples:
        if not draft.notes:
            return  # each file was refused by name
        raise BadInput(
            "holds no values of items (its metrics are over all items at once), and lies beside no results file"
        )
    if samples and not results:
        draft.note("no-results", "Samples without their results file: scores are computed from the items.")
        draft.date = draft.date or parse_date(match["date"] if match else None)
    yield draft.finish()


def _draft(unit: Unit, document: dict[str, Any], digest: str) -> Draft:
    config = mapping(document.get("config")) or mapping(document.get("params"))
    arguments = model_arguments(config.get("model_args"))
    model, from_folder = _model(unit, document, config, arguments)
    version = text(document.get("lm_eval_version"), 40)
    draft = Draft(unit.format, digest, model.name, "lm-eval", version, text(config.get("model"), 60))
    draft.file = unit.label
    model.enter(draft)
    draft.params = whole(config.get("model_num_parameters"), 10**14)
    dtype = (text(config.get("model_dtype"), 40) or text(arguments.get("dtype"), 40) or "").removeprefix("torch.")
    draft.dtype = DTYPES.get(dtype, dtype) or None
    draft.device = text(config.get("device"), 20)
    named = lm_eval_samples.RESULTS_NAME.match(unit.files[0].name)
    draft.date = moment(number(document.get("date"))) or parse_date(named["date"] if named else None)
    limit = number(config.get("limit"))
    draft.limit = int(limit) if limit is not None and limit >= 1 else None
    draft.partial = limit is not None and limit > 0
    draft.seed = whole(config.get("random_seed"))
    _prompting(draft, document, config, arguments)
    draft.wall_s = number(document.get("total_evaluation_time_seconds")) or number(document.get("duration"))
    draft.source = {"tool_commit": text(document.get("git_hash"), 60)}
    draft.extra = {key: value for key, value in document.items() if key not in _USED}
    draft.extra["config"] = {**config, "model_args": arguments}
    draft.extra["task_configs"] = {
        task: {k: v for k, v in mapping(one).items() if k in _CONFIG_KEPT}
        for task, one in mapping(document.get("configs")).items()
    }
    if from_folder:
        draft.note("model-from-folder", "The file names no model; the name is that of the folder that it lay in.")
    own_export.apply(draft, mapping(document.get(own_export.KEY)))
    return draft


def model_arguments(value: Any) -> dict[str, Any]:
    """``model_args`` as an object, given as one or as ``key=value,key=value``."""
    if isinstance(value, dict):
        return value
    pairs = [part.partition("=") for part in (text(value, 4000) or "").split(",") if "=" in part]
    return {key.strip(): rest.strip() for key, _, rest in pairs}


def _prompting(draft: Draft, document: dict[str, Any], config: dict[str, Any], arguments: dict[str, Any]) -> None:
    """Chat template, system prompt and sampling: conditions under which scores are others."""
    backend = draft.backend or ""
    template = (
        document.get("chat_template")
        or config.get("chat_template")
        or config.get("apply_chat_template")
        or arguments.get("use_chat_template")
        or arguments.get("apply_chat_template")
        or "chat-completions" in backend  # servers of this kind apply their model's template
        or backend == "anthropic-chat"
    )
    draft.chat_template = (
        bool(template) and str(template) not in ("False", "false", "None") if document or config else None
    )
    draft.chat_template_hash = text(document.get("chat_template_sha"), 80)
    for name, value in (
        ("system prompt", document.get("system_instruction") or config.get("system_instruction")),
        ("sampling", config.get("gen_kwargs") or document.get("gen_kwargs")),
    ):
        if value:
            draft.conditions[name] = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]
    if (document.get("fewshot_as_multiturn") or config.get("fewshot_as_multiturn")) is True:
        draft.conditions["examples as turns"] = "yes"
    if (cache := text(arguments.get("kv_cache_dtype"), 20)) not in (None, "auto"):
        draft.conditions["cache"] = str(cache)
    tokenizer = stated_name(arguments.get("tokenizer"))
    if tokenizer and tokenizer not in (draft.base, stated_name(arguments.get("pretrained"))):
        draft.conditions["tokenizer"] = tokenizer
    if arguments.get("enable_thinking") is not None:
        draft.conditions["thinking"] = str(
            text(arguments["enable_thinking"], 10) or arguments["enable_thinking"] is True
        )


def _model(
    unit: Unit, document: dict[str, Any], config: dict[str, Any], arguments: dict[str, Any]
) -> tuple[Identity, bool]:
    """The model, and whether only the folder that lm-eval named after it says so.

    Raises:
        BadInput: nothing names it, nor does `--model`.
    """
    stated = [arguments.get("pretrained"), document.get("model_name")]
    stated += [arguments.get(key) for key in ("model", "engine", "model_id", "path", "model_path")]  # other backends'
    folder = unit.files[0].resolve().parent.name
    from_folder = unit.model is None and _OWN_FOLDER.match(folder) is not None and not any(map(stated_name, stated))
    if (checkpoint := stated_name(arguments.get("load"))) and not any(
        map(stated_name, stated)
    ):  # GPT-NeoX's own backend
        step = whole(arguments.get("iteration"), 10**12)
        return Identity(checkpoint, None if step is None else f"iteration-{step}"), False
    if from_folder:
        stated.append(folder.replace("__", "/", 1))
    return identify(unit, stated, arguments, config), from_folder


def _scores(draft: Draft, document: dict[str, Any]) -> None:
    shots = mapping(document.get("n-shot"))
    config = mapping(document.get("config"))
    counts = mapping(document.get("n-samples")) or mapping(document.get("n_samples"))
    better = mapping(document.get("higher_is_better"))
    configs = mapping(document.get("configs")) or mapping(document.get("tasks"))
    versions = mapping(document.get("versions"))
    hashes = mapping(document.get("task_hashes"))
    groups = {
        sub: group
        for group, subs in mapping(document.get("group_subtasks")).items()
        for sub in sequence(subs)
        if text(sub)
    }
    rows = {**mapping(document.get("groups")), **document["results"]}
    for group, row in list(rows.items()):  # tasks nested under their group
        for task, inner in row.items():
            if isinstance(inner, dict) and task not in _NOT_METRICS:
                rows[task] = {**mapping(rows.get(task)), **inner} if task == group else inner
                groups.setdefault(task, group)
    predicted = []
    for task, row in rows.items():
        name = text(task, 160)
        if name is None or not isinstance(row, dict):
            continue
        if any(key.partition(",")[0] == lm_eval_samples.PLACEHOLDER for key in row):
            predicted.append(name)
            continue
        settings = mapping(configs.get(task)) or mapping(mapping(configs.get(groups.get(task) or "")).get(task))
        shot = next(
            (s for s in (shots.get(task), settings.get("num_fewshot"), config.get("num_fewshot")) if s is not None),
            None,
        )
        version = versions.get(task) if not isinstance(versions.get(task), dict) else None
        draft.tasks[name] = Task(
            name,
            text(groups.get(task), 160) if groups.get(task) != task else None,
            text(version, 40),
            whole(shot, 10_000),
            text(settings.get("output_type"), 40),
            text(hashes.get(task), 80),
        )
        count = mapping(counts.get(task))
        _whole_task(draft, name, whole(count.get("effective"), 10**9), whole(count.get("original"), 10**9))
        ours = mapping(document.get("landscape"))
        # Items by key: as our own export wrote them, or as lm-eval counts those of a group.
        counted = mapping(mapping(ours.get("n")).get(task)) if "n" in ours else mapping(row.get("sample_count")) or None
        scores = _row(name, row, whole(count.get("effective"), 10**9), counted, mapping(better.get(task)))
        # our own export has shares already
        draft.scores.extend(map(_f1_as_share, scores) if name in _SQUAD2 and not ours else scores)
    if predicted and not draft.scores:
        raise BadInput("holds predictions only (lm_eval --predict_only): nothing in it was scored")
    if predicted:
        draft.partial = True
        draft.note("not-scored", f"Predictions without a score, left out: {', '.join(predicted)[:300]}.")
        draft.left_out += [{"task": name, "reason": "predictions only, nothing was scored"} for name in predicted]


def _whole_task(draft: Draft, task: str, scored: int | None, there: int | None) -> None:
    """Mark the run partial where fewer of a task's items were scored than it has."""
    if scored is not None and there is not None and scored < there:
        draft.partial = True
        draft.note("part-of-task", f"{task}: {scored:,} of {there:,} items were scored.")


def _f1_as_share(score: Score) -> Score:
    """The score; an ``f1`` in per cent becomes a share, as the list of metrics has it."""
    if score.metric != "f1":
        return score
    value, error = (None if x is None else x / 100 for x in (score.score, score.stderr))
    return replace(score, score=value, stderr=error)


def _row(
    task: str, row: dict[str, Any], n: int | None, counted: dict[str, Any] | None, better: dict[str, Any]
) -> Iterator[Score]:
    """Rows of a task; ``counted`` has the number of items by key where the file has it."""
    filtered = any("," in key for key in row)
    for key, value in row.items():
        metric, _, filter_name = key.partition(",")
        if key in _NOT_METRICS or is_spread(metric) or isinstance(value, (dict, list)):
            continue
        score = number(value)
        unknown = states_none(value) or isinstance(value, str)  # a text that is no number stands where a score would
        if score is None and not (unknown and ("," in key or (not filtered and _is_metric(metric, row)))):
            continue
        error = row.get(f"{metric}_stderr,{filter_name}" if filter_name else f"{metric}_stderr")
        direction = better.get(metric)
        yield Score(
            task,
            text(metric, 120) or "unnamed",
            text(filter_name, 80) or "none",
            score,
            number(error),
            n if counted is None else whole(counted.get(key), 10**9),
            direction if isinstance(direction, bool) else None,
        )


def _is_metric(name: str, row: dict[str, Any]) -> bool:
    """Whether a key of an old row is that of a metric, whose value is unknown, and not some other empty field."""
    return isinstance(row[name], float) or f"{name}_stderr" in row or listed(name).higher_is_better is not None
