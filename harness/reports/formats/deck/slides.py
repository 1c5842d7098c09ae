"""The deck's frame: a 16:9 presentation with two layouts, and what is put on a slide, positions in inches."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from harness.reports.formats.deck.slide_text import Paragraph, fitting_size

WIDTH, HEIGHT = 13.333, 7.5
LEFT, ACROSS = 0.55, WIDTH - 1.1
"""Left margin, and the width between the margins."""
TITLE_TOP, TITLE_HIGH = 0.35, 0.95
TOP, BOTTOM = 1.45, 6.55
"""Where a slide's content begins and ends; its note lies between it and the foot."""
NOTE_TOP, NOTE_HIGH = 6.6, 0.42
FOOT_TOP, FOOT_HIGH = 7.06, 0.3
TITLE_SIZES = (26.0, 24.0, 22.0, 20.0, 18.0, 16.0)
NOTE_SIZES = (11.0, 10.0, 9.0, 8.0)
INK, SOFT, BLUE, LINE = "1B2430", "5A6572", "124E84", "D5DAE1"
"""Colours of text, of what is beside the point, of headings and of lines, as in the other formats."""
LATIN, EAST_ASIAN, FALLBACK = "Arial", "Noto Sans CJK SC", "Microsoft YaHei"
"""Fonts that the theme names: every office has the first; the last is what the theme gives Chinese script where the second is absent."""
PARAGRAPH_GAP = 0.45
"""Space after a paragraph, in sizes of its font."""
TITLE_LAYOUT, PLAIN_LAYOUT = 0, 5
"""Layouts of python-pptx's own template that stay: of the first slide, and one with a title alone."""


class Deck:
    """A presentation being made. Slides are made in order; each begins with its title."""

    def __init__(self, language: str, foot: str) -> None:
        from pptx import Presentation
        from pptx.util import Inches

        self.language = language
        self.foot = foot
        self.file: Any = Presentation()
        self.file.slide_width, self.file.slide_height = Inches(WIDTH), Inches(HEIGHT)
        _without_leftovers(self.file)
        _themed(self.file)
        self._layouts = _shaped_layouts(self.file)

    def slide(self, title: str, notes: Sequence[str], *, first: bool = False) -> Any:
        """A new slide with its title, its foot and what the speaker can say."""
        slide = self.file.slides.add_slide(self._layouts[0 if first else 1])
        frame = slide.shapes.title.text_frame
        high = 1.9 if first else TITLE_HIGH
        sizes = (40.0, 36.0, 32.0, 28.0, 24.0) if first else TITLE_SIZES
        self.write(
            frame,
            [Paragraph(title)],
            fitting_size([title], ACROSS, high, sizes),
            colour=BLUE if first else INK,
            bold=True,
        )
        slide.notes_slide.notes_text_frame.text = "\n".join(notes)
        number = len(self.file.slides)
        if first:
            _bar(slide)
        else:
            self.box(
                slide, (LEFT, FOOT_TOP, ACROSS - 1.2, FOOT_HIGH), [Paragraph(self.foot, soft=True)], 9, name="Foot"
            )
            self.box(slide, (WIDTH - LEFT - 1.0, FOOT_TOP, 1.0, FOOT_HIGH), [Paragraph(str(number), soft=True)], 9, right=True,
                     name="Number")  # fmt: skip
        return slide

    def box(
        self,
        slide: Any,
        place: tuple[float, float, float, float],
        paragraphs: Sequence[Paragraph],
        size: float,
        *,
        right: bool = False,
        name: str = "Text",
    ) -> None:
        """Paragraphs in a box at (left, top, width, height)."""
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Inches

        shape = slide.shapes.add_textbox(*(Inches(v) for v in place))
        shape.name = name
        self.write(shape.text_frame, paragraphs, size)
        if right:
            shape.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT

    def note(self, slide: Any, text: str) -> None:
        """The line under a slide's content: unit, source, dates."""
        if text:
            size = fitting_size([text], ACROSS, NOTE_HIGH, NOTE_SIZES)
            self.box(slide, (LEFT, NOTE_TOP, ACROSS, NOTE_HIGH), [Paragraph(text, soft=True)], size, name="Note")

    def write(
        self, frame: Any, paragraphs: Sequence[Paragraph], size: float, *, colour: str = INK, bold: bool = False
    ) -> None:
        """The paragraphs as a text frame's whole content, one run each."""
        from pptx.dml.color import RGBColor
        from pptx.util import Pt

        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for index, paragraph in enumerate(paragraphs):
            line = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
            if index < len(paragraphs) - 1:
                line.space_after = Pt(0 if paragraph.strong else size * PARAGRAPH_GAP)
            run = line.add_run()
            run.text = paragraph.text
            run.font.size = Pt(size)
            run.font.bold = bold or paragraph.strong
            shade = SOFT if paragraph.soft else BLUE if paragraph.strong else colour
            run.font.color.rgb = RGBColor(*bytes.fromhex(shade))
            run._r.get_or_add_rPr().set("lang", self.language)

    def content(self) -> bytes:
        """The presentation's bytes, its members without a clock."""
        buffer = io.BytesIO()
        self.file.save(buffer)
        return buffer.getvalue()


def _without_leftovers(file: Any) -> None:
    """Drop what python-pptx's template carries of its author's machine: a thumbnail and printer settings."""
    from pptx.opc.constants import RELATIONSHIP_TYPE as TYPES

    for part in (file.part.package, file.part):
        rels = part._rels
        for key in [k for k, r in rels.items() if r.reltype in (TYPES.THUMBNAIL, TYPES.PRINTER_SETTINGS)]:
            rels.pop(key)


def _themed(file: Any) -> None:
    """Name our fonts in the theme of the slides' master."""
    from lxml import etree
    from pptx.opc.constants import RELATIONSHIP_TYPE as TYPES

    theme = file.slide_master.part.part_related_by(TYPES.THEME)
    root = etree.fromstring(theme.blob)
    names = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
    for fonts in root.iterfind(".//a:fontScheme/*", names):
        fonts.find("a:latin", names).set("typeface", LATIN)
        east = fonts.find("a:ea", names)
        east.set("typeface", EAST_ASIAN)
        east.set("pitchFamily", "34")
        east.set("charset", "-122")
        for script in fonts.iterfind("a:font[@script='Hans']", names):
            script.set("typeface", FALLBACK)
    theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _shaped_layouts(file: Any) -> tuple[Any, Any]:
    """The two layouts with their titles where ours stand; the template's others are dropped."""
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches

    layouts = file.slide_layouts
    kept = layouts[TITLE_LAYOUT], layouts[PLAIN_LAYOUT]
    for layout in [each for each in layouts if each not in kept]:
        layouts.remove(layout)
    places = ((1.6, 1.9), (TITLE_TOP, TITLE_HIGH))
    for holder, (top, high) in ((file.slide_master, places[1]), *zip(kept, places, strict=True)):
        for shape in list(holder.placeholders):
            if shape.placeholder_format.type not in _titles():
                shape._element.getparent().remove(shape._element)
                continue
            shape.left, shape.top, shape.width, shape.height = Inches(LEFT), Inches(top), Inches(ACROSS), Inches(high)
            shape.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM if holder is kept[0] else MSO_ANCHOR.TOP
            shape.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    for style in file.slide_master._element.iterfind(".//{*}titleStyle/{*}lvl1pPr"):
        style.set("algn", "l")
    return kept


def _titles() -> tuple[Any, ...]:
    from pptx.enum.shapes import PP_PLACEHOLDER

    return PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE


def _bar(slide: Any) -> None:
    """The coloured edge of the first slide."""
    from pptx.dml.color import RGBColor
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Inches

    bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Inches(WIDTH), Inches(0.16))
    bar.name = "Edge"
    bar.fill.solid()
    bar.fill.fore_color.rgb = RGBColor(*bytes.fromhex(BLUE))
    bar.line.fill.background()
    bar.shadow.inherit = False
