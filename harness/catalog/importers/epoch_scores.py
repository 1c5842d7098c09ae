"""Epoch AI's collection of reported scores: one CSV a benchmark, with differing columns, shots and source links.

Mapping: each file of ``FILES`` → one benchmark; its columns → score (a per cent sign or a per cent column becomes a
fraction), ``Shots`` → setting, ``Source link`` → a source of its own; ``model_versions.csv`` → owner and release date;
``benchmarks_runs.csv`` → scores that Epoch measured itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from harness.catalog import spellings
from harness.catalog.import_context import ImportContext, Imported, SourceFile, decimal
from harness.catalog.importers.scored import Hints, Score, report, scored, table
from harness.catalog.tables import Row


@dataclass(frozen=True)
class Column:
    """One column of one file: the benchmark of its scores, and their scale where no per cent sign states it."""

    benchmark: str
    name: str
    metric: str = "acc"
    unit: str = "fraction"
    per: int = 100  # what the written figure is divided by


FILES: dict[str, tuple[Column, ...]] = {
    "aider_polyglot": (Column("Aider Polyglot", "Percent correct", "correct"),),
    "anli": (Column("ANLI", "Score"),),
    "arc_agi": (Column("ARC-AGI", "Score"),),
    "arc_ai2": (Column("ARC-Challenge", "Challenge score"), Column("ARC-Easy", "Easy score")),
    "balrog": (Column("BALROG", "Average progress", "progress"),),
    "bbh": (Column("BBH", "Average", "average"),),
    "boolq": (Column("BoolQ", "Score"),),
    "cadeval": (Column("CadEval", "Overall pass (%)", "pass"),),
    "csqa2": (Column("CommonsenseQA 2.0", "Score"),),
    "cybench": (Column("Cybench", "Unguided % Solved", "solved"),),
    "deepresearch": (Column("DeepResearch Bench", "Average score", "score"),),
    "factorio_learning_environment": (Column("Factorio lab success", "Lab Success %", "success"),),
    "fictionlivebench": (
        Column("Fiction.LiveBench 16k", "16k token score", "score"),
        Column("Fiction.LiveBench 120k", "120k token score", "score"),
    ),
    "geobench": (Column("GeoBench country", "ACW Country %", "country"),),
    "gsm8k": (Column("GSM8K", "EM", "em"),),
    "gso_bench": (Column("GSO", "Score OPT@1", "opt@1"),),
    "hellaswag": (Column("HellaSwag", "Overall accuracy"),),
    "lambada": (Column("LAMBADA", "Score"),),
    "lech_mazur_writing": (Column("Creative Writing (Mazur)", "Mean score", "mean", "points", 1),),
    "livebench": (Column("LiveBench", "Global average", "average"),),
    "mcbench": (Column("MC-Bench", "ELO", "rating", "elo", 1),),
    "metr": (
        Column("METR time horizon", "Time horizon", "50 % horizon", "minutes", 1),
        Column("METR task success", "average_score", "average", "fraction", 1),
    ),
    "mmlu": (Column("MMLU", "EM"),),
    "openbookqa": (Column("OpenBookQA", "Accuracy"),),
    "os_world": (Column("OSWorld", "Score", "success"),),
    "osuniverse": (Column("OSUniverse", "Weighted Score", "weighted"),),
    "piqa": (Column("PIQA", "Score"),),
    "scienceqa": (Column("ScienceQA", "Score"),),
    "simple_bench": (Column("SimpleBench", "Score (AVG@5)", "avg@5"),),
    "superglue": (Column("SuperGLUE", "Score", "score"),),
    "terminal_bench": (Column("Terminal-Bench", "Accuracy mean"),),
    "the_agent_company": (Column("TheAgentCompany", "% Resolved", "resolved"),),
    "triviaqa": (Column("TriviaQA", "EM", "em"),),
    "videomme": (Column("Video-MME", "Overall (no subtitles)", "acc, no subtitles"),),
    "vpct": (Column("VPCT", "Correct", "correct"),),
    "weirdml": (Column("WeirdML", "Accuracy"),),
    "winogrande": (Column("WinoGrande", "Accuracy"),),
}
RUNS = {
    "GPQA diamond": "GPQA Diamond",
    "MATH level 5": "MATH level 5",
    "OTIS Mock AIME 2024-2025": "OTIS Mock AIME 2024-2025",
    "FrontierMath-2025-02-28-Private": "FrontierMath",
    "FrontierMath-Tier-4-2025-07-01-Private": "FrontierMath Tier 4",
    "SWE-Bench verified": "SWE-bench Verified",
    "SWE-Bench Verified": "SWE-bench Verified",
    "SimpleQA Verified": "SimpleQA Verified",
    "Chess Puzzles": "Chess puzzles",
}
# Beginnings of a source's title that name the vendor who wrote it; every other source is a third party.
AUTHORS: tuple[tuple[str, str], ...] = (
    ("Llama 2:", "meta"),
    ("LLaMA:", "meta"),
    ("The Llama 3", "meta"),
    ("Qwen", "alibaba"),
    ("GLaM", "google"),
    ("PaLM", "google"),
    ("Gemma", "google"),
    ("Exploring the Limits of Transfer", "google"),
    ("Switch Transformers", "google"),
    ("Scaling Language Models: Methods", "google-deepmind"),
    ("Training Compute-Optimal", "google-deepmind"),
    ("Phi-", "microsoft"),
    ("Textbooks Are All You Need", "microsoft"),
    ("XGen", "salesforce"),
    ("Yi:", "zero-one-ai"),
    ("The Falcon Series", "tii"),
    ("Falcon2", "tii"),
    ("Baichuan 2", "baichuan"),
    ("Nemotron", "nvidia"),
    ("Using DeepSpeed and Megatron", "nvidia"),
    ("DeepSeek", "deepseek"),
    ("Mixtral", "mistral"),
    ("Language Models are Few-Shot", "openai"),
    ("GPT-4 ", "openai"),
    ("Releasing Claude", "anthropic"),
    ("Model Card and Evaluations for Claude", "anthropic"),
    ("The Claude 3", "anthropic"),
    ("Inflection-1", "inflection"),
    ("InternLM", "shanghai-ai-lab"),
    ("UNICORN on RAINBOW", "ai2"),
)
_LINKS = ("Source link", "Source link (site from table)")
_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf)/(\d{2})(\d{2})\.(\d{4,5})")


def read(files: list[SourceFile], context: ImportContext) -> Imported:
    """All scores of the files given; ``model_versions.csv`` helps where it is among them."""
    out = Imported()
    versions = _versions(files)
    for file in sorted(files, key=lambda f: f.name):
        kind = file.name.removeprefix("external_benchmark_").removesuffix(".csv")
        if kind in FILES:
            for row in table(file, ("Source",)):
                for column in FILES[kind]:
                    _score(out, context, row, column, versions)
        elif kind == "benchmarks_runs":
            for row in table(file, ("task", "model", "Best score (across scorers)")):
                _run(out, context, row, versions)
        elif kind != "model_versions":
            out.leave("file", file.name, "no mapping for it")
    return out


def _versions(files: Iterable[SourceFile]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for file in files:
        if file.name.endswith("model_versions.csv"):
            rows |= {r["id"]: r for r in table(file, ("id",))}
    return rows


def _hints(version: str, versions: dict[str, Row]) -> Hints:
    row = versions.get(version, {})
    hub = row.get("Hugging Face developer id", "")
    tail = version.rsplit("/", 1)[-1]
    hub_id = f"{hub}/{tail}" if re.fullmatch(r"[A-Za-z0-9-]+", hub) and re.fullmatch(r"[A-Za-z0-9._-]+", tail) else ""
    day = row.get("Version release date", "").replace("/", "-")
    return Hints(owner=hub, released=day if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) else "", hub_id=hub_id)


def _score(out: Imported, context: ImportContext, row: Row, column: Column, versions: dict[str, Row]) -> None:
    written = row.get(column.name, "")
    version = row.get("Model version") or row.get("Name", "")
    if not written or not version:
        return
    value = decimal(written.rstrip("%"))
    if value is None:
        out.leave("score", f"{column.benchmark}: {version}: {written}", "not a number")
        return
    model = scored(out, context, version, _hints(version, versions))
    if model is None:
        return
    source, author, day = _source(out, context, row)
    parts = [_shots(row.get("Shots", "")), *(f"{k.lower()} {row[k]}" for k in ("Agent", "Scaffold") if row.get(k))]
    report(
        out,
        model,
        Score(
            column.benchmark,
            column.metric,
            value / (100 if written.endswith("%") else column.per),
            column.unit,
            "; ".join(p for p in parts if p),
            author[1],
            author[0] == model.vendor_id,
            day,
            source,
        ),
    )


def _shots(text: str) -> str:
    count = re.match(r"(\d+)", text)
    return f"{count.group(1)}-shot" if count else text


def _source(out: Imported, context: ImportContext, row: Row) -> tuple[str, tuple[str, str], str]:
    """(source id, (author's vendor id, name of who reports), day) of a row; a source of its own for each link."""
    title = " ".join(row.get("Source", "").split())
    link = next((row[c] for c in _LINKS if row.get(c, "").startswith("http") and " " not in row[c]), "")
    if not title or not link:
        return context.source_id, ("", "Epoch AI collection"), context.as_of
    arxiv = _ARXIV.search(link)
    link = f"https://arxiv.org/abs/{arxiv.group(1)}{arxiv.group(2)}.{arxiv.group(3)}" if arxiv else link
    day = f"20{arxiv.group(1)}-{arxiv.group(2)}-01" if arxiv else context.as_of
    vendor = next((v for start, v in AUTHORS if title.lower().startswith(start.lower())), "")
    address = re.sub(r"^https?://(www\.)?", "", link)
    source_id = f"reported-{spellings.slug(address)[:70].strip('-')}"
    out.add(
        "sources",
        source_id=source_id,
        title=f"{title[:150]} (as collected by Epoch AI, {context.as_of})",
        publisher=vendor or title.removesuffix(" Leaderboard").removesuffix(" leaderboard")[:100],
        url=link,
        licence="figures collected by Epoch AI, CC BY 4.0",
        retrieved=context.as_of,
    )
    return source_id, (vendor, vendor or title[:80]), day


def _run(out: Imported, context: ImportContext, row: Row, versions: dict[str, Row]) -> None:
    benchmark = RUNS.get(row["task"])
    value = decimal(row["Best score (across scorers)"])
    if benchmark is None:
        out.leave("benchmark", row["task"], "no canonical name for it")
        return
    if value is None or row.get("Status", "Success") not in ("Success", ""):
        return
    model = scored(out, context, row["model"], _hints(row["model"], versions))
    if model:
        setting = "Epoch's own run"
        report(
            out,
            model,
            Score(benchmark, "acc", value, "fraction", setting, "Epoch AI", False, context.as_of, context.source_id),
        )
