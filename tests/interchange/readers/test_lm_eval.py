"""lm-eval's results and samples, old and new: scores, filters, items, and which files make one run."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from harness.analysis.statistics.uncertainty import with_intervals
from harness.interchange import stored_runs
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def test_lm_eval_keeps_filters_apart_and_counts_items(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.lm_eval_run(tmp_path / "r"))
    found = rows(run)
    assert found["toy", "acc", "none"]["score"] == 0.75
    assert found["toy", "acc", "none"]["n"] == 4
    assert found["toy", "acc", "strict"]["score"] == 0.5
    assert found["toy", "acc", "strict"]["stderr"] is None
    assert found["toy", "acc", "none"]["num_fewshot"] == 5
    assert found["grp", "acc", "none"]["stderr"] is None
    assert run.samples.num_rows == 8
    assert run.manifest["suite"]["tasks"][0]["group"] == "grp"


def test_lm_eval_model_dtype_and_date_without_local_folders(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.lm_eval_run(tmp_path / "r"))
    manifest = run.manifest
    assert manifest["model"]["id"] == "acme/tiny-1b"
    assert manifest["dtype"] == "fp16"
    assert manifest["model"]["revision"] == "abc123"
    assert run.run_id.startswith("20250318T013956Z-tiny-1b-lm-eval-")
    assert manifest["origin"] == "imported" and manifest["engine"]["name"] == "imported"
    text = json.dumps(manifest)
    assert "ann" not in text and "secret-box" not in text


def test_lm_eval_counts_of_a_group_are_no_task(tmp_path: Path, runs_of: Runs) -> None:
    """lm-eval 0.4.13 writes ``sample_count`` into the row of a group."""
    document = b.lm_eval_results()
    document["results"]["grp"]["sample_count"] = {"acc,none": 4}
    (run,) = runs_of(b.write(tmp_path / f"results_{b.DATE}.json", document))
    assert {task for task, _, _ in rows(run)} == {"toy", "grp"}
    assert rows(run)["grp", "acc", "none"]["n"] == 4
    assert "shots-unknown" not in codes(run)  # those of a group are its tasks'


def test_lm_eval_results_under_a_name_of_ones_own_have_their_samples(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.lm_eval_run(tmp_path / "r")
    (folder / f"results_{b.DATE}.json").rename(folder / f"my_{b.DATE}.json")  # --output_path r/my.json
    (run,) = runs_of(folder)
    assert run.samples.num_rows == 8 and rows(run)["toy", "acc", "none"]["num_fewshot"] == 5


@pytest.mark.parametrize("broken", ["samples", "results"])
def test_a_broken_part_of_a_run_leaves_the_rest(tmp_path: Path, broken: str) -> None:
    folder = b.lm_eval_run(tmp_path / "acme__r")
    b.write(folder / f"samples_play_{b.DATE}.jsonl", (folder / f"samples_toy_{b.DATE}.jsonl").read_text())
    name = f"samples_toy_{b.DATE}.jsonl" if broken == "samples" else f"results_{b.DATE}.json"
    b.write(folder / name, "{")
    report = import_path(folder, runs_dir=tmp_path / "runs")
    assert [r.file for r in report.refused][0] == name and len(report.imported) >= 1
    runs = [stored_runs.load(run_id, tmp_path / "runs") for run_id in report.imported]
    assert {s["task"] for run in runs for s in run.samples.to_pylist()} >= {"play"}
    if broken == "samples":
        assert rows(runs[0])["toy", "acc", "none"]["score"] == 0.75 and "items-unread" in codes(runs[0])


def test_a_score_that_its_items_contradict_is_said(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.lm_eval_run(tmp_path / "r")
    document = b.lm_eval_results()
    document["results"]["toy"]["acc,none"] = 0.9
    b.write(folder / f"results_{b.DATE}.json", document)
    (run,) = runs_of(folder)
    assert "items-differ" in codes(run)
    assert rows(run)["toy", "acc", "none"]["score"] == 0.9


def test_old_lm_eval(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.write(tmp_path / "x_step1.json", b.old_results()))
    assert rows(run)["piqa", "acc_norm", "none"]["score"] == 0.61
    assert run.manifest["suite"]["name"] == "lm-eval-old"
    assert run.manifest["model"]["revision"] == "step1"
    assert {"version-unknown", "no-items"} <= codes(run)
    assert run.run_id.startswith("00000000T000000Z-")


def test_nested_groups_of_lm_eval(tmp_path: Path, runs_of: Runs) -> None:
    nested = {"bbh": {"bbh": {"acc,none": 0.5}, "bbh_a": {"acc,none": 1.0}}}
    document = {
        "params": {"model_args": "pretrained=acme/t", "limit": 10},
        "tasks": {},
        "results": nested,
        "versions": {},
    }
    (run,) = runs_of(b.write(tmp_path / "x.json", document))
    assert rows(run)["bbh_a", "acc", "none"]["score"] == 1.0
    assert rows(run)["bbh", "acc", "none"]["score"] == 0.5
    assert run.manifest["partial"] and run.manifest["plan"]["limit"] == 10


def test_infinity_is_an_unknown_score(tmp_path: Path, runs_of: Runs) -> None:
    text = json.dumps(b.old_results()).replace("0.61", "Infinity")
    (run,) = runs_of(b.write(tmp_path / "x.json", text))
    assert rows(run)["piqa", "acc_norm", "none"]["score"] is None
    assert "not-a-number" in codes(run)


def test_a_metric_of_unknown_direction_keeps_its_score_and_says_so(tmp_path: Path, runs_of: Runs) -> None:
    document = b.old_results()
    document["results"] = {"toy": {"sparkle": 0.5}}
    (run,) = runs_of(b.write(tmp_path / "r.json", document))
    row = rows(run)["toy", "sparkle", "none"]
    assert row["score"] == 0.5 and row["higher_is_better"] is None
    assert run.manifest["tasks"][0]["higher_is_better"] is None
    assert "direction-unknown" in codes(run)


def test_f1_of_squad_2_becomes_a_share_and_lies_in_its_interval(tmp_path: Path, runs_of: Runs) -> None:
    document = b.old_results()
    document["results"] = {"squad2": {"exact": 16.44, "f1": 24.06, "f1_stderr": 0.5}, "coqa": {"f1": 0.6}}
    (run,) = runs_of(b.write(tmp_path / "r.json", document))
    scores = rows(run)
    f1 = scores["squad2", "f1", "none"]
    assert (f1["score"], f1["stderr"]) == pytest.approx((0.2406, 0.005))
    assert (scores["squad2", "exact", "none"]["score"], scores["coqa", "f1", "none"]["score"]) == (16.44, 0.6)
    (row,) = with_intervals(pd.DataFrame([f1 | {"n": 100}])).to_dict("records")
    assert row["low"] < row["score"] < row["high"] < 0.26


def _write_run(folder: Path, metrics: dict[str, object], values: list[object], **more: object) -> Path:
    """A results file of the task ``toy`` and its samples, one value an item of the first metric."""
    document = b.lm_eval_results(**more)
    document["results"] = {"toy": {"alias": "toy", **metrics}}
    document["group_subtasks"] = {}
    b.write(folder / f"results_{b.DATE}.json", document)
    name = next(iter(metrics)).split(",")[0]
    lines = []
    for item, value in enumerate(values):
        line = {k: v for k, v in b.lm_eval_sample(item, True).items() if k != "acc"}
        lines.append(json.dumps({**line, "metrics": [name], name: value}) + "\n")
    b.write(folder / f"samples_toy_{b.DATE}.jsonl", "".join(lines))
    return folder


@pytest.mark.parametrize("stated", [float("inf"), float("nan"), None, "N/A", "Infinity", "about 2.5", 10**400])
def test_a_score_that_is_no_number_stays_unknown_with_all_its_items(
    tmp_path: Path, runs_of: Runs, stated: object
) -> None:
    values = [2.0, float("inf"), None if stated == "N/A" else float("nan"), 4.0]
    (run,) = runs_of(_write_run(tmp_path / "r", {"rmse,none": stated, "rmse_stderr,none": 0.3}, values))
    row = rows(run)["toy", "rmse", "none"]
    assert (row["score"], row["stderr"], row["n"], row["higher_is_better"]) == (None, None, 4, False)
    assert [s["value"] for s in run.samples.to_pylist()] == [2.0, None, None, 4.0]
    assert "not-a-number" in codes(run)


def test_items_alone_make_no_score_where_one_of_them_is_no_number(tmp_path: Path, runs_of: Runs) -> None:
    folder = _write_run(tmp_path / "acme__tiny", {"mse,none": 1.0}, [1.0, float("inf"), 3.0])
    (folder / f"results_{b.DATE}.json").unlink()
    (run,) = runs_of(folder)
    row = rows(run)["toy", "mse", "none"]
    assert (row["score"], row["n"]) == (None, 3) and "not-a-number" in codes(run)


def test_a_group_of_no_number_stays_unknown(tmp_path: Path, runs_of: Runs) -> None:
    text = json.dumps(b.lm_eval_results()).replace('"acc,none": 0.75, "acc_stderr,none": " "', '"acc,none": NaN')
    (run,) = runs_of(b.write(tmp_path / f"results_{b.DATE}.json", text))
    assert rows(run)["grp", "acc", "none"]["score"] is None and "not-a-number" in codes(run)
    assert rows(run)["toy", "acc", "none"]["score"] == 0.75


def test_predictions_without_scores_are_no_run(tmp_path: Path) -> None:
    folder = _write_run(tmp_path / "acme__tiny", {"bypass,none": 999, "bypass_stderr,none": "N/A"}, [999] * 3)
    report = import_path(folder, runs_dir=tmp_path / "runs")
    assert not report.imported and "predictions only" in report.refused[0].reason
    (folder / f"results_{b.DATE}.json").unlink()
    report = import_path(folder, runs_dir=tmp_path / "runs")
    assert not report.imported and "predictions only" in report.refused[0].reason


def test_predictions_beside_scores_are_left_out_by_name(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.lm_eval_run(tmp_path / "r")
    document = b.lm_eval_results()
    document["results"]["later"] = {"alias": "later", "bypass,none": 999}
    b.write(folder / f"results_{b.DATE}.json", document)
    (run,) = runs_of(folder)
    assert run.manifest["partial"] and [left["task"] for left in run.manifest["left_out"]] == ["later"]
    assert "later" not in {task for task, _, _ in rows(run)}


def test_spreads_are_no_scores(tmp_path: Path, runs_of: Runs) -> None:
    metrics = {"acc,none": 0.75, "acc_stderr,none": 0.2, "acc_std,none": 0.4, "acc_var,none": 0.1, "std,none": 1.0}
    (run,) = runs_of(_write_run(tmp_path / "r", metrics, [1, 1, 1, 0]))
    assert set(rows(run)) == {("toy", "acc", "none")}


def test_an_adapter_is_another_model_than_its_base(tmp_path: Path, runs_of: Runs) -> None:
    for name, extra in (("base", ""), ("tuned", ",peft=lab/lora")):
        document = b.lm_eval_results(model_name="lab/lora" if extra else "acme/tiny")
        document["config"]["model_args"] = f"pretrained=acme/tiny,dtype=float16{extra}"
        b.write(tmp_path / f"in/{name}/results_{b.DATE}.json", document)
    base, tuned = sorted(runs_of(tmp_path / "in"), key=lambda run: len(run.manifest["model"]["id"]))
    assert (base.manifest["model"]["id"], tuned.manifest["model"]["id"]) == ("acme/tiny", "acme/tiny+lab/lora")
    assert tuned.manifest["model"]["base"] == "acme/tiny" and tuned.manifest["model"]["revision"] is None


def test_a_quantised_load_says_so_in_name_and_record(tmp_path: Path, runs_of: Runs) -> None:
    document = b.lm_eval_results()
    document["config"]["model_args"] = {"pretrained": "acme/tiny", "load_in_4bit": True}
    (run,) = runs_of(b.write(tmp_path / f"results_{b.DATE}.json", document))
    model = run.manifest["model"]
    assert (model["id"], model["quantisation"], model["revision"]) == ("acme/tiny (4-bit)", "4-bit", "abc123+4bit")


def test_a_chat_template_and_a_system_prompt_make_another_suite_version(tmp_path: Path, runs_of: Runs) -> None:
    more: list[dict[str, object]] = [{}, {"chat_template": "{{ x }}"}, {"system_instruction": "Be brief."}]
    for i, extra in enumerate(more):
        b.write(tmp_path / f"in/{i}/results_{b.DATE}.json", b.lm_eval_results(**extra))
    runs = runs_of(tmp_path / "in")
    assert len({run.manifest["suite"]["version"] for run in runs}) == 3
    assert sorted(run.manifest["chat_template"] for run in runs) == [False, False, True]


def test_another_tokenizer_and_a_coarser_cache_are_conditions(tmp_path: Path, runs_of: Runs) -> None:
    for i, more in enumerate(("", ",tokenizer=acme/tiny", ",tokenizer=acme/other", ",kv_cache_dtype=fp8")):
        document = b.lm_eval_results()
        document["config"]["model_args"] = f"pretrained=acme/tiny{more}"
        b.write(tmp_path / f"in/{i}/results_{b.DATE}.json", document)
    runs = runs_of(tmp_path / "in")
    assert len(runs) == 4 and len({run.manifest["suite"]["version"] for run in runs}) == 3


def test_a_file_without_a_model_asks_for_one_and_takes_it_for_one_run(tmp_path: Path) -> None:
    folder = tmp_path / "five-shot"
    for i in range(2):
        document = b.old_results()
        document["config"] |= {"model": "gpt3", "model_args": "", "num_fewshot": i}
        b.write(folder / f"{i}.json", document)
    report = import_path(folder, runs_dir=tmp_path / "runs")
    assert {r.reason for r in report.refused} == {"names no model: say which with --model NAME"}
    report = import_path(folder / "0.json", runs_dir=tmp_path / "runs", model="acme/old")
    (run,) = [stored_runs.load(run_id, tmp_path / "runs") for run_id in report.imported]
    assert run.manifest["model"]["id"] == "acme/old" and "model-given" in codes(run)
    report = import_path(folder, runs_dir=tmp_path / "more", model="acme/old")
    assert len(report.imported) == 1 and "one by one" in report.refused[0].reason
    named = b.write(tmp_path / "named.json", b.old_results())
    report = import_path(named, runs_dir=tmp_path / "more", model="acme/old")
    assert not report.imported and "names its model itself (acme/old" in report.refused[0].reason


def test_checkpoints_of_another_backend_are_models_of_their_own(tmp_path: Path, runs_of: Runs) -> None:
    for name, step in (("small", 10), ("large", 20)):
        document = b.old_results()
        document["config"]["model_args"] = {"load": f"/mnt/ck/{name}-net", "iteration": step}
        b.write(tmp_path / f"five-shot/{name}.json", document)
    models = {(r.manifest["model"]["id"], r.manifest["model"]["revision"]) for r in runs_of(tmp_path / "five-shot")}
    assert models == {("small-net", "iteration-10"), ("large-net", "iteration-20")}


def test_a_metric_over_a_corpus_does_not_cost_the_run_its_other_items(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.lm_eval_run(tmp_path / "r")
    document = b.lm_eval_results()
    document["results"]["tags"] = {"alias": "tags", "f1,none": 0.25, "f1_stderr,none": "N/A"}
    b.write(folder / f"results_{b.DATE}.json", document)
    line = {k: v for k, v in b.lm_eval_sample(0, True).items() if k != "acc"}
    lines = [json.dumps({**line, "doc_id": i, "metrics": ["f1"], "f1": ["A", ["B"]]}) + "\n" for i in range(5)]
    b.write(folder / f"samples_tags_{b.DATE}.jsonl", "".join(lines))
    (run,) = runs_of(folder)
    assert not run.manifest["partial"] and "corpus-metrics" in codes(run)
    assert (rows(run)["tags", "f1", "none"]["score"], rows(run)["tags", "f1", "none"]["n"]) == (0.25, 5)
    assert {s["task"] for s in run.samples.to_pylist()} == {"toy"}


def test_a_part_of_a_tasks_items_makes_the_run_partial(tmp_path: Path, runs_of: Runs) -> None:
    document = b.lm_eval_results(**{"n-samples": {"toy": {"original": 40, "effective": 4}}})
    (run,) = runs_of(b.write(tmp_path / f"results_{b.DATE}.json", document))
    assert run.manifest["partial"] and "part-of-task" in codes(run)
