"""What the end of a model's process means, by its exit code, its document and whether it was asked to end."""

from __future__ import annotations

from typing import Any

import pytest

from harness.fleet.ending import ending
from harness.fleet.nodes.watch import Shown
from harness.fleet.nodes.worker import Report


def runs(*codes: int) -> dict[str, Any]:
    return {"runs": [{"code": code, "message": f"m{code}"} for code in codes], "published": True, "problem": None}


CASES = [
    (0, runs(0, 0), False, False, "done", 0, "done"),
    (0, runs(0), True, False, "done", 0, "done"),
    (1, runs(0, 1), False, False, "again", 1, "m1"),
    (1, runs(0, 2), False, False, "failed", 1, "m2"),
    (2, {"error": "bad file", "code": 2}, False, False, "failed", 2, "bad file"),
    (3, runs(3), False, False, "held", 3, "m3"),
    (1, runs(0, 3), False, False, "held", 3, "m3"),
    (130, runs(130), True, False, "stopped", 130, "stopped; finished batches are kept"),
    (130, runs(130), False, False, "again", 1, "somebody stopped its process"),
    (-15, None, True, False, "stopped", 130, "stopped; finished batches are kept"),
    (-9, None, False, False, "again", 1, "its process was ended by signal 9"),
    (1, None, False, False, "again", 1, "its process ended with exit code 1"),
    (130, runs(130), False, True, "again", 1, "no progress for 30 min; it was stopped"),
    (0, runs(0), False, True, "done", 0, "done"),
    (1, {**runs(0), "published": False, "problem": "locked"}, False, False, "again", 1, "locked"),
]


@pytest.mark.parametrize(("code", "document", "told", "hung", "meaning", "final", "message"), CASES)
def test_an_end_has_one_meaning(
    code: int, document: dict[str, Any] | None, told: bool, hung: bool, meaning: str, final: int, message: str
) -> None:
    end = ending(Report(Shown(0.0), 1800.0, (), code, hung, document), told=told)
    assert (end.meaning, end.code, end.message) == (meaning, final, message)


def test_without_a_document_the_last_error_of_the_log_is_the_reason() -> None:
    report = Report(Shown(0.0, problems=("first", "last")), 0.0, (), 1)
    assert ending(report, told=False).message == "last"
