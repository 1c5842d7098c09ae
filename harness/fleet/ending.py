"""What the end of a model's process means for the night: done, failed for good, or to be tried again. Plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from harness.errors import BadInput, PlanHeld
from harness.fleet.nodes.worker import Report
from harness.stopping import STOPPED

Meaning = Literal["done", "failed", "again", "held", "stopped"]


@dataclass(frozen=True)
class Ending:
    """What is to become of a model, its exit code by now, the reason in one sentence, and its runs as ``--json`` names them."""

    meaning: Meaning
    code: int
    message: str
    runs: tuple[Mapping[str, Any], ...] = ()
    published: bool = True
    problem: str | None = None


def ending(report: Report, *, told: bool) -> Ending:
    """What a process's end means; ``told`` says that we asked it to stop.

    Bad input is never tried again; another process at work on the plan is waited for; all else may go well the next time.
    """
    assert report.code is not None
    document = report.document or {}
    runs = tuple(run for run in document.get("runs") or () if isinstance(run, dict))
    published, problem = bool(document.get("published", True)), document.get("problem")
    code = report.code if report.code >= 0 else 1

    def so(meaning: Meaning, message: str, code: int = code) -> Ending:
        return Ending(meaning, code, message, runs, published, problem)

    if code == 0:
        return so("done", "done")
    if report.hung:
        return so("again", f"no progress for {report.quiet / 60:.0f} min; it was stopped", 1)
    if told:
        return so("stopped", "stopped; finished batches are kept", STOPPED)
    codes = {run.get("code") for run in runs}
    message = _reason(report, runs, document)
    if code == STOPPED:
        return so("again", "somebody stopped its process", 1)
    if code == PlanHeld.exit_code or PlanHeld.exit_code in codes:
        return so("held", message, PlanHeld.exit_code)
    if code == BadInput.exit_code or (codes and codes <= {0, BadInput.exit_code} and BadInput.exit_code in codes):
        return so("failed", message, code)
    return so("again", message)


def _reason(report: Report, runs: Sequence[Mapping[str, Any]], document: Mapping[str, Any]) -> str:
    """Why a process ended as it did, in one sentence, as it said itself."""
    failed = [str(run.get("message", "")) for run in runs if run.get("code") not in (0, None)]
    if failed:
        return "; ".join(dict.fromkeys(failed))
    for said in (document.get("error"), document.get("problem"), *reversed(report.shown.problems)):
        if said:
            return str(said)
    assert report.code is not None
    if report.code < 0:
        return f"its process was ended by signal {-report.code}"
    return f"its process ended with exit code {report.code}"
