"""The slide deck, read with python-pptx: findings as titles, pictures that say what they show, tables with the report's numbers."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from pptx.util import Inches

from harness.reports.build import build
from harness.reports.document import Report
from harness.reports.formats.deck import pptx as deck
from harness.reports.formats.deck.slide_text import Paragraph, fitting_size, height, pages
from harness.reports.make import make_report, verify_report
from harness.reports.messages import Words
from harness.reports.selection import Choices
from harness.store.reader import Reader
from tests.reports.conftest import HOSTILE

CHOICES = Choices(("aurora", "borealis", "cinder", "delta"))
LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def reports(reader: Reader) -> dict[str, Report]:
    return {lang: build(reader, CHOICES, lang, "abc", lambda _, __: None) for lang in LANGUAGES}


@pytest.fixture(scope="module")
def decks(reports: dict[str, Report]) -> dict[str, bytes]:
    return {lang: deck.pptx(report, Words(lang)) for lang, report in reports.items()}


def _slides(content: bytes) -> list[Any]:
    return list(Presentation(io.BytesIO(content)).slides)


def _shapes(content: bytes) -> list[Any]:
    return [shape for slide in _slides(content) for shape in slide.shapes]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_chart_has_a_slide_whose_title_is_its_finding(
    lang: str, decks: dict[str, bytes], reports: dict[str, Report]
) -> None:
    report, slides = reports[lang], _slides(decks[lang])
    assert slides[0].shapes.title.text == report.title
    assert any(report.day.isoformat() in s.text_frame.text for s in slides[0].shapes if s.has_text_frame)
    pictures = {s.name: (slide, s) for slide in slides for s in slide.shapes if s.name and hasattr(s, "image")}
    figures = {f"{s.key} / {f.key}": f for s in report.sections for f in s.figures}
    assert set(pictures) == set(figures) and len(figures) >= 5
    for name, figure in figures.items():
        slide, picture = pictures[name]
        assert slide.shapes.title.text == figure.title
        assert picture._element.nvPicPr.cNvPr.get("descr") == figure.alt
        assert picture.image.content_type == "image/png"
        assert picture.width / picture.height == pytest.approx(picture.image.size[0] / picture.image.size[1], rel=0.01)
        assert all(point.label in slide.notes_slide.notes_text_frame.text for point in figure.points)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_native_tables_show_the_reports_numbers(lang: str, decks: dict[str, bytes], reports: dict[str, Report]) -> None:
    printed = {n.key: n.text for n in reports[lang].numbers(full=False)}
    tables = [s for s in _shapes(decks[lang]) if s.has_table]
    assert len(tables) >= 4
    seen = 0
    for shape in tables:
        section, key = shape.name.split(" / ")
        table = next(t for s in reports[lang].sections if s.key == section for t in s.tables if t.key == key)
        rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
        for line, row in zip(rows[1:], table.rows, strict=False):
            shown = {part for text in line for part in text.split(" – ")}
            name = f"{section} / {key} / {table.row_id(row)}"
            own = {text for k, text in printed.items() if k.startswith(f"{name} / ")}
            seen += len(own & shown)
            assert {t for t in shown if t.replace(".", "").isdigit()} <= own | {str(c) for c in row}, (name, line)
    assert seen > 40


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_leaves_the_slide_or_covers_another(lang: str, decks: dict[str, bytes]) -> None:
    slack = Inches(0.02)
    for index, slide in enumerate(_slides(decks[lang])):
        boxes = [s for s in slide.shapes if s.name != "Edge"]
        for s in boxes:
            assert s.left >= 0 and s.top >= 0, (index, s.name)
            assert s.left + s.width <= Inches(13.333) + slack and s.top + s.height <= Inches(7.5) + slack, (
                index,
                s.name,
            )
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                apart = (a.left + a.width <= b.left + slack or b.left + b.width <= a.left + slack
                         or a.top + a.height <= b.top + slack or b.top + b.height <= a.top + slack)  # fmt: skip
                assert apart, (index, a.name, b.name)


def test_two_makes_give_the_same_bytes_without_a_clock(reports: dict[str, Report], decks: dict[str, bytes]) -> None:
    assert deck.pptx(reports["zh"], Words("zh")) == decks["zh"]
    with zipfile.ZipFile(io.BytesIO(decks["zh"])) as parts:
        assert {i.date_time for i in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [n for n in parts.namelist() if "thumbnail" in n or "printer" in n]
    core = Presentation(io.BytesIO(decks["zh"])).core_properties
    assert (core.title, core.language, core.created.date()) == (reports["zh"].title, "zh-CN", reports["zh"].day)


def test_chinese_is_marked_as_chinese_with_fonts_that_have_it(decks: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(decks["zh"])) as parts:
        themes = [parts.read(n).decode() for n in parts.namelist() if n.startswith("ppt/theme/")]
        assert any('typeface="Noto Sans CJK SC"' in t and '"Hans" typeface="Microsoft YaHei"' in t for t in themes)
        slides = [parts.read(n).decode() for n in parts.namelist() if n.startswith("ppt/slides/slide")]
    assert all('lang="zh-CN"' in text for text in slides)


def test_hostile_names_are_text_alone(hostile: Reader) -> None:
    content = deck.pptx(build(hostile, Choices(("aurora", "borealis")), "en", "", lambda _, __: None), Words("en"))
    texts = [s.text_frame.text for s in _shapes(content) if s.has_text_frame]
    texts += [c.text for s in _shapes(content) if s.has_table for row in s.table.rows for c in row.cells]
    assert any("<script>alert(1)</script>" in t for t in texts)  # as it is called, without the marks that nobody sees
    assert not [t for t in texts if any(sign in t for sign in HOSTILE if ord(sign) > 0x2000)]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        links = [parts.read(n).decode() for n in parts.namelist() if n.endswith(".rels")]
    assert not [text for text in links if "External" in text]


def test_a_changed_cell_and_a_changed_sentence_are_found(reader: Reader, tmp_path: Path) -> None:
    file = make_report(reader, CHOICES, ["pptx"], "en", tmp_path, commit="abc").files[0]
    assert verify_report(file, reader) == []
    presentation = Presentation(str(file))
    tables = [s.table for slide in presentation.slides for s in slide.shapes if s.has_table]
    run = next(r for t in tables for row in t.rows for c in row.cells for p in c.text_frame.paragraphs for r in p.runs
               if r.text.replace(".", "").isdigit())  # fmt: skip
    before, run.text = run.text, "9.99"
    sentences = {
        s.text for section in build(reader, CHOICES, "en", "", lambda _, __: None).sections for s in section.sentences
    }
    titles = [slide.shapes.title.text_frame.paragraphs[0].runs[0] for slide in presentation.slides]
    frames = [s.text_frame for slide in presentation.slides for s in slide.shapes if s.has_text_frame]
    texts = [p.text for frame in frames for p in frame.paragraphs]
    title = next(t for t in titles if t.text in sentences and texts.count(t.text) == 1)
    finding, title.text = title.text, "All is well."
    changed = tmp_path / "changed.pptx"
    presentation.save(str(changed))
    problems = verify_report(changed, reader)
    assert any(f"the file does not say “{finding}”" in p for p in problems)  # though the notes still do
    assert any(f"the file shows 9.99, its own numbers say {before}." in p for p in problems)


def test_text_is_set_as_large_as_it_fits() -> None:
    assert height("a" * 100, 10, 100 * 0.54 * 10 / 72 * 1.001) == pytest.approx(12 / 72)
    assert height("字" * 50, 10, 99 * 0.54 * 10 / 72) == pytest.approx(24 / 72)  # a Chinese sign is two letters wide
    assert fitting_size(["short"], 5, 1, (20, 10)) == 20
    assert fitting_size(["long " * 200], 5, 1, (20, 10)) == 10
    told = [Paragraph("q", strong=True), Paragraph("a"), Paragraph("q2", strong=True), Paragraph("b")]
    line = 12 / 72
    assert [[p.text for p in page] for page in pages(told, 5, 3 * line + 0.01, 10, 0.0)] == [["q", "a"], ["q2", "b"]]
