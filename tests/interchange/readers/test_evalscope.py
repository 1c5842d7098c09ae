"""EvalScope's output trees and reports, both generations."""

from __future__ import annotations

from pathlib import Path

from tests.interchange import builders as b
from tests.interchange.conftest import Runs, rows


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
