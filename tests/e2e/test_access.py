"""Pages for everybody: axe finds nothing on any of them, text of charts can be read, the keyboard reaches every control."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ROOT, Visitor

pytestmark = pytest.mark.slow
PAGES = sorted(p.stem for p in (ROOT / "pages").glob("*.py"))
PARTS = [
    "capability?origin=measured",
    *(f"companies?view={part}" for part in ("profile", "against", "claims", "money", "chain", "gaps")),
    *(f"homogeneity?view={part}" for part in ("groups", "dimensions", "buyer", "concentration")),
    "model?model=aurora-2",
    "model?model=aurora-2&about=scores",
    "runs_and_samples?part=manifest",
]
"""Parts of pages that hold other controls than what their page opens with."""
LOOKS = [(1440, "light", "en"), (420, "dark", "zh")]

CONTRASTS = """() => {
  const read = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const c = read(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('.js-plotly-plot :is(.xtick, .ytick, .xtitle, .ytitle, .g-xtitle, .g-ytitle) text, ' +
      '.js-plotly-plot text:is(.xtitle, .ytitle)')].map(text => {
    const style = getComputedStyle(text), ink = read(style.fill), paper = behind(text.closest('.js-plotly-plot'));
    const alpha = (ink[3] ?? 1) * Number(style.fillOpacity) * Number(style.opacity);
    const seen = [0, 1, 2].map(i => ink[i] * alpha + paper[i] * (1 - alpha));
    const [a, b] = [light(seen), light(paper)].sort((x, y) => y - x);
    return { text: text.textContent, ratio: (a + 0.05) / (b + 0.05) };
  });
}"""
"""Contrast of each text of an axis with what it stands on (WCAG 2.2, 1.4.3); axe does not look into a chart."""

CONTROLS = """() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex="0"], [role=slider], [role=radio], [role=combobox]')]
  .filter(e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.disabled && e.tabIndex >= 0
    && !e.closest('[inert], [aria-hidden=true], .js-plotly-plot') && e.getBoundingClientRect().width > 1)
  .map((e, i) => (e.dataset.walk = String(i)))"""
"""Numbers every control that the keyboard should reach."""

FOCUS = """number => {
  const e = number == null ? document.activeElement : document.querySelector(`[data-walk="${number}"]`), marks = [];
  for (let at = e, up = 0; at && up < 8; at = at.parentElement, up++) {
    const style = getComputedStyle(at);
    marks.push([style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.borderColor,
      style.backgroundColor, style.textDecorationLine].join());
  }
  return { number: e.dataset.walk ?? null, marks: marks.join('|'), is: e.outerHTML.slice(0, 160) };
}"""
"""Which control has the focus, or the one with this number, and what of its look a focus may change."""

MOST_STEPS = 600
"""Presses of the Tab key: a table takes one for each column that is seen."""


def axe(page: Any) -> list[str]:
    """Violations as ``rule: first element``, one line each; the rules are axe's own of WCAG and of good practice."""
    package = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    page.evaluate((Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:200]}" for v in found["violations"]]


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}-{look[2]}")
def looking(request: pytest.FixtureRequest, browser: Any, address: str) -> Any:
    """A visitor in one width, theme and language, on whose pages axe may run."""
    width, scheme, language = request.param
    size = {"width": width, "height": 900}
    context = browser.new_context(
        viewport=size, color_scheme=scheme, locale={"zh": "zh-CN"}.get(language, "en-US"), bypass_csp=True
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield Visitor(page, address)
    context.close()


def drawn(visitor: Visitor, path: str) -> Any:
    """The page at rest with its charts."""
    page = visitor.open("" if path == "overview" else path)
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(c => c.querySelector('.main-svg'))"
    )
    page.wait_for_timeout(400)  # code that scrolls is made reachable a moment after it is drawn
    return page


@pytest.mark.parametrize("path", [*PAGES, *PARTS])
def test_axe_finds_nothing(looking: Visitor, path: str) -> None:
    page = drawn(looking, path)
    assert axe(page) == []
    faint = [c for c in page.evaluate(CONTRASTS) if c["ratio"] < 4.5]
    assert faint == [], "text of axes is read at 4.5:1"


def test_axe_and_the_contrast_see_what_is_wrong(visitor: Visitor, browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page = drawn(Visitor(context.new_page(), address), "capability?origin=measured")
    page.evaluate("document.querySelector('main h1').insertAdjacentHTML('afterend', '<button></button>')")
    assert any(line.startswith("button-name (critical)") for line in axe(page))
    before = page.evaluate(CONTRASTS)
    assert len(before) > 5
    page.add_style_tag(content=".js-plotly-plot .xtick text{fill: rgb(170, 170, 170) !important}")
    assert min(c["ratio"] for c in page.evaluate(CONTRASTS)) < 2.5
    context.close()


@pytest.mark.parametrize("path", [*PAGES, "companies?view=against"])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(visitor: Visitor, path: str) -> None:
    page = drawn(visitor, path)
    expected = set(page.evaluate(CONTROLS))
    groups = set(page.evaluate("[...document.querySelectorAll('[role=radio][data-walk]')].map(e => e.dataset.walk)"))
    page.evaluate("document.activeElement.blur()")
    reached: dict[str, tuple[str, str]] = {}
    last = None
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at["number"] == "0" != last and "0" in reached:
            break  # round once
        last = at["number"]
        if last is not None:
            reached[last] = (at["marks"], at["is"])
    # of a group of radio buttons the keyboard comes to one, and arrows lead to the others
    missed = [page.evaluate(FOCUS, n)["is"] for n in sorted(expected - set(reached), key=int) if n not in groups]
    assert missed == []
    page.evaluate("document.activeElement.blur()")
    unseen = [looks for number, (marks, looks) in reached.items() if page.evaluate(FOCUS, number)["marks"] == marks]
    assert unseen == [], "focus that nobody sees"
