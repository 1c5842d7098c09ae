"""Reported scores of models.dev, and how any importer adds a score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.catalog.import_context import ImportContext, Imported, decimal, plain
from harness.catalog.names import effort
from harness.catalog.schema import REPORTED_SCORES
from harness.catalog.tables import key_of

# models.dev's benchmark names in ours (ids of a test as its makers set it up); a score in per cent becomes a fraction.
BENCHMARKS = {
    "Aider Polyglot": "aider-polyglot",
    "SciCode": "scicode",
    "Artificial Analysis Coding Index": "aa-coding-index",
    "Artificial Analysis Coding Agent Index": "aa-coding-agent-index",
    "SWE-Bench Verified": "swe-bench-verified",
    "SWE-Bench Pro": "swe-bench-pro",
    "SWE Bench Pro": "swe-bench-pro",
    "SWE-Bench Multilingual": "swe-bench-multilingual",
    "Terminal-Bench Hard": "terminal-bench-hard",
    "Terminal-Bench": "terminal-bench-1-0",
    "Terminal-Bench 2.1": "terminal-bench-2-1",
    "Terminal Bench 2.1": "terminal-bench-2-1",
    "Terminal Bench 2.0": "terminal-bench-2-0",
    "SWE-Atlas Codebase QnA": "swe-atlas-codebase-qna",
    "SWE-Atlas Test Writing": "swe-atlas-test-writing",
    "SWE-Atlas Refactoring": "swe-atlas-refactoring",
    "NL2Repo": "nl2repo",
    "Claw-eval": "claw-eval",
    "LiveCodeBench": "livecodebench",
    "LiveCodeBench Pro": "livecodebench-pro",
    "Humanity’s Last Exam": "humanitys-last-exam",
    "CharXiv Reasoning": "charxiv-reasoning",
    "GPQA Diamond": "gpqa-diamond",
    "τ3 Banking": "tau3-bench-banking",
    "Long Context Reasoning": "aa-lcr",
    "MRCRv2": "mrcr-v2",
    "CTI-REALM": "cti-realm",
}
POINTS = frozenset({"aa-coding-index", "aa-coding-agent-index"})
# Who published a score, by the host of its address: every other host is the model's own vendor.
THIRD_PARTIES = {
    "aider.chat": "Aider",
    "artificialanalysis.ai": "Artificial Analysis",
    "openrouter.ai": "Artificial Analysis",  # its model pages quote that index
    "scale.com": "Scale AI",
    "labs.scale.com": "Scale AI",
    "www.swebench.com": "SWE-bench",
    "swebench.com": "SWE-bench",
    "www.tbench.ai": "Terminal-Bench",
    "www.vals.ai": "Vals AI",
    "epoch.ai": "Epoch AI",
}
# Ids by who set the test up; "" stands for a model's own vendor. A benchmark that is not here has one set-up: its plain id.
SET_UPS: dict[str, dict[str, str]] = {
    "gpqa-diamond": {"": "gpqa-diamond-vendor", "Epoch AI": "gpqa-diamond-epoch"},
    "humanitys-last-exam": {"": "humanitys-last-exam-unstated"},  # with tools or without is not said
    "scicode": {"": "scicode-vendor", "Artificial Analysis": "scicode-artificial-analysis"},
    "swe-atlas-codebase-qna": {
        "Artificial Analysis": "swe-atlas-codebase-qna-artificial-analysis",
        "Scale AI": "swe-atlas-codebase-qna-scale",
    },
    "swe-bench-multilingual": {"": "swe-bench-multilingual-vendor"},
    "swe-bench-pro": {
        "": "swe-bench-pro-vendor",
        "Artificial Analysis": "swe-bench-pro-hard-aa",  # its own harder part of the tasks
        "Scale AI": "swe-bench-pro-scale",
    },
    "swe-bench-verified": {
        "": "swe-bench-verified-vendor",
        "SWE-bench": "swe-bench-verified-mini-swe-agent",
        "Epoch AI": "swe-bench-verified-epoch",
    },
    "tau3-bench-banking": {"": "tau3-bench-banking-vendor"},
    "terminal-bench-2-0": {"": "terminal-bench-2-0-terminus-2"},
    "terminal-bench-2-1": {
        "": "terminal-bench-2-1-vendor",
        "Artificial Analysis": "terminal-bench-2-1-artificial-analysis",
    },
    "terminal-bench-hard": {"Artificial Analysis": "terminal-bench-hard-artificial-analysis"},
}
_AGENTS = {"claude code": "claude-code", "terminus-2": "terminus-2", "codex": "codex"}
_BY_AGENT = frozenset({"terminal-bench-2-1"})  # where vendors name a common agent, it is the set-up


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
    other = context.names.page_of_another(str(score.get("source", "")), model_id)
    if other:
        out.leave("score", f"{model_id}: {name}", f"its source is the page of {other}")
        return
    host = str(score.get("source", "")).split("/")[2] if "//" in str(score.get("source", "")) else ""
    by = THIRD_PARTIES.get(host, "")
    variant, agent = str(score.get("variant") or "").lower(), str(score.get("harness") or "").lower()
    asked = variant if variant and effort.is_effort(variant) else effort.DEFAULT
    benchmark_id = _set_up(benchmark, by, agent or variant)
    if benchmark_id not in context.names.benchmarks:
        out.leave("set-up", benchmark_id, f"no row of benchmarks.csv for this test and set-up (model {model_id})")
        return
    parts = [f"{k} {score[k]}" for k in ("harness", "variant", "version") if score.get(k)]
    row = {
        "model_id": model_id,
        "benchmark_id": benchmark_id,
        "effort": asked,
        "score": plain(value if benchmark in POINTS else value / 100),
        "unit": "points" if benchmark in POINTS else "fraction",
        "setting": "; ".join(p for p in parts if p != f"variant {asked}"),
        "reported_by": by or host or "models.dev",
        "reporter": "third-party" if by or not host else "vendor",
        "evidence": "primary" if host and host != "openrouter.ai" else "aggregator",
        "as_of": full_date(score.get("date")) or context.as_of,
        "source_id": context.source_id,
    }
    row["as_of"] = min(row["as_of"], context.as_of)
    if row["as_of"] < context.names.released.get(model_id, ""):
        out.leave("score", f"{model_id}: {name}", f"of {row['as_of']}, before the model's release")
        return
    add_score(out, row)


def _set_up(benchmark: str, by: str, agent: str) -> str:
    """Id of a test under the set-up of who published the score, or under a known agent where its vendor did."""
    if not by and benchmark in _BY_AGENT and agent in _AGENTS:
        return f"{benchmark}-{_AGENTS[agent]}"
    return SET_UPS.get(benchmark, {}).get(by, benchmark)


def add_score(out: Imported, row: dict[str, str]) -> None:
    """Add a reported score; a second, different figure for the same place is kept and says so in its setting."""
    first, number = dict(row), 1
    while not out.add("reported_scores", **row):
        there = out.has("reported_scores", *key_of(REPORTED_SCORES, row))
        if there and there["score"] == row["score"]:
            return
        number += 1
        row = {**first, "setting": "; ".join(filter(None, [first["setting"], f"figure {number} of this source"]))}
