"""The PPTX form: a slide a finding, charts as pictures, tables as PowerPoint's own, the numbers behind in the speaker's notes."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from harness.reports.cells import printed
from harness.reports.document import Figure, Report, Section, Sentence, Table
from harness.reports.formats.deck.pictures import filling, size
from harness.reports.formats.deck.slide_table import add_table, slide_table
from harness.reports.formats.deck.slide_text import Paragraph, fitting_size, pages
from harness.reports.formats.deck.slides import ACROSS, BOTTOM, LEFT, PARAGRAPH_GAP, TOP, WIDTH, Deck
from harness.reports.formats.embedded_data import Carried, as_inline_json, check_size, embedded, sentence_problems
from harness.reports.formats.zip_file import zip_bytes
from harness.reports.messages import Words

SOURCES = ("freshness", "evidence")
"""Sections that say where numbers come from: the last slide's."""
TAGS = {"en": "en-US", "zh": "zh-CN"}
"""Languages as PowerPoint names them, for its spelling and its choice of fonts."""
SIDE, GUTTER = 3.75, 0.3
"""Width of the text beside a chart, and the space between the two."""
SIDE_SIZES = (15.0, 14.0, 13.0, 12.0)
TEXT_SIZES = (20.0, 18.0, 16.0, 14.0, 13.0)
MOST_POINTS, MOST_LINES = 60, 13
"""Points of a chart that the notes spell out, and that a chart with a line a point shows: more would be too small to read."""
_CARRIED = re.compile(r'<report xmlns="urn:landscape-report">(.*?)</report>', re.DOTALL)


def pptx(report: Report, words: Words) -> bytes:
    """The presentation."""
    writing = _Writing(report, words)
    summary, *others = report.sections
    writing.opening(summary)
    for section in others:
        if section.kind != "appendix" and section.key not in SOURCES:
            writing.section(section)
    writing.sources([s for s in others if s.kind == "appendix" or s.key in SOURCES])
    return writing.content()


class _Writing:
    """A deck being written; ``cells`` are the keys of the numbers in each native table's cells."""

    def __init__(self, report: Report, words: Words) -> None:
        self.report, self.words = report, words
        self.language = TAGS[report.language]
        self.deck = Deck(self.language, f"{report.title} · {report.subtitle}")
        self.cells: dict[str, list[tuple[int, int, list[str]]]] = {}

    def opening(self, summary: Section) -> None:
        """The title with the decision, then the summary's findings, how sure they are and what is not known."""
        body = summary.body
        decided = [s for s in body if s.topic == "decision"] or _first_answer(body)
        rest = [s for s in body if s not in decided]
        slide = self.deck.slide(self.report.title, self._said(summary), first=True)
        self.deck.box(slide, (LEFT, 0.9, ACROSS, 0.4), [Paragraph(self.report.subtitle, soft=True)], 16, name="Dates")
        texts = [s.text for s in decided]
        points = fitting_size(texts, ACROSS, 3.0, TEXT_SIZES, PARAGRAPH_GAP)
        self.deck.box(slide, (LEFT, 3.8, ACROSS, 3.0), _paragraphs(decided), points, name="Decision")
        why = [s for s in rest if s.topic == "why"]
        asked = why[0].question if why else ""  # the slide's title, where it is one question that all of them answer
        self._texts(summary, asked or summary.title, [*(replace(s, question="") for s in why[:1]), *why[1:]])
        for figure in summary.figures:
            self._figure(summary, figure, [])
        for table in summary.tables:
            self._table(summary, table, [])
        unsure = [s for s in rest if s.topic != "why"]
        told = any(s.topic for s in unsure)
        self._texts(summary, self.words("deck.certainty") if told else summary.title, unsure)

    def section(self, section: Section) -> None:
        """A slide a chart, the first with what the section says beside it; then its first table."""
        notes, beside = self._said(section), list(section.body)
        for figure in section.figures:
            self._figure(section, figure, notes, beside)
            notes, beside = [], []
        if not section.figures:
            self._texts(section, section.title, section.body)
        for table in section.tables[:1]:
            self._table(section, table, notes if section.figures or not section.body else [])

    def sources(self, sections: Sequence[Section]) -> None:
        """Where the numbers come from."""
        notes = [line for section in sections for line in self._said(section)]
        tables = [(s, t) for s in sections for t in s.tables if s.key == SOURCES[0]] or [
            (s, t) for s in sections for t in s.tables
        ]
        if tables:
            self._table(*tables[0], notes, title=self.words("deck.sources"))
        elif sections:
            self._texts(sections[0], self.words("deck.sources"), [s for each in sections for s in each.body])

    def content(self) -> bytes:
        """The bytes, with what ``verify`` reads and the report's date as the file's."""
        core = self.deck.file.core_properties
        moment = dt.datetime.combine(self.report.day, dt.time())
        core.title, core.subject, core.author, core.last_modified_by = (
            self.report.title,
            self.report.subtitle,
            "Landscape",
            "Landscape",
        )
        core.language, core.created, core.modified, core.revision = self.language, moment, moment, 1
        core.comments = self.words("file.about_verify")
        texts = _texts_of(self.deck.file.slides)
        said = [key for key, sentence in self.report.sentences() if sentence.text in texts]
        own = {"cells": self.cells, "said": said}
        _carry(self.deck.file, as_inline_json({**embedded(self.report, full=False), **own}))
        with zipfile.ZipFile(io.BytesIO(self.deck.content())) as parts:
            return zip_bytes({name: parts.read(name) for name in parts.namelist()})

    def _said(self, section: Section) -> list[str]:
        return [section.lead, *(s.text for s in section.sentences)]

    def _texts(self, section: Section, title: str, sentences: Sequence[Sentence]) -> None:
        """Sentences on as many slides as they need."""
        paragraphs = _paragraphs(sentences)
        if not paragraphs:
            return
        room, points = (
            BOTTOM - TOP,
            fitting_size([p.text for p in paragraphs], ACROSS, BOTTOM - TOP, TEXT_SIZES, PARAGRAPH_GAP),
        )
        for page in pages(paragraphs, ACROSS, room, points, PARAGRAPH_GAP):
            slide = self.deck.slide(title, self._said(section))
            self.deck.box(slide, (LEFT, TOP, ACROSS, room), page, points)

    def _figure(self, section: Section, figure: Figure, notes: Sequence[str], beside: Sequence[Sentence] = ()) -> None:
        from pptx.util import Inches

        slide = self.deck.slide(figure.title, [*notes, *_numbers(figure)])
        side = _paragraphs(beside)
        listed = figure.kind in ("dots", "differences")
        few = replace(figure, points=figure.points[:MOST_LINES]) if listed else figure
        wide, high = ACROSS - (SIDE + GUTTER if side else 0.0), BOTTOM - TOP
        picture = filling(few, self.words, high / wide)
        across, down = size(picture)
        scale = min(wide / across, high / down)
        left = LEFT if side else (WIDTH - across * scale) / 2
        top = TOP + (0.0 if side else (high - down * scale) / 2)
        shape = slide.shapes.add_picture(
            io.BytesIO(picture), Inches(left), Inches(top), Inches(across * scale), Inches(down * scale)
        )
        shape.name = f"{section.key} / {figure.key}"
        shape._element.nvPicPr.cNvPr.set("descr", figure.alt)
        if side:
            points = fitting_size([p.text for p in side], SIDE, high, SIDE_SIZES, PARAGRAPH_GAP)
            shown = pages(side, SIDE, high, points, PARAGRAPH_GAP)[0]
            self.deck.box(slide, (LEFT + wide + GUTTER, TOP, SIDE, high), shown, points, name="Findings")
        left_out = len(figure.points) - len(few.points)
        more = self.words("deck.first_points", n=len(few.points), all=len(figure.points)) if left_out else ""
        self.deck.note(slide, " ".join(t for t in (more, figure.note, figure.source) if t))

    def _table(self, section: Section, table: Table, notes: Sequence[str], *, title: str = "") -> None:
        name = f"{section.key} / {table.key}"
        shown = slide_table(section, table, self.words)
        slide = self.deck.slide(title or table.title, [*notes, *([table.note] if table.note else [])])
        add_table(slide, shown, name=name, alt=table.title, language=self.language)
        self.cells[name] = [
            (line, column, [key for key, _ in cell.numbers])
            for line, row in enumerate(shown.rows, 1)
            for column, cell in enumerate(row)
            if cell.numbers
        ]
        more = [
            self.words("deck.more_rows", n=shown.more_rows) if shown.more_rows else "",
            self.words("deck.more_columns", n=shown.more_columns) if shown.more_columns else "",
        ]
        self.deck.note(slide, " ".join(t for t in (*more, table.note) if t))


def _first_answer(body: Sequence[Sentence]) -> list[Sentence]:
    """The sentences up to the second question."""
    starts = [i for i, s in enumerate(body) if s.question]
    return list(body[: starts[1]] if len(starts) > 1 else body[:3])


def _paragraphs(sentences: Sequence[Sentence]) -> list[Paragraph]:
    out = []
    for sentence in sentences:
        out += [Paragraph(sentence.question, strong=True)] if sentence.question else []
        out.append(Paragraph(sentence.text))
    return out


def _numbers(figure: Figure) -> list[str]:
    """The points of a figure, a line each, for whoever speaks."""
    lines = []
    for p in figure.points[:MOST_POINTS]:
        told = f"{printed(p.value, 'plain')}"
        if math.isfinite(p.low) and math.isfinite(p.high):
            told += f" ({printed(p.low, 'plain')} – {printed(p.high, 'plain')})"
        if math.isfinite(p.y):
            told += f"; {printed(p.y, 'plain')}"
        lines.append(f"{' · '.join(t for t in (p.row, p.label) if t)}: {told}")
    return [" · ".join(t for t in (figure.unit, figure.unit_y) if t), *lines]


def _carry(file: Any, text: str) -> None:
    """Put the JSON into the presentation as a custom XML part, which PowerPoint keeps when it saves."""
    from pptx.opc.constants import RELATIONSHIP_TYPE as TYPES
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    blob = f'<?xml version="1.0" encoding="UTF-8"?>\n<report xmlns="urn:landscape-report">{text}</report>'.encode()
    part = Part(PackURI("/customXml/item1.xml"), "application/xml", file.part.package, blob)
    file.part.relate_to(part, TYPES.CUSTOM_XML)


def read(content: bytes) -> str:
    """The JSON that a presentation carries; empty where there is none."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        check_size(sum(i.file_size for i in parts.infolist()))
        for name in parts.namelist():
            if name.startswith("customXml/") and (own := _CARRIED.search(parts.read(name).decode("utf-8", "replace"))):
                return own[1]
    return ""


def problems(content: bytes, carried: Carried, report: Report) -> Iterator[str]:
    """Where the native tables and the sentences of a presentation are not what it carries."""
    import json

    from pptx import Presentation

    printed_as = {key: text for key, _, text in carried.numbers}
    slides = list(Presentation(io.BytesIO(content)).slides)
    tables = {shape.name: shape.table for slide in slides for shape in slide.shapes if shape.has_table}
    parts = json.loads(read(content))
    for name, cells in parts.get("cells", {}).items():
        for line, column, keys in cells:
            wanted = " – ".join(printed_as.get(key, "nothing") for key in keys)
            shown = tables[name].cell(line, column).text if name in tables else "nothing"
            if shown.removeprefix("≥ ").removeprefix("≤ ") != wanted:
                yield f"{keys[0]}: the file shows {shown}, its own numbers say {wanted}."
    said = set(parts.get("said", ()))
    yield from sentence_problems({k: t for k, t in carried.sentences.items() if k in said}, _texts_of(slides))
    notes = _lines(slide.notes_slide.notes_text_frame for slide in slides if slide.has_notes_slide)
    yield from sentence_problems({k: t for k, t in carried.sentences.items() if k not in said}, notes)


def _texts_of(slides: Any) -> set[str]:
    """The paragraphs that stand on slides, notes left out."""
    return _lines(shape.text_frame for slide in slides for shape in slide.shapes if shape.has_text_frame)


def _lines(frames: Iterable[Any]) -> set[str]:
    return {paragraph.text for frame in frames for paragraph in frame.paragraphs}
