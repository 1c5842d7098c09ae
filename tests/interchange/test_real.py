"""Others' real files: every one is read or refused by name; known figures; items that add up to the scores."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.interchange import detect, formats, stored_runs
from harness.interchange.foreign import task_scores
from harness.interchange.imported_run import ImportedRun, ImportReport, Refused
from harness.interchange.importing import import_path


def runs_in(path: Path) -> list[ImportedRun]:
    found = []
    for unit in detect.find(path):
        if not isinstance(unit, Refused):
            with contextlib.suppress(BadInput):  # refused by name, as another test holds
                found += [r for r in formats.reader(unit)(unit) if isinstance(r, ImportedRun)]
    return found


def score(run: ImportedRun, task: str, metric: str, filter: str = "none") -> float:
    found: float = next(
        r["score"] for r in run.results.to_pylist() if (r["task"], r["metric"], r["filter"]) == (task, metric, filter)
    )
    return found


def by_model(runs: list[ImportedRun]) -> dict[str, ImportedRun]:
    return {r.manifest["model"]["id"]: r for r in runs}


@pytest.fixture(scope="module")
def results(shared: Path) -> Path:
    return shared / "results"


@pytest.mark.parametrize(
    ("folder", "runs", "refused"),
    [
        ("lm_eval_v04", 1, Counter()),
        ("helm", 24, Counter({"describes a HELM release and holds no scores": 6})),
        ("inspect", 8, Counter({"holds no scores and no items": 2})),
        ("evalscope", 3, Counter()),
        ("every_eval_ever", 2, Counter({"is a JSON schema, no results": 2})),
        ("mmlu_per_question", 0, Counter({"names no model": 2})),
        ("eee_fixtures", 6, Counter({"is not in any format that is read": 3})),
    ],
)
def test_every_file_is_read_or_refused_by_name(
    results: Path, tmp_path: Path, folder: str, runs: int, refused: Counter[str]
) -> None:
    report = import_path(results / folder, runs_dir=tmp_path)
    assert len(report.imported) == runs
    assert Counter(r.reason.split(":")[0] for r in report.refused) == refused
    assert all((results / folder / r.file).exists() for r in report.refused)
    again = import_path(results / folder, runs_dir=tmp_path)
    assert (again.imported, sorted(again.existing)) == ((), sorted(report.imported))


@pytest.mark.slow
def test_history_of_lm_eval(results: Path, tmp_path: Path) -> None:
    report = import_path(results / "lm_eval_history", runs_dir=tmp_path)
    assert len(report.imported) == 271  # two sample files of one model and date are one run
    assert {r.reason.split(":")[0] for r in report.refused} == {"names no model"}
    # lm-eval's own test data (one task each, no model), and 14 files of which only a folder says whose they are
    assert len(report.refused) == 67 + 14
    texts = "".join((f / "manifest.json").read_text() for f in report.folders)
    assert "/data/public_models" not in texts and "/home/" not in texts and "pretty_env_info" not in texts


def recomputed(run: ImportedRun) -> Counter[str]:
    """How many scores the items give again to the file's printed digits, or not, or cannot."""
    items: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for s in run.samples.to_pylist():
        if s["value"] is not None:
            items.setdefault((s["task"], s["metric"], s["filter"]), []).append((s["value"], s["weight"]))
    outcome: Counter[str] = Counter()
    for row in run.results.to_pylist():
        pairs = items.get((row["task"], row["metric"], row["filter"]))
        if pairs is None:
            outcome["no items"] += 1
            continue
        made = task_scores.aggregate(row["metric"], [v for v, _ in pairs], [w for _, w in pairs])
        assert made is not None and row["score"] is not None
        outcome["equal" if abs(made - row["score"]) < 5.1e-5 else f"{row['task']} {row['metric']}"] += 1
    return outcome


@pytest.mark.parametrize(
    ("folder", "equal"),
    [("lm_eval_v04", 1), ("evalscope", 24), ("inspect", 5), ("eee_fixtures/inspect", 3), ("eee_fixtures/helm", 8)],
)
def test_scores_recomputed_from_the_items_equal_the_files_own(results: Path, folder: str, equal: int) -> None:
    total: Counter[str] = sum((recomputed(r) for r in runs_in(results / folder)), Counter())
    total.pop("no items", None)
    assert set(total) == {"equal"}, total
    assert total["equal"] >= equal


def test_helm_bbq_items_equal_its_table(results: Path) -> None:
    runs = by_model([r for r in runs_in(results / "helm") if r.samples.num_rows])
    assert len(runs) == 2
    for run in runs.values():
        task = run.results.to_pylist()[0]["task"]
        assert recomputed(run)["equal"] >= 2
        assert score(run, task, "quasi_exact_match") == 0.9
        assert run.samples.num_rows % 50 == 0
    first, second = (set(r.samples.column("doc_hash").to_pylist()) for r in runs.values())
    assert first == second and len(first) == 50  # the same items: they pair


def test_mmlu_known_figures(results: Path, tmp_path: Path) -> None:
    figures = {"checkpoint-0": (0.4741, 0.320), "checkpoint-200": (0.4519, 0.300)}
    for folder, (anatomy, facts) in figures.items():
        report = import_path(results / "mmlu_per_question" / folder, runs_dir=tmp_path, model=f"MLILAB-FedLLM/{folder}")
        run = stored_runs.load(report.imported[0], tmp_path)
        assert run.manifest["model"]["id"] == f"MLILAB-FedLLM/{folder}"
        assert round(score(run, "mmlu_anatomy", "acc"), 4) == anatomy
        assert round(score(run, "mmlu_global_facts", "acc"), 3) == facts


def test_squad_known_figures(results: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSCAPE_HUB", str(shared / "hub"))
    runs = runs_in(results / "squad_predictions")
    figures = sorted((score(r, "xquad_en", "exact_match"), score(r, "xquad_en", "f1")) for r in runs)
    assert [(round(100 * em, 2), round(100 * f, 2)) for em, f in figures] == [(34.54, 45.85), (74.87, 86.32)]
    assert runs[0].samples.num_rows == 2 * 1190


def test_squad_without_its_gold_answers_says_what_to_do(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LANDSCAPE_HUB", raising=False)
    report = import_path(results / "squad_predictions", runs_dir=tmp_path)
    assert len(report.refused) == 2 and all("LANDSCAPE_HUB" in r.reason for r in report.refused)


@pytest.mark.slow
def test_pythia_figures(results: Path, tmp_path: Path) -> None:
    report = import_path(results / "lm_eval_v02_pythia", runs_dir=tmp_path)
    assert len(report.imported) == 378 and not report.refused
    one = results / "lm_eval_v02_pythia/pythia-70m/zero-shot/70m_step1.json"
    (run,) = runs_in(one)
    raw = json.loads(one.read_text())["results"]
    for row in run.results.to_pylist():
        assert row["score"] == raw[row["task"]][row["metric"]]
        assert row["stderr"] == raw[row["task"]].get(f"{row['metric']}_stderr")
    assert run.manifest["model"]["revision"] == "step1"


@pytest.mark.slow
def test_leaderboard_records_become_run_tables(results: Path, tmp_path: Path) -> None:
    report: ImportReport = import_path(results / "eee_leaderboards/hfopenllm_v2.jsonl.gz", runs_dir=tmp_path)
    assert len(report.imported) == 4574 and not report.refused and not report.folders
    assert {p.name.split(".")[-2] for p in report.tables} == {"run", "result", "perf"}


def test_a_record_of_the_leaderboard_is_its_published_row(results: Path, shared: Path) -> None:
    import csv

    with (shared / "market/leaderboards/2025-05-13-huggingface_v2.csv").open(encoding="utf-8-sig") as handle:
        row = next(r for r in csv.DictReader(handle) if r["model_name"] == "0-hero/Matter-0.2-7B-DPO")
    found = by_model(runs_in(results / "eee_leaderboards/hfopenllm_v2.jsonl.gz")[:1])["0-hero/Matter-0.2-7B-DPO"]
    assert score(found, "IFEval", "accuracy") == pytest.approx(float(row["evaluations_ifeval_value"]), abs=5e-5)
    assert score(found, "MMLU-PRO", "accuracy") == pytest.approx(float(row["evaluations_mmlu_pro_value"]), abs=5e-5)


def test_public_leaderboards_as_tables(shared: Path, tmp_path: Path) -> None:
    folder = shared / "market/leaderboards"
    report = import_path(folder / "2025-05-13-huggingface_v1.csv", runs_dir=tmp_path)
    assert report.reported > 6 * 7000 and not report.refused
    import pyarrow.parquet as pq

    table = pq.read_table(report.tables[0]).to_pylist()
    first = [r for r in table if r["model_id"] == "paloalma/Le_Triomphant-ECE-TW3"]
    assert {(r["benchmark"], round(r["score"], 6), r["unit"]) for r in first} >= {
        ("mmlu-open-llm-leaderboard-v1", 0.7781, "fraction"),
        ("gsm8k-open-llm-leaderboard-v1", 0.7983, "fraction"),
    }
    assert {r["as_of"] for r in first} == {"2025-05-13"}
