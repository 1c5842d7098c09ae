"""From a number to its evidence in the browser: by mouse, by keyboard, by address; and back."""

from __future__ import annotations

from typing import Any

import pytest

from harness.analysis.scale.fit import HIGH
from tests.e2e.conftest import Visitor
from tests.e2e.test_addresses import asked

pytestmark = pytest.mark.slow
DRAWER = "section[role=dialog]"


def opened(visitor: Visitor) -> Any:
    """The drawer, once it stands."""
    drawer = visitor.page.locator(DRAWER)
    drawer.wait_for()
    visitor.page.wait_for_function("() => location.search.includes('evidence=')")
    visitor.settle()
    return drawer


def closed(visitor: Visitor) -> None:
    """Close the drawer and wait until the address knows."""
    visitor.page.keyboard.press("Escape")
    visitor.page.locator(DRAWER).wait_for(state="detached")
    visitor.page.wait_for_function("() => !location.search.includes('evidence=')")


HOVERED = """([x, y]) => new Promise(later => requestAnimationFrame(() => requestAnimationFrame(later)))
  .then(() => getComputedStyle(document.elementFromPoint(x, y)).cursor)"""
"""The cursor at a point, once what lies there has answered to it."""


def press_in_row(visitor: Visitor, table: Any) -> None:
    """Press the first cell of a table's first row that says by its cursor that it opens something."""
    box, mouse = table.bounding_box(), visitor.page.mouse
    for x in range(120, int(box["width"]), 24):
        place = [box["x"] + x, box["y"] + 52]
        mouse.move(*place)
        if visitor.page.evaluate(HOVERED, place) == "pointer":
            mouse.click(*place)
            return
    raise AssertionError("no cell of the row opens anything")


def test_a_number_leads_to_its_source_and_back(visitor: Visitor) -> None:
    page = visitor.open(f"model?model={HIGH[0]}&about=scores")
    table = page.locator("[data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # the grid answers once it is drawn
    cells = [page.locator(f"#glide-cell-{column}-0").first.text_content() for column in range(2)]
    press_in_row(visitor, table)
    drawer = opened(visitor)
    said = drawer.inner_text()
    assert cells[0] in said and f"{float(cells[1]):.4g}" in said.split("\n"), "the very number"
    [reference] = asked(page.url)["evidence"]
    assert reference.startswith(f"score:{HIGH[0]}:")
    link = drawer.get_by_role("link").first
    assert link.get_attribute("href").startswith("https://") and link.get_attribute("target") == "_blank"
    copied = page.evaluate("location.href")
    closed(visitor)
    assert asked(page.url) == {"lang": ["en"], "model": [HIGH[0]], "about": ["scores"]}
    page.goto("about:blank")
    page.goto(copied.replace("lang=en", "lang=zh"))
    said = opened(visitor).inner_text()
    assert "来源：" in said and f"{float(cells[1]):.4g}" in said.split("\n")
    assert visitor.complaints == []


def test_the_keyboard_opens_a_rows_evidence_and_follows_it(visitor: Visitor) -> None:
    page = visitor.open(f"model?model={HIGH[0]}&about=prices")
    page.get_by_role("button", name="Evidence of a row").last.focus()
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Row").focus()
    page.keyboard.type("Lumen")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    drawer = opened(visitor)
    assert "Seller:" in drawer.inner_text()
    assert drawer.evaluate("drawer => drawer.contains(document.activeElement)"), "the keyboard goes on in the drawer"
    drawer.locator("[data-testid=stPageLink-NavLink]:visible").last.click()
    page.locator(DRAWER).wait_for(state="detached")
    assert asked(page.evaluate("location.href"))["about"] == ["prices"]
    assert visitor.complaints == []


def test_an_answer_of_the_first_page_opens_its_numbers(visitor: Visitor) -> None:
    page = visitor.open()
    page.locator(".st-key-open-evidence-lead button").click()
    assert "The scores behind the points" in opened(visitor).inner_text()
    closed(visitor)
    assert page.locator("h1").is_visible() and visitor.complaints == []


def test_a_link_to_nothing_says_so_on_a_telephone(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 420, "height": 900})
    page = visitor.open("cost?evidence=score:nobody:nothing")
    drawer = opened(visitor)
    assert "Nothing in this database is called “score:nobody:nothing”" in drawer.inner_text().replace("\u2060", "")
    assert drawer.bounding_box()["width"] <= 420
    assert page.locator("[data-testid=stException]").count() == 0
    closed(visitor)
    assert visitor.complaints == []
