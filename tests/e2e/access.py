"""What hinders a reader on a page: violations that axe finds, and the contrast of texts in charts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

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
      '.js-plotly-plot text:is(.xtitle, .ytitle, .legendtext, .legendtitletext)')].map(text => {
    const style = getComputedStyle(text), ink = read(style.fill), paper = behind(text.closest('.js-plotly-plot'));
    const alpha = (ink[3] ?? 1) * Number(style.fillOpacity) * Number(style.opacity);
    const seen = [0, 1, 2].map(i => ink[i] * alpha + paper[i] * (1 - alpha));
    const [a, b] = [light(seen), light(paper)].sort((x, y) => y - x);
    return { text: text.textContent, ratio: (a + 0.05) / (b + 0.05) };
  });
}"""
"""Contrast of each text of an axis or a legend with what it stands on (WCAG 2.2, 1.4.3); axe does not look into a chart."""


def axe(page: Any) -> list[str]:
    """Violations as ``rule: first element``, one line each; the rules are axe's own of WCAG and of good practice."""
    package = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    page.evaluate((Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:200]}" for v in found["violations"]]
