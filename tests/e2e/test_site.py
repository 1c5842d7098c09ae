"""What a visitor does: every page, links that keep the view, language, downloads, keyboard, a narrow screen."""

from __future__ import annotations

import csv
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.slow


def test_back_and_forward_move_between_pages(visitor: Visitor) -> None:
    page = visitor.open("")
    page.get_by_role("link", name="Cost").first.click()
    page.get_by_role("heading", name="Cost", exact=True).wait_for()
    page.go_back()
    page.get_by_role("heading", name="Who leads in language models").wait_for()
    page.go_forward()
    page.get_by_role("heading", name="Cost", exact=True).wait_for()


def test_a_table_downloads_as_csv(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open("capability?origin=measured")
    with page.expect_download() as got:
        page.get_by_role("button", name="CSV").first.click()
    target = tmp_path / got.value.suggested_filename
    got.value.save_as(target)
    rows = list(csv.DictReader(target.read_text(encoding="utf-8-sig").splitlines()))
    assert target.name.startswith("landscape-") and len(rows) == 7
    assert {"model", "score", "low", "high", "rank_low", "rank_high"} <= set(rows[0]), "intervals are in the file"


def test_a_report_is_made_and_downloaded(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open("reports")
    page.get_by_role("button", name="Make the report").click()
    page.get_by_role("button", name="Download landscape-").wait_for(timeout=60_000)
    with page.expect_download() as got:
        page.get_by_role("button", name="Download landscape-").click()
    target = tmp_path / got.value.suggested_filename
    got.value.save_as(target)
    text = target.read_text(encoding="utf-8")
    assert target.suffix == ".html" and "Aurora Systems" in text
    assert "Krill <b>AI</b>" not in text, "names from data are never markup"
    assert visitor.complaints == []


def test_a_chart_says_its_finding_to_those_who_cannot_see_it(visitor: Visitor) -> None:
    page = visitor.open("capability?origin=measured")
    named = page.locator("[data-testid=stPlotlyChart] [aria-label], [data-testid=stPlotlyChart][aria-label]")
    assert "leads" in (named.first.get_attribute("aria-label") or "")


def test_the_navigation_is_reached_by_keyboard(visitor: Visitor) -> None:
    page = visitor.open("")
    for _ in range(15):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip().endswith("Capability"):
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Capability", exact=True).wait_for()


def test_answers_of_models_are_shown_and_not_run(visitor: Visitor) -> None:
    page = visitor.open("runs_and_samples?runs_origin=measured&wrong=true")
    assert page.get_by_text("<script>alert(1)</script>").count() >= 1
    assert page.locator("script", has_text="alert(1)").count() == 0
    assert visitor.complaints == []


def answer(base: str, path: str, **sent: str) -> tuple[int, dict[str, str]]:
    """Status and headers (names in lower case) of the server's answer."""
    connection = HTTPConnection(base.removeprefix("http://"), timeout=60)
    connection.request("GET", path, headers=sent)
    answered = connection.getresponse()
    answered.read(100)
    connection.close()
    return answered.status, {name.lower(): value for name, value in answered.getheaders()}


def test_the_server_answers_to_its_own_hosts_only(address: str) -> None:
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
    foreign = {"Host": "rebound.example", "Origin": "http://rebound.example"}
    assert answer(address, "/", Host="rebound.example")[0] == 403
    assert answer(address, "/_stcore/stream", **upgrade, **foreign)[0] == 403
    assert answer(address, "/", Host="localhost")[0] == 200
    assert answer(address, "/_stcore/metrics")[0] == 404


@pytest.mark.parametrize("path", ["/", "/capability", "/_stcore/health", "/media/none.html", "/_stcore/metrics"])
def test_every_answer_of_the_server_carries_the_headers_and_no_banner(address: str, path: str) -> None:
    _, headers = answer(address, path)
    assert "script-src 'self' 'sha256-" in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert "server" not in headers


def test_a_model_is_found_by_typing_and_opened_by_keyboard(visitor: Visitor) -> None:
    page = visitor.open("cost?lang=中文")
    page.get_by_role("searchbox").or_(page.locator(".st-key-search input")).first.click()
    page.keyboard.type("aurora 2")
    page.locator(".st-key-search-results a", has_text="Aurora Systems 2").first.wait_for()
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "A":
            break
    page.keyboard.press("Enter")
    page.locator("h1", has_text="Aurora Systems 2").wait_for()
    visitor.settle()
    assert "model=aurora-2" in page.evaluate("location.href")
    assert page.locator(".st-key-search input").input_value() == "", "the box is empty on the page that was found"
    assert page.locator("[data-testid=stSidebarNav]").get_by_text("概览").count() >= 1, "the language stays"
    assert visitor.complaints == []


def test_enter_opens_the_first_answer_and_arrows_go_from_one_to_the_next(visitor: Visitor) -> None:
    page = visitor.open("cost?lang=en")
    box = page.locator(".st-key-search input")
    box.click()
    page.keyboard.type("aurora")
    page.locator(".st-key-search-results a:visible").nth(1).wait_for()
    seen = "[...document.querySelectorAll('.st-key-search-results a')].filter(a => a.checkVisibility())"
    focused = f"() => {seen}.indexOf(document.activeElement)"
    places = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        places.append(page.evaluate(focused))
    assert places == [0, 1, 0, -1] and box.evaluate("input => input === document.activeElement")
    page.keyboard.type(" 2")
    page.keyboard.press("Enter")  # at once: the answers on the page are still those of the shorter word
    page.locator("h1", has_text="Aurora Systems 2").wait_for()
    visitor.settle()
    assert "model=aurora-2" in page.evaluate("location.href") and visitor.complaints == []


def test_a_name_in_a_table_opens_the_models_page(visitor: Visitor) -> None:
    page = visitor.open("capability?origin=Reported")
    table = page.locator("[data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    leader = page.locator("h2").first.inner_text().split(" leads")[0].split(" stands")[0]
    page.wait_for_timeout(1000)  # the grid answers once it is drawn
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 140, box["y"] + 52)
    page.locator("h1", has_text=leader).wait_for()
    assert "model=" in page.evaluate("location.href")
    assert visitor.complaints == []
