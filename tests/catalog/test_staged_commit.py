"""A refresh that is killed between two files leaves the old catalog or the new one, never a mix."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.catalog import staged_commit, tables, writing
from harness.catalog.schema import TABLES
from harness.errors import BadInput


class Killed(BaseException):
    """Stands for the process's end: nobody catches it."""


def texts(folder: Path) -> dict[str, str]:
    return {t.file: (folder / t.file).read_text(encoding="utf-8") for t in TABLES}


@pytest.fixture
def both(small: Path) -> tuple[Path, dict[str, str], dict[str, str]]:
    """A catalog's folder, its texts, and the texts that the write of ``new`` would leave."""
    old = texts(small)
    new = {f: t.replace("Acme", "Acme2").replace("acme.example", "acme2.example") for f, t in old.items()}
    assert sum(old[f] != new[f] for f in old) >= 2
    return small, old, new


def write(folder: Path, new: dict[str, str], monkeypatch: pytest.MonkeyPatch, die_at: int) -> None:
    """Write ``new``, killed at the ``die_at``-th renaming (0: the intent's own)."""
    calls, plain = [0], Path.replace

    def replace(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] > die_at:
            raise Killed
        return plain(self, target)

    rows = {}
    for table in TABLES:
        other = folder.parent / "other"
        other.mkdir(exist_ok=True)
        (other / table.file).write_text(new[table.file], encoding="utf-8")
        rows[table.name] = tables.read_table(other, table)[0]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        writing.write(folder, rows)


@pytest.mark.parametrize("die_at", [0, 1, 2])
def test_a_killed_write_is_undone_or_finished(
    both: tuple[Path, dict[str, str], dict[str, str]], monkeypatch: pytest.MonkeyPatch, die_at: int
) -> None:
    folder, old, new = both
    with pytest.raises(Killed):
        write(folder, new, monkeypatch, die_at)
    seen = texts(folder)
    assert (seen == old) == (die_at < 2)
    assert seen != new
    tables.read(folder)
    assert texts(folder) == (old if die_at == 0 else new)
    assert not (folder / staged_commit.INTENT).exists()
    write(folder, new, monkeypatch, 99)
    assert texts(folder) == new


def test_a_refused_disk_leaves_the_old_files_and_no_rubbish(
    both: tuple[Path, dict[str, str], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, old, new = both
    names = sorted(p.name for p in folder.iterdir())

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(folder, new, monkeypatch, 99)
    assert texts(folder) == old
    assert sorted(p.name for p in folder.iterdir()) == names


@pytest.mark.parametrize("text", ['{"a.csv": "../outside.csv"}', "[1]", "{"])
def test_an_intent_that_is_not_ours_is_refused(small: Path, text: str) -> None:
    (small / staged_commit.INTENT).write_text(text, encoding="utf-8")
    (small / "a.csv").write_text("x", encoding="utf-8")
    with pytest.raises(BadInput, match="interrupted"):
        tables.read(small)
    assert not (small.parent / "outside.csv").exists()
