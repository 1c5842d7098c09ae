"""A visitor's browser: click, and wait until the page rests."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from harness import places
from harness.site.server.navigation import page_entries

PAGES = tuple(entry.name for entry in page_entries(places.asset("pages")))
"""The site's pages in the order of the navigation, the first page first."""
HARMLESS = ("_stcore/health", "_stcore/host-config")
PATIENCE_MS = 120_000

CHARTED = "() => document.querySelector('[data-testid=stPlotlyChart] .main-svg .trace :is(.point, .js-line)') !== null"
"""The first chart stands with its marks."""
# Watches the state of the script: a click is answered once the script has run and ended, nothing is left of the run
# before, and every chart is drawn. A run may be over before the watcher sees it: then another page's title tells of it.
WATCH = """() => {
  if (window.__watched) return;
  window.__watched = true; window.__runs = 0; window.__running = false;
  const look = () => {
    const app = document.querySelector('[data-test-script-state]');
    const running = !!app && app.getAttribute('data-test-script-state') === 'running';
    if (running && !window.__running) window.__runs += 1;
    window.__running = running;
  };
  new MutationObserver(look).observe(document.body,
    {subtree: true, childList: true, attributes: true, attributeFilter: ['data-test-script-state']});
  look();
}"""
STANDS = "() => ({runs: window.__runs, title: document.querySelector('h1')?.innerText})"
RESTED = """(before) => {
  const app = document.querySelector('[data-test-script-state=notRunning]');
  const title = document.querySelector('h1')?.innerText;
  if (!app || !title || (before && window.__runs <= before.runs && title === before.title)) return false;
  if (document.querySelector('[data-testid=stSkeleton], [data-stale=true]')) return false;
  return [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(c => c.querySelector('.main-svg'));
}"""
READABLE = """() => document.querySelector('h1') && document.querySelectorAll('[class*=st-key-tile-] strong').length >= 6
  && document.querySelectorAll('[class*=st-key-answer-] h2').length >= 2"""
"""The counts stand, and so do the answers."""
LINK = "[data-testid=stSidebarNav] a"
CHOICE = "[data-testid=stMain] [data-testid=stButtonGroup] button[aria-checked=false]"
FAILED = "[data-testid=stAlertContentError], [data-testid=stException], [data-testid=stConnectionStatus] [role=alert]"


@dataclass
class Found:
    """What the visits gave: seconds by kind of click, and everything that went wrong."""

    clicks: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, kind: str, seconds: float) -> None:
        """Keep one click."""
        self.clicks.setdefault(kind, []).append(seconds)


def listen(page: Any, found: Found) -> None:
    """Keep what the page's console complains of."""

    def heard(message: Any) -> None:
        if message.type == "error" and not any(part in str(message.location) for part in HARMLESS):
            found.errors.append(f"console: {message.text[:200]}")

    page.on("console", heard)
    page.on("pageerror", lambda error: found.errors.append(f"page: {str(error)[:200]}"))


async def opened(page: Any, address: str) -> tuple[float, float, float]:
    """Seconds from the address until the first page can be read, until its first chart is drawn, and until it rests."""
    start = time.perf_counter()
    await page.goto(address, wait_until="commit")
    await page.wait_for_function(READABLE, timeout=PATIENCE_MS)
    readable = time.perf_counter() - start
    await page.wait_for_function(CHARTED, timeout=PATIENCE_MS)
    charted = time.perf_counter() - start
    await page.evaluate(WATCH)
    await page.wait_for_function(RESTED, arg=None, timeout=PATIENCE_MS)
    return readable, charted, time.perf_counter() - start


async def arrived(page: Any, address: str) -> None:
    """Open any page and wait until it rests."""
    await page.goto(address, wait_until="commit")
    await page.wait_for_selector("h1", timeout=PATIENCE_MS)
    await page.evaluate(WATCH)
    await page.wait_for_function(RESTED, arg=None, timeout=PATIENCE_MS)


async def timed(page: Any, act: Callable[[], Awaitable[Any]]) -> float:
    """Seconds from a click until the page rests."""
    await page.evaluate(WATCH)
    before = await page.evaluate(STANDS)
    start = time.perf_counter()
    await act()
    await page.wait_for_function(RESTED, arg=before, timeout=PATIENCE_MS)
    return time.perf_counter() - start


async def turn(page: Any, number: int) -> float:
    """Go to the page with this number in the navigation."""
    return await timed(page, page.locator(LINK).nth(number).click)
