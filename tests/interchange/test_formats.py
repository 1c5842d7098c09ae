"""The list of formats: each declared once, each refusing what is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.interchange import formats
from harness.interchange.importing import import_path
from tests.interchange import builders as b


def test_every_format_is_declared_once_and_has_one_detector() -> None:
    for known in formats.FORMATS:
        ways = [known.folder, known.document, known.header]
        assert sum(w is not None for w in ways) == 1, known.name
    assert {"lm-eval", "lighteval", "opencompass", "helm", "inspect", "evalscope", "eee", "leaderboard"} <= set(
        formats.NAMES
    )


def test_a_named_format_refuses_what_is_not_its_own(tmp_path: Path) -> None:
    path = b.write(tmp_path / "x.json", b.old_results())
    report = import_path(path, "helm-table", runs_dir=tmp_path / "r")
    assert not report.imported and "is not in the format helm-table" in report.refused[0].reason


def test_a_shipped_mapping_is_meant_though_a_folder_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("weirdml", "own"):
        (tmp_path / name).mkdir()
    shipped = formats.mapping_file(Path("weirdml"))
    assert shipped.is_file() and shipped.name == "weirdml.yaml" and tmp_path not in shipped.parents
    assert formats.mapping_file(Path("own")) == Path("own")  # whose reader says that it is a folder
    b.write(tmp_path / "gso", "columns: {}")
    assert formats.mapping_file(Path("gso")) == Path("gso")  # a file of that name is a person's own
