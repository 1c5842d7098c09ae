"""Tables in the browser: on every page and part no column is cut, at 1440 and at 420 pixels; names open from the keyboard."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.e2e.conftest import ROOT, Visitor

pytestmark = pytest.mark.slow
PARTS = {
    "companies": [f"view={part}" for part in re.findall(r'"(\w+)"', re.search(
        r"PARTS = (\[.*?\])", (ROOT / "pages/companies.py").read_text(encoding="utf-8"), re.DOTALL)[1])],  # type: ignore[index]
    "capability": ["origin=reported", "origin=measured"],
    "model": [f"about={part}&model=aurora-2-8b" for part in ("standing", "scores", "prices", "line", "alike", "runs")],
    "homogeneity": ["view=answer", "view=groups", "view=over_time", "view=dimensions", "view=buyer", "view=concentration"],
    "runs_and_samples": ["part=samples", "part=scores", "part=difference"],
}  # fmt: skip
PAGES = [
    (page, choice) for page in sorted(p.stem for p in (ROOT / "pages").glob("*.py")) for choice in PARTS.get(page, [""])
]
CUT = """() => [...document.querySelectorAll('[class*=st-key-sheet-] [data-testid=stDataFrame]')]
    .filter(e => e.checkVisibility()).map(e => [e, e.querySelector('.dvn-scroller')])
    .filter(([e, s]) => s && s.scrollWidth > s.clientWidth + 1)
    .map(([e, s]) => e.closest('[class*=st-key-sheet-]').className.match(/st-key-sheet-\\S+/)[0] +
        ` ${s.scrollWidth} > ${s.clientWidth}`)"""
"""Tables whose columns reach beyond their box."""


def opened(visitor: Visitor, page: str, choice: str) -> Any:
    """A page with one of its parts, all folds open."""
    shown = visitor.open(("" if page == "overview" else page) + (f"?{choice}" if choice else ""))
    folds = shown.locator("main details:not([open]) > summary")
    for _ in range(folds.count()):
        folds.first.click()
        visitor.settle()
    return shown


@pytest.mark.parametrize("width", [1440, 420])
@pytest.mark.parametrize(("page", "choice"), PAGES)
def test_no_column_of_a_table_is_cut(visitor: Visitor, page: str, choice: str, width: int) -> None:
    visitor.page.set_viewport_size({"width": width, "height": 900})
    shown = opened(visitor, page, choice)
    shown.wait_for_timeout(500)  # the tables measure themselves once they are drawn
    assert shown.evaluate(CUT) == []


def test_all_columns_come_on_request(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 420, "height": 900})
    page = visitor.open("capability?origin=reported")
    page.get_by_text(re.compile(r"^All \d+ columns$")).first.click()
    visitor.settle()
    page.wait_for_function(f"() => ({CUT})().length == 1")
    assert re.search(r"all_[\w-]+=true", page.url)


def test_a_name_opens_without_a_mouse(visitor: Visitor) -> None:
    page = visitor.open("capability?origin=reported")
    page.get_by_role("combobox", name=re.compile("Open a model")).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/model\?"))


def test_paper_has_the_table_as_text(visitor: Visitor) -> None:
    page = visitor.open("cost")
    assert page.locator(".paper").count() == 0 or not page.locator(".paper").first.is_visible()
    page.emulate_media(media="print")
    for table in page.locator(".paper").all():
        assert table.is_visible() and table.locator("td").count() > 0
