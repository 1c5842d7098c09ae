"""Epoch AI's reported scores as the table ``reported_score``, read from the raw files for tests only."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

# file, column of the score, canonical benchmark
FILES = (
    ("arc_ai2", "Challenge score", "ARC-Challenge"),
    ("bbh", "Average", "BBH"),
    ("boolq", "Score", "BoolQ"),
    ("csqa2", "Score", "CommonsenseQA 2.0"),
    ("gsm8k", "EM", "GSM8K"),
    ("hellaswag", "Overall accuracy", "HellaSwag"),
    ("lambada", "Score", "LAMBADA"),
    ("mmlu", "EM", "MMLU"),
    ("openbookqa", "Accuracy", "OpenBookQA"),
    ("piqa", "Score", "PIQA"),
    ("scienceqa", "Score", "ScienceQA"),
    ("superglue", "Score", "SuperGLUE"),
    ("triviaqa", "EM", "TriviaQA"),
    ("winogrande", "Accuracy", "WinoGrande"),
    ("aider_polyglot", "Percent correct", "Aider Polyglot"),
    ("balrog", "Average progress", "BALROG"),
    ("simple_bench", "Score (AVG@5)", "SimpleBench"),
    ("weirdml", "Accuracy", "WeirdML"),
    ("arc_agi", "Score", "ARC-AGI"),
    ("gso_bench", "Score OPT@1", "GSO"),
    ("terminal_bench", "Accuracy mean", "Terminal-Bench"),
    ("vpct", "Correct", "VPCT"),
    ("cybench", "Unguided % Solved", "Cybench"),
    ("deepresearch", "Average score", "DeepResearch Bench"),
    ("fictionlivebench", "16k token score", "Fiction.LiveBench 16k"),
    ("geobench", "ACW Country %", "GeoBench country"),
)


def reported(folder: Path) -> pd.DataFrame:
    """All files' scores as percent, model versions as ids; Epoch's own runs included."""
    parts = []
    for name, column, benchmark in FILES:
        frame = pd.read_csv(folder / f"external_benchmark_{name}.csv", encoding="utf-8-sig")
        score = pd.to_numeric(frame[column].astype(str).str.rstrip("%"), errors="coerce")
        rows = pd.DataFrame({"model_id": frame["Model version"], "benchmark": benchmark, "score": score})
        parts.append(rows.assign(unit="percent"))
    runs = pd.read_csv(folder / "benchmarks_runs.csv", encoding="utf-8-sig")
    score = pd.to_numeric(runs["Best score (across scorers)"], errors="coerce")
    parts.append(
        pd.DataFrame({"model_id": runs["model"], "benchmark": runs["task"], "score": score, "unit": "fraction"})
    )
    return pd.concat(parts).dropna(subset=["model_id", "score"]).reset_index(drop=True)
