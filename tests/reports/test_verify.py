"""A number that was changed in a report or in the database is found."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import duckdb
import openpyxl
import pytest

from harness.errors import BadInput
from harness.reports.make import make_report, verify_report
from harness.reports.selection import Choices
from harness.store.reader import Reader

CHOICES = Choices(("aurora", "borealis"))


@pytest.fixture(scope="module")
def written(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one report in every format."""
    folder = tmp_path_factory.mktemp("written")
    make_report(reader, CHOICES, ["html", "md", "xlsx", "csv", "pdf"], "en", folder, commit="abc")
    return folder


@pytest.fixture
def own(written: Path, tmp_path: Path) -> dict[str, Path]:
    """A copy of the report's files that a test may change, by suffix."""
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    return {p.suffix: p for p in tmp_path.iterdir() if p.is_file()}


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
    line = next(x for x in text.splitlines() if re.match(r"[A-Z][^|#<]*\d+\.\d", x))
    changed = re.sub(r"\d+\.\d", "99.9", line, count=1)
    own[".md"].write_text(text.replace(f"\n{line}\n", f"\n{changed}\n", 1), encoding="utf-8")
    assert any("does not say" in p for p in verify_report(own[".md"], reader))
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
