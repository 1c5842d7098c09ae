"""The command `harness report`: files, exit codes, wrong usage, a missing library."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import duckdb
import pytest

from harness.errors import BadInput
from harness.reports.commands import report as command
from harness.reports.make import catalog_commit, make_report
from harness.reports.selection import Choices
from harness.store.reader import Reader

CHOICES = Choices(("aurora", "borealis"))


def test_without_weasyprint_the_other_formats_are_made(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    written = make_report(reader, CHOICES, ["pdf", "csv"], "en", tmp_path, commit="")
    assert [p.suffix for p in written.files] == [".zip"]
    assert len(written.missed) == 1
    assert "Pango" in written.missed[0]


@pytest.fixture
def placed(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSCAPE_DB", str(database))


@pytest.mark.usefixtures("placed")
def test_command_makes_and_verifies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(vendors=["aurora, borealis"], formats=["csv"], out=tmp_path, since="2026-01-01") == 0
    file = Path(capsys.readouterr().out.strip())
    assert file.name == "landscape-aurora-borealis-2026-07-02-en-csv.zip"
    assert command(verify=file) == 0
    assert "ok: every number" in capsys.readouterr().out
    assert command(verify=file, as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "problems": []}


@pytest.mark.usefixtures("placed")
def test_command_says_what_changed_and_returns_1(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(vendors=["aurora"], formats=["md"], out=tmp_path, as_json=True) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    path = tmp_path / "changed.duckdb"
    shutil.copy(database, path)
    con = duckdb.connect(str(path))
    con.execute("DELETE FROM price")
    con.close()
    monkeypatch.setenv("LANDSCAPE_DB", str(path))
    assert command(verify=Path(files[0])) == 1
    assert "the database no longer has it" in capsys.readouterr().out


@pytest.mark.usefixtures("placed")
@pytest.mark.parametrize(
    ("given", "told"),
    [({"formats": ["doc"]}, "no format doc"), ({"lang": "fr"}, "no language 'fr'"), ({"since": "soon"}, "no date"),
     ({"vendors": ["nobody"]}, "no vendor"), ({"formats": []}, "none given")],
)  # fmt: skip
def test_wrong_usage_writes_nothing(given: dict[str, object], told: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=told):
        command(**{"out": tmp_path / "out", **given})  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_the_catalog_commit_is_empty_outside_git(tmp_path: Path) -> None:
    assert catalog_commit(tmp_path) == ""
