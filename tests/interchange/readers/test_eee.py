"""Every Eval Ever records: runs, reported scores, item outcomes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from harness.interchange.imported_run import ImportedRun
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


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


def result(metric: str, score: float, **more: object) -> dict[str, object]:
    config = {"metric_name": metric, "lower_is_better": False, **more.pop("config", {})}  # type: ignore[dict-item]
    return {"evaluation_name": "quiz", "metric_config": config, "score_details": {"score": score}, **more}


def instances(*values: tuple[str | None, str, object], **more: object) -> str:
    lines = [
        {"evaluation_name": "quiz", "sample_id": name, "input": {"raw": f"Q {name}", "reference": ["a"]},
         "evaluation": {"score": value}, **({"evaluation_result_id": ref} if ref else {}), **more} for ref, name, value in values
    ]  # fmt: skip
    return "".join(json.dumps(line) + "\n" for line in lines)


def with_instances(folder: Path, results: list[dict[str, object]], lines: str) -> Path:
    detailed = {"format": "jsonl", "file_path": "u_samples.jsonl"}
    b.write(folder / "u_samples.jsonl", lines)
    return b.write(
        folder / "u.json", b.eee_record(evaluation_results=results, detailed_evaluation_results=detailed)
    ).parent


def values(run: ImportedRun) -> dict[tuple[str, str], list[float]]:
    out: dict[tuple[str, str], list[float]] = {}
    for s in run.samples.to_pylist():
        out.setdefault((s["metric"], s["filter"]), []).append(s["value"])
    return out


def test_instances_belong_to_the_result_that_they_name(tmp_path: Path, runs_of: Runs) -> None:
    results = [result("acc", 0.5, evaluation_result_id="r1"), result("f1", 0.75, evaluation_result_id="r2")]
    lines = instances(("r2", "a", 1.0), ("r1", "a", 1.0), ("r2", "b", 0.5), ("r1", "b", 0.0))
    (run,) = runs_of(with_instances(tmp_path, results, lines))
    assert values(run) == {("f1", "none"): [1.0, 0.5], ("acc", "none"): [1.0, 0.0]}
    assert "items-differ" not in codes(run)


def test_scorers_of_one_metric_stay_apart(tmp_path: Path, runs_of: Runs) -> None:
    results = [result("acc", s, evaluation_result_id=f"quiz/{n}") for n, s in (("strict", 0.5), ("loose", 1.0))]
    lines = instances(
        *(
            (f"quiz/{n}", i, v)
            for n, vs in (("strict", (0, 1)), ("loose", (1, 1)))
            for i, v in zip("ab", vs, strict=True)
        )
    )
    (run,) = runs_of(with_instances(tmp_path, results, lines))
    assert {k[2]: (r["score"], r["n"]) for k, r in rows(run).items()} == {
        "quiz/strict": (0.5, 2),
        "quiz/loose": (1.0, 2),
    }
    assert values(run)["acc", "quiz/strict"] == [0.0, 1.0]


def test_instances_without_an_id_go_where_they_add_up_or_nowhere(tmp_path: Path, runs_of: Runs) -> None:
    lines = instances((None, "a", 1.0), (None, "b", 0.0))
    (fits,) = runs_of(with_instances(tmp_path / "1", [result("acc", 0.5), result("f1", 0.75)], lines))
    assert values(fits) == {("acc", "none"): [1.0, 0.0]}
    (apart,) = runs_of(with_instances(tmp_path / "2", [result("acc", 0.5), result("em", 0.5)], lines))
    assert apart.samples.num_rows == 0 and "items-unplaced" in codes(apart)


def test_epochs_of_an_instance_are_one_item_and_missing_scores_are_said(tmp_path: Path, runs_of: Runs) -> None:
    lines = instances(*((None, n, v) for n, v in (("a", 1.0), ("b", 0.0), ("a", 0.0), ("b", None))))
    (run,) = runs_of(with_instances(tmp_path, [result("acc", 0.25)], lines))
    assert values(run) == {("acc", "none"): [0.5, 0.0]} and rows(run)["quiz", "acc", "none"]["n"] == 2
    assert run.manifest["partial"] and "unscored-samples" in codes(run)


def test_a_standard_error_as_a_result_is_no_score(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(
        b.write(tmp_path / "u.json", b.eee_record(evaluation_results=[result("acc", 0.5), result("acc_stderr", 0.1)]))
    )
    assert {k[1]: r["stderr"] for k, r in rows(run).items()} == {"acc": 0.1}


def test_instances_pair_by_their_hash(tmp_path: Path, runs_of: Runs) -> None:
    line = instances((None, "a", 1.0), sample_hash="abc")
    renamed = instances((None, "z", 1.0), sample_hash="abc")
    runs = [
        runs_of(with_instances(tmp_path / str(i), [result("acc", 1.0)], text))[0]
        for i, text in enumerate((line, renamed))
    ]
    assert runs[0].samples.column("doc_hash") == runs[1].samples.column("doc_hash")
