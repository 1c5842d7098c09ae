"""EvalScope's output tree, both generations: ``reports/<model>/<benchmark>.json`` and ``reviews/<model>/….jsonl``.

A task is ``<benchmark>_<subset>``. Generation 1 names metrics ``AverageAccuracy`` and keeps the raw
item; generation 2 names them ``mean_acc`` and keeps the item's index. Scores are rounded to four
digits on disk. Items pair by benchmark, subset and index where the data were not shuffled.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded, item_errors
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import Draft, Score, Task
from harness.interchange.foreign.names_and_dates import item_hash, model_name, moment, parse_date
from harness.interchange.foreign.sample_list import MAX_SAMPLE_TEXT, Sample
from harness.interchange.foreign.spreads import no_score
from harness.interchange.imported_run import Entry, Refused, Unit

FORMAT = "evalscope"
# A metric's direction, as its semantics state it, to whether higher is better.
_DIRECTIONS = dict.fromkeys(("higher", "higher_is_better", "max"), True) | dict.fromkeys(
    ("lower", "lower_is_better", "min"), False
)
_NAMES = {
    "AverageAccuracy": "acc",
    "Pass@1": "acc",
    "prompt_level_strict_acc": "prompt_level_strict",
    "prompt_level_loose_acc": "prompt_level_loose",
}


def is_tree(folder: Path, names: set[str]) -> bool:
    """An output tree: reports or reviews, by model."""
    if not names & {"reports", "reviews"} or not names & {"configs", "predictions", "reviews"}:
        return False
    return any(
        any(sub.is_dir() for sub in (folder / n).iterdir()) for n in ("reports", "reviews") if (folder / n).is_dir()
    )


def is_report(document: Any) -> bool:
    """One benchmark's report on its own."""
    return isinstance(document, dict) and {"dataset_name", "model_name", "metrics"} <= set(document)


def read_report(unit: Unit) -> Iterator[Entry]:
    """A report outside its tree: scores only."""
    document = unit.document if unit.document is not None else bounded.read_json_object(unit.files[0])
    draft = Draft(FORMAT, bounded.digest_file(unit.files[0]), model_name(document.get("model_name")), "evalscope")
    draft.file = unit.label
    _report(draft, document, {})
    yield draft.finish()


def read_tree(unit: Unit) -> Iterator[Entry]:
    """One run for each model of the tree."""
    models = sorted({d.name for part in ("reports", "reviews") for d in _folders(unit.path / part)})
    config = _config(unit.path)
    for model in models:
        try:
            draft, problems = _draft(unit, model, config)
            yield from (Refused(f"{unit.label}/{file}", reason) for file, reason in problems)
            item_errors.add(draft)
            yield draft.finish()
        except BadInput as problem:
            yield Refused(f"{unit.label}/{model}", str(problem))


def _folders(parent: Path) -> list[Path]:
    return [d for d in parent.iterdir() if d.is_dir() and not d.is_symlink()] if parent.is_dir() else []


def _own(folder: Path, pattern: str) -> list[Path]:
    return sorted(f for f in folder.glob(pattern) if f.is_file() and not f.is_symlink())


def _draft(unit: Unit, model: str, config: dict[str, Any]) -> tuple[Draft, list[tuple[str, str]]]:
    reports = _own(unit.path / "reports" / model, "*.json")
    reviews = _own(unit.path / "reviews" / model, "*.jsonl")
    digest = hashlib.sha256("".join(bounded.digest_file(f) for f in reports + reviews).encode()).hexdigest()
    draft = Draft(FORMAT, digest, model_name(model), "evalscope", text(config.get("evalscope_version"), 40))
    draft.file = unit.label
    draft.limit = whole(config.get("limit"), 10**9)
    draft.seed = whole(config.get("seed"))
    draft.date = parse_date(unit.path.name)
    draft.chat_template = bool(config["chat_template"]) if config.get("chat_template") is not None else None
    settings = {k: mapping(v) for k, v in mapping(config.get("dataset_args")).items() if isinstance(k, str)}
    draft.extra = {k: v for k, v in config.items() if k != "dataset_args"}
    problems: list[tuple[str, str]] = []
    names: dict[str, str] = {}
    for file in reports:
        try:
            document = bounded.read_json_object(file)
            _report(draft, document, settings)
            names[text(document.get("dataset_name"), 100) or file.stem] = ""
        except BadInput as problem:
            problems.append((f"reports/{model}/{file.name}", str(problem)))
    for file in reviews:
        try:
            benchmark = next((n for n in sorted(names, key=len, reverse=True) if file.stem.startswith(f"{n}_")), None)
            _reviews(draft, file, benchmark or file.stem.split("_")[0], settings)
        except BadInput as problem:
            problems.append((f"reviews/{model}/{file.name}", str(problem)))
    return draft, problems


def _config(tree: Path) -> dict[str, Any]:
    """The task configuration, where there is one that can be read."""
    for file in sorted((tree / "configs").glob("task_config*.yaml")):
        try:
            return mapping(bounded.read_yaml(file))
        except BadInput:
            return {}
    return {}


def _task(draft: Draft, benchmark: str, subset: str | None, settings: dict[str, dict[str, Any]]) -> str:
    name = f"{benchmark}_{subset}" if subset else benchmark
    shots = whole(settings.get(benchmark, {}).get("few_shot_num"), 10_000)
    draft.tasks.setdefault(name, Task(name, benchmark if subset else None, None, shots))
    return name


def _metric(value: Any) -> str:
    raw = value.get("name") if isinstance(value, dict) else value
    name = text(raw, 80) or "score"
    return _NAMES.get(name, name.removeprefix("mean_")).replace(",", ";")


def _aggregation(entry: dict[str, Any]) -> str:
    """The filter of a metric of which only the aggregation and its dimensions (``k``) tell it from another's."""
    identity = mapping(entry.get("identity"))
    if entry.get("legacy_name") or entry.get("name") or not identity:
        return "none"
    how = text(identity.get("aggregation"), 40)
    parts = [how] if how not in (None, "mean", "identity", "none") else []
    parts += [f"{key}={value}" for key, value in sorted(mapping(identity.get("dimensions")).items())]
    return text(" ".join(str(part) for part in parts).replace(",", ";"), 80) or "none"


def _report(draft: Draft, document: dict[str, Any], settings: dict[str, dict[str, Any]]) -> None:
    if not is_report(document):
        raise BadInput("is no EvalScope report (dataset_name, model_name, metrics)")
    benchmark = text(document.get("dataset_name"), 100) or "unnamed"
    if draft.model == "unknown":
        raise BadInput("names no model")
    for entry in map(mapping, sequence(document.get("metrics"))):
        metric = _metric(entry.get("legacy_name") or entry.get("name") or entry.get("identity"))
        label = _aggregation(entry)
        if no_score(metric):
            continue
        better = _DIRECTIONS.get(str(mapping(entry.get("semantics")).get("direction")))
        subsets = [
            s for c in sequence(entry.get("categories")) for s in map(mapping, sequence(mapping(c).get("subsets")))
        ]
        parts = [s for s in subsets if not s.get("is_aggregate")]
        for part in parts:
            task = _task(draft, benchmark, text(part.get("name"), 60), settings)
            n = whole(part.get("num"), 10**9)
            draft.scores.append(Score(task, metric, label, number(part.get("score")), None, n, better))
        if len(parts) != 1:
            task = _task(draft, benchmark, None, settings)
            n = whole(entry.get("num"), 10**9)
            draft.scores.append(Score(task, metric, label, number(entry.get("score")), None, n, better))
    usage = mapping(mapping(mapping(document.get("perf_metrics")).get("summary")).get("usage"))
    for name, key in (("prompt_tokens", "total_input_tokens"), ("generated_tokens", "total_output_tokens")):
        if (tokens := whole(usage.get(key), 10**12)) is not None:
            setattr(draft, name, (getattr(draft, name) or 0) + tokens)


def _reviews(draft: Draft, file: Path, benchmark: str, settings: dict[str, dict[str, Any]]) -> None:
    """Add a file's reviews: one item a question, repeats of one question averaged, what is not scored counted."""
    subset = file.stem.removeprefix(f"{benchmark}_")
    task = _task(draft, benchmark, subset if subset != file.stem else None, settings)
    shuffled = bool(settings.get(benchmark, {}).get("shuffle"))
    groups: dict[str, list[_Review]] = {}
    lines = 0
    for line in bounded.read_lines(file):
        row = mapping(line.value)
        lines += 1
        review = _review(row, line.number - 1)
        groups.setdefault(review.group, []).append(review)
        if draft.date is None and row.get("review_time") is not None:
            draft.date = moment(number(row.get("review_time")))
    unscored = 0
    for repeats in groups.values():
        first = repeats[0]
        doc_hash = item_hash("evalscope", benchmark, subset, first.identity if shuffled else first.group)
        scored = 0
        for metric in dict.fromkeys(name for review in repeats for name in review.values):
            parts = [number(v) for review in repeats for v in review.parts(metric)]
            known = [p for p in parts if p is not None]
            scored += bool(known)
            if known:
                value, weight = math.fsum(known) / len(known), len(known) / len(repeats)
                texts = (first.question, first.target, first.answer)
                draft.samples.append(Sample(task, first.item, doc_hash, _metric(metric), value, "none", *texts, weight))
        unscored += not scored
    if unscored == len(groups):
        raise BadInput("holds no review with a score")
    if unscored:
        draft.partial = True
        draft.note(
            "unscored-samples",
            f"{task}: {unscored:,} of {len(groups):,} reviews have no score; the scores are over the others.",
        )
    if lines > len(groups):  # the report counts repeats
        draft.scores = [replace(s, n=len(groups) - unscored) if s.task == task else s for s in draft.scores]


@dataclass(frozen=True, slots=True)
class _Review:
    """One line of reviews: its question's number and group (repeats of one question share it), texts and values."""

    item: int
    group: str
    identity: str
    question: str | None
    target: str | None
    answer: str | None
    values: dict[str, Any]

    def parts(self, metric: str) -> list[Any]:
        """The values of a metric: one, or one an instruction."""
        value = self.values.get(metric)
        return value if isinstance(value, list) else [value]


def _review(row: dict[str, Any], line: int) -> _Review:
    """A review of either generation."""
    index = whole(row.get("index"), 10**12)
    item = index if index is not None else line
    if "sample_score" in row:
        sample_score = mapping(row.get("sample_score"))
        group = text(sample_score.get("group_id"), 100)
        number_of_group = whole(group, 10**12)
        score = mapping(sample_score.get("score"))
        asked = row.get("messages") or row.get("input")
        question = _question(asked)
        return _Review(
            number_of_group if number_of_group is not None else item,
            group if group is not None else str(item),
            json.dumps(asked, sort_keys=True, default=str) if not isinstance(asked, str) else asked,
            question,
            text(row.get("target"), MAX_SAMPLE_TEXT),
            text(score.get("prediction"), MAX_SAMPLE_TEXT),
            mapping(score.get("value")),
        )
    choice = mapping(next(iter(sequence(row.get("choices"))), None))
    review = mapping(choice.get("review"))
    prompt = text(next(iter(sequence(mapping(row.get("origin_prompt")).get("data"))), None), MAX_SAMPLE_TEXT)
    result = review.get("result")
    return _Review(
        item,
        str(item),
        prompt or str(item),
        prompt,
        text(review.get("gold"), MAX_SAMPLE_TEXT),
        text(mapping(choice.get("message")).get("content"), MAX_SAMPLE_TEXT),
        result if isinstance(result, dict) else {"acc": result},
    )


def _question(asked: Any) -> str | None:
    """What the user asked: text, or the texts of the first message of the user."""
    messages = [mapping(m) for m in sequence(asked)]
    content = next((m.get("content") for m in messages if m.get("role") == "user"), asked)
    if isinstance(content, list):
        content = "\n".join(
            p if isinstance(p, str) else text(mapping(p).get("text"), MAX_SAMPLE_TEXT) or "" for p in content
        )
    plain = re.sub(r"^\*\*User\*\*: \n", "", content) if isinstance(content, str) else None
    return text(plain, MAX_SAMPLE_TEXT)
