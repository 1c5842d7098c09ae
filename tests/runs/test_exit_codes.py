"""The exit code of ``harness run`` with several models, from the codes of each."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.runs import commands
from harness.runs.command.publishing import Published
from harness.runs.commands import ModelResult


class _Publisher:
    problem: str | None = None

    def __init__(self, show: object) -> None:
        """Publishes nothing."""

    def finish(self) -> Published:
        return Published(self.problem is None, self.problem)


@pytest.mark.parametrize(
    ("codes", "problem", "code"),
    [
        ([0, 0], None, 0),
        ([3, 3], None, 3),
        ([0, 3], None, 3),
        ([0, 3], "no room", 1),
        ([0], "no room", 1),
        ([0, 1], None, 1),
        ([2, 2], None, 2),
        ([3, 2], None, 1),
        ([3, 130], None, 130),
    ],
)
def test_what_another_process_is_at_work_on_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, codes: Sequence[int], problem: str | None, code: int
) -> None:
    monkeypatch.setattr(commands, "_all", lambda *_: [ModelResult("m", "quick", c, "") for c in codes])
    monkeypatch.setattr(commands, "Publisher", type("P", (_Publisher,), {"problem": problem}))
    assert commands.run_models([], as_json=True) == code
