"""Leaderboards as CSV: a table of unknown columns asks for a mapping, a bad mapping is refused with all its problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.interchange.importing import import_path
from tests.interchange import builders as b


def test_a_table_without_meaning_asks_for_a_mapping(tmp_path: Path) -> None:
    report = import_path(b.write(tmp_path / "t.csv", "name,x\na,1\n"), runs_dir=tmp_path / "r")
    assert "--mapping" in report.refused[0].reason
    bad = b.write(tmp_path / "bad.yaml", "scores: {x: {unit: miles}}\nreporter: me\n")
    with pytest.raises(BadInput, match="cannot be used") as caught:
        import_path(tmp_path / "t.csv", runs_dir=tmp_path / "r", mapping=bad)
    assert len(caught.value.problems) == 4
    other = b.write(tmp_path / "other.yaml", "model: y\nscores: {x: MMLU}\n")
    report = import_path(tmp_path / "t.csv", runs_dir=tmp_path / "r", mapping=other)
    assert "lacks the columns y" in report.refused[0].reason
