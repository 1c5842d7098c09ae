"""OpenCompass: a work folder (``results/<model>/<data set>.json``, ``predictions/…``, ``summary/…csv``) or a summary alone.

Accuracies, averages of them, pass@k and ROUGE are 0–100 in its files and become shares here; counts (how many passed, failed,
ran out of time) are no scores and are left out by name; other metrics keep OpenCompass' own unit, which the files do not
say. The six-digit prompt hash of the summary is kept as the task's version.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, number, sequence, text
from harness.interchange.foreign.draft import Draft, Score, Task
from harness.interchange.foreign.figures import hundredth
from harness.interchange.foreign.names_and_dates import item_hash, model_name, parse_date
from harness.interchange.foreign.sample_list import MAX_SAMPLE_TEXT, Sample
from harness.interchange.foreign.task_scores import states_none
from harness.interchange.imported_run import Entry, Refused, Unit
from harness.metrics import is_spread

TREE = "opencompass"
SUMMARY = "opencompass-summary"
_HEADER = ["dataset", "version", "metric", "mode"]
# Names of figures between 0 and 100, perhaps with ` (8 runs average)` behind: accuracies and averages of tasks' accuracies,
# G-Pass@k_threshold and mG-Pass@k, pass@k and majority votes with a data set's name before; ROUGE and Matthews' correlation,
# which its evaluators multiply by 100 (opencompass/openicl/icl_evaluator/icl_hf_evaluator.py).
_SHARE = re.compile(
    r"(?:(?:[\w\- ]*[_\- ])?(?:accuracy|acc|exact_match)|em|(?:naive|weighted)_average|"
    r"(?:[\w\-]+_)?(?:m?g-)?(?:pass|cons|maj|avg)@(?:k|\d+)(?:_[\d.]+)?|"
    r"rouge(?:1|2|l|lsum)|matthews_correlation)(?: \(\d+ runs? average\))?",
    re.I,
)
# Numbers of items, as OpenCompass' evaluators of code and others write them beside a score.
_COUNT = re.compile(
    r"pass|passed|fail|failed|timeout|wrong_answer|correct|wrong|error|errors|count|num|total|(?:num|n|total)_\w+|"
    r"\w+_(?:count|num|total)|(?:correct|error|total|sample)s?",
    re.I,
)
_MODES = {"gen": "generate_until", "ppl": "multiple_choice", "clp": "multiple_choice", "ll": "multiple_choice"}


def is_tree(folder: Path, names: set[str]) -> bool:
    """A work folder: results by model, beside predictions, configs or a summary."""
    if "results" not in names or not names & {"predictions", "summary", "configs"}:
        return False
    return any(f.suffix == ".json" for d in _folders(folder / "results") for f in d.iterdir() if not _is_other(f))


def _is_other(file: Path) -> bool:
    return file.name.startswith("results_")  # lm-eval's and LightEval's


def is_summary(header: list[str]) -> bool:
    """The summary table."""
    return [h.strip() for h in header[:4]] == _HEADER and len(header) > 4


def _folders(parent: Path) -> list[Path]:
    return sorted(d for d in parent.iterdir() if d.is_dir() and not d.is_symlink()) if parent.is_dir() else []


def read_summary(unit: Unit) -> Iterator[Entry]:
    """One run without items for each model column of a summary."""
    digest = bounded.digest_file(unit.files[0])
    rows = _table(unit.files[0])
    for column, model in enumerate(rows[0][4:], 4):
        if not model.strip() or model in rows[0][4:column]:
            yield Refused(
                f"{unit.label}, column {column + 1}", f"is a second column of {model}" if model else "names no model"
            )
            continue
        draft = Draft(
            SUMMARY, hashlib.sha256(f"{digest}{model}".encode()).hexdigest(), model_name(model), "opencompass"
        )
        draft.file = unit.label
        draft.date = _date(unit.files[0].stem)
        for line, row in enumerate(rows[1:], 2):
            if len(row) > column:
                yield from _cell(unit, draft, row, line, column)
        try:
            yield draft.finish()
        except BadInput as problem:
            yield Refused(f"{unit.label} ({draft.model})", str(problem))


def _cell(unit: Unit, draft: Draft, row: list[str], line: int, column: int) -> Iterator[Refused]:
    """Add a figure of the summary; `-` is no score, NaN an unknown one, anything else is refused by line and column."""
    cell = row[column].strip()
    value = number(cell)
    if value is None and (not states_none(cell) or cell.lower() == "n/a"):
        if cell.lower() not in ("", "-", "n/a"):
            yield Refused(f"{unit.label} line {line}, column {column + 1}", f"is no figure: {cell[:40]}", failed=True)
        return
    dataset, version, metric, mode = (text(c.strip(), 120) or "" for c in row[:4])
    prompt_hash = version if version not in ("", "-") else None
    name = metric.replace(",", ";") if metric not in ("", "-") else "score"
    task = dataset
    if (known := draft.tasks.get(dataset)) and (known.version, known.output_type) != (prompt_hash, _MODES.get(mode)):
        task = f"{dataset} ({' '.join(filter(None, (prompt_hash, mode)))})"  # the same data set asked in another way
    draft.tasks[task] = Task(task, None, prompt_hash, None, _MODES.get(mode))
    _add(draft, task, name, value)


def _add(draft: Draft, task: str, metric: str, value: float | None) -> None:
    """Add a score; counts and figures beyond their scale are left out with a sentence."""
    if is_spread(metric):
        return
    if _COUNT.fullmatch(metric):
        draft.note("counts-left-out", f"Counts of items are no scores and are left out ({task}: {metric} = {value}).")
    elif value is not None and _SHARE.fullmatch(metric) and not _lowest(metric) <= value <= 100:
        draft.note("beyond-scale", f"{task}: {metric} = {value:g} is beyond its scale (0 to 100) and is left out.")
    else:
        share = value is not None and _SHARE.fullmatch(metric) is not None
        draft.scores.append(Score(task, metric, "none", hundredth(value) if share and value is not None else value))


def _lowest(metric: str) -> int:
    """The least figure of a share in OpenCompass' files: a correlation goes below zero."""
    return -100 if "correlation" in metric.lower() else 0


def _table(file: Path) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(bounded.decode(bounded.read_bytes(file, bounded.MAX_CSV)))))
    except csv.Error as error:
        raise BadInput(f"is no readable CSV: {error}") from None
    if not rows or not is_summary(rows[0]):
        raise BadInput(f"is no OpenCompass summary: its header does not begin {', '.join(_HEADER)}")
    return rows


def _date(name: str) -> Any:
    match = re.search(r"(\d{8})_(\d{6})", name)
    return parse_date(f"{match.group(1)}T{match.group(2)}") if match else None


def read_tree(unit: Unit) -> Iterator[Entry]:
    """One run for each model of a work folder."""
    summary = _summary(unit.path / "summary")
    for folder in _folders(unit.path / "results"):
        files = sorted(f for f in folder.glob("*.json") if not f.is_symlink())
        if not files:
            continue
        try:
            digest = hashlib.sha256("".join(bounded.digest_file(f) for f in files).encode()).hexdigest()
            draft = Draft(TREE, digest, model_name(folder.name), "opencompass")
            draft.file = unit.label
            draft.date = _date(unit.path.name)
            for file in files:
                try:
                    _dataset(draft, file, summary.get(file.stem, {}), unit.path / "predictions" / folder.name)
                except BadInput as problem:
                    yield Refused(f"{unit.label}/results/{folder.name}/{file.name}", str(problem))
            yield draft.finish()
        except BadInput as problem:
            yield Refused(f"{unit.label}/results/{folder.name}", str(problem))


def _summary(folder: Path) -> dict[str, dict[str, str]]:
    """Prompt hash and mode of each data set, from the newest summary."""
    for file in sorted(folder.glob("summary_*.csv"), reverse=True) if folder.is_dir() else []:
        try:
            return {row[0].strip(): dict(zip(_HEADER, row, strict=False)) for row in _table(file)[1:] if len(row) > 4}
        except BadInput:
            continue
    return {}


def _dataset(draft: Draft, file: Path, summary: dict[str, str], predictions: Path) -> None:
    task = text(file.stem, 160) or "unnamed"
    document = bounded.read_json_object(file)
    version = summary.get("version")
    kind = str(mapping(document.get("details")).get("type", "")).lower() or summary.get("mode", "")
    draft.tasks[task] = Task(task, None, version if version not in (None, "-") else None, None, _MODES.get(kind))
    if "error" in document and len(document) == 1:
        raise BadInput(f"OpenCompass failed to score it: {text(document['error'], 200)}")
    for metric, value in document.items():
        name = metric.replace(",", ";")[:120]
        words = isinstance(value, str) and not (
            _SHARE.fullmatch(name) and (states_none(value) or number(value) is not None)
        )
        if metric != "details" and not isinstance(value, (dict, list, bool)) and not words:
            _add(draft, task, name, number(value))
    shares = [s.metric for s in draft.scores if s.task == task and _SHARE.fullmatch(s.metric)]
    if shares:
        plain = next((name for name in shares if name.lower().startswith(("acc", "em", "exact"))), shares[0])
        _items(draft, task, plain, document.get("details"), _predictions(predictions, file.stem))


def _items(draft: Draft, task: str, metric: str, details: Any, predictions: list[dict[str, Any]]) -> None:
    entries: list[tuple[Any, Any]] = [*mapping(details).items()] or [*enumerate(sequence(details))]
    for key, entry in entries:
        right = _right(mapping(entry))
        if not isinstance(right, (bool, int, float)) or number(right) is None:
            continue
        item = int(key) if str(key).isdigit() else len(draft.samples)
        prediction = predictions[item] if item < len(predictions) else {}
        prompt = _prompt(prediction.get("origin_prompt") or mapping(entry).get("prompt"))
        target = text(prediction.get("gold"), MAX_SAMPLE_TEXT) or _first(mapping(entry).get("references"))
        answer = text(prediction.get("prediction"), MAX_SAMPLE_TEXT) or _first(mapping(entry).get("predictions"))
        doc_hash = item_hash("opencompass", task, prompt or str(item), target or "")
        draft.samples.append(Sample(task, item, doc_hash, metric, number(right), "none", prompt, target, answer))


def _right(entry: dict[str, Any]) -> Any:
    """Whether an item is right: as the file says, else as OpenCompass' accuracy compares prediction and reference."""
    right = entry.get("correct", entry.get("is_correct"))
    if right is None and isinstance(entry.get("predictions"), str) and isinstance(entry.get("references"), str):
        return entry["predictions"] == entry["references"]
    if isinstance(right, list) and right and all(isinstance(one, (bool, int)) and one in (0, 1) for one in right):
        return sum(right) / len(right)  # one answer a run of an item that was asked several times
    return right


def _first(value: Any) -> str | None:
    return text(value[0] if isinstance(value, list) and value else value, MAX_SAMPLE_TEXT)


def _prompt(value: Any) -> str | None:
    """The prompt: text, or a list of roles and texts."""
    if isinstance(value, list):
        return "\n".join(p for m in value if (p := text(mapping(m).get("prompt"), MAX_SAMPLE_TEXT))) or None
    return text(value, MAX_SAMPLE_TEXT)


def _predictions(folder: Path, dataset: str) -> list[dict[str, Any]]:
    """Predictions of a data set in order, its numbered shards joined; empty where they cannot be read."""
    whole_file = folder / f"{dataset}.json"
    shards = [whole_file] if whole_file.is_file() else [folder / f"{dataset}_{i}.json" for i in range(1000)]
    rows: list[dict[str, Any]] = []
    for shard in shards:
        if not shard.is_file() or shard.is_symlink():
            break
        try:
            document = bounded.read_json_object(shard)
        except BadInput:
            return []
        rows.extend(mapping(document[k]) for k in sorted(document, key=lambda k: int(k) if k.isdigit() else 1 << 40))
    return rows
