"""The run file of one model: what the process that scores it is given in place of the night's own file."""

from __future__ import annotations

from typing import Any

import yaml

from harness.fleet.asked.night import ModelRuns, Night
from harness.runs.jobs import origin
from harness.runs.jobs.origin import Origin


def text(model: ModelRuns, night: Night) -> str:
    """A run file with the model's runs, and what the night was asked by. Not as JSON, whose numbers (1e-05) and letters (U+2028) are not always YAML's."""
    lines = tuple(run.where for run in model.runs)
    document: dict[str, Any] = {
        origin.KEY: origin.entry(Origin(night.command, lines, night.file, night.sha256)),
        "runs": [{"model": run.model, "suite": run.suite, **_said(run.options)} for run in model.runs],
    }
    if night.tasks:
        document |= {"tasks": list(night.tasks), "trust_task_code": night.trust_task_code}
    return str(yaml.safe_dump(document, sort_keys=False))


def _said(options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
