"""Names with markup, formulas and marks of direction come out harmless in every format; tampering is found."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import openpyxl
import pytest

from harness.errors import BadInput
from harness.reports.cells import cleaned, printed
from harness.reports.commands import report as command
from harness.reports.formats.markdown import escaped
from harness.reports.make import catalog_commit, make_report, verify_report
from harness.reports.selection import Choices
from harness.spreadsheets import defused
from harness.store.reader import Reader

CHOICES = Choices(("aurora", "borealis"))
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b-\u200f]")


@pytest.fixture(scope="module")
def files(hostile: Reader, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    written = make_report(
        hostile, CHOICES, ["html", "md", "xlsx", "csv"], "en", tmp_path_factory.mktemp("hostile"), commit=""
    )
    return {p.suffix: p for p in written.files if p.suffix != ".svg"}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_html_has_no_element_or_script_from_data(files: dict[str, Path]) -> None:
    page = files[".html"].read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    scripts = [a for t, a in tags.seen if t == "script"]
    assert len(scripts) == 3
    assert not [t for t, _ in tags.seen if t in ("img", "b", "iframe")]
    assert not [a for _, a in tags.seen if any(k.startswith("on") for k in a)]
    assert "alert(1)" in page  # shown as text
    body = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not UNSEEN.search(body)
    assert "<bdi>" in body  # a name written from right to left keeps to itself


def test_markdown_has_no_markup_from_data(files: dict[str, Path]) -> None:
    text = re.sub(r"<!--.*?-->", "", files[".md"].read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"(?<!\\)<", text)
    assert "http://evil" not in text
    assert not UNSEEN.search(text)


def test_no_cell_of_a_workbook_or_table_starts_a_formula(files: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(files[".xlsx"])
    cells = [c for s in book.worksheets for row in s.iter_rows() for c in row if isinstance(c.value, str)]
    assert not [c for c in cells if c.data_type == "f" or c.value.startswith(("=", "+", "-", "@"))]
    with zipfile.ZipFile(files[".xlsx"]) as parts:
        assert not [n for n in parts.namelist() if "externalLink" in n or n.endswith(".bin")]
        assert not [n for n in parts.namelist() if b"<f>" in parts.read(n) and "worksheets" in n]
    with zipfile.ZipFile(files[".zip"]) as parts:
        import csv

        for name in parts.namelist():
            if name.endswith(".csv"):
                rows = csv.reader(io.StringIO(parts.read(name).decode("utf-8-sig")))
                texts = [c for row in rows for c in row if not re.fullmatch(r"-?[\d.e+-]+", c)]
                assert not [c for c in texts if c.startswith(("=", "+", "-", "@"))], name


def test_hostile_reports_verify_too(files: dict[str, Path], hostile: Reader) -> None:
    assert set(files) == {".html", ".md", ".xlsx", ".zip"}
    for file in files.values():
        assert verify_report(file, hostile) == []


def test_cells_are_cleaned_and_printed() -> None:
    assert cleaned("a\u202eb\x00\n c\ufeff") == "ab c"
    assert [defused(f"{mark}1") for mark in "=+-@\t\r"] == [f"'{mark}1" for mark in "=+-@\t\r"]
    assert defused("a=1") == "a=1"
    assert [printed(v, k) for v, k in ((0.12345, "score"), (-0.00001, "signed"), (0.034567, "money"), (1234.5, "money"), (0.5, "percent"),
            (0.00001, "p"), (5.16e25, "plain"), (None, "score"), (1234567, "integer"))] == [
        "0.1235", "0.0000", "0.0346", "1,234", "50.0%", "<0.0001", "5.16e+25", "–", "1,234,567"]  # fmt: skip
    assert printed(-0.001, "scale") == "0.00"
    assert escaped("- [x](http://a) <b> 1|2") == "\\- \\[x\\](http:\\//a) \\<b\\> 1\\|2"


@pytest.fixture
def own(reader: Reader, tmp_path: Path) -> dict[str, Path]:
    written = make_report(reader, CHOICES, ["html", "md", "xlsx", "csv", "pdf"], "en", tmp_path, commit="abc")
    return {p.suffix: p for p in written.files if p.suffix != ".svg"}


def test_a_changed_number_is_found_wherever_it_was_changed(own: dict[str, Path], reader: Reader) -> None:
    page = own[".html"].read_text(encoding="utf-8")
    held = re.search(r'<script type="application/json" id="landscape-report">(.*?)</script>', page, re.DOTALL)
    assert held
    key, value, text = json.loads(held[1])["numbers"][5]
    shown = own[".html"].with_name("shown.html")
    marker = f'data-n="{key}">{text}<'
    assert page.count(marker) == 1
    shown.write_text(page.replace(marker, f'data-n="{key}">9.99<'), encoding="utf-8")
    problems = verify_report(shown, reader)
    assert problems == [f"{key}: the file shows 9.99, its own numbers say {text}."]
    carried = own[".html"].with_name("carried.html")
    carried.write_text(page.replace(json.dumps([key, value, text], ensure_ascii=False, separators=(",", ":")),
                                    json.dumps([key, value + 1, "9.99"], ensure_ascii=False, separators=(",", ":"))), encoding="utf-8")  # fmt: skip
    assert f"{key}: 9.99 in the report, {text} by the database." in verify_report(carried, reader)


def test_a_changed_cell_of_markdown_and_workbook_is_found(own: dict[str, Path], reader: Reader) -> None:
    text = own[".md"].read_text(encoding="utf-8")
    cell = re.search(r"\| (0\.\d{4}) \|", text)
    assert cell
    own[".md"].write_text(text.replace(cell[1], "0.0001", 1), encoding="utf-8")
    assert any("does not say" in p and cell[1] in p for p in verify_report(own[".md"], reader))
    head, tail = text.split("### ", 1)
    number = re.search(r"\| (0\.\d{4}) \|", tail)
    assert number
    own[".md"].write_text(head + "### " + tail.replace(f"| {number[1]} |", "| 0.0001 |", 1), encoding="utf-8")
    assert [
        p for p in verify_report(own[".md"], reader) if f"the file shows 0.0001, its own numbers say {number[1]}" in p
    ]
    book = openpyxl.load_workbook(own[".xlsx"])
    sheet = book["Cost"]
    number = next(
        c for row in sheet.iter_rows(min_row=6) for c in row if c.data_type == "n" and isinstance(c.value, float)
    )
    number.value += 1
    book.save(own[".xlsx"])
    assert any("cost / " in p for p in verify_report(own[".xlsx"], reader))


def test_a_changed_fact_in_the_database_is_found(own: dict[str, Path], database: Path, tmp_path: Path) -> None:
    path = tmp_path / "changed.duckdb"
    shutil.copy(database, path)
    con = duckdb.connect(str(path))
    con.execute("UPDATE price SET input_per_mtok = input_per_mtok * 2 WHERE model_id LIKE 'aurora%'")
    con.close()
    changed = Reader(path)
    assert set(own) == {".html", ".md", ".xlsx", ".zip", ".pdf"}
    for file in own.values():
        problems = verify_report(file, changed)
        assert "The catalog in the database is another than the report's." in problems
        assert any(
            re.search(r"cost / prices / aurora\S+ / input_per_mtok: \S+ in the report, \S+ by the database", p)
            for p in problems
        )


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.md", "a.pdf", "a.zip", "a.xlsx"])
def test_a_file_that_is_no_report_is_refused(name: str, reader: Reader, tmp_path: Path) -> None:
    (tmp_path / name).write_text("something else", encoding="utf-8")
    with pytest.raises(BadInput, match="is no report"):
        verify_report(tmp_path / name, reader)
    with pytest.raises(BadInput, match="cannot be read"):
        verify_report(tmp_path / f"no-{name}", reader)


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
