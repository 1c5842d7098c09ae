"""What a run's verdict says, as text and as JSON: valid or not, whole or partial, and every finding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence of a verdict and its code."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one run of a model."""

    run_id: str
    model: str
    valid: bool
    partial: bool
    findings: tuple[Finding, ...]

    @property
    def standing(self) -> str:
        """``valid``, ``not valid``, ``valid, partial`` or ``not valid, partial``."""
        return ("valid" if self.valid else "not valid") + (", partial" if self.partial else "")

    def line(self) -> str:
        """The verdict as one line: what the run is, and why."""
        sentences = " ".join(finding.message for finding in self.findings)
        return f"{self.run_id}: {self.standing}" + (f": {sentences}" if sentences else "")

    def to_json(self) -> dict[str, Any]:
        """The verdict as JSON types."""
        return {**asdict(self), "findings": [asdict(finding) for finding in self.findings]}


def of_run(row: Mapping[Any, Any]) -> Verdict:
    """The verdict in a row of runs: ``run_id, model, valid, partial`` and ``verdict_text``, the findings as JSON."""
    listed = row.get("verdict_text")
    entries = json.loads(listed) if isinstance(listed, str) and listed else []
    findings = tuple(
        Finding(str(entry.get("code") or "note"), str(entry.get("message") or ""))
        if isinstance(entry, dict)
        else Finding("note", str(entry))
        for entry in entries
    )
    return Verdict(str(row["run_id"]), str(row["model"]), bool(row["valid"]), bool(row["partial"]), findings)
