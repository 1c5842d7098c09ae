"""Exported records pass the schema that Every Eval Ever publishes."""

from __future__ import annotations

import json
from pathlib import Path

from harness.interchange.exporting import export
from harness.interchange.importing import import_path


def test_records_pass_the_published_schema(tmp_path: Path, shared: Path) -> None:
    import jsonschema

    folder = shared / "results/every_eval_ever"
    schema = jsonschema.Draft7Validator(json.loads((folder / "eval.schema.json").read_text()))
    instance = jsonschema.Draft7Validator(json.loads((folder / "instance_level_eval.schema.json").read_text()))
    source = shared / "results/evalscope"
    report = import_path(source, runs_dir=tmp_path / "runs")
    for path in export(report.imported, "eee", tmp_path / "out", tmp_path / "runs"):
        if path.suffix == ".json":
            schema.validate(json.loads(path.read_text()))
        else:
            for line in path.read_text().splitlines():
                instance.validate(json.loads(line))
