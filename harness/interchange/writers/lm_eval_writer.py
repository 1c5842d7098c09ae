"""A run as lm-eval 0.4 writes it: ``<model>/results_<date>.json`` and ``samples_<task>_<date>.jsonl``.

What lm-eval's files have no place for (verdict, weights, clusters, counts by metric) stands under a key
``landscape``, which other readers pass over and our own import reads back.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from harness.files import fitting
from harness.interchange.foreign import own_export
from harness.interchange.foreign.names_and_dates import parse_date
from harness.interchange.imported_run import ImportedRun
from harness.metrics import metric

_TYPES = {"classification": "multiple_choice", "perplexity": "loglikelihood_rolling", "qa": "generate_until"}
_LN2 = math.log(2)


def write(run: ImportedRun, out: Path) -> list[Path]:
    """Write one run below ``out``; the files."""
    manifest, rows = run.manifest, run.results.to_pylist()
    model = str(manifest["model"]["id"])
    when = parse_date(manifest.get("started") or manifest.get("sealed"))
    folder = out / fitting(re.sub(r"[\"<>:/|\\?*\[\]]+", "__", model))
    folder.mkdir(parents=True, exist_ok=True)
    document = _document(manifest, rows, model, when.timestamp() if when else None)
    date = _date(folder, when, manifest["run_id"])
    target = folder / f"results_{date}.json"
    target.write_text(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False), encoding="utf-8")
    written = [target]
    standing = {"valid": manifest.get("valid") is not False, "partial": manifest.get("partial") is True}
    by_task: dict[str, list[dict[str, Any]]] = {}
    for sample in run.samples.to_pylist():
        by_task.setdefault(sample["task"], []).append(sample)
    for task, samples in by_task.items():
        name = fitting(re.sub(r"[^A-Za-z0-9._:=,+ -]+", "__", task))
        path = folder / f"samples_{name}_{date}.jsonl"
        if path in written:  # two names that differ only in letters which a file's name does not keep
            path = folder / f"samples_{name}-{hashlib.sha256(task.encode()).hexdigest()[:8]}_{date}.jsonl"
        path.write_text("".join(_lines(samples, standing)), encoding="utf-8")
        written.append(path)
    return written


def _date(folder: Path, when: datetime | None, run_id: str) -> str:
    """The date in the names of a run's files: no other run's in the folder, since files of one date belong together."""
    second = when.strftime("%Y-%m-%dT%H-%M-%S") if when else "1970-01-01T00-00-00"
    digest = int(hashlib.sha256(run_id.encode()).hexdigest(), 16)
    fractions = chain([0], ((digest + step) % 10**6 for step in range(10**6)))
    names = (f"{second}.{fraction:06d}" for fraction in fractions)
    return next(name for name in names if not (folder / f"results_{name}.json").exists())


def _document(manifest: dict[str, Any], rows: list[dict[str, Any]], model: str, date: float | None) -> dict[str, Any]:
    tasks = {t["task"]: t for t in manifest["suite"].get("tasks") or manifest["tasks"]}
    results: dict[str, dict[str, Any]] = {}
    counts: dict[str, dict[str, int]] = {}
    better: dict[str, dict[str, bool | None]] = {}
    for row in rows:
        task, key = row["task"], f"{row['metric']},{row['filter']}"
        scores = results.setdefault(task, {"alias": task})
        scores[key] = row["score"] if row["score"] is not None else "N/A"
        scores[f"{row['metric']}_stderr,{row['filter']}"] = row["stderr"] if row["stderr"] is not None else "N/A"
        better.setdefault(task, {})[row["metric"]] = row["higher_is_better"]
        if row["n"] is not None:
            counts.setdefault(task, {})[key] = row["n"]
    first = {row["task"]: row for row in rows}
    groups: dict[str, list[str]] = {}
    for name in results:
        if group := tasks.get(name, {}).get("group"):
            groups.setdefault(group, []).append(name)
    about, plan = manifest["model"], manifest.get("plan") or {}
    return {
        "results": results,
        "group_subtasks": groups,
        "configs": {
            task: {
                "task": task,
                "num_fewshot": row["num_fewshot"],
                "output_type": _TYPES.get(row["kind"]),
                "metadata": {"version": row["task_version"]},
            }
            for task, row in first.items()
        },
        "versions": {task: row["task_version"] for task, row in first.items()},
        "n-shot": {task: row["num_fewshot"] for task, row in first.items()},
        "higher_is_better": better,
        "n-samples": {t: {"original": max(c.values()), "effective": max(c.values())} for t, c in counts.items()},
        "config": {
            "model": manifest["engine"]["name"],
            "model_args": {"pretrained": model, "revision": about.get("revision"), "dtype": manifest.get("dtype")},
            "model_num_parameters": about.get("params"),
            "model_dtype": manifest.get("dtype"),
            "model_sha": about.get("revision"),
            "limit": plan.get("limit"),
            "device": manifest.get("device"),
            "random_seed": plan.get("seed"),
        },
        "git_hash": manifest.get("git_commit"),
        "date": date,
        "lm_eval_version": (manifest.get("versions") or {}).get("lm_eval"),
        "task_hashes": {},
        "model_source": manifest["engine"]["name"],
        "model_name": model,
        "model_name_sanitized": re.sub(r"[\"<>:/|\\?*\[\]]+", "__", model),
        "chat_template_sha": about.get("chat_template"),
        own_export.KEY: {**own_export.carried(manifest), "n": counts},
    }


def _lines(samples: list[dict[str, Any]], standing: dict[str, bool]) -> list[str]:
    """One line an item and filter, with all its metrics and its run's ``standing``: whether it is valid and partial."""
    lines: dict[tuple[int, str, str], dict[str, Any]] = {}
    for sample in samples:
        key = (sample["item"], sample["doc_hash"] or "", sample["filter"])
        line = lines.setdefault(key, _line(sample, standing))
        name, value, weight = sample["metric"], sample["value"], sample["weight"]
        line["metrics"].append(name)
        line["landscape"]["values"][name] = {"value": value, "weight": weight}
        bits = metric(name).unit == "bits per byte" and value is not None
        line[name] = [-value * weight * _LN2, weight] if bits else value
    return [json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines.values()]


def _line(sample: dict[str, Any], standing: dict[str, bool]) -> dict[str, Any]:
    choices = sample["choice_loglikelihoods"] or []
    prompt, response = sample["prompt"] or "", sample["response"]
    answers: list[Any] = [[str(v), str(v == max(choices))] for v in choices]
    calls: list[tuple[str, Any]] = [(prompt, f" choice {i}") for i in range(len(choices))] or [(prompt, {})]
    if choices and response is not None:
        calls[max(range(len(choices)), key=choices.__getitem__)] = (prompt, response)
    return {
        "doc_id": sample["item"],
        "doc": {},
        "target": sample["target"],
        "arguments": {f"gen_args_{i}": {"arg_0": a, "arg_1": b} for i, (a, b) in enumerate(calls)},
        "resps": [[a] for a in answers] or ([[response]] if response is not None else []),
        "filtered_resps": answers or ([response] if response is not None else []),
        "filter": sample["filter"],
        "metrics": [],
        "doc_hash": sample["doc_hash"],
        "prompt_hash": hashlib.sha256(prompt.encode()).hexdigest(),
        "target_hash": hashlib.sha256((sample["target"] or "").encode()).hexdigest(),
        own_export.KEY: {
            "task": sample["task"],
            "values": {},
            "cluster": sample["cluster"],
            "gold": sample["gold"],
            **({"answer_hash": sample["answer_hash"]} if sample["answer_hash"] else {}),
            "response": response,
            **standing,
        },
    }
