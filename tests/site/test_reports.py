"""The Reports page: the selection, the download, the archive of CSV files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from harness.site.evidence import csv_zip, report_download
from tests.site.conftest import Open


def test_an_archive_holds_one_defused_file_a_section() -> None:
    frame = pd.DataFrame({"model": ["=1+1"], "score": [0.5]})
    with zipfile.ZipFile(io.BytesIO(csv_zip.archive({"models": frame}))) as file:
        assert file.namelist() == ["models.csv"]
        assert file.read("models.csv").decode("utf-8-sig").splitlines() == ["model,score", "'=1+1,0.5"]


def test_several_files_go_into_one_archive(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    files = [tmp_path / "a.md", tmp_path / "charts" / "b.svg"]
    for file in files:
        file.write_text(file.name)
    one, both = (report_download.packed(some, tmp_path, "text/markdown") for some in (files[:1], files))
    assert (one.name, one.content, one.mime) == ("a.md", b"a.md", "text/markdown")
    with zipfile.ZipFile(io.BytesIO(both.content)) as archive:
        assert {n: archive.read(n) for n in archive.namelist()} == {"a.md": b"a.md", "charts/b.svg": b"b.svg"}


def test_a_report_is_cut_to_the_chosen_vendor(site: Open, filled: Path) -> None:
    at = site(filled, "reports", r_vendors=["Borealis"], r_sections=["Models", "Vendors"])
    assert not at.exception and not at.error
    assert [len(t.value) for t in at.dataframe] == [3, 1]
    assert "--vendors borealis" in at.code[0].value


@pytest.mark.parametrize("form", ["HTML", pytest.param("Markdown", marks=pytest.mark.slow)])
def test_a_report_is_made_when_asked_for(site: Open, filled: Path, form: str) -> None:
    at = site(filled, "reports", r_vendors=["Borealis"], r_format=form)
    assert not at.exception and not [b for b in at.get("download_button") if "Download landscape-" in b.proto.label]
    at.button(key="r_make").click().run()
    assert not at.exception and not at.error and not at.warning
    offered = [b.proto.label for b in at.get("download_button") if "Download landscape-" in b.proto.label]
    ending = ".html" if form == "HTML" else ".zip"
    assert len(offered) == 1 and "borealis" in offered[0] and ending in offered[0]
