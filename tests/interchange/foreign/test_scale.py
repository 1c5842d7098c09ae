"""Figures beyond the scale of their metric, directions that contradict the list, errors and counts that cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.interchange.foreign.draft import Draft, Score
from harness.interchange.foreign.sample_list import Sample
from harness.interchange.imported_run import ImportedRun
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def finished(*scores: Score, items: dict[str, list[float]] | None = None) -> ImportedRun:
    draft = Draft("lm-eval", "0" * 64, "acme/m", "lm-eval", scores=list(scores))
    for name, values in (items or {}).items():
        draft.samples.extend(Sample("quiz", i, f"{i:064d}", name, value) for i, value in enumerate(values))
    return draft.finish()


@pytest.mark.parametrize(
    ("metric", "figure", "kept"),
    [
        ("acc", 62.5, False),
        ("acc", -1.0, False),
        ("acc", 1.0000001, True),
        ("f1", 62.5, False),
        ("mcc", -0.4, True),
        ("mcc", 40.0, False),
        ("word_perplexity", 0.3, False),
        ("word_perplexity", 62.5, True),
        ("exact", 62.5, True),
        ("reward_of_ours", 62.5, True),
    ],
)
def test_a_figure_beyond_the_range_of_its_metric_is_unknown(metric: str, figure: float, kept: bool) -> None:
    run = finished(Score("quiz", metric, score=figure, stderr=0.01, n=4))
    row = rows(run)["quiz", metric, "none"]
    assert (row["score"], row["stderr"]) == ((figure, 0.01) if kept else (None, None))
    assert ("scale-unknown" in codes(run)) != kept and "not-a-number" not in codes(run)


def test_items_beyond_the_range_pair_with_nobodys() -> None:
    run = finished(Score("quiz", "acc", score=0.5), items={"acc": [100.0, 0.0], "acc_norm": [1.0, 0.0]})
    assert {s["metric"] for s in run.samples.to_pylist()} == {"acc_norm"}
    assert rows(run)["quiz", "acc", "none"]["score"] == 0.5 and "scale-unknown" in codes(run)
    alone = finished(items={"acc": [100.0, 0.0]})
    assert rows(alone)["quiz", "acc", "none"]["score"] is None and alone.samples.num_rows == 0


def test_a_direction_against_the_list_ranks_nothing() -> None:
    scores = [Score("a", "perplexity", score=9.0, higher_is_better=True), Score("b", "novel", higher_is_better=True)]
    run = finished(*scores, Score("c", "perplexity", score=9.0, higher_is_better=False))
    found = {task: row["higher_is_better"] for (task, *_), row in rows(run).items()}
    assert found == {"a": None, "b": True, "c": False}
    assert "direction-differs" in codes(run) and "direction-unknown" not in codes(run)


def test_an_error_that_no_mean_of_the_metric_can_have_is_unknown() -> None:
    run = finished(Score("a", "acc", score=0.6, stderr=1.2), Score("b", "acc", score=0.6, stderr=0.5))
    assert {task: row["stderr"] for (task, *_), row in rows(run).items()} == {"a": None, "b": 0.5}
    (said,) = (v["message"] for v in run.manifest["verdict"] if v["code"] == "error-beyond-scale")
    assert "a: acc 1.2" in said and "b:" not in said


def test_a_file_that_lacks_items_of_its_scores_says_so() -> None:
    run = finished(Score("quiz", "acc", score=0.5, n=100), items={"acc": [1.0, 0.0]})
    assert rows(run)["quiz", "acc", "none"]["n"] == 100 and "item-count-differs" in codes(run)
    assert "item-count-differs" not in codes(finished(Score("quiz", "acc", score=0.5, n=2), items={"acc": [1.0, 0.0]}))


def test_a_record_that_states_its_scale_is_read_by_it(tmp_path: Path, runs_of: Runs) -> None:
    def entry(name: str, metric: str, score: float, most: float) -> dict[str, object]:
        config = {"metric_name": metric, "lower_is_better": False, "min_score": 0, "max_score": most}
        details = {"score": score, "uncertainty": {"standard_error": {"value": score / 50}}}
        return {"evaluation_name": name, "metric_config": config, "score_details": details}

    results = [entry("a", "accuracy", 65.5, 100), entry("b", "accuracy", 0.655, 1), entry("c", "rating", 65.5, 100)]
    (run,) = runs_of(b.write(tmp_path / "r.json", b.eee_record(evaluation_results=results)))
    found = {task: (row["score"], row["stderr"]) for (task, *_), row in rows(run).items()}
    assert found == {"a": (0.655, 0.0131), "b": (0.655, 0.0131), "c": (65.5, 1.31)}


def samples(folder: Path, *outcomes: tuple[int, bool]) -> Path:
    lines = "".join(json.dumps(b.lm_eval_sample(item, right)) + "\n" for item, right in outcomes)
    return b.write(folder / f"samples_toy_{b.DATE}.jsonl", lines)


def test_a_samples_file_written_twice_counts_once(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.lm_eval_run(tmp_path / "r")
    once = [(0, True), (1, True), (2, True), (3, False)]
    samples(folder, *once, *once)
    (run,) = runs_of(folder)
    of_acc = [s for s in run.samples.to_pylist() if s["metric"] == "acc"]
    assert [s["item"] for s in of_acc] == [0, 1, 2, 3] and "repeated-lines" in codes(run)
    assert rows(run)["toy", "acc", "none"]["n"] == 4


def test_the_samples_of_two_runs_in_one_file_are_refused(tmp_path: Path) -> None:
    folder = b.lm_eval_run(tmp_path / "r")
    samples(folder, (0, True), (1, False), (0, False), (1, True))
    report = import_path(folder, runs_dir=tmp_path / "runs")
    assert len(report.imported) == 1 and "several times with different outcomes" in report.refused[0].reason
