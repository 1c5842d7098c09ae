"""``harness db check``: what it prints of many disagreements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.commands import database
from harness.store import check as store


def test_of_many_disagreements_the_first_are_printed_and_all_are_in_the_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for place in ("LANDSCAPE_DB", "LANDSCAPE_RUNS"):
        monkeypatch.setenv(place, str(tmp_path / place))
    found = [f"Run {number}: it differs." for number in range(database.LISTED + 5)]
    monkeypatch.setattr(store, "check", lambda *_: list(found))
    assert database.check(as_json=False) == 1
    assert capsys.readouterr().out.splitlines() == [*found[: database.LISTED], "… and 5 more (--json names all)"]
    assert database.check(as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["problems"] == found
    del found[database.LISTED :]
    assert database.check(as_json=False) == 1
    assert capsys.readouterr().out.splitlines() == found
