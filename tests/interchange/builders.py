"""Small real files of each format, written the way the tools write them."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa

DATE = "2025-03-18T01-39-56.000360"


def write(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def lm_eval_results(**more: Any) -> dict[str, Any]:
    return {
        "results": {
            "toy": {
                "alias": "toy",
                "acc,none": 0.75,
                "acc_stderr,none": 0.25,
                "acc,strict": 0.5,
                "acc_stderr,strict": "N/A",
            },
            "grp": {"alias": "grp", "acc,none": 0.75, "acc_stderr,none": " "},
        },
        "group_subtasks": {"grp": ["toy"]},
        "configs": {"toy": {"task": "toy", "output_type": "multiple_choice", "num_fewshot": 5}},
        "versions": {"toy": 1.0},
        "n-shot": {"toy": 5},
        "higher_is_better": {"toy": {"acc": True}},
        "n-samples": {"toy": {"original": 4, "effective": 4}},
        "config": {
            "model": "hf",
            "model_args": "pretrained=/home/ann/models/huggingface/acme/tiny-1b,dtype=float16",
            "model_num_parameters": 1000,
            "model_dtype": "torch.float16",
            "model_sha": "abc123",
            "limit": None,
        },
        "git_hash": "f00",
        "date": 1742261996.0,
        "pretty_env_info": "Hostname: secret-box",
        "lm_eval_version": "0.4.8",
        "model_name": "/home/ann/models/huggingface/acme/tiny-1b",
        **more,
    }


def lm_eval_sample(item: int, right: bool, name: str = "none") -> dict[str, Any]:
    return {
        "doc_id": item,
        "doc": {"q": item},
        "target": "1",
        "arguments": {f"gen_args_{i}": {"arg_0": f"Q{item}", "arg_1": c} for i, c in enumerate((" no", " yes"))},
        "resps": [[["-2.0", "False"]], [["-1.0" if right else "-3.0", "True"]]],
        "filtered_resps": [["-2.0", "False"], ["-1.0" if right else "-3.0", "True"]],
        "filter": name,
        "metrics": ["acc"],
        "doc_hash": f"{item:064x}",
        "acc": float(right),
    }


def lm_eval_run(folder: Path) -> Path:
    write(folder / f"results_{DATE}.json", lm_eval_results())
    lines = [lm_eval_sample(i, i != 3) for i in range(4)] + [lm_eval_sample(i, i < 2, "strict") for i in range(4)]
    write(folder / f"samples_toy_{DATE}.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    return folder


def bpb_run(folder: Path) -> Path:
    """Samples of bits per byte, items with unlike weights."""
    base = {k: v for k, v in lm_eval_sample(0, True).items() if k not in ("acc", "metrics", "resps", "filtered_resps")}
    lines = [
        {**base, "doc_id": i, "metrics": ["bits_per_byte"], "bits_per_byte": [-50.1 - i, 97 + i], "resps": [["x"]]}
        for i in range(3)
    ]
    write(folder / f"acme__tiny/samples_wiki_{DATE}.jsonl", "".join(json.dumps(x) + "\n" for x in lines))
    return folder


def old_results(**more: Any) -> dict[str, Any]:
    return {
        "results": {"piqa": {"acc": 0.6, "acc_stderr": 0.01, "acc_norm": 0.61, "acc_norm_stderr": 0.01}},
        "versions": {"piqa": 0},
        "config": {
            "model": "hf-causal",
            "model_args": "pretrained=acme/old,revision=step1",
            "num_fewshot": 0,
            "limit": None,
        },
        **more,
    }


def eee_record(name: str = "acme/tiny", **more: Any) -> dict[str, Any]:
    return {
        "schema_version": "0.3.0",
        "evaluation_id": f"b/{name}/1",
        "retrieved_timestamp": "1770834858.3",
        "source_metadata": {
            "source_type": "documentation",
            "source_organization_name": "Board",
            "evaluator_relationship": "third_party",
        },
        "eval_library": {"name": "lm-eval", "version": "unknown"},
        "model_info": {
            "name": name,
            "id": name,
            "additional_details": {"params_billions": 7.5, "precision": "bfloat16"},
        },
        "evaluation_results": [
            {
                "evaluation_name": task,
                "metric_config": {"evaluation_description": f"EM on {task}", "lower_is_better": False},
                "score_details": {
                    "score": score,
                    "uncertainty": {"standard_error": {"value": 0.01}, "num_samples": 100},
                },
            }
            for task, score in (("IFEval", 0.5), ("BBH", 0.25))
        ],
        **more,
    }


def helm_run(folder: Path) -> Path:
    stat: dict[str, Any] = {"name": {"name": "exact_match", "split": "test"}, "count": 1, "sum": 0.5, "mean": 0.5}
    perturbed = {"name": {**stat["name"], "perturbation": {"name": "robustness"}}, "mean": 0.1}
    tokens = {"name": {"name": "num_prompt_tokens", "split": "test"}, "mean": 7.0}
    write(folder / "run_spec.json", {
        "name": "mmlu:subject=x,model=acme_tiny",
        "adapter_spec": {"model": "acme/tiny", "method": "multiple_choice_joint", "max_train_instances": 5},
        "groups": ["mmlu"],
    })  # fmt: skip
    write(folder / "stats.json", [stat, perturbed, tokens])
    items = [{"instance_id": f"id{i}", "stats": [{**stat, "mean": float(i)}]} for i in range(2)]
    write(folder / "per_instance_stats.json", items)
    return folder


def inspect_log() -> dict[str, Any]:
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "created": "2025-05-12T20:28:26-04:00",
            "task": "suite/quiz",
            "task_version": 0,
            "model": "acme/tiny",
            "task_file": "/home/ann/quiz.py",
            "config": {},
            "packages": {"inspect_ai": "0.3.95"},
        },
        "results": {
            "total_samples": 4,
            "completed_samples": 4,
            "scores": [
                {"name": "match", "metrics": {"accuracy": {"value": 0.625}, "stderr": {"value": 0.2}}},
            ],
        },
        "samples": [
            {"id": i, "epoch": 1, "input": f"Q{i}", "choices": ["a", "b"], "target": "B", "scores": {"match": {"value": v}},
             "output": {"completion": v}}
            for i, v in enumerate(["C", "I", "P", "C"])
        ],
    }  # fmt: skip


def zip_with(path: Path, members: dict[str, bytes], method: int) -> Path:
    """A ZIP whose members use ``method`` (8 deflate, 93 Zstandard), written byte by byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    out, directory = bytearray(), bytearray()
    for name, data in members.items():
        compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = (
            pa.compress(data, "zstd", asbytes=True) if method == 93 else compressor.compress(data) + compressor.flush()
        )
        crc, raw = zlib.crc32(data), name.encode()
        common = struct.pack("<HHHHLLLHH", 0, method, 0, 33, crc, len(packed), len(data), len(raw), 0)
        directory += (
            b"PK\x01\x02" + struct.pack("<HH", 20, 20) + common + struct.pack("<HHHLL", 0, 0, 0, 0, len(out)) + raw
        )
        out += b"PK\x03\x04" + struct.pack("<H", 20) + common + raw + packed
    start = len(out)
    out += directory
    out += b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, len(members), len(members), len(directory), start, 0)
    path.write_bytes(bytes(out))
    assert zipfile.is_zipfile(path)
    return path


def inspect_eval(path: Path, method: int = 93) -> Path:
    log = inspect_log()
    samples = {f"samples/{s['id']}_epoch_1.json": json.dumps(s).encode() for s in log.pop("samples")}
    return zip_with(path, {**samples, "header.json": json.dumps(log).encode()}, method)


def evalscope_tree(folder: Path) -> Path:
    report = {
        "name": "tiny@gsm8k", "dataset_name": "gsm8k", "model_name": "tiny", "score": 0.5,
        "metrics": [{"name": "mean_acc", "num": 2, "score": 0.5, "categories": [
            {"name": ["default"], "num": 2, "score": 0.5, "subsets": [{"name": "main", "score": 0.5, "num": 2}]}]}],
    }  # fmt: skip
    write(folder / "reports/tiny/gsm8k.json", report)
    lines = [
        {"index": i, "target": "3", "messages": [{"role": "user", "content": f"Q{i}"}],
         "sample_score": {"score": {"value": {"acc": float(i)}, "prediction": "3"}}} for i in range(2)
    ]  # fmt: skip
    write(folder / "reviews/tiny/gsm8k_main.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    write(folder / "configs/task_config.yaml", "limit: 2\nseed: 42\ndataset_args:\n  gsm8k:\n    few_shot_num: 4\n")
    return folder


def evalscope_v2_report() -> dict[str, Any]:
    return {
        "schema_version": 2,
        "name": "tiny@arc",
        "dataset_name": "arc",
        "model_name": "tiny",
        "metrics": [
            {"identity": {"name": "acc"}, "legacy_name": "mean_acc", "num": 4, "score": 0.75, "semantics": {"direction": "higher"},
             "categories": [{"name": ["d"], "subsets": [
                 {"name": "easy", "score": 1.0, "num": 2}, {"name": "hard", "score": 0.5, "num": 2},
                 {"name": "all", "score": 0.75, "num": 4, "is_aggregate": True}]}]},
        ],
        "perf_metrics": {"summary": {"usage": {"total_input_tokens": 10, "total_output_tokens": 20}}},
    }  # fmt: skip


def opencompass_tree(folder: Path) -> Path:
    """The layout of OpenCompass 0.5: results with details as its evaluation task writes them."""
    details = {"type": "GEN"} | {
        str(i): {
            "prompt": f"Q{i}",
            "origin_prediction": "A",
            "predictions": "A",
            "references": "A" if i else "B",
            "correct": bool(i),
        }
        for i in range(4)
    }
    write(folder / "results/tiny-hf/ARC-c.json", {"accuracy": 75.0, "details": details})
    write(folder / "results/tiny-hf/rouge.json", {"rouge1": 31.5})
    write(folder / "results/tiny-hf/broken.json", {"error": "predictions and references have different length"})
    for shard in (0, 1):
        rows = {str(i): {"origin_prompt": [{"role": "HUMAN", "prompt": f"Q{shard * 2 + i}"}], "prediction": "A", "gold": "A"}
                for i in range(2)}  # fmt: skip
        write(folder / f"predictions/tiny-hf/ARC-c_{shard}.json", rows)
    summary = "dataset,version,metric,mode,tiny-hf\nARC-c,2ef631,accuracy,gen,75.00\nrouge,aaaaaa,rouge1,gen,31.50\n"
    write(folder / "summary/summary_20250117_154119.csv", summary)
    return folder


def lighteval_tree(folder: Path) -> Path:
    """LightEval's tree, from its documented keys."""
    import pyarrow.parquet as pq

    write(folder / f"results/acme/tiny/results_{DATE}.json", {
        "config_general": {"lighteval_sha": "abc", "max_samples": None, "model_name": "acme/tiny",
                           "model_config": {"model_name": "acme/tiny", "dtype": "float16", "revision": "main"},
                           "total_evaluation_time_secondes": "12.5"},
        "results": {"toy|3": {"acc": 0.5, "acc_stderr": 0.5}, "all": {"acc": 0.5, "acc_stderr": 0.5}},
        "versions": {"toy|3": 0},
        "config_tasks": {"toy|3": {"version": 0}},
    })  # fmt: skip
    rows = [
        {"doc": {"query": f"Q{i}", "choices": [" a", " b"], "gold_index": [1]}, "metric": {"acc": i},
         "model_response": {"logprobs": [-2.0, -1.0 if i else -3.0], "text": []}} for i in range(2)
    ]  # fmt: skip
    path = folder / f"details/acme/tiny/{DATE}/details_toy|3_{DATE}.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows), path)
    return folder
