"""Every Eval Ever records, schema 0.2 to 0.3: one JSON document, or one a line (``.jsonl``, ``.jsonl.gz``).

A record is one evaluation of one model. What its maker merely reports of its own model from a document
is a reported score; every other record becomes a run. Instance records lie beside the record, under
the name that it gives; only the name counts, never a folder in it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded, own_export
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import DTYPES, Draft, Score, Task
from harness.interchange.foreign.figures import hundredth
from harness.interchange.foreign.names_and_dates import model_name, parse_date
from harness.interchange.foreign.owners import owner
from harness.interchange.foreign.spreads import measured_by, no_score
from harness.interchange.imported_run import Entry, Refused, ReportedScore, Unit
from harness.interchange.readers import eee_instances, landscape
from harness.interchange.readers.eee_instances import Results
from harness.metrics import metric

FORMAT = "eee"
_VERSIONS = ("0.2", "0.3")
# How the file of a record's item outcomes is named: <record>_samples.jsonl beside <record>.json.
INSTANCES = "_samples.jsonl"
# Under which our own export keeps a metric's name letter by letter.
METRIC = "landscape_metric"
_USED = {"evaluation_results", "model_info", "source_metadata", "eval_library", "evaluation_id", "_path"}
_METRICS = {"em": "exact_match", "exact-match": "exact_match", "accuracy": "accuracy", "f1": "f1"}


def is_record(document: Any) -> bool:
    """An evaluation record, or what means to be one."""
    return isinstance(document, dict) and "evaluation_results" in document and "model_info" in document


def is_record_line(line: bounded.Line) -> bool:
    """Whether a JSON-lines file that begins with this line holds records; a broken line is refused by the reader."""
    return line.problem is not None or (isinstance(line.value, dict) and "evaluation_results" in line.value)


def companions(unit: Unit, siblings: Iterable[Path]) -> tuple[Path, ...]:
    """The file of item outcomes beside a record."""
    name = unit.path.name.removesuffix(".json") + INSTANCES
    return tuple(file for file in siblings if unit.path.suffix == ".json" and file.name == name)


def read(unit: Unit) -> Iterator[Entry]:
    """The runs of one record, or of each line of a file of records."""
    file = unit.files[0]
    if file.suffix == ".json":
        document = unit.document if unit.document is not None else bounded.read_json_object(file)
        yield from _record(unit, document, bounded.digest_file(file), many=False)
        return
    for line in bounded.read_lines(file):
        label = f"{unit.label} line {line.number}"
        try:
            if line.problem is not None or not is_record(line.value):
                raise BadInput(line.problem or "is no Every Eval Ever record (evaluation_results, model_info)")
            yield from _record(unit, line.value, line.digest, many=True)
        except BadInput as problem:
            yield Refused(label, str(problem))


def _record(unit: Unit, record: dict[str, Any], digest: str, many: bool) -> Iterator[Entry]:
    version = text(record.get("schema_version"), 20) or ""
    if not version.startswith(_VERSIONS):
        raise BadInput(f"has schema version {version!r}; versions 0.2 and 0.3 are read")
    model_info, source = mapping(record.get("model_info")), mapping(record.get("source_metadata"))
    library = mapping(record.get("eval_library"))
    name = model_name(model_info.get("id") or model_info.get("name"), "")
    if not name:
        raise BadInput("names no model (model_info.id)")
    tool = text(library.get("name"), 80) or text(source.get("source_name"), 80) or "every_eval_ever"
    draft = Draft(FORMAT, digest, name, tool, _version(library.get("version")), one_of_many=many)
    draft.file = unit.label
    _describe(draft, record, model_info, source)
    results = _scores(draft, [mapping(entry) for entry in sequence(record.get("evaluation_results"))])
    if source.get("source_type") == "documentation" and source.get("evaluator_relationship") == "first_party":
        yield from _reported(draft, source)
        return
    detailed = mapping(record.get("detailed_evaluation_results"))
    _own(draft, library)
    if detailed:
        _instances(draft, unit.files[0].parent, detailed, results)
    yield draft.finish()


def _own(draft: Draft, library: dict[str, Any]) -> None:
    """What our own export says of the run: its verdict, conditions and rows without a score, all as text."""
    details = mapping(library.get("additional_details"))
    if details.get("valid") not in ("true", "false"):
        return
    carried: dict[str, Any] = {}
    for name, value in details.items():
        try:
            carried[name] = bounded.parse_json(value) if isinstance(value, str) else value
        except BadInput:
            carried[name] = value
    own_export.apply(draft, carried)
    for row in map(mapping, sequence(carried.get("unknown_scores"))):
        landscape.add_result(draft, row, carried, "eval_library.additional_details")


def _version(value: Any) -> str | None:
    version = text(value, 60)
    return version if version not in (None, "unknown") else None


def _describe(draft: Draft, record: dict[str, Any], model_info: dict[str, Any], source: dict[str, Any]) -> None:
    details = mapping(model_info.get("additional_details"))
    billions = number(details.get("params_billions")) or number(details.get("size_billions_parameters"))
    draft.params = int(billions * 1e9) if billions is not None and 0 < billions < 1e5 else None
    dtype = text(details.get("precision"), 40) or ""
    draft.dtype = DTYPES.get(dtype, dtype) or None
    draft.architecture = text(details.get("architecture"), 80)
    draft.revision = text(details.get("revision"), 80) or text(details.get("model_sha"), 80)
    draft.date = parse_date(record.get("evaluation_timestamp"))
    if draft.date is None:
        draft.date = parse_date(record.get("retrieved_timestamp"))
        draft.date_of_run = False
        draft.note("date-unknown", "When the run was made is not known; the date is that of the record.")
    draft.source = {
        "title": text(source.get("source_name"), 200),
        "publisher": text(source.get("source_organization_name"), 200),
        "url": text(source.get("source_organization_url"), 300),
        "evaluation_id": text(record.get("evaluation_id"), 300),
        "relationship": text(source.get("evaluator_relationship"), 40),
    }
    if source.get("source_type") == "documentation":
        draft.note("from-document", "Taken from a published table, not from the run's own files.")
    draft.extra = {k: v for k, v in record.items() if k not in _USED} | {"model_info": model_info}


def _metric(config: dict[str, Any]) -> str:
    """The metric's name as the record gives it: by name, else as its description begins (``EM on …``)."""
    name = text(config.get("metric_name"), 100) or text(config.get("metric_kind"), 60)
    if name is None:
        match = re.match(r"([\w@\- ]{1,30}) on ", text(config.get("evaluation_description"), 200) or "")
        name = match.group(1) if match else "score"
    slug = re.sub(r"[^\w@.#:+\-]+", "-", name).strip("-")
    return _METRICS.get(slug.lower(), slug if "metric_name" in config else slug.lower()) or "score"


def _scores(draft: Draft, entries: list[dict[str, Any]]) -> Results:
    """Add the record's scores; the row of each result by its ``evaluation_result_id``.

    Results of one name and metric (of several scorers, settings or prompts) stand under a filter each: the one that the
    record gives, else what tells them apart, the result's id.
    """
    read = [(entry, score) for entry in entries if (score := _score(draft, entry)) is not None]
    errors = [(entry, score) for entry, score in read if no_score(score.metric)]
    read = [(entry, score) for entry, score in read if not no_score(score.metric)]
    # The same result twice is one; results of the same value under several ids are several.
    read = list({(s, text(entry.get("evaluation_result_id"), 300)): (entry, s) for entry, s in read}.values())
    alike = Counter((s.task, s.metric, s.filter) for _, s in read)
    results: Results = {}
    for entry, score in read:
        named = text(entry.get("evaluation_result_id"), 300)
        if alike[score.task, score.metric, score.filter] > 1:
            score = replace(score, filter=_apart(entry, score, named))
        error = next((e.score for other, e in errors if _belongs(other, e, entry, score)), None)
        score = replace(score, stderr=error) if score.stderr is None and error is not None else score
        draft.scores.append(score)
        if named is not None:
            results.setdefault(named, []).append((score.task, score.metric, score.filter))
    return results


def _belongs(error_entry: dict[str, Any], error: Score, entry: dict[str, Any], score: Score) -> bool:
    """Whether a result that is a standard error is that of ``score``: the same evaluation and scorer, a name that fits."""
    scorer, other = (text(_details(e).get("scorer"), 80) for e in (entry, error_entry))
    return error.task == score.task and scorer == other and measured_by(error.metric, [score.metric]) is not None


def _details(entry: dict[str, Any]) -> dict[str, Any]:
    return mapping(mapping(entry.get("metric_config")).get("additional_details"))


def _apart(entry: dict[str, Any], score: Score, named: str | None) -> str:
    """The filter of a result whose name and metric another one has too: its scorer, its id, else its description."""
    config = mapping(entry.get("metric_config"))
    for value in (_details(entry).get("scorer"), config.get("metric_id"), named, config.get("evaluation_description")):
        if (label := text(value, 300)) is not None:
            return label.replace(",", ";")[-80:]
    return score.filter


def _score(draft: Draft, entry: dict[str, Any]) -> Score | None:
    task = text(entry.get("evaluation_name"), 160)
    config, details = mapping(entry.get("metric_config")), mapping(entry.get("score_details"))
    if task is None or "score" not in details:
        return None
    uncertainty = mapping(details.get("uncertainty"))
    extra = mapping(mapping(entry.get("generation_config")).get("additional_details"))
    metric_details = _details(entry)
    lower = config.get("lower_is_better") if metric_details.get("direction") != "unknown" else None
    group, version = text(metric_details.get("group"), 160), text(metric_details.get("task_version"), 40)
    shots, kind = whole(extra.get("num_fewshot"), 10_000), text(metric_details.get("output_type"), 40)
    known = draft.tasks.setdefault(task, Task(task, group, version, shots, kind))
    if known.num_fewshot != shots:  # several settings of one evaluation: none of them is the task's
        draft.tasks[task] = replace(known, num_fewshot=None)
    name = text(metric_details.get(METRIC), 120) or _metric(config)
    percent = _is_percent(name, config)
    score, error = (
        hundredth(value) if percent and value is not None else value
        for value in (number(details.get("score")), number(mapping(uncertainty.get("standard_error")).get("value")))
    )
    return Score(
        task,
        name,
        text(metric_details.get("filter"), 80) or "none",
        score,
        error,
        whole(uncertainty.get("num_samples"), 10**9),
        not lower if isinstance(lower, bool) else None,
    )


def _is_percent(name: str, config: dict[str, Any]) -> bool:
    """Whether a record says that its score is between 0 and 100 where the list of metrics has a share."""
    bounds = number(config.get("min_score")), number(config.get("max_score"))
    return bounds == (0.0, 100.0) and metric(name).unit == "share"


def _reported(draft: Draft, source: dict[str, Any]) -> Iterator[ReportedScore]:
    scores = [s for s in draft.scores if s.score is not None]
    if not scores:
        raise BadInput("holds no scores")
    for score in scores:
        yield ReportedScore(
            owner(draft.model).model_id or draft.model,
            score.task,
            score.metric,
            score.score or 0.0,
            None,
            None,
            text(source.get("source_organization_name"), 120),
            "vendor",
            draft.date.strftime("%Y-%m-%d") if draft.date else None,
            f"import-{draft.digest[:12]}",
        )


def _instances(draft: Draft, folder: Path, detailed: dict[str, Any], results: Results) -> None:
    """Item outcomes from the instance file beside the record."""
    named = re.split(r"[\\/]", text(detailed.get("file_path"), 400) or "")[-1]
    file = folder / named if named not in ("", ".", "..") else None
    if file is None or not file.is_file() or file.is_symlink():
        draft.note("items-missing", "The record names a file of item outcomes that does not lie beside it.")
        return
    checksum = text(detailed.get("checksum"), 128)
    if checksum and detailed.get("hash_algorithm", "sha256") == "sha256" and bounded.digest_file(file) != checksum:
        raise BadInput(f"its file of item outcomes, {named}, does not have the checksum that the record gives")
    draft.digest = hashlib.sha256(f"{draft.digest}{bounded.digest_file(file)}".encode()).hexdigest()
    eee_instances.add(draft, file, results)
    if not draft.samples:
        draft.note("items-unread", "The file of item outcomes holds no scored items.")
