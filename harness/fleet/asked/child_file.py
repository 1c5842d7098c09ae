"""The run file of one model: what the process that scores it is given in place of the night's own file."""

from __future__ import annotations

from typing import Any

import yaml

from harness.fleet.asked.night import ModelRuns, Night


def text(model: ModelRuns, night: Night) -> str:
    """A run file with the model's runs. Not as JSON, whose numbers (1e-05) and letters (U+2028) are not always YAML's."""
    document: dict[str, Any] = {
        "runs": [{"model": run.model, "suite": run.suite, **_said(run.options)} for run in model.runs]
    }
    if night.tasks:
        document |= {"tasks": list(night.tasks), "trust_task_code": night.trust_task_code}
    return str(yaml.safe_dump(document, sort_keys=False))


def _said(options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
