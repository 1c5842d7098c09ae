"""A run as an Every Eval Ever record (schema 0.3), in the layout of its data store.

``data/<suite>/<developer>/<model>/<uuid>.json`` and, where the run has items, ``<uuid>_samples.jsonl`` beside it.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

from harness.interchange.foreign import own_export
from harness.interchange.foreign.names_and_dates import parse_date, slug
from harness.interchange.imported_run import ImportedRun
from harness.interchange.readers.eee import INSTANCES, METRIC
from harness.metrics import metric

SCHEMA_VERSION = "0.3.0"
_TYPES = {"classification": "multiple_choice", "perplexity": "loglikelihood_rolling", "qa": "generate_until"}


def write(run: ImportedRun, out: Path) -> list[Path]:
    """Write one run below ``out``; the files."""
    run_id = str(run.manifest["run_id"])
    # The schema asks for the form of a random UUID; made from the run's id, it is the same each time.
    name = str(uuid.UUID(bytes=hashlib.sha256(run_id.encode()).digest()[:16], version=4))
    model = str(run.manifest["model"]["id"])
    developer = slug(model.split("/")[0]) if "/" in model else "unknown"
    place = f"data/{slug(str(run.manifest['suite']['name']))}/{developer}/{slug(model)}"
    out = out / place
    out.mkdir(parents=True, exist_ok=True)
    record, written = _record(run), []
    samples = [s for s in run.samples.to_pylist() if s["value"] is not None]
    if samples:
        path = out / f"{name}{INSTANCES}"
        lines = [json.dumps(_instance(run, s), ensure_ascii=False, allow_nan=False) + "\n" for s in samples]
        data = "".join(lines).encode("utf-8")
        path.write_bytes(data)
        record["detailed_evaluation_results"] = {
            "format": "jsonl",
            "file_path": f"{place}/{path.name}",
            "hash_algorithm": "sha256",
            "checksum": hashlib.sha256(data).hexdigest(),
            "total_rows": len(lines),
        }
        written.append(path)
    target = out / f"{name}.json"
    target.write_text(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False), encoding="utf-8")
    return [target, *written]


def _strings(values: dict[str, Any]) -> dict[str, str]:
    """The values that are there, as text: the schema's further details are all text."""
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in values.items() if v is not None}


def _record(run: ImportedRun) -> dict[str, Any]:
    manifest = run.manifest
    model, engine = manifest["model"], manifest["engine"]
    measured = manifest["origin"] == "measured"
    when = parse_date(manifest.get("started") or manifest.get("sealed"))
    stamp = str(int(when.timestamp())) if when else "0"
    tasks = {t["task"]: t for t in manifest["suite"].get("tasks") or manifest["tasks"]}
    record: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": f"{manifest['suite']['name']}/{model['id'].replace('/', '_')}/{manifest['run_id']}",
        "retrieved_timestamp": stamp,
        "source_metadata": {
            "source_name": "Landscape" if measured else str((manifest.get("source") or {}).get("tool") or "Landscape"),
            "source_type": "evaluation_run",
            "source_organization_name": "Landscape",
            "evaluator_relationship": "third_party",
        },
        "eval_library": {
            "name": "landscape" if measured else str(engine["settings"].get("tool") or "landscape"),
            "version": str(engine.get("version") or "unknown"),
            "additional_details": _strings({**own_export.carried(manifest), "unknown_scores": _unknown(run)}),
        },
        "model_info": {
            "name": model["id"].rsplit("/", 1)[-1],
            "id": model["id"],
            "inference_engine": {"name": engine["name"], "version": str(engine.get("version") or "unknown")},
            "additional_details": {
                "deployment_type": "unknown",
                "model_availability": "unknown",
                **_strings(
                    {
                        "params_billions": model["params"] / 1e9 if model.get("params") else None,
                        "precision": manifest.get("dtype"),
                        "architecture": model.get("architecture"),
                        "revision": model.get("revision"),
                    }
                ),
            },
        },
        "evaluation_results": [
            _result(row, tasks.get(row["task"], {})) for row in run.results.to_pylist() if row["score"] is not None
        ],
    }
    if when and manifest.get("started"):
        record["evaluation_timestamp"] = stamp
    return record


def _unknown(run: ImportedRun) -> list[dict[str, Any]]:
    """Rows whose score is unknown: the schema asks for a number in each result."""
    return [row for row in run.results.to_pylist() if row["score"] is None]


def _result(row: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    bounded = metric(row["metric"]).kind != "perplexity" and 0 <= row["score"] <= 1
    uncertainty: dict[str, Any] = {}
    if row["stderr"] is not None:
        uncertainty["standard_error"] = {"value": row["stderr"], "method": "analytic"}
    if row["n"] is not None:
        uncertainty["num_samples"] = row["n"]
    result: dict[str, Any] = {
        "evaluation_result_id": f"{row['task']}/{row['metric']}/{row['filter']}",
        "evaluation_name": row["task"],
        "source_data": {"dataset_name": row["task"], "source_type": "other"},
        "metric_config": {
            "metric_name": row["metric"],
            "lower_is_better": row["higher_is_better"] is False,
            "score_type": "continuous",
            "min_score": min(0.0, row["score"]),
            "max_score": 1.0 if bounded else max(1e9, row["score"]),
            "additional_details": _strings(
                {
                    METRIC: row["metric"],
                    "filter": row["filter"],
                    "task_version": row["task_version"],
                    "output_type": _TYPES.get(row["kind"]),
                    "group": task.get("group"),
                    # the schema asks for true or false
                    "direction": "unknown" if row["higher_is_better"] is None else None,
                }
            ),
        },
        "score_details": {"score": row["score"]},
    }
    if uncertainty:
        result["score_details"]["uncertainty"] = uncertainty
    if row["num_fewshot"] is not None:
        result["generation_config"] = {"additional_details": {"num_fewshot": str(row["num_fewshot"])}}
    return result


def _instance(run: ImportedRun, sample: dict[str, Any]) -> dict[str, Any]:
    likelihoods = sample["choice_loglikelihoods"]
    answer = sample["response"]
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": str(run.manifest["run_id"]),
        "model_id": run.manifest["model"]["id"],
        "evaluation_name": sample["task"],
        "evaluation_result_id": f"{sample['task']}/{sample['metric']}/{sample['filter']}",
        "sample_id": str(sample["item"]),
        "sample_hash": sample["doc_hash"],
        "interaction_type": "single_turn",
        "input": {
            "raw": sample["prompt"] or "",
            "reference": [sample["target"]] if sample["target"] is not None else [],
        },
        "output": {"raw": [answer] if answer is not None else []},
        "messages": None,
        "answer_attribution": [
            {
                "turn_idx": 0,
                "source": "output.raw",
                "extracted_value": answer or "",
                "extraction_method": sample["filter"],
                "is_terminal": True,
            }
        ],
        "evaluation": {"score": sample["value"], "is_correct": sample["value"] == 1.0},
        "metadata": _strings(
            {
                "metric": sample["metric"],
                "filter": sample["filter"],
                "item": str(sample["item"]),
                "weight": sample["weight"],
                "cluster": sample["cluster"],
                "gold": sample["gold"],
                "answer_hash": sample["answer_hash"],
                "choice_loglikelihoods": " ".join(map(repr, likelihoods)) if likelihoods else None,
            }
        ),
    }
