"""lm-eval's own readers take an export."""

from __future__ import annotations

import json
from pathlib import Path

from harness.interchange.exporting import export
from harness.interchange.importing import import_path
from tests.interchange import builders as b


def test_lm_evals_own_readers_take_an_export(tmp_path: Path) -> None:
    from lm_eval import utils

    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    files = export(report.imported, "lm-eval", tmp_path / "out", tmp_path / "runs")
    names = [str(f) for f in files]
    (results,) = utils.get_results_filenames(names)
    (samples,) = utils.get_sample_results_filenames(names)
    assert utils.get_file_task_name(Path(samples).name) == "toy"
    assert utils.get_file_datetime(results).removesuffix(".json") == utils.get_file_datetime(samples)
    table = utils.make_table(json.loads(Path(results).read_text()))
    assert "toy" in table and "0.75" in table and "strict" in table
    assert Path(results).parent.name == utils.sanitize_model_name("acme/tiny-1b")
