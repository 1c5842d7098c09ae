"""The address bar: codes of no language, the language's switch on every page, back and forward, paper, one chart alone."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.conftest import Visitor
from tests.e2e.every_page import PAGES, path

pytestmark = pytest.mark.slow


def asked(url: str) -> dict[str, list[str]]:
    """The choices in an address."""
    return parse_qs(urlsplit(url).query)


def switch_language(visitor: Visitor, to: str, lang: str) -> None:
    """Press the switch and wait for the address, the document and the page."""
    visitor.page.locator("[data-testid=stSidebar]").get_by_text(to, exact=True).click()
    visitor.page.wait_for_function("tag => document.documentElement.lang == tag", arg={"zh": "zh-Hans"}.get(lang, lang))
    assert asked(visitor.page.url)["lang"] == [lang]
    visitor.settle()


def choose_last(visitor: Visitor) -> None:
    """Press the last button of the page's first row of choices, where it has one, and wait for the address."""
    rows = visitor.page.locator("[data-testid=stMain] [data-testid=stButtonGroup]:visible")
    if rows.count():
        before = visitor.page.url
        rows.first.locator("button").last.click()
        visitor.page.wait_for_function("before => location.href != before", arg=before)
        visitor.settle()


@pytest.mark.parametrize("name", PAGES)
def test_the_language_changes_and_the_view_stays(visitor: Visitor, name: str) -> None:
    page = visitor.open(path(name))
    choose_last(visitor)
    english, chosen, title = page.url, asked(page.url), page.title()
    assert chosen["lang"] == ["en"]
    switch_language(visitor, "中文", "zh")
    assert asked(page.url) == {**chosen, "lang": ["zh"]}
    assert page.title() != title and page.title().endswith("· Landscape")
    headings = page.locator("h1, h2").all_inner_texts()
    page.goto("about:blank")
    page.goto(english.replace("lang=en", "lang=zh"))
    visitor.settle()
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert page.locator("h1, h2").all_inner_texts() == headings, "the copied link shows the same"
    assert asked(page.url) == {**chosen, "lang": ["zh"]}
    switch_language(visitor, "English", "en")
    assert asked(page.url) == chosen
    assert visitor.complaints == []


def test_a_copied_link_opens_the_same_view(visitor: Visitor) -> None:
    page = visitor.open("capability?origin=measured")
    page.get_by_text("Question answering", exact=True).first.click()
    page.wait_for_function("() => location.search.includes('kind=')")
    page.locator("h2", has_text="Question answering").first.wait_for()
    visitor.settle()
    copied, title = page.url, page.locator("h2").first.inner_text()
    assert asked(copied) == {"kind": ["qa"], "lang": ["en"], "tab": ["runs"]}, (
        "what the page opens with stands not in it"
    )
    page.goto("about:blank")
    page.goto(copied)
    page.locator("h2", has_text=title).first.wait_for()
    visitor.settle()
    assert page.locator("h2").first.inner_text() == title and page.url == copied


def test_the_code_of_tables_is_read_before_a_page_has_one(visitor: Visitor) -> None:
    page = visitor.open("")
    page.locator("[data-testid=stPlotlyChart] .main-svg").first.wait_for()
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some(e => e.name.includes('/static/js/DataFrame.'))"
    )
    assert page.locator("[data-testid=stDataFrame]").count() == 0


def test_the_parts_of_capability_stand_in_the_address_and_the_back_button_returns(visitor: Visitor) -> None:
    page = visitor.open("capability")
    assert page.locator("[data-testid=stPlotlyChart]").count() == 0, "no chart library before the first numbers"
    for part, code in (("Trends and gaps", "trends"), ("How firm", "firm"), ("Not placed", "unplaced")):
        page.locator("[data-testid=stMain]").get_by_role("radio", name=part, exact=True).click()
        page.wait_for_function("code => location.search.includes('tab=' + code)", arg=code)
        visitor.settle()
    page.goto(page.url)
    visitor.settle()
    assert asked(page.url) == {"lang": ["en"], "tab": ["unplaced"]}
    page.get_by_role("heading", name="Not ranked, and why").wait_for()
    page.locator("[data-testid=stMain]").get_by_role("radio", name="Ranking", exact=True).click()
    page.wait_for_function("() => !location.search.includes('tab=')")
    page.locator("h2", has_text="leads at").first.wait_for()
    assert visitor.complaints == []


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("capability?origin=reported&gap=china", {"lang": ["en"], "tab": ["trends"], "gap": ["china"]}),
        (
            "capability?first=benchmark&benchmark=hellaswag",
            {"lang": ["en"], "tab": ["benchmark"], "benchmark": ["hellaswag"]},
        ),
        ("companies?lang=中文&view=观点验证", {"lang": ["zh"], "view": ["claims"]}),
        ("companies?lang=English&view=Claims", {"lang": ["en"], "view": ["claims"]}),
        ("companies?view=观点验证", {"lang": ["en"], "view": ["claims"]}),
        ("companies?lang=Latin&view=Nonsense&segment=Nobody", {"lang": ["en"]}),
    ],
)
def test_old_links_become_codes_and_wrong_values_go(visitor: Visitor, old: str, now: dict[str, list[str]]) -> None:
    page = visitor.open(old)
    page.wait_for_function("() => /lang=(en|zh)(&|$)/.test(location.search)")
    visitor.settle()
    assert asked(page.url) == now
    assert page.locator("[data-testid=stAlertContentError], [data-testid=stException]").count() == 0
    assert visitor.complaints == []


def test_a_choice_is_no_step_of_the_history_and_comes_back_with_its_page(visitor: Visitor) -> None:
    page = visitor.open("companies")
    choose_last(visitor)
    steps, chosen = page.evaluate("history.length"), page.url
    page.get_by_role("link", name="Cost").first.click()
    page.get_by_role("heading", name="Cost", exact=True).wait_for()
    visitor.settle()
    assert asked(page.url) == {"lang": ["en"]} and page.evaluate("history.length") == steps + 1
    page.go_back()
    page.get_by_role("heading", name="Companies", exact=True).wait_for()
    visitor.settle()
    assert page.url == chosen


def test_a_page_that_is_left_right_after_a_choice_keeps_it(visitor: Visitor) -> None:
    page = visitor.open("companies")
    choice = page.locator("[data-testid=stMain] [data-testid=stButtonGroup]:visible").first.locator("button").last
    link = page.get_by_role("link", name="Cost").first.element_handle()
    choice.click()
    page.wait_for_function(
        "link => location.search.includes('view=gaps') && (link.click(), true)", arg=link, polling="raf"
    )
    page.get_by_role("heading", name="Cost", exact=True).wait_for()
    visitor.settle()
    assert asked(page.url) == {"lang": ["en"]}
    page.go_back()
    page.get_by_role("heading", name="Companies", exact=True).wait_for()
    visitor.settle()
    assert asked(page.url) == {"lang": ["en"], "view": ["gaps"]}


def test_a_page_prints_on_a4_without_what_is_only_for_the_screen(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open("companies")
    page.locator("[data-testid=stPlotlyChart] svg.main-svg").first.wait_for()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for screen in ("stSidebar", "stHeader", "stButtonGroup", "stMultiSelect", "stDownloadButton"):
        assert page.locator(f"[data-testid={screen}]:visible").count() == 0, screen
    assert page.locator("[data-testid=stPlotlyChart]:visible").count() >= 2
    page.set_viewport_size({"width": 794 - 91, "height": 1123})  # A4 at 96 px an inch, without the margins
    charts = "[...document.querySelectorAll('svg.main-svg')].map(s => s.getBoundingClientRect().right)"
    assert max(page.evaluate(charts)) <= 794 - 91
    page.emulate_media(media="screen")
    sheet = page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594.95996 841.91998]" in sheet or b"/MediaBox [0 0 595" in sheet


def test_a_chart_opens_alone(visitor: Visitor) -> None:
    page = visitor.open("companies?lang=zh&size=models")
    link = page.get_by_role("link", name="单独打开图表").first.get_attribute("href")
    title = page.locator("[class*=st-key-frame-] h2").first.inner_text()
    page.goto(f"{visitor.base}/{link}")
    page.locator("[data-testid=stPlotlyChart]:visible").first.wait_for()
    page.wait_for_selector("[data-test-script-state=notRunning]")
    assert asked(page.url) | {"embed": ["true"], "size": ["models"], "lang": ["zh"]} == asked(page.url)
    assert page.locator("[data-testid=stPlotlyChart]:visible").count() == 1
    assert (
        page.locator(
            "h1:visible, h3:visible, button:not(.modebar-btn):visible, [data-testid=stSidebar]:visible"
        ).count()
        == 0
    )
    assert page.locator("h2:visible").all_inner_texts() == [title]
    assert page.get_by_text("来源").first.is_visible()
