"""Every format: the same bytes twice, the same digits as ``harness show --json``, verified by itself."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest

from harness.commands.show import run as show_run
from harness.reports.make import FORMATS, make_report, verify_report
from harness.reports.selection import Choices
from harness.store.reader import Reader

CHOICES = Choices(("aurora", "borealis", "cinder", "delta"), since=dt.date(2025, 12, 1))


@pytest.fixture(scope="module")
def files(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    written = make_report(reader, CHOICES, FORMATS, "en", tmp_path_factory.mktemp("made"), commit="abc")
    assert not written.missed
    main = [p for p in written.files if p.suffix != ".svg"]
    return dict(zip(FORMATS, main, strict=True))


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_database_and_choices_give_the_same_bytes(
    form: str, files: dict[str, Path], database: Path, tmp_path: Path
) -> None:
    again = make_report(Reader(database), CHOICES, [form], "en", tmp_path, commit="abc")
    assert again.files[0].read_bytes() == files[form].read_bytes()


@pytest.mark.parametrize("form", FORMATS)
def test_a_fresh_report_verifies(form: str, files: dict[str, Path], reader: Reader) -> None:
    assert verify_report(files[form], reader) == []


@pytest.fixture(scope="module")
def shown(reader: Reader, database: Path) -> dict[tuple[str, str, str], dict[str, float]]:
    """Scores as ``harness show --json`` prints them, by run, task and metric."""
    patch = pytest.MonkeyPatch()
    patch.setenv("LANDSCAPE_DB", str(database))
    out: dict[tuple[str, str, str], dict[str, float]] = {}
    runs = reader.frame("leading_runs")
    for run_id in runs.loc[runs["vendor_id"].isin(CHOICES.vendors), "run_id"]:
        printed = io.StringIO()
        patch.setattr("sys.stdout", printed)
        show_run(run_id, as_json=True)
        for row in json.loads(printed.getvalue())["results"]:
            out[run_id, row["task"], row["metric"]] = row
    patch.undo()
    return out


Scores = dict[tuple[str, str, str], dict[str, float]]


def test_pages_print_the_digits_that_show_prints(files: dict[str, Path], shown: Scores) -> None:
    page = files["html"].read_text(encoding="utf-8")
    found = dict(re.findall(r'<span data-n="([^"]*)">([^<]*)</span>', page))
    assert len(shown) > 15
    for (run_id, task, metric), row in shown.items():
        for end in ("score", "low", "high"):
            origin = (
                "imported"
                if f"tables / results_imported / {run_id} · {task} · {metric} · none / {end}" in found
                else "measured"
            )
            key = f"tables / results_{origin} / {run_id} · {task} · {metric} · none / {end}"
            assert found[key] == f"{row[end]:.4f}", key


def test_markdown_prints_the_digits_that_show_prints(files: dict[str, Path], shown: Scores) -> None:
    lines = files["md"].read_text(encoding="utf-8").splitlines()
    assert len(shown) > 15
    for (run_id, task, metric), row in shown.items():
        wanted = f"| {row['score']:.4f} | {row['low']:.4f} – {row['high']:.4f} |"
        told = [line for line in lines if run_id in line and f"| {task.replace('_', chr(92) + '_')} |" in line]
        assert any(wanted in line and metric.replace("_", "\\_") in line for line in told), (run_id, task)


def test_workbook_holds_the_numbers_of_show_as_numbers(files: dict[str, Path], shown: Scores) -> None:
    sheet = openpyxl.load_workbook(files["xlsx"])["Full tables"]
    rows = [r for r in sheet.iter_rows() if any(c.value in {k[0] for k in shown} for c in r)]
    held = {}
    for row in rows:
        values = [c.value for c in row]
        key = (next(v for v in values if v in {k[0] for k in shown}), values[2], values[3])
        if key in shown:
            held[key] = row
    assert set(held) == set(shown)
    for key, row in held.items():
        for cell, end in zip(row[6:9], ("score", "low", "high"), strict=True):
            assert cell.data_type == "n"
            assert cell.number_format == "#,##0.0000"
            assert cell.value == pytest.approx(shown[key][end], rel=1e-12)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_bundles_hold_the_numbers_of_show(form: str, files: dict[str, Path], shown: Scores) -> None:
    with zipfile.ZipFile(files[form]) as held:
        assert {"dictionary.csv", "report.json", "sentences.csv"} <= set(held.namelist())
        read = pd.read_csv if form == "csv" else pd.read_parquet
        frames = [read(io.BytesIO(held.read(f"tables_results_{o}.{form}"))) for o in ("measured", "imported")
                  if f"tables_results_{o}.{form}" in held.namelist()]  # fmt: skip
        words = pd.read_csv(io.BytesIO(held.read("dictionary.csv")))
    rows = pd.concat(frames).set_index(["run_id", "task", "metric"])
    for key, row in shown.items():
        for end in ("score", "low", "high"):
            assert rows.loc[key, end] == pytest.approx(row[end], rel=1e-12)
    assert set(rows.columns) <= set(words["column"])


def test_html_asks_nobody_for_anything(files: dict[str, Path]) -> None:
    page = files["html"].read_text(encoding="utf-8")
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r'(?:src|href)="(?!#|data:)', own)
    assert "@import" not in own
    assert "default-src 'none'" in own


def test_workbook_has_charts_frozen_heads_a_read_me_and_no_formula(files: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(files["xlsx"])
    assert book.sheetnames[0] == "The decision"
    assert "Read me" in book.sheetnames
    assert book.properties.created.date() == dt.date(2026, 7, 2)
    assert sum(len(s._charts) for s in book.worksheets) >= 5
    for sheet in book.worksheets[1:-3]:
        assert sheet.freeze_panes is not None, sheet.title
        assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert book.worksheets[-1].sheet_state == "veryHidden"


def test_pdf_has_pages_contents_embedded_fonts_and_the_datas_date(files: dict[str, Path]) -> None:
    content = files["pdf"].read_bytes()
    parts = [content]
    for found in re.finditer(rb"stream\r?\n", content):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompressobj().decompress(content[found.end() :]))
    text = b"\n".join(parts)
    assert b"/CreationDate (D:20260702" in text
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", text)) >= 4
    assert len(re.findall(rb"/FontFile3?\b", text)) >= 2  # ours, for text and for headings
    fonts = set(re.findall(rb"/FontName\s*/[A-Z]+\+([\w-]+)", text))
    assert {b"Landscape-Text", b"Landscape-Head-Bold"} <= fonts
    assert b"/Outlines" in text


def test_markdown_charts_lie_beside_it(files: dict[str, Path]) -> None:
    text = files["md"].read_text(encoding="utf-8")
    charts = re.findall(r"\]\(([^)]+\.svg)\)", text)
    assert len(charts) >= 5
    for chart in charts:
        root = ElementTree.parse(files["md"].parent / chart).getroot()
        assert root.attrib["width"] in ("400", "760")  # two of the first pages' charts stand side by side
        assert len(root.findall("{http://www.w3.org/2000/svg}text")) > 5


def test_formats_are_those_of_the_guide() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    table = guide.split("| format | is |")[1].split("\n\n")[0]
    assert tuple(re.findall(r"`(\w+)`", "".join(row.split(" | ")[0] for row in table.splitlines()))) == FORMATS
