"""Raw values of published scores and of what tasks cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

from harness.catalog.auditing.raw import (
    DIFFERS,
    SAME,
    Record,
    Verdict,
    compared,
    csv_rows,
    document,
    factor,
    flat,
    likeness,
    number,
    numbers_of,
)
from harness.catalog.tables import Row

V1 = ("arc", "hellaswag", "mmlu", "truthfulqa", "winogrande", "gsm8k")
V2 = ("ifeval", "bbh", "math", "gpqa", "musr", "mmlu_pro")
_FACTS = ("Training compute (FLOP)", "Shots", "Votes", "Release date")  # numbers of a raw row that are no score


def score(market: Path, row: Row, names: set[str], url: str) -> Verdict | None:
    """Raw value of a published score; None where its source is a page and no snapshot."""
    source = row["source_id"]
    if source.startswith("collected-"):
        return _collected(market / "reported_2026" / "reported_scores_2026.csv", row, names, "score")
    records = _records(market, row, url)
    return None if records is None else compared(records, names, row["score"])


def task_cost(market: Path, row: Row, names: set[str]) -> Verdict | None:
    """Raw value of what a task cost; None where its source is a page and no snapshot."""
    return _collected(market / "reported_2026" / "task_costs_2026.csv", row, names, "value")


def _records(market: Path, row: Row, url: str) -> Iterator[Record] | None:
    source = row["source_id"]
    if source.startswith("open-llm-leaderboard-v1"):
        column = max((c for c in V1 if flat(row["benchmark_id"]).startswith(flat(c))), key=len, default="")
        return _board(market, "*huggingface_v1.csv", "fullname", column)
    if source.startswith("open-llm-leaderboard-v2"):
        column = max((c for c in V2 if flat(row["benchmark_id"]).startswith(flat(c))), key=len, default="")
        return _board(market, "*huggingface_v2.csv", "model_name", f"evaluations_{column}_value")
    if source.startswith("arena-"):
        return _board(market, f"{source.removeprefix('arena-')}-*.csv", "model", "arena_score")
    if source.startswith("livebench-"):
        return _livebench(market / "livebench", source.removeprefix("livebench-"), row["benchmark_id"])
    if source.startswith("models-dev-"):
        return _models_dev(market / "models.dev" / f"models-{source.removeprefix('models-dev-')}.json")
    if source.startswith("epoch-hub-"):
        return _wide((market / "epoch_ai" / source.removeprefix("epoch-")).glob("*.csv"), "", row["benchmark_id"])
    if source.startswith("epoch-scores-"):
        return _wide((market / "epoch_ai" / "reported").glob("*.csv"), "", row["benchmark_id"])
    if source.startswith("reported-"):
        return _wide((market / "epoch_ai").glob("*/*.csv"), url, row["benchmark_id"])
    return None


def _board(market: Path, pattern: str, name: str, column: str) -> Iterator[Record]:
    for path in sorted((market / "leaderboards").glob(pattern)):
        for row in csv_rows(path):
            value = number(row.get(column, ""))
            if value is not None:
                yield Record(path.name, row[name], ((column, value),))


def _livebench(folder: Path, edition: str, benchmark: str) -> Iterator[Record]:
    """Mean of the category's tasks; of the categories' means where the benchmark is the whole board."""
    stem = edition.replace("-", "_")
    categories = document(folder / f"categories_{stem}.json")
    middle = re.sub(r"^livebench-?|-?\d{4}-\d\d-\d\d$", "", benchmark)
    wanted = [tasks for category, tasks in categories.items() if not middle or flat(category) == flat(middle)]
    for row in csv_rows(folder / f"table_{stem}.csv"):
        values = [[number(row.get(t, "")) for t in tasks] for tasks in wanted]
        if values and all(v is not None for tasks in values for v in tasks):
            mean = fmean(fmean(v for v in tasks if v is not None) for tasks in values)
            yield Record(f"table_{stem}.csv", row["model"], ((f"mean of {middle or 'all categories'}", mean),))


def _models_dev(path: Path) -> Iterator[Record]:
    for model in document(path).values():
        for entry in model.get("benchmarks", []):
            value = number(entry["score"])
            if value is not None:
                words = " ".join(str(entry[k]) for k in ("name", "version", "harness", "variant") if entry.get(k))
                yield Record(path.name, model["id"], ((words, value),))


def _wide(paths: Iterator[Path], url: str, benchmark: str) -> Iterator[Record]:
    """Rows of Epoch's files of a benchmark, under each of their names; of one cited address where ``url`` is given."""
    for path in sorted(paths):
        for row in csv_rows(path):
            if url and not any(_address(url) == _address(v) for v in row.values() if v.startswith("http")):
                continue
            task = row.get("task") or path.stem.removeprefix("external_benchmark_").removesuffix("_external")
            if not _of_benchmark(task, benchmark):
                continue
            named = {row.get(c, "") for c in ("Model version", "Name", "model", "Agent", "Model name", "Model")}
            if row.get("Model version") == "text-davinci-001" and "GPT-3" in row.get("Name", ""):
                named.add("GPT-3 175B")  # papers that say GPT-3 mean the model of 2020
            for name in sorted(named - {""}):
                shown = f"{path.parent.name}/{path.name}" + (f" ({row['task']})" if row.get("task") else "")
                yield Record(shown, name, numbers_of(row, _FACTS))


# Files of Epoch's whose name does not begin as the benchmark's id does.
_FILES = {
    "arcai2": "arc", "csqa2": "commonsenseqa", "commonsenseqa2": "commonsenseqa", "adversarialnli": "anli",
    "lechmazurwriting": "creativewriting", "deepresearch": "deepresearchbench", "aiderpolyglot": "aider",
    "otismockaime20242025": "otismockaime", "hle": "humanityslastexam",
}  # fmt: skip


def _of_benchmark(task: str, benchmark: str) -> bool:
    """Whether a file's or a run's name is of a benchmark: both begin with the same five letters or digits, or all."""
    file, ours = flat(task), flat(benchmark)
    file = _FILES.get(file, file)
    shared = min(5, len(file), len(ours))
    return file[:shared] == ours[:shared] and ("tier" in file) == ("tier" in ours)


def _address(url: str) -> str:
    """An address without what differs between two writings of it.

    Of an arXiv paper it is the number; of one submission to a board that is a repository, the folder of them all.
    """
    paper = re.search(r"arxiv\.org/\w+/(\d{4}\.\d{4,5})|(github\.com/.+/evaluation/[\d.]+)/", url)
    return paper.group(1) or paper.group(2) if paper else re.sub(r"^https?://(www\.)?|[/#]+$", "", url.strip())


def _collected(path: Path, row: Row, names: set[str], column: str) -> Verdict | None:
    """A hand-collected row of the same source, model, day and effort: the one whose benchmark's name is likest."""
    source = flat(row["source_id"].removeprefix("collected-"))
    raws = [r for r in csv_rows(path) if flat(r["source_id"]) == source]
    if not raws:
        return None
    fits = [r for r in raws if _is_model(r, row["model_id"], names)]
    fits.sort(key=lambda r: (r["as_of"] != row["as_of"], row["effort"] not in r["setting"].lower(),
                             -_shared(r["benchmark"], row["benchmark_id"])))  # fmt: skip
    equal = [r for r in fits if _how(r, row, column) is not None]
    if not fits:
        return Verdict(DIFFERS, f"{path.name}: no record of this model")
    best = (equal or fits)[0]
    how = _how(best, row, column) or ""
    cells = (best["model"], best["benchmark"], best["metric"], best["setting"])
    text = f"{path.name}: {'; '.join(c for c in cells if c)}: {best[column]} {best['unit']}{how}"
    return Verdict(SAME if equal else DIFFERS, text)


def _how(raw: Row, row: Row, column: str) -> str | None:
    """Unit factor between a raw value and the cell; what a whole run cost may be given by task."""
    value, tasks = number(raw[column]), re.fullmatch(r"(\d+) (?:tasks|cases|builds)", row["setting"])
    if value is None:
        return None
    by_task = tasks and factor(value / int(tasks.group(1)), row[column]) == ""
    return f" (÷ {tasks.group(0)})" if tasks and by_task else factor(value, row[column])


def _is_model(raw: Row, model_id: str, names: set[str]) -> bool:
    if model_id in (raw["model_id"], raw["proposed_id"]):
        return True
    return any(likeness(raw[c], names) for c in ("model", "name_in_source") if raw[c])


def _shared(benchmark: str, benchmark_id: str) -> int:
    """How many words of a benchmark's raw name its id has."""
    words = set(re.findall(r"[a-z0-9]+", benchmark.lower()))
    return len(words & set(benchmark_id.split("-")))
