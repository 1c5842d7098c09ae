"""lm-eval results and samples, 0.2 to 0.5: ``results_<date>.json`` with ``samples_<task>_<date>.jsonl`` beside it.

Shapes differ by version: metric keys with a filter (``acc,none``) or without (``acc``); ``model_args``
as text or as an object; standard errors as numbers, ``"N/A"`` or ``" "``; tasks nested under groups.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import DTYPES, Draft, Score, Task, model_name, moment, parse_date
from harness.interchange.imported_run import Entry, Refused, Unit
from harness.interchange.readers import lm_eval_samples

NEW = "lm-eval"
# `results_<date>`, or the stem that `--output_path NAME.json` gave.
RESULTS_NAME = re.compile(r"^(?P<stem>.+)_(?P<date>\d{4}-\d\d-\d\dT[\d.:\-]+?)(?:@\w+)?\.json$")
SAMPLES_NAME = re.compile(r"^samples_(?P<task>.+)_(?P<date>\d{4}-\d\d-\d\dT[\d.:\-]+?)(?:@\w+)?\.jsonl(?:\.gz)?$")
# Of a row that is a score; objects under these names are no tasks of a group either.
_NOT_METRICS = {"alias", "name", "sample_len", "sample_count", "samples", " ", "metadata"}
# lm-eval's names of SQuAD 2.0: there it gives `f1` in per cent, unlike everywhere else (`exact` is always per cent).
_SQUAD2 = frozenset({"squad2", "squadv2"})
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
        match = SAMPLES_NAME.match(file.name)
        first = len(draft.samples)
        try:
            lm_eval_samples.add(draft, match["task"] if match else _task_of(file, list(draft.tasks)), file)
        except BadInput as problem:
            draft.samples.truncate(first)
            draft.partial = True
            draft.note("items-unread", f"The items in {file.name} could not be read.")
            yield Refused(PurePosixPath(unit.label).with_name(file.name).as_posix(), str(problem))
    if samples and not results and not draft.samples:
        return  # each file was refused by name
    if samples and not results:
        draft.note("no-results", "Samples without their results file: scores are computed from the items.")
        draft.date = draft.date or parse_date(match["date"] if match else None)
    yield draft.finish()


def _draft(unit: Unit, document: dict[str, Any], digest: str) -> Draft:
    config = mapping(document.get("config")) or mapping(document.get("params"))
    arguments = model_arguments(config.get("model_args"))
    name, from_folder = _model(unit, document, config, arguments)
    version = text(document.get("lm_eval_version"), 40)
    draft = Draft(unit.format, digest, name, "lm-eval", version, text(config.get("model"), 60))
    draft.file = unit.label
    revision = (
        text(config.get("model_sha"), 80) or text(arguments.get("revision"), 80) or text(config.get("model_revision"))
    )
    draft.revision = revision if revision not in ("main", "None") else None
    draft.params = whole(config.get("model_num_parameters"), 10**14)
    dtype = (text(config.get("model_dtype"), 40) or text(arguments.get("dtype"), 40) or "").removeprefix("torch.")
    draft.dtype = DTYPES.get(dtype, dtype) or None
    draft.device = text(config.get("device"), 20)
    named = RESULTS_NAME.match(unit.files[0].name)
    draft.date = moment(number(document.get("date"))) or parse_date(named["date"] if named else None)
    limit = number(config.get("limit"))
    draft.limit = int(limit) if limit is not None and limit >= 1 else None
    draft.partial = limit is not None and limit > 0
    draft.seed = whole(config.get("random_seed"))
    template = document.get("chat_template") or config.get("chat_template") or arguments.get("use_chat_template")
    draft.chat_template = bool(template) and template != "False" if document or config else None
    draft.chat_template_hash = text(document.get("chat_template_sha"), 80)
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
    return draft


def model_arguments(value: Any) -> dict[str, Any]:
    """``model_args`` as an object, given as one or as ``key=value,key=value``."""
    if isinstance(value, dict):
        return value
    pairs = [part.partition("=") for part in (text(value, 4000) or "").split(",") if "=" in part]
    return {key.strip(): rest.strip() for key, _, rest in pairs}


def _model(unit: Unit, document: dict[str, Any], config: dict[str, Any], arguments: dict[str, Any]) -> tuple[str, bool]:
    """The model's name and whether only the folder says it."""
    for value in (
        arguments.get("pretrained"),
        document.get("model_name"),
        arguments.get("model"),
        arguments.get("engine"),
    ):
        if text(value):
            return model_name(value), False
    if document.get("configs") is None and not config and document:
        raise BadInput("names no model: it holds scores without the `config` that lm-eval writes beside them")
    folder = unit.files[0].resolve().parent.name
    if not folder:
        raise BadInput("names no model")
    return model_name(folder.replace("__", "/", 1)), True


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
    for task, row in rows.items():
        name = text(task, 160)
        if name is None or not isinstance(row, dict):
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
        ours = mapping(document.get("landscape"))
        # Items by key: as our own export wrote them, or as lm-eval counts those of a group.
        counted = mapping(mapping(ours.get("n")).get(task)) if "n" in ours else mapping(row.get("sample_count")) or None
        scores = _row(name, row, whole(count.get("effective"), 10**9), counted, mapping(better.get(task)))
        # our own export has shares already
        draft.scores.extend(map(_f1_as_share, scores) if name in _SQUAD2 and not ours else scores)
    if any(s.score is None for s in draft.scores):
        draft.note("not-a-number", "Some scores in the file are not finite numbers; they are kept as unknown.")


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
    for key, value in row.items():
        metric, _, filter_name = key.partition(",")
        if key in _NOT_METRICS or metric.endswith("_stderr") or isinstance(value, (dict, list)):
            continue
        score = number(value)
        if score is None and not isinstance(value, float) and value not in ("N/A", "NaN"):
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


def _task_of(file: Path, tasks: Sequence[str]) -> str:
    """The task whose samples a file of no known name holds: the longest that its name ends with, else the name."""
    stem = file.name.split(".jsonl")[0]
    return max((task for task in tasks if f"_{stem}".endswith(f"_{task}")), key=len, default=text(stem, 160) or "task")


def is_samples_name(name: str) -> bool:
    """Whether a file is named as lm-eval names its samples."""
    return SAMPLES_NAME.match(name) is not None


def companions(unit: Unit, siblings: Iterable[Path]) -> tuple[Path, ...]:
    """The samples beside a results file, or beside samples of the same date that no results file has.

    Files of one date belong together; which results are meant is not known where two have the same date.
    """
    file = unit.path
    match = RESULTS_NAME.match(file.name) or SAMPLES_NAME.match(file.name)
    if match is None:
        return _undated(unit, siblings)
    results, samples = list[Path](), list[Path]()
    for sibling in (s for s in siblings if match["date"] in s.name):
        for files, pattern in ((results, RESULTS_NAME), (samples, SAMPLES_NAME)):
            if (other := pattern.match(sibling.name)) and other["date"] == match["date"]:
                files.append(sibling)
    belong = (len(results) == 1) == (file in results)
    return tuple(sorted(s for s in samples if s != file)) if belong else ()


def _undated(unit: Unit, siblings: Iterable[Path]) -> tuple[Path, ...]:
    """The samples beside a ``results.json`` of lm-eval 0.4.0 to 0.4.2: ``<model arguments>_<task>.jsonl``."""
    if unit.format != NEW or unit.path.name != "results.json":
        return ()
    endings = tuple(f"_{task}.jsonl" for task in unit.document["results"])
    return tuple(sorted(f for f in siblings if f.name.endswith(endings) and not SAMPLES_NAME.match(f.name)))
