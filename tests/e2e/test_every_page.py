"""Every page and part, wide and light in English, narrow and dark in Chinese: silent, in its width, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.access import CONTRASTS, axe
from tests.e2e.conftest import DRAWN, Visitor, looking, visiting
from tests.e2e.every_page import ADDRESSES, PARTS, path

pytestmark = pytest.mark.slow
LOOKS = [(1440, "light", "en"), (420, "dark", "zh")]

FOLDED = "[...document.querySelectorAll('main details:not([open]) > summary')].map(s => s.click()).length"
"""Opens all folds; how many there were."""
CUT = """() => [...document.querySelectorAll('[class*=st-key-sheet-] [data-testid=stDataFrame]')]
    .filter(e => e.checkVisibility()).map(e => [e, e.querySelector('.dvn-scroller')])
    .filter(([e, s]) => s && s.scrollWidth > s.clientWidth + 1)
    .map(([e, s]) => e.closest('[class*=st-key-sheet-]').className.match(/st-key-sheet-\\S+/)[0] +
        ` ${s.scrollWidth} > ${s.clientWidth}`)"""
"""Tables whose columns reach beyond their box."""


@pytest.fixture(scope="module", params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}-{look[2]}")
def reader(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Visitor]:
    """A visitor in one width, theme and language, who goes from address to address."""
    with looking(browser, *request.param) as context:
        yield visiting(context, address)


@pytest.mark.parametrize("address_of_page", ADDRESSES)
def test_a_page_is_silent_fits_and_is_there_for_everybody(reader: Visitor, address_of_page: str) -> None:
    reader.complaints.clear()
    page = reader.open(path(address_of_page))
    for _ in range(3):  # what a fold holds may have folds of its own
        if not page.evaluate(FOLDED):
            break
        reader.settle()
    page.wait_for_function(DRAWN)
    assert page.locator("h1").count() == 1 and page.get_by_role("dialog").count() == 0, "no 'page not found'"
    assert page.locator("[data-testid=stAlertContentError], [data-testid=stException]").all_inner_texts() == []
    found = axe(page)
    found += [f"text of an axis below 4.5:1: {c}" for c in page.evaluate(CONTRASTS) if c["ratio"] < 4.5]
    found += [f"table cut: {table}" for table in page.evaluate(CUT)]
    width, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    found += [f"page wider than the window: {width}"] if width > seen else []
    assert found + reader.complaints == []


@pytest.mark.parametrize("page", PARTS)
def test_every_part_of_a_page_has_an_address_here(visitor: Visitor, page: str) -> None:
    shown = visitor.open(f"{page}?{PARTS[page][-1]}")
    rows = shown.locator("[data-testid=stMain] [data-testid=stButtonGroup]").all()
    assert len(PARTS[page]) in {row.get_by_role("radio").count() for row in rows}
