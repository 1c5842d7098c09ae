"""Scores of an Inspect log: reducers, several scorers, keys of values, standard errors, groups, samples without a score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.interchange.imported_run import ImportedRun
from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def sample(name: object, epoch: int, value: Any, scorer: str = "judge", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "epoch": epoch,
        "input": f"What is {name}?",
        "target": "x",
        "scores": {scorer: {"value": value}},
        **more,
    }


def log(scores: Sequence[dict[str, Any]], samples: Sequence[dict[str, Any]], **config: Any) -> dict[str, Any]:
    base = b.inspect_log()
    eval_ = {**base["eval"], "config": config}
    results = {"total_samples": len(samples), "completed_samples": len(samples), "scores": list(scores)}
    return {**base, "eval": eval_, "results": results, "samples": list(samples)}


def score(value: float, name: str = "judge", metric: str = "accuracy", **more: Any) -> dict[str, Any]:
    metrics = {metric: {"name": metric, "value": value}, "stderr": {"name": "stderr", "value": 0.25}}
    return {"name": name, "scorer": name, "metrics": metrics, **more}


def item_values(run: ImportedRun, metric: str, filter: str) -> list[float]:
    return [s["value"] for s in run.samples.to_pylist() if (s["metric"], s["filter"]) == (metric, filter)]


EPOCHS = [sample(i, e, v) for i, grades in (("p", "ICI"), ("q", "CCI")) for e, v in enumerate(grades, 1)]


@pytest.mark.parametrize(
    ("reducer", "values"),
    [
        ("mean", [1 / 3, 2 / 3]),
        ("mode", [0.0, 1.0]),
        ("median", [0.0, 1.0]),
        ("max", [1.0, 1.0]),
        ("at_least_2", [0.0, 1.0]),
        ("pass_at_2", [2 / 3, 1.0]),
        ("pass_k_2", [0.0, 1 / 3]),
    ],
)
def test_items_are_reduced_as_their_row_is(tmp_path: Path, runs_of: Runs, reducer: str, values: list[float]) -> None:
    scores = [score(0.5, reducer="mean"), score(sum(values) / 2, reducer=reducer)]
    (run,) = runs_of(b.write(tmp_path / "a.json", log(scores if reducer != "mean" else scores[1:], EPOCHS, epochs=3)))
    name = "none" if reducer == "mean" else reducer
    assert item_values(run, "accuracy", name) == pytest.approx(values)
    assert (rows(run)["quiz", "accuracy", name]["n"], rows(run)["quiz", "accuracy", name]["stderr"]) == (2, 0.25)
    assert "items-differ" not in codes(run)


def test_an_unknown_reducer_has_a_row_without_items_unless_the_log_holds_the_reduced_values(
    tmp_path: Path, runs_of: Runs
) -> None:
    plain = log([score(0.9, reducer="trimmed_mean")], EPOCHS, epochs=3)
    (run,) = runs_of(b.write(tmp_path / "a.json", plain))
    assert rows(run)["quiz", "accuracy", "trimmed_mean"]["n"] == 2 and run.samples.num_rows == 0
    assert "reducer-unknown" in codes(run)
    reduced = [{"sample_id": "q", "value": 1.0}, {"sample_id": "p", "value": 0.8}]
    stored = {**plain, "reductions": [{"scorer": "judge", "reducer": "trimmed_mean", "samples": reduced}]}
    (run,) = runs_of(b.write(tmp_path / "b.json", stored))
    assert item_values(run, "accuracy", "trimmed_mean") == [0.8, 1.0] and "reducer-unknown" not in codes(run)


def test_a_single_reducer_that_is_no_mean_is_another_filter_than_the_mean(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.write(tmp_path / "a.json", log([score(1.0, reducer="max")], EPOCHS, epochs=3)))
    assert set(rows(run)) == {("quiz", "accuracy", "max")}


def test_n_counts_items_where_the_file_counts_epochs(tmp_path: Path, runs_of: Runs) -> None:
    (with_items,) = runs_of(b.write(tmp_path / "a.json", log([score(0.5)], EPOCHS, epochs=3)))
    bare = log([score(0.5)], EPOCHS, epochs=3)
    del bare["samples"]
    (without,) = runs_of(b.write(tmp_path / "b.json", bare))
    assert [rows(r)["quiz", "accuracy", "none"]["n"] for r in (with_items, without)] == [2, 2]


def test_keys_of_a_scorers_values_are_rows_with_their_own_items(tmp_path: Path, runs_of: Runs) -> None:
    samples = [sample(i, 1, {"clear": i / 4, "brief": 1 - i / 4}) for i in range(4)]
    scores = [
        {**score(0.375, "clear", "mean"), "scorer": "judge"},
        {**score(0.625, "brief", "mean"), "scorer": "judge"},
    ]
    (run,) = runs_of(b.write(tmp_path / "a.json", log(scores, samples)))
    assert set(rows(run)) == {("quiz", "mean", "clear"), ("quiz", "mean", "brief")}
    assert item_values(run, "mean", "brief") == [1.0, 0.75, 0.5, 0.25]


def test_keys_of_the_same_name_of_two_scorers_stay_apart(tmp_path: Path, runs_of: Runs) -> None:
    samples = [
        {
            "id": i,
            "epoch": 1,
            "input": f"Q{i}",
            "target": "x",
            "scores": {"a": {"value": {"k": 1.0}}, "b": {"value": {"k": 0.0}}},
        }
        for i in range(2)
    ]
    scores = [{**score(v, "k"), "scorer": s} for s, v in (("a", 1.0), ("b", 0.0))]
    (run,) = runs_of(b.write(tmp_path / "a.json", log(scores, samples)))
    assert {k[2]: r["score"] for k, r in rows(run).items()} == {"a/k": 1.0, "b/k": 0.0}
    assert item_values(run, "accuracy", "b/k") == [0.0, 0.0]


def test_standard_errors_and_spreads_are_no_scores(tmp_path: Path, runs_of: Runs) -> None:
    metrics = {
        "inst_acc": 0.5, "inst_stderr": 0.07, "final_acc": 0.6, "final_stderr": 0.08, "std": 0.4, "var": 0.2,
        "accuracy": 0.75, "bootstrap_stderr": 0.09,
    }  # fmt: skip
    entry = {"name": "judge", "scorer": "judge", "metrics": {k: {"name": k, "value": v} for k, v in metrics.items()}}
    (run,) = runs_of(b.write(tmp_path / "a.json", log([entry], [sample(i, 1, "CCCI"[i]) for i in range(4)])))
    assert {k[1]: r["stderr"] for k, r in rows(run).items()} == {"inst_acc": 0.07, "final_acc": 0.08, "accuracy": 0.09}


def test_rows_of_groups_count_their_own_items(tmp_path: Path, runs_of: Runs) -> None:
    samples = [sample(i, 1, "CCCI"[i], metadata={"subject": "law" if i == 3 else "art"}) for i in range(4)]
    grouped = {"group_key": "subject", "metric": {"type": "metric", "name": "accuracy"}}
    errors = {"group_key": "subject", "metric": "inspect_ai/stderr"}
    metrics = {
        "art": {"name": "art", "value": 1.0, "params": grouped}, "law": {"name": "law", "value": 0.0, "params": grouped},
        "all": {"name": "all", "value": 0.75, "params": grouped}, "art2": {"name": "art2", "value": 0.1, "params": errors},
        "law2": {"name": "law2", "value": 0.0, "params": errors}, "all2": {"name": "all2", "value": 0.3, "params": errors},
    }  # fmt: skip
    (run,) = runs_of(
        b.write(tmp_path / "a.json", log([{"name": "judge", "scorer": "judge", "metrics": metrics}], samples))
    )
    found = {k[1]: (r["score"], r["stderr"], r["n"]) for k, r in rows(run).items()}
    assert found == {"art": (1.0, 0.1, 3), "law": (0.0, 0.0, 1), "all": (0.75, 0.3, 4)}
    assert item_values(run, "all", "none") == [1.0, 1.0, 1.0, 0.0]


def test_failed_and_unscored_samples_are_counted_and_said(tmp_path: Path, runs_of: Runs) -> None:
    samples = [sample(0, 1, "C"), sample(1, 1, float("nan")), sample(2, 1, None), sample(3, 1, "I")]
    samples.append({**sample(4, 1, "C"), "scores": {}, "error": {"message": "down"}})
    (run,) = runs_of(b.write(tmp_path / "a.json", log([score(0.5, scored_samples=2, unscored_samples=2)], samples)))
    assert rows(run)["quiz", "accuracy", "none"]["n"] == 2 and item_values(run, "accuracy", "none") == [1.0, 0.0]
    (note,) = [v["message"] for v in run.manifest["verdict"] if v["code"] == "unscored-samples"]
    assert "3 of 5 samples are not scored, 1 of them ended with an error" in note
    assert run.manifest["partial"] and run.manifest["valid"]


def test_epochs_that_failed_are_said_though_their_samples_are_scored(tmp_path: Path, runs_of: Runs) -> None:
    samples = [sample(0, 1, "C"), {**sample(0, 2, "C"), "scores": {}, "error": {"message": "down"}}]
    (run,) = runs_of(b.write(tmp_path / "a.json", log([score(1.0)], samples, epochs=2)))
    assert rows(run)["quiz", "accuracy", "none"]["n"] == 1
    assert run.manifest["partial"] and "unscored-epochs" in codes(run)


def test_scores_of_failed_samples_count_where_the_files_number_says_so(tmp_path: Path, runs_of: Runs) -> None:
    samples = [sample(0, 1, "C"), sample(1, 1, "I", error={"message": "late"})]
    (counted,) = runs_of(b.write(tmp_path / "a.json", log([score(0.5, scored_samples=2)], samples)))
    (apart,) = runs_of(b.write(tmp_path / "b.json", log([score(1.0, scored_samples=1)], samples)))
    assert item_values(counted, "accuracy", "none") == [1.0, 0.0] and item_values(apart, "accuracy", "none") == [1.0]
    assert not counted.manifest["partial"] and apart.manifest["partial"]


def test_scorers_without_results_stay_apart(tmp_path: Path, runs_of: Runs) -> None:
    samples = [
        {"id": i, "epoch": 1, "input": f"Q{i}", "scores": {"a": {"value": 1}, "b": {"value": 0}}} for i in range(2)
    ]
    (run,) = runs_of(b.write(tmp_path / "a.json", {**log([], samples), "results": None, "status": "cancelled"}))
    assert {k[2]: r["score"] for k, r in rows(run).items()} == {"a": 1.0, "b": 0.0}
    assert not run.manifest["valid"] and run.manifest["partial"]


def test_keys_of_values_go_to_the_metric_of_their_mean_and_name(tmp_path: Path, runs_of: Runs) -> None:
    values = [
        {"prompt_strict": 1.0, "prompt_loose": 1.0, "words": 7},
        {"prompt_strict": 0.0, "prompt_loose": 0.0, "words": 8},
    ]
    metrics = {m: {"name": m, "value": 0.5} for m in ("prompt_strict_acc", "prompt_loose_acc")}
    entry = {"name": "judge", "scorer": "judge", "metrics": metrics}
    (run,) = runs_of(b.write(tmp_path / "a.json", log([entry], [sample(i, 1, v) for i, v in enumerate(values)])))
    assert set(rows(run)) == {("quiz", "prompt_strict_acc", "none"), ("quiz", "prompt_loose_acc", "none")}
    assert item_values(run, "prompt_strict_acc", "none") == [1.0, 0.0] and "keys-unused" in codes(run)


def test_several_values_of_one_name_are_left_out_with_their_items(tmp_path: Path, runs_of: Runs) -> None:
    samples = [sample(i, 1, "CI"[i]) for i in range(2)]
    scores = [score(0.5), score(0.9), score(0.25, metric="f1")]
    (run,) = runs_of(b.write(tmp_path / "a.json", log(scores, samples)))
    assert {k[1] for k in rows(run)} == {"f1", "score"} and "several-values" in codes(run)
    assert "0.5, 0.9" in run.manifest["left_out"][0]["reason"] and item_values(run, "accuracy", "none") == []


def test_an_infinite_grade_leaves_its_score_unknown_over_all_items(tmp_path: Path, runs_of: Runs) -> None:
    samples = [sample(0, 1, float("inf")), sample(1, 1, 1.0)]
    (run,) = runs_of(b.write(tmp_path / "a.json", log([score(float("inf"), metric="mean")], samples)))
    assert (rows(run)["quiz", "mean", "none"]["score"], rows(run)["quiz", "mean", "none"]["n"]) == (None, 2)
    assert item_values(run, "mean", "none") == [None, 1.0]


def test_grades_in_lists_are_scored_but_no_single_number(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.write(tmp_path / "a.json", log([score(0.5)], [sample(i, 1, [i, 1]) for i in range(2)])))
    assert not run.manifest["partial"] and "graded-otherwise" in codes(run) and run.samples.num_rows == 0


def test_a_score_without_a_value_is_none(tmp_path: Path, runs_of: Runs) -> None:
    samples = [sample(0, 1, "C"), {**sample(1, 1, "C"), "scores": {"judge": {"answer": "x"}}}]
    (run,) = runs_of(b.write(tmp_path / "a.json", log([score(1.0)], samples)))
    assert item_values(run, "accuracy", "none") == [1.0] and run.manifest["partial"]
