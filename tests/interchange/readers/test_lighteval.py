"""LightEval's results with the details beside them."""

from __future__ import annotations

from pathlib import Path

from tests.interchange import builders as b
from tests.interchange.conftest import Runs, rows


def test_lighteval_with_details(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.lighteval_tree(tmp_path / "out") / "results")
    assert rows(run)["toy", "acc", "none"]["score"] == 0.5
    assert rows(run)["toy", "acc", "none"]["num_fewshot"] == 3
    assert [s["value"] for s in run.samples.to_pylist()] == [0.0, 1.0]
    assert run.samples.to_pylist()[1]["choice_loglikelihoods"] == [-2.0, -1.0]
    assert run.manifest["perf"]["wall_s"] == 12.5
