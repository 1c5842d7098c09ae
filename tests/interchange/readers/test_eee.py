"""Every Eval Ever records: runs, reported scores, item outcomes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

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
