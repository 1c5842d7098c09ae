"""What a reader relies on: one verdict on a lead, units that are read at a glance, marks that are explained, costs on one basis."""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markupsafe import Markup
from openpyxl import load_workbook

from harness import places
from harness.analysis.scale.ranks import pairs
from harness.charts.palette import GREY, segment
from harness.market.choice.wish import Wish
from harness.reports.build import build
from harness.reports.cells import with_unit
from harness.reports.companies.figure_units import scale
from harness.reports.data import Material
from harness.reports.document import Figure, Point, Report
from harness.reports.formats.chart_kinds import svg_document
from harness.reports.formats.deck.pictures import filling, size
from harness.reports.formats.html_body import Drawing, page, unit_unbroken
from harness.reports.formats.xlsx import xlsx
from harness.reports.messages import Words
from harness.reports.sections.choice import choice
from harness.reports.selection import Choices
from harness.reports.subjects import subject
from harness.reports.summary.compared import compared
from harness.store.reader import Reader
from harness.store.rebuild import rebuild

SVG = "{http://www.w3.org/2000/svg}"
EN, ZH = Words("en"), Words("zh")


def made(reader: Reader, choices: Choices, language: str = "en") -> Report:
    return build(reader, choices, language, "abc", lambda _, __: None)


def test_the_capability_section_counts_rivals_by_differences(reader: Reader) -> None:
    """Of any two vendors: the sentence names as many rivals as have a difference from the first whose interval holds 0."""
    material = Material(reader, Choices())
    vendors = list(dict.fromkeys(material.scale["vendor_id"]))
    checked = 0
    for chosen in itertools.combinations(vendors, 2):
        board = material.scale[material.scale["vendor_id"].isin(chosen)]
        assert material.fit is not None
        apart = pairs(material.fit, list(board["model_id"])).head(len(board) - 1)
        rivals = int((apart["low"] <= 0).sum())
        capability = next(s for s in made(reader, Choices(chosen)).sections if s.key == "capability")
        (said,) = (s for s in capability.sentences if s.key.startswith("cap.leads"))
        assert dict(said.numbers)["n"] == rivals
        assert said.key.startswith("cap.leads_unclear") == bool(rivals)
        checked += 1
        if checked == 4:
            break
    assert checked


@pytest.mark.parametrize(
    ("words", "unit", "largest", "shown", "named"),
    [
        (EN, "USD", 360e9, 360, "USD billion"),
        (ZH, "USD", 360e9, 3600, "亿美元"),
        (EN, "fraction", 0.609, 60.9, "%"),
        (EN, "people", 124_320, 124_320, "people"),
        (EN, "people", 300e6, 300, "million people"),
        (ZH, "people", 300e6, 3, "亿人"),
        (ZH, "people", 5.3e6, 530, "万人"),
        (ZH, "people", 124_320, 124_320, "人"),
        (EN, "tokens", 36e12, 36, "trillion tokens"),
        (ZH, "tokens", 36e12, 36, "万亿个词元"),
        (EN, "FLOP", 7.85e24, 7.85, "10²⁴ FLOP"),
        (EN, "FLOP", 3.65e25, 36.5, "10²⁴ FLOP"),
        (EN, "FLOP", 2.1e22, 21, "10²¹ FLOP"),
    ],
)
def test_figures_are_in_units_that_are_read(words: Words, unit: str, largest: float, shown: float, named: str) -> None:
    divisor, name = scale(words, "some_figure", unit, largest)
    assert largest / divisor == pytest.approx(shown) and name == named


def test_units_stand_in_the_brackets_of_their_language() -> None:
    assert with_unit("Price", "USD") == "Price (USD)" and with_unit("Price", "") == "Price"
    assert with_unit("价格", "美元") == "价格（美元）"
    assert ZH.column("price", "money", "USD").unit == "美元" and EN.column("price", "money", "USD").unit == "USD"


def test_a_headings_unit_stays_on_one_line_and_is_no_markup_of_others() -> None:
    assert unit_unbroken("任务成本（美元）") == '任务成本<span class="u">（美元）</span>'
    assert unit_unbroken("<b>（美元）") == '&lt;b&gt;<span class="u">（美元）</span>'
    assert unit_unbroken("A & B") == "A &amp; B"


def test_a_list_in_a_sentence_ends_with_a_word() -> None:
    assert EN.listed(["A"]) == "A" and EN.listed(["A", "B", "C"]) == "A, B and C"
    assert ZH.listed(["甲", "乙", "丙"]) == "甲、乙和丙"


@pytest.mark.parametrize("kind", ["dots", "scatter"])
def test_every_sign_of_a_drawing_is_explained(kind: str) -> None:
    """Also those of models that stand only behind the ones that the figure is about: grey, in their own shape."""
    points = tuple(
        Point(name, value, y=value, group=group, strong=name == "A")
        for name, value, group in (("A", 1.0, "startup"), ("B", 2.0, "big-tech"), ("C", 3.0, "startup"))
    )
    figure = Figure("f", kind, "T", "u", "n", "s", points, unit_y="y", origin="reported")
    root = ElementTree.fromstring(svg_document(figure, EN))
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert {"Start-up", "Big tech"} <= set(texts)
    strokes = [e.attrib["stroke"] for e in root.iter() if e.tag in (f"{SVG}circle", f"{SVG}polygon")]
    assert strokes.count(segment("startup").colour) == 2  # A's mark and its sign in the key
    assert segment("big-tech").colour not in strokes and strokes.count(GREY) == 3  # B, C and big tech's sign


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The shipped catalog without runs."""
    folder = tmp_path_factory.mktemp("shipped")
    nothing = folder / "none"
    nothing.mkdir()
    rebuild(folder / "land.duckdb", places.catalog(), nothing, nothing, nothing)
    return Reader(folder / "land.duckdb")


@pytest.mark.parametrize("words", [EN, ZH])
def test_an_answers_costs_are_on_one_basis(shipped: Reader, words: Words) -> None:
    """The typical task's tokens at each model's list price, also of those of which another cost was reported; that stands apart."""
    material = Material(shipped, Choices(wish=Wish("coding-agent")))
    assert material.wish is not None
    task, known = material.wish.family, material.chosen[material.chosen["standing"].eq("known")]
    assert {"reported", "estimated"} <= set(known["task_basis"])
    section = choice(material, words)
    first = compared(material, words, subject(material))
    prices = known.set_index("product_id")
    for table in (first, *(t for t in section.tables if t.key == "choice_known")):
        assert table is not None
        keys = [c.key for c in table.columns]
        rows = [dict(zip(keys, row, strict=True)) for row in table.rows]
        assert len(rows) > 4 and "task_cost" not in keys
        for row in rows:
            price = prices.loc[row["model_id"]]
            spent = price["input_per_mtok"] * task.input_tokens + price["output_per_mtok"] * task.output_tokens
            assert row["typical"] == (pytest.approx(spent / 1e6) if spent == spent else None)
    (reported,) = (t for t in section.tables if t.key == "choice_costs")
    assert len(reported.rows) == int(known["task_basis"].eq("reported").sum())
    (evidence,) = (t for t in section.tables if t.key == "choice_evidence")
    keys = [c.key for c in evidence.columns]
    order = list(dict.fromkeys(row[keys.index("model_id")] for row in evidence.rows))
    assert order == [id for id in known["product_id"] if id in set(order)], "the best model's evidence first"
    assert "fraction" not in {row[keys.index("unit")] for row in evidence.rows}


@pytest.mark.parametrize("rows", [1, 3, 5])
def test_a_chart_of_few_rows_fills_its_slide(rows: int) -> None:
    points = tuple(Point(f"Model {i}", i + 0.5, i, i + 1.0) for i in range(rows))
    figure = Figure("f", "differences", "T", "u", "n", "s", points)
    across, down = size(filling(figure, EN, 0.42))
    whole, high = size(filling(figure, EN, 0.0))  # as wide as the page
    assert down / across > 1.4 * high / whole


def test_long_names_and_tall_charts_are_drawn_wide() -> None:
    long = tuple(Point("A name that is much longer than half a page " + str(i), i) for i in range(2))
    tall = tuple(Point(f"M{i}", i) for i in range(13))
    for points in (long, tall):
        figure = Figure("f", "dots", "T", "u", "n", "s", points)
        assert filling(figure, EN, 0.42) == filling(figure, EN, 0.0)


def test_chart_data_of_the_workbook_are_headed_and_written_to_their_digits(report: Report) -> None:
    book = load_workbook(io.BytesIO(xlsx(report, EN)))
    sheet = book[EN("file.chart_data")]
    numbers = [c for row in sheet.iter_rows() for c in row if isinstance(c.value, (int, float))]
    assert len(numbers) > 50 and all(c.number_format != "General" for c in numbers)
    texts = {c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str)}
    assert {f.unit for s in report.sections for f in s.figures if f.kind in ("dots", "differences", "scatter")} <= texts


def test_no_row_of_a_table_is_left_alone_on_a_page(tmp_path: Path, report: Report) -> None:
    """Tables of every height from the top of a page: no page but the last begins or ends within two rows of a table's edge."""
    weasyprint = pytest.importorskip("weasyprint")
    text = page(
        "pages.html.j2",
        report,
        EN,
        lambda _: Drawing(Markup()),
        marked=False,
    )
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    rows = re.findall(r"<tbody>\n(.*?)</tbody>", text, re.DOTALL)
    table = max(rows, key=lambda body: body.count("<tr"))
    assert style is not None and table.count("<tr") > 8
    for filler in range(40, 56, 3):
        body = f'<div style="height:{filler * 4}mm"></div><div class="wide"><table><tbody>{table}</tbody></table></div><p class="note">n</p>'
        pages = weasyprint.HTML(string=f"<style>{style[1]}</style>{body}").render().pages
        counts = [len([b for b in p._page_box.descendants() if b.element_tag == "tr"]) for p in pages]
        assert all(n == 0 or n >= 2 for n in counts), (filler, counts)
