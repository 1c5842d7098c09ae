"""Tables in the browser: all columns on request, names that open from the keyboard, rows on paper."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import Visitor
from tests.e2e.test_every_page import CUT

pytestmark = pytest.mark.slow


def test_all_columns_come_on_request(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 420, "height": 900})
    page = visitor.open("capability?origin=reported")
    page.get_by_text(re.compile(r"^All \d+ columns$")).first.click()
    visitor.settle()
    page.wait_for_function(f"() => ({CUT})().length == 1")
    assert re.search(r"all_[\w-]+=true", page.url)


def test_a_name_opens_without_a_mouse(visitor: Visitor) -> None:
    page = visitor.open("capability?origin=reported")
    chooser = page.get_by_role("combobox", name=re.compile("Open a model")).first
    for _ in range(20):  # the page may still put a new box in the place of the one with the focus
        chooser.focus()
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(500)
        if page.get_by_role("option").count():
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/model\?"))


def test_paper_has_the_table_as_text(visitor: Visitor) -> None:
    page = visitor.open("cost")
    assert page.locator(".paper").count() == 0 or not page.locator(".paper").first.is_visible()
    page.emulate_media(media="print")
    for table in page.locator(".paper").all():
        assert table.is_visible() and table.locator("td").count() > 0
