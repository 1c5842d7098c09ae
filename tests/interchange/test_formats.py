"""Each format on a small file of its kind: what is read, and what it is not mistaken for."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.interchange import formats, stored
from harness.interchange.importing import import_path
from harness.interchange.record import ImportedRun
from tests.interchange import builders as b

Runs = Callable[..., list[ImportedRun]]


def rows(run: ImportedRun) -> dict[tuple[str, str, str], dict[str, object]]:
    return {(r["task"], r["metric"], r["filter"]): r for r in run.results.to_pylist()}


def codes(run: ImportedRun) -> set[str]:
    return {v["code"] for v in run.manifest["verdict"]}


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


def test_lm_eval_choices_have_likelihoods_and_the_right_one(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.lm_eval_run(tmp_path / "r"))
    samples = [s for s in run.samples.to_pylist() if s["filter"] == "none"]
    assert samples[0]["choice_loglikelihoods"] == [-2.0, -1.0]
    assert [s["gold"] for s in samples] == [1, 1, 1, 1]
    assert samples[3]["response"] == " no" and samples[3]["value"] == 0.0


def test_lm_eval_target_as_text_finds_the_choice(tmp_path: Path, runs_of: Runs) -> None:
    line = {**b.lm_eval_sample(0, True), "target": "yes"}
    b.write(tmp_path / f"m/samples_t_{b.DATE}.jsonl", json.dumps(line) + "\n")
    (run,) = runs_of(tmp_path / "m")
    assert run.samples.to_pylist()[0]["gold"] == 1


def test_samples_alone_make_the_score_themselves(tmp_path: Path, runs_of: Runs) -> None:
    lines = [json.dumps(b.lm_eval_sample(i, i != 3)) for i in range(4)]
    b.write(tmp_path / f"acme__tiny/samples_toy_{b.DATE}.jsonl", "\n".join(lines))
    (run,) = runs_of(tmp_path)
    found = rows(run)["toy", "acc", "none"]
    assert found["score"] == 0.75
    assert found["stderr"] == pytest.approx((0.1875 * 4 / 3 / 4) ** 0.5)  # s²/n with n − 1
    assert run.manifest["model"]["id"] == "acme/tiny"
    assert {"no-results", "model-from-folder"} <= codes(run)


def test_bits_per_byte_becomes_a_weighted_mean(tmp_path: Path, runs_of: Runs) -> None:
    base = {k: v for k, v in b.lm_eval_sample(0, True).items() if k not in ("acc", "metrics")}
    lines = [
        {
            **base,
            "doc_id": i,
            "metrics": ["bits_per_byte", "word_perplexity"],
            "bits_per_byte": pair,
            "word_perplexity": pair,
        }
        for i, pair in enumerate(([-69.31471805599453, 100], [-69.31471805599453, 50]))
    ]
    b.write(tmp_path / f"m/samples_wiki_{b.DATE}.jsonl", "".join(json.dumps(x) + "\n" for x in lines))
    (run,) = runs_of(tmp_path)
    assert [(s["value"], s["weight"]) for s in run.samples.to_pylist()] == [(1.0, 100.0), (2.0, 50.0)]
    assert rows(run)["wiki", "bits_per_byte", "none"]["score"] == pytest.approx(200 / 150)
    assert "corpus-metrics" in codes(run)


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


def test_samples_as_lm_eval_0_4_0_wrote_them(tmp_path: Path, runs_of: Runs) -> None:
    """``results.json`` without a date; samples as one list over many lines, named after arguments and task."""
    b.write(tmp_path / "r/results.json", b.lm_eval_results())
    lines = [b.lm_eval_sample(i, i != 3) for i in range(4)]
    b.write(tmp_path / "r/pretrained__acme__tiny-1b,dtype__float16_toy.jsonl", json.dumps(lines, indent=2))
    (run,) = runs_of(tmp_path / "r")
    assert run.samples.num_rows == 4 and set(run.samples.column("task").to_pylist()) == {"toy"}
    assert rows(run)["toy", "acc", "none"]["score"] == 0.75 and run.manifest["model"]["id"] == "acme/tiny-1b"


def test_samples_under_any_name(tmp_path: Path, runs_of: Runs) -> None:
    lines = [json.dumps(b.lm_eval_sample(i, i != 3)) for i in range(4)]
    (run,) = runs_of(b.write(tmp_path / "acme__tiny/mine.jsonl", "\n".join(lines)))
    assert rows(run)["mine", "acc", "none"]["score"] == 0.75


def test_samples_of_one_date_without_results_are_one_run(tmp_path: Path, runs_of: Runs) -> None:
    for task in ("toy", "play"):
        lines = [json.dumps(b.lm_eval_sample(i, i != 3)) for i in range(4)]
        b.write(tmp_path / f"acme__tiny/samples_{task}_{b.DATE}.jsonl", "\n".join(lines))
    (run,) = runs_of(tmp_path)
    assert {(task, row["score"]) for (task, _, _), row in rows(run).items()} == {("toy", 0.75), ("play", 0.75)}


@pytest.mark.parametrize("broken", ["samples", "results"])
def test_a_broken_part_of_a_run_leaves_the_rest(tmp_path: Path, broken: str) -> None:
    folder = b.lm_eval_run(tmp_path / "r")
    b.write(folder / f"samples_play_{b.DATE}.jsonl", (folder / f"samples_toy_{b.DATE}.jsonl").read_text())
    name = f"samples_toy_{b.DATE}.jsonl" if broken == "samples" else f"results_{b.DATE}.json"
    b.write(folder / name, "{")
    report = import_path(folder, runs_dir=tmp_path / "runs")
    assert [r.file for r in report.refused][0] == name and len(report.imported) >= 1
    runs = [stored.load(run_id, tmp_path / "runs") for run_id in report.imported]
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


def test_helm_run_without_its_counts_and_perturbations(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.helm_run(tmp_path / "h"))
    assert set(rows(run)) == {("mmlu:subject=x", "exact_match", "none")}
    assert rows(run)["mmlu:subject=x", "exact_match", "none"]["n"] == 2
    assert [s["value"] for s in run.samples.to_pylist()] == [0.0, 1.0]


def test_helm_group_table(tmp_path: Path, runs_of: Runs) -> None:
    cells = [{"value": "Tiny", "run_spec_names": ["x:model=acme_tiny"]}, {"value": 0.5}]
    header = [
        {"value": "Model"},
        {"value": "EM", "lower_is_better": False, "metadata": {"metric": "EM", "run_group": "BBQ"}},
    ]
    (run,) = runs_of(b.write(tmp_path / "bbq.json", [{"title": "t", "header": header, "rows": [cells]}]))
    assert run.manifest["model"]["id"] == "acme/tiny"
    assert rows(run)["BBQ", "EM", "none"]["score"] == 0.5


@pytest.mark.parametrize("method", [8, 93])
def test_inspect_archive_deflated_and_zstandard(tmp_path: Path, runs_of: Runs, method: int) -> None:
    (run,) = runs_of(b.inspect_eval(tmp_path / "a.eval", method))
    assert rows(run)["quiz", "accuracy", "none"]["score"] == 0.625
    assert [s["value"] for s in run.samples.to_pylist()] == [1.0, 0.0, 0.5, 1.0]
    assert run.manifest["suite"]["tasks"][0]["chance"] == 0.5
    assert [s["gold"] for s in run.samples.to_pylist()] == [1] * 4


def test_inspect_json_equals_its_archive(tmp_path: Path, runs_of: Runs) -> None:
    (one,) = runs_of(b.write(tmp_path / "a.json", b.inspect_log()))
    (two,) = runs_of(b.inspect_eval(tmp_path / "a.eval"))
    drop = ["run_id"]
    assert one.samples.drop_columns(drop).equals(two.samples.drop_columns(drop))
    assert one.results.drop_columns(drop).equals(two.results.drop_columns(drop))


def test_inspect_run_that_was_broken_off_is_not_valid(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.write(tmp_path / "a.json", {**b.inspect_log(), "status": "error"}))
    assert run.manifest["valid"] is False and "not-finished" in codes(run)


def test_inspect_epochs_are_averaged(tmp_path: Path, runs_of: Runs) -> None:
    log = b.inspect_log()
    log["samples"] = [
        {"id": 1, "epoch": e, "input": "Q", "target": "B", "scores": {"match": {"value": v}}}
        for e, v in ((1, "C"), (2, "I"))
    ]
    del log["results"]
    (run,) = runs_of(b.write(tmp_path / "a.json", log))
    assert [s["value"] for s in run.samples.to_pylist()] == [0.5]


def test_evalscope_tree_and_its_configuration(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.evalscope_tree(tmp_path / "20250117_154119"))
    assert rows(run)["gsm8k_main", "acc", "none"]["score"] == 0.5
    assert rows(run)["gsm8k_main", "acc", "none"]["num_fewshot"] == 4
    assert run.manifest["plan"]["limit"] == 2 and run.manifest["partial"]
    assert run.run_id.startswith("20250117T154119Z-tiny-evalscope-")


def test_evalscope_second_generation_report(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.write(tmp_path / "arc.json", b.evalscope_v2_report()))
    assert {k[0]: v["score"] for k, v in rows(run).items()} == {"arc_easy": 1.0, "arc_hard": 0.5, "arc": 0.75}
    assert run.manifest["perf"]["prompt_tokens"] == 10


def test_opencompass_tree(tmp_path: Path) -> None:
    report = import_path(b.opencompass_tree(tmp_path / "20250117_154119"), runs_dir=tmp_path / "r")
    assert len(report.imported) == 1
    assert [r.file.rsplit("/", 1)[-1] for r in report.refused] == ["broken.json"]
    from harness.interchange import stored

    run = stored.load(report.imported[0], tmp_path / "r")
    found = rows(run)
    assert found["ARC-c", "accuracy", "none"]["score"] == 0.75
    assert found["ARC-c", "accuracy", "none"]["task_version"] == "2ef631"
    assert found["rouge", "rouge1", "none"]["score"] == 31.5
    assert [s["value"] for s in run.samples.to_pylist()] == [0.0, 1.0, 1.0, 1.0]
    assert run.samples.to_pylist()[2]["prompt"] == "Q2"


def test_opencompass_items_compared_as_its_accuracy_does(tmp_path: Path, runs_of: Runs) -> None:
    details = {
        "type": "GEN",
        "0": {"predictions": "A", "references": "A"},
        "1": {"predictions": "A", "references": "B"},
    }
    b.write(tmp_path / "w/results/m/d.json", {"accuracy": 50.0, "details": details})
    (tmp_path / "w/configs").mkdir()
    (run,) = runs_of(tmp_path / "w")
    assert [s["value"] for s in run.samples.to_pylist()] == [1.0, 0.0]


def test_opencompass_summary_has_a_run_for_each_model(tmp_path: Path, runs_of: Runs) -> None:
    text = "dataset,version,metric,mode,m1,m2\nARC,2ef631,accuracy,ppl,50.00,-\nmmlu,-,-,-,-,-\nC,1,score,gen,3,4\n"
    runs = runs_of(b.write(tmp_path / "summary_20250117_154119.csv", text))
    by_model = {r.manifest["model"]["id"]: rows(r) for r in runs}
    assert by_model["m1"]["ARC", "accuracy", "none"]["score"] == 0.5
    assert by_model["m2"]["C", "score", "none"]["score"] == 4.0
    assert ("ARC", "accuracy", "none") not in by_model["m2"]


def test_lighteval_with_details(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.lighteval_tree(tmp_path / "out") / "results")
    assert rows(run)["toy", "acc", "none"]["score"] == 0.5
    assert rows(run)["toy", "acc", "none"]["num_fewshot"] == 3
    assert [s["value"] for s in run.samples.to_pylist()] == [0.0, 1.0]
    assert run.samples.to_pylist()[1]["choice_loglikelihoods"] == [-2.0, -1.0]
    assert run.manifest["perf"]["wall_s"] == 12.5


def test_eee_records_in_lines(tmp_path: Path, runs_of: Runs) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(b.eee_record(f"acme/m{i}")) + "\n" for i in range(3)).encode()))
    runs = runs_of(path)
    assert sorted(r.manifest["model"]["id"] for r in runs) == ["acme/m0", "acme/m1", "acme/m2"]
    found = rows(runs[0])["BBH", "exact_match", "none"]
    assert (found["score"], found["stderr"], found["n"]) == (0.25, 0.01, 100)
    assert runs[0].manifest["model"]["params"] == 7_500_000_000 and runs[0].manifest["dtype"] == "bf16"
    assert runs[0].manifest["started"] is None and "date-unknown" in codes(runs[0])


def test_what_a_maker_reports_of_its_own_model_is_a_reported_score(tmp_path: Path) -> None:
    record = b.eee_record()
    record["source_metadata"]["evaluator_relationship"] = "first_party"
    report = import_path(b.write(tmp_path / "x.json", record), runs_dir=tmp_path / "r")
    assert (report.reported, report.imported) == (2, ())


def test_eee_instances_lie_beside_the_record_whatever_folder_it_names(tmp_path: Path, runs_of: Runs) -> None:
    lines = [{"evaluation_name": "BBH", "sample_id": str(i), "input": {"raw": f"Q{i}", "reference": ["a"]},
              "output": {"raw": ["a"]}, "evaluation": {"score": float(i % 4 == 0)}} for i in range(4)]  # fmt: skip
    b.write(tmp_path / "u_samples.jsonl", "".join(json.dumps(x) + "\n" for x in lines))
    detailed = {"format": "jsonl", "file_path": "../../../etc/u_samples.jsonl"}
    (run,) = runs_of(b.write(tmp_path / "u.json", b.eee_record(detailed_evaluation_results=detailed)).parent)
    assert [s["value"] for s in run.samples.to_pylist()] == [1.0, 0.0, 0.0, 0.0]


def test_mmlu_tables_of_one_folder_are_one_run(tmp_path: Path, runs_of: Runs) -> None:
    head = ",question,choice0,choice1,choice2,choice3,answer,prediction,completion\n"
    b.write(tmp_path / "ck/a_result.csv", head + '0,"Q, one",a,b,c,d,1,B,"p"\n1,Q2,a,b,c,d,2,A,p\n')
    b.write(tmp_path / "ck/b_result.csv", head + "0,Q3,a,b,c,d,0,A,p\n")
    (run,) = runs_of(tmp_path / "ck")
    assert {k[0]: v["score"] for k, v in rows(run).items()} == {"mmlu_a": 0.5, "mmlu_b": 1.0}


def test_every_format_is_declared_once_and_has_one_detector() -> None:
    for known in formats.FORMATS:
        ways = [known.folder, known.document, known.header]
        assert sum(w is not None for w in ways) == 1, known.name
    assert {"lm-eval", "lighteval", "opencompass", "helm", "inspect", "evalscope", "eee", "leaderboard"} <= set(
        formats.NAMES
    )


def test_a_named_format_refuses_what_is_not_its_own(tmp_path: Path) -> None:
    path = b.write(tmp_path / "x.json", b.old_results())
    report = import_path(path, "helm-table", runs_dir=tmp_path / "r")
    assert not report.imported and "is not in the format helm-table" in report.refused[0].reason


def test_a_metric_of_unknown_direction_keeps_its_score_and_says_so(tmp_path: Path, runs_of: Runs) -> None:
    document = b.old_results()
    document["results"] = {"toy": {"sparkle": 0.5}}
    (run,) = runs_of(b.write(tmp_path / "r.json", document))
    row = rows(run)["toy", "sparkle", "none"]
    assert row["score"] == 0.5 and row["higher_is_better"] is None
    assert run.manifest["tasks"][0]["higher_is_better"] is None
    assert "direction-unknown" in codes(run)
