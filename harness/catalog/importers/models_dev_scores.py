"""Reported scores of models.dev, and how any importer adds a score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.catalog.import_context import ImportContext, Imported, decimal, plain

# models.dev's benchmark names in ours; a score in per cent becomes a fraction.
BENCHMARKS = {
    "Aider Polyglot": "Aider Polyglot",
    "SciCode": "SciCode",
    "Artificial Analysis Coding Index": "AA Coding Index",
    "Artificial Analysis Coding Agent Index": "AA Coding Agent Index",
    "SWE-Bench Verified": "SWE-bench Verified",
    "SWE-Bench Pro": "SWE-bench Pro",
    "SWE Bench Pro": "SWE-bench Pro",
    "SWE-Bench Multilingual": "SWE-bench Multilingual",
    "Terminal-Bench Hard": "Terminal-Bench Hard",
    "Terminal-Bench": "Terminal-Bench",
    "Terminal-Bench 2.1": "Terminal-Bench 2.1",
    "Terminal Bench 2.1": "Terminal-Bench 2.1",
    "Terminal Bench 2.0": "Terminal-Bench 2.0",
    "SWE-Atlas Codebase QnA": "SWE-Atlas Codebase QnA",
    "SWE-Atlas Test Writing": "SWE-Atlas Test Writing",
    "SWE-Atlas Refactoring": "SWE-Atlas Refactoring",
    "NL2Repo": "NL2Repo",
    "Claw-eval": "Claw-Eval",
    "LiveCodeBench": "LiveCodeBench",
    "LiveCodeBench Pro": "LiveCodeBench Pro",
    "Humanity’s Last Exam": "Humanity's Last Exam",
    "CharXiv Reasoning": "CharXiv Reasoning",
    "GPQA Diamond": "GPQA Diamond",
    "τ3 Banking": "Tau3 Banking",
    "Long Context Reasoning": "AA-LCR",
    "MRCRv2": "MRCR v2",
    "CTI-REALM": "CTI-REALM",
}
POINTS = frozenset({"AA Coding Index", "AA Coding Agent Index"})
THIRD_PARTIES = {
    "aider.chat": "Aider",
    "artificialanalysis.ai": "Artificial Analysis",
    "scale.com": "Scale AI",
    "labs.scale.com": "Scale AI",
    "www.swebench.com": "SWE-bench",
    "swebench.com": "SWE-bench",
    "www.tbench.ai": "Terminal-Bench",
    "www.vals.ai": "Vals AI",
    "epoch.ai": "Epoch AI",
}


def full_date(value: object) -> str:
    """A full date; models.dev also writes months, whose day is unknown."""
    text = str(value or "")
    return text if len(text) == 10 else ""


def listed_score(out: Imported, context: ImportContext, model_id: str, score: Mapping[str, Any]) -> None:
    """Add the score of one entry of a model's ``benchmarks``, with its harness, variant and source."""
    name, value = str(score["name"]), decimal(score["score"])
    if name == "Terminal-Bench" and str(score.get("version", "")) in ("2.0", "2.1"):
        name = f"Terminal-Bench {score['version']}"
    benchmark = BENCHMARKS.get(name)
    if benchmark is None or value is None:
        out.leave("benchmark", name, "no canonical name for it")
        return
    host = str(score.get("source", "")).split("/")[2] if "//" in str(score.get("source", "")) else ""
    by = THIRD_PARTIES.get(host, "")
    parts = [f"{k} {score[k]}" for k in ("harness", "variant", "version") if score.get(k)]
    row = {
        "model_id": model_id,
        "benchmark": benchmark,
        "metric": str(score.get("metric") or "score").replace("percent ", ""),
        "score": plain(value if benchmark in POINTS else value / 100),
        "unit": "points" if benchmark in POINTS else "fraction",
        "setting": "; ".join(parts),
        "reported_by": by or host or "models.dev",
        "reporter": "third-party" if by or not host else "vendor",
        "as_of": full_date(score.get("date")) or context.as_of,
        "source_id": context.source_id,
    }
    if row["as_of"] > context.as_of:
        row["as_of"] = context.as_of
    add_score(out, row)


def add_score(out: Imported, row: dict[str, str]) -> None:
    """Add a reported score; a second, different figure for the same place is kept and says so in its setting."""
    first, number = dict(row), 1
    while not out.add("reported_scores", **row):
        there = out.has("reported_scores", *(row[c] for c in _SCORE_KEY))
        if there and there["score"] == row["score"]:
            return
        number += 1
        row = {**first, "setting": "; ".join(filter(None, [first["setting"], f"figure {number} of this source"]))}


_SCORE_KEY = ("model_id", "benchmark", "metric", "setting", "reported_by", "as_of", "source_id")
