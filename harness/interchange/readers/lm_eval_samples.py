"""lm-eval's samples: one line a document and filter, log-likelihoods as text, metric values under their names.

Which samples files belong to which results file stands here too: their names share a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded, own_export
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import Draft, Task
from harness.interchange.foreign.names_and_dates import document_hash, known_answer
from harness.interchange.foreign.sample_list import MAX_SAMPLE_TEXT, Sample
from harness.interchange.foreign.task_scores import states_none
from harness.interchange.imported_run import Unit
from harness.metrics import is_spread, metric

# `results_<date>`, or the stem that `--output_path NAME.json` gave.
RESULTS_NAME = re.compile(r"^(?P<stem>.+)_(?P<date>\d{4}-\d\d-\d\dT[\d.:\-]+?)(?:@\w+)?\.json$")
SAMPLES_NAME = re.compile(r"^samples_(?P<task>.+)_(?P<date>\d{4}-\d\d-\d\dT[\d.:\-]+?)(?:@\w+)?\.jsonl(?:\.gz)?$")
# What `lm_eval --predict_only` puts in the place of a metric, with 999 for each item and task.
PLACEHOLDER = "bypass"
_HEX64 = re.compile(r"^[0-9a-f]{64}$")
_FIELDS = {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics", "doc_hash"}
_FIELDS |= {"prompt_hash", "target_hash", "schema_version", "landscape"}
_LN2 = 0.6931471805599453


def is_sample_line(line: bounded.Line) -> bool:
    """Whether a line of a JSON-lines file is a sample of lm-eval, whatever its file is called."""
    value = line.value
    return isinstance(value, dict) and "doc_id" in value and ("resps" in value or "filtered_resps" in value)


def add(draft: Draft, task: str, file: Path) -> int:
    """Add a samples file's items to the draft; the number of documents in it.

    Raises:
        BadInput: no line of the file is a sample of a metric, or nothing was scored (``--predict_only``).
    """
    broken: list[str] = []
    samples, predictions = 0, 0
    documents: set[str] = set()
    known: dict[tuple[str, str, str], tuple[str, ...]] = {}
    repeated = 0
    for line in bounded.read_lines(file):
        if not isinstance(line.value, dict) or "doc_id" not in line.value:
            broken.append(f"line {line.number} {line.problem or 'is no sample (no doc_id)'}")
            if samples == 0 and len(broken) >= 20:
                break
            continue
        own_export.apply_standing(draft, mapping(line.value.get(own_export.KEY)))
        name = text(mapping(line.value.get("landscape")).get("task"), 160) or task
        metrics = _metrics(line.value)
        if metrics == [PLACEHOLDER]:
            predictions += 1
            continue
        samples += bool(metrics)
        documents.add(str(line.value["doc_id"]))
        key = (name, str(line.value.get("filter")), str(line.value["doc_id"]))
        outcome = (_doc_hash(line.value), *(repr(line.value[metric]) for metric in metrics))
        if (first := known.setdefault(key, outcome)) != outcome:
            raise BadInput(
                f"has document {key[2][:40]} several times with different outcomes (again in line "
                f"{line.number}): are the samples of several runs in one file?"
            )
        if first is not outcome:
            repeated += 1
            continue
        draft.samples.extend(_rows(draft, name, line.value, metrics))
    if samples == 0 and predictions and not broken:
        if any(task == left["task"] for left in draft.left_out):
            return 0
        raise BadInput("holds predictions only (lm_eval --predict_only): nothing in it was scored")
    if samples == 0:
        raise BadInput(f"{file.name} holds no lm-eval samples: {broken[0] if broken else 'no line has a metric value'}")
    if broken:
        draft.partial = True
        draft.note("broken-lines", f"{file.name}: {len(broken):,} lines were left out; {broken[0]}.")
    if repeated:
        draft.note(
            "repeated-lines", f"{file.name}: {repeated:,} lines repeat an item with the same outcome; it counts once."
        )
    draft.tasks.setdefault(task, Task(task))
    return len(documents)


def _metrics(line: dict[str, Any]) -> list[str]:
    """The names of a sample's metrics of which the line has a value, be it one that does not average."""
    names = [n for n in sequence(line.get("metrics")) if isinstance(n, str)] or [k for k in line if k not in _FIELDS]
    return [n for n in names if n in line and not is_spread(n)]


def _rows(draft: Draft, task: str, line: dict[str, Any], names: list[str]) -> list[Sample]:
    prompt, continuations = _arguments(line.get("arguments"))
    likelihoods = _likelihoods(line)
    response = None if likelihoods else _response(line)
    item = whole(line.get("doc_id"), 10**12)
    doc_hash = _doc_hash(line)
    target = text(line.get("target"), MAX_SAMPLE_TEXT)
    values = {name: _value(name, line.get(name)) for name in names}
    # What lm-eval's lines have no place for, as our own export writes it.
    own_fields = mapping(line.get("landscape"))
    gold = _gold(target, continuations, likelihoods, values.get("acc"))
    if likelihoods and continuations:
        best = max(range(len(likelihoods)), key=likelihoods.__getitem__)
        response = text(continuations[best], MAX_SAMPLE_TEXT) if best < len(continuations) else None
    if "response" in own_fields:
        response = text(own_fields["response"], MAX_SAMPLE_TEXT) if own_fields["response"] else own_fields["response"]
    rows = []
    for name, pair in values.items():
        if pair is None and name in mapping(own_fields.get("values")):
            pair = (None, 1.0)
        if pair is None:
            draft.note(
                "corpus-metrics", "Metrics computed over a corpus at once have no item values here (f1, bleu …)."
            )
            continue
        value, weight = pair
        if (exact := mapping(mapping(own_fields.get("values")).get(name))).get("weight") is not None:
            value, weight = number(exact.get("value")), number(exact["weight"]) or 1.0
        rows.append(
            Sample(
                task,
                item if item is not None else len(draft.samples),
                doc_hash,
                text(name, 120) or "unnamed",
                value,
                text(line.get("filter"), 80) or "none",
                prompt,
                target,
                response,
                weight,
                text(own_fields.get("cluster"), 200),
                likelihoods,
                whole(own_fields.get("gold"), 1000) if "gold" in own_fields else gold,
                known_answer(own_fields.get("answer_hash")),
            )
        )
    return rows


def _value(name: str, value: Any) -> tuple[float | None, float] | None:
    """An item's value and weight; none where the metric has no item values.

    Pairs ``[log-likelihood, bytes]`` become bits per byte with the bytes as weight; a list of truth
    values (IFEval's instructions) becomes its mean with its length as weight.
    """
    if states_none(value):
        return (number(value), 1.0)
    parts = [number(v) for v in sequence(value)]
    if not parts or any(p is None for p in parts):
        return None
    numbers = [p for p in parts if p is not None]
    if metric(name).unit == "bits per byte" and len(numbers) == 2 and numbers[1] > 0:
        return (-numbers[0] / (numbers[1] * _LN2), numbers[1])
    pairs = metric(name).role in ("rolling", "corpus")
    if not pairs and all(isinstance(v, bool) or v in (0, 1) for v in sequence(value)):
        return (sum(numbers) / len(numbers), float(len(numbers)))
    return None


def _arguments(value: Any) -> tuple[str | None, list[str]]:
    """The prompt and the continuations scored after it (none for generations)."""
    calls = list(mapping(value).values()) or sequence(value)
    pairs = [list(mapping(call).values()) or sequence(call) for call in calls]
    prompt = next((text(p[0], MAX_SAMPLE_TEXT) for p in pairs if p), None)
    continuations = [p[1] if len(p) > 1 and isinstance(p[1], str) else None for p in pairs]
    return prompt, [c for c in continuations if c is not None] if None not in continuations else []


def _likelihoods(line: dict[str, Any]) -> tuple[float, ...] | None:
    """Log-likelihoods of the choices: ``[["-11.02", "False"], …]``, filtered or one level deeper."""
    for key in ("filtered_resps", "resps"):
        numbers: list[float] = []
        for answer in sequence(line.get(key)):
            while isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], list):
                answer = answer[0]
            pair = sequence(answer)
            if len(pair) != 2 or str(pair[1]) not in ("True", "False") or number(pair[0]) is None:
                numbers = []
                break
            numbers.append(number(pair[0]) or 0.0)
        if len(numbers) >= 2:
            return tuple(numbers)
    return None


def _response(line: dict[str, Any]) -> str | None:
    for key in ("filtered_resps", "resps"):
        answer: Any = line.get(key)
        while isinstance(answer, list) and answer:
            answer = answer[0]
        if isinstance(answer, str):
            return text(answer, MAX_SAMPLE_TEXT)
    return None


def _gold(
    target: str | None,
    continuations: list[str],
    likelihoods: tuple[float, ...] | None,
    acc: tuple[float | None, float] | None,
) -> int | None:
    """The right choice's index: the target as an index or as a continuation, whichever agrees with ``acc``."""
    if likelihoods is None or target is None:
        return None
    candidates = []
    index = whole(target, 1000)
    if index is not None and index < len(likelihoods):
        candidates.append(index)
    candidates += [i for i, c in enumerate(continuations[: len(likelihoods)]) if c.strip() == target.strip()]
    if acc is not None and acc[0] is not None:
        best = max(range(len(likelihoods)), key=likelihoods.__getitem__)
        candidates = [c for c in candidates if (c == best) == (acc[0] == 1.0)]
    return candidates[0] if candidates else None


def _doc_hash(line: dict[str, Any]) -> str:
    """The file's hash of the document, else lm-eval's own formula for it."""
    value = line.get("doc_hash")
    if isinstance(value, str) and _HEX64.match(value):
        return value
    return document_hash(line.get("doc"))


def task_of(file: Path, tasks: Sequence[str]) -> str:
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
    if unit.format != "lm-eval" or unit.path.name != "results.json":
        return ()
    endings = tuple(f"_{task}.jsonl" for task in unit.document["results"])
    return tuple(sorted(f for f in siblings if f.name.endswith(endings) and not SAMPLES_NAME.match(f.name)))
