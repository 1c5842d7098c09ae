"""Import: usage errors, progress, links and pointers; what counts as a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import BadInput, MissingData
from harness.interchange.imported_run import Refused
from harness.interchange.importing import import_path
from tests.interchange import builders as b


def test_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(MissingData):
        import_path(tmp_path / "nowhere", runs_dir=tmp_path / "r")
    with pytest.raises(BadInput, match="There is no format 'x'"):
        import_path(tmp_path, "x", runs_dir=tmp_path / "r")


def test_progress_is_told_by_file(tmp_path: Path) -> None:
    for i in range(3):
        b.write(tmp_path / f"in/{i}.json", b.old_results(extra=i))
    seen: list[tuple[int, str]] = []
    import_path(tmp_path / "in", runs_dir=tmp_path / "r", progress=lambda done, label: seen.append((done, label)))
    assert seen == [(0, "0.json"), (1, "1.json"), (2, "2.json"), (3, "")]


def test_links_and_pointers_are_named(tmp_path: Path) -> None:
    b.write(tmp_path / "secret.json", b.old_results())
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link.json").symlink_to(tmp_path / "secret.json")
    b.write(tmp_path / "in/big.json", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    report = import_path(tmp_path / "in", runs_dir=tmp_path / "r")
    assert {r.file: r.reason.split(";")[0] for r in report.refused} == {
        "link.json": "is a symbolic link",
        "big.json": "is a Git LFS or git-annex pointer, not the file itself",
    }


def test_refused_files_are_failures_unless_they_hold_nothing() -> None:
    assert Refused("a", "b").failed
