"""Names with markup, formulas and marks of direction come out harmless in every format."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from harness.charts.text import SEAM
from harness.reports.cells import cleaned, printed
from harness.reports.formats.markdown import escaped
from harness.reports.make import make_report, verify_report
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
    assert escaped("- [x](http://a) <b> 1|2") == f"\\- \\[x\\](http:{SEAM}//a) \\<b\\> 1\\|2"
    assert escaped("www.a.example me@a.example") == f"www{SEAM}.a.example me@{SEAM}a.example"
