"""Epoch AI's collection of reported scores: one CSV a benchmark, with differing columns, shots and source links.

Mapping: each file of ``FILES`` → one benchmark; its columns → score (a per cent sign or a per cent column becomes a
fraction), ``Shots`` → setting, ``Source link`` → a source of its own; ``model_versions.csv`` → owner and release date;
``benchmarks_runs.csv`` → scores that Epoch measured itself.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from harness.catalog.import_context import ImportContext, Imported, SourceFile, decimal
from harness.catalog.importers.collected import stated_effort
from harness.catalog.importers.corrections import version_of
from harness.catalog.importers.scored import Hints, Score, report, scored, table
from harness.catalog.names import spellings
from harness.catalog.names.effort import DEFAULT
from harness.catalog.tables import Row


@dataclass(frozen=True)
class Column:
    """One column of one file: the benchmark (id) of its scores, their scale where no per cent sign states it, their error.

    ``by`` names what sets a test up where one file holds several: ``paper`` (makers' papers, or a leaderboard with prompts
    of its own), ``agent``, ``edition`` of the questions, ``steps`` allowed to the agent; the benchmark's id ends in it.
    """

    benchmark: str
    name: str
    unit: str = "fraction"
    per: int = 100  # what the written figure is divided by
    stderr: str = ""  # the column of its standard error, on the same scale
    by: str = ""


FILES: dict[str, tuple[Column, ...]] = {
    "aider_polyglot": (Column("aider-polyglot", "Percent correct"),),
    "anli": (Column("anli", "Score"),),
    "arc_agi": (Column("arc-agi-1-arc-prize", "Score"),),
    "arc_ai2": (Column("arc-challenge", "Challenge score", by="paper"), Column("arc-easy", "Easy score")),
    "balrog": (Column("balrog", "Average progress", stderr="Average Standard error"),),
    "bbh": (Column("bbh", "Average", by="paper"),),
    "boolq": (Column("boolq", "Score", by="paper"),),
    "cadeval": (Column("cadeval", "Overall pass (%)"),),
    "csqa2": (Column("commonsenseqa-2-0", "Score"),),
    "cybench": (Column("cybench-stanford", "Unguided % Solved"),),
    "deepresearch": (Column("deepresearch-bench", "Average score"),),
    "factorio_learning_environment": (Column("factorio-lab-success", "Lab Success %"),),
    "fictionlivebench": (
        Column("fiction-livebench-16k", "16k token score"),
        Column("fiction-livebench-120k", "120k token score"),
    ),
    "geobench": (Column("geobench-country", "ACW Country %"),),
    "gsm8k": (Column("gsm8k", "EM", by="paper"),),
    "gso_bench": (Column("gso", "Score OPT@1"),),
    "hellaswag": (Column("hellaswag", "Overall accuracy", by="paper"),),
    "lambada": (Column("lambada", "Score"),),
    "lech_mazur_writing": (Column("creative-writing-mazur", "Mean score", "points", 1),),
    "livebench": (Column("livebench", "Global average", by="edition"),),
    "mcbench": (Column("mc-bench", "ELO", "elo", 1),),
    "metr": (
        Column("metr-time-horizon", "Time horizon", "minutes", 1),
        Column("metr-task-success", "average_score", "fraction", 1),
    ),
    "mmlu": (Column("mmlu", "EM", by="paper"),),
    "openbookqa": (Column("openbookqa", "Accuracy"),),
    "os_world": (Column("osworld", "Score", by="steps"),),
    "osuniverse": (Column("osuniverse", "Weighted Score"),),
    "piqa": (Column("piqa", "Score"),),
    "scienceqa": (Column("scienceqa", "Score", by="paper"),),
    "simple_bench": (Column("simplebench", "Score (AVG@5)"),),
    "superglue": (Column("superglue", "Score"),),
    "terminal_bench": (Column("terminal-bench-1-0", "Accuracy mean", stderr="Accuracy SE", by="agent"),),
    "the_agent_company": (Column("theagentcompany", "% Resolved"),),
    "triviaqa": (Column("triviaqa", "EM"),),
    "videomme": (Column("video-mme-board", "Overall (no subtitles)"),),
    "vpct": (Column("vpct", "Correct"),),
    "weirdml": (Column("weirdml", "Accuracy"),),
    "winogrande": (Column("winogrande", "Accuracy", by="paper"),),
}
# Leaderboards that ran a benchmark with prompts of their own, by their address.
_BOARDS = (
    ("crfm.stanford.edu/helm/lite", "helm-lite"),
    ("crfm.stanford.edu/helm/classic", "helm-classic"),
    ("rowanzellers.com/hellaswag", "board"),
    ("scienceqa.github.io/leaderboard", "board"),
)
_AGENTS = {"codex-cli": "codex"}  # other spellings of an agent's name
RUNS = {
    "GPQA diamond": "gpqa-diamond-epoch",
    "MATH level 5": "math-level-5-epoch",
    "OTIS Mock AIME 2024-2025": "otis-mock-aime-2024-2025",
    "FrontierMath-2025-02-28-Private": "frontiermath",
    "FrontierMath-Tier-4-2025-07-01-Private": "frontiermath-tier-4-epoch",
    "SWE-Bench verified": "swe-bench-verified-epoch",
    "SWE-Bench Verified": "swe-bench-verified-epoch",
    "SimpleQA Verified": "simpleqa-verified",
    "Chess Puzzles": "chess-puzzles",
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
_EDITIONS = {"gpt-5.1_high": "2025-05-30"}  # rows of another edition of LiveBench than they state, by its tables
REVISED_MONTHS = 12  # a later version of a paper adds models that came out since
_ASKED = re.compile(r"\(([^()]*)\)$|-(thinking)$")  # Opus 4.6 (High), gpt-5.1-thinking
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
    version = version_of(row)
    if not written or not version:
        return
    value = decimal(written.rstrip("%"))
    if value is None:
        out.leave("score", f"{column.benchmark}: {version}: {written}", "not a number")
        return
    if column.name == "Easy score" and written == row.get("Challenge score"):
        out.leave("score", f"{column.benchmark}: {version}: {written}", "the figure of ARC-Challenge copied")
        return
    model = scored(out, context, version, _hints(version, versions))
    if model is None:
        return
    source, author, day = cited(out, context, row)
    released = context.names.released.get(model.model_id, "")
    if released > day and source != context.source_id:
        if months_between(day, released) > REVISED_MONTHS:
            out.leave("score", f"{column.benchmark}: {version}", f"in a paper of {day[:7]}, before the model's release")
            return
        day = released  # of a paper only the month of its first version is known
    parts = [shots(row.get("Shots", "")), *(f"{k.lower()} {row[k]}" for k in ("Agent", "Scaffold") if row.get(k))]
    scale = 100 if written.endswith("%") else column.per
    error = decimal(row.get(column.stderr, "").rstrip("%")) if column.stderr else None
    report(
        out,
        context,
        model,
        Score(
            _benchmark(column, row),
            value / scale,
            column.unit,
            "; ".join(p for p in parts if p),
            author[1],
            author[0] == model.vendor_id,
            day,
            source,
            None if error is None else error / scale,
            "secondary",
            noted_effort(row) if model.effort == DEFAULT else "",
        ),
    )


def noted_effort(row: Row) -> str:
    """The effort that a row states elsewhere than in its version; empty where it states none."""
    named = _ASKED.search(row.get("Name", "").strip())
    note = row.get("Notes", "").split(".")[0].strip().lower()
    note = re.sub(r"^announcement (?:confirms|clarifies this is with) |: https?://.*", "", note)
    note = "" if "unknown" in note else note.removeprefix("adaptive ").removesuffix(" version")
    for text in (named[1] or named[2] if named else "", note):
        asked, rest = stated_effort(text)
        if asked != DEFAULT and not rest:
            return asked
    return "thinking" if row.get("Model version", "").endswith("-reasoner") else ""


def months_between(first: str, last: str) -> int:
    """Months from one ISO day to a later one."""
    return 12 * (int(last[:4]) - int(first[:4])) + int(last[5:7]) - int(first[5:7])


def _benchmark(column: Column, row: Row) -> str:
    """Id of a row's benchmark: a test that several set up is one benchmark for each."""
    if column.by == "agent":
        agent = spellings.slug(row.get("Agent", ""))
        return f"{column.benchmark}-{_AGENTS.get(agent, agent)}"
    if column.by == "steps":
        steps = re.search(r"\((\d+) steps\)", row.get("Agent", ""))
        return f"{column.benchmark}-{steps.group(1)}-steps" if steps else column.benchmark
    if column.by == "edition":
        edition = row.get("LiveBench Version", "").removeprefix("LiveBench-")
        return f"{column.benchmark}-{_EDITIONS.get(row.get('id', ''), edition)}"
    if column.by == "paper":
        link = next((row[c] for c in _LINKS if row.get(c)), "")
        return f"{column.benchmark}-{next((board for address, board in _BOARDS if address in link), 'vendor')}"
    return column.benchmark


def shots(text: str) -> str:
    """Number of examples before the question, as settings write it; other words as they stand."""
    count = re.match(r"(\d+)", text)
    return f"{count.group(1)}-shot" if count else text


def cited(out: Imported, context: ImportContext, row: Row) -> tuple[str, tuple[str, str], str]:
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
        scorer = re.search(rf"{re.escape(row['Best score (across scorers)'][:4])}\d*±([\d.]+)", row.get("Scores", ""))
        error = decimal(scorer.group(1)) if scorer else None
        day = _day(row.get("started_at", "")) or context.as_of
        score = Score(benchmark, value, "fraction", "Epoch's own run", "Epoch AI", False, day, context.source_id, error)
        report(out, context, model, score)


def _day(text: str) -> str:
    """``17 November 2025 4:28pm`` as an ISO day; empty where it is none."""
    try:
        return dt.datetime.strptime(" ".join(text.split()[:3]), "%d %B %Y").date().isoformat()
    except ValueError:
        return ""
