"""The keyboard reaches every control of a page and shows where it is; axe and the contrast of axes see what is wrong."""

from __future__ import annotations

import pytest

from tests.e2e.access import CONTRASTS, axe
from tests.e2e.conftest import DRAWN, Visitor
from tests.e2e.every_page import PAGES, path

pytestmark = pytest.mark.slow

CONTROLS = """() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex="0"], [role=slider], [role=radio], [role=combobox]')]
  .filter(e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.disabled && e.tabIndex >= 0
    && !e.closest('[inert], [aria-hidden=true], .js-plotly-plot') && e.getBoundingClientRect().width > 1)
  .map((e, i) => (e.dataset.walk = String(i)))"""
"""Numbers every control that the keyboard should reach."""

FOCUS = """async number => {
  if (number == null) await new Promise(later => requestAnimationFrame(() => requestAnimationFrame(later)));
  const e = number == null ? document.activeElement : document.querySelector(`[data-walk="${number}"]`), marks = [];
  for (let at = e, up = 0; at && up < 8; at = at.parentElement, up++) {
    const style = getComputedStyle(at);
    marks.push([style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.borderColor,
      style.backgroundColor, style.textDecorationLine].join());
  }
  return { number: e.dataset.walk ?? null, marks: marks.join('|'), is: e.outerHTML.slice(0, 160) };
}"""
"""Which control has the focus, once that is drawn, or the one with this number, and what of its look a focus may change."""

MOST_STEPS = 600
"""Presses of the Tab key: a table takes one for each column that is seen."""


def test_axe_and_the_contrast_see_what_is_wrong(visitor: Visitor) -> None:
    page = visitor.open("capability?tab=runs")
    page.locator("[data-testid=stPlotlyChart] .xtick text").first.wait_for()
    page.evaluate("document.querySelector('main h1').insertAdjacentHTML('afterend', '<button></button>')")
    assert any(line.startswith("button-name (critical)") for line in axe(page))
    before = page.evaluate(CONTRASTS)
    assert len(before) > 5
    page.add_style_tag(content="html .js-plotly-plot .xtick text{fill: rgb(170, 170, 170) !important}")
    assert min(c["ratio"] for c in page.evaluate(CONTRASTS)) < 2.5


@pytest.mark.parametrize("name", [*PAGES, "companies?view=against"])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(visitor: Visitor, name: str) -> None:
    page = visitor.open(path(name))
    page.wait_for_function(DRAWN)
    page.add_style_tag(content="*{transition: none !important}")  # a look that comes slowly is there at once
    groups = "[...document.querySelectorAll('[role=radio][data-walk]')].map(e => e.dataset.walk)"
    # of a group of radio buttons the keyboard comes to one, and arrows lead to the others
    expected = set(page.evaluate(CONTROLS)) - set(page.evaluate(groups))
    page.evaluate("document.activeElement.blur()")
    reached: dict[str, tuple[str, str]] = {}
    last, rounds = None, 0
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        rounds += at["number"] == "0" != last
        if rounds > 2 or rounds > 1 and expected <= set(reached):
            break  # twice round where the page drew something anew on the way, which takes the focus away
        last = at["number"]
        if last is not None:
            reached[last] = (at["marks"], at["is"])
    missed = [page.evaluate(FOCUS, n)["is"] for n in sorted(expected - set(reached), key=int)]
    assert missed == []
    page.evaluate("document.activeElement.blur()")
    unseen = [looks for number, (marks, looks) in reached.items() if page.evaluate(FOCUS, number)["marks"] == marks]
    assert unseen == [], "focus that nobody sees"
