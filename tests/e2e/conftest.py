"""The real site in the real browser: a server on a filled database, and a page that keeps its console."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.site import fixture_db

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
# Streamlit looks for its health check below a deep link before it looks at the root; the browser notes each miss.
HARMLESS = ("_stcore/health", "_stcore/host-config")

VIOLATIONS = """document.addEventListener('securitypolicyviolation',
    e => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI))"""
"""Some violations of the content security policy are caught by the script that meets them; this one tells them all."""

DRAWN = """() => [...document.querySelectorAll('[data-testid=stPlotlyChart]')].filter(e => e.checkVisibility())
    .every(c => c.querySelector('.main-svg'))
  && [...document.querySelectorAll('[data-testid=stDataFrame]')].filter(e => e.checkVisibility())
    .every(e => e.querySelector('.dvn-scroller'))
  && [...document.querySelectorAll('[data-testid=stCode] pre')]
    .every(b => b.hasAttribute('tabindex') == (b.scrollWidth > b.clientWidth || b.scrollHeight > b.clientHeight))"""
"""Whether all that is seen is drawn: charts, tables, and code that a key reaches where it scrolls."""


@dataclass
class Visitor:
    """A browser's page on the site, and what its console complained of."""

    page: Any
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "") -> Any:
        """Open a page and wait until its script has ended and all is drawn."""
        self.page.goto(f"{self.base}/{path}", wait_until="commit")
        return self.settle()

    def settle(self) -> Any:
        """Wait until the script rests and no skeleton is left."""
        self.page.wait_for_selector("h1", timeout=180_000)
        self.page.wait_for_selector("[data-test-script-state=notRunning]", timeout=180_000)
        self.page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')", timeout=180_000)
        return self.page


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright, whose event loop must not outlive the browser tests."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    folder: Path, base_path: str = "", *, port: int | None = None, variables: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address of a server on a filled database, below a path of its host, with further variables."""
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port),
               "--server.address", "127.0.0.1", "--server.headless", "true", "--server.fileWatcherType", "none",
               "--server.baseUrlPath", base_path]  # fmt: skip
    places = {"LANDSCAPE_DB": str(folder / "land.duckdb"), "LANDSCAPE_RUNS": str(folder / "runs")}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **places, **(variables or {})}, stdout=log, stderr=log
        )
    base = f"http://127.0.0.1:{port}{base_path}"
    try:
        _wait(base, server)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server at the root of its host."""
    with serving(tmp_path_factory.mktemp("served")) as base:
        yield base


def _wait(base: str, server: subprocess.Popen[bytes]) -> None:
    import threading

    pause = threading.Event()
    for _ in range(240):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{base}/_stcore/health", timeout=1):
                return
        except OSError:
            pause.wait(0.25)
    raise AssertionError("the server did not answer within a minute")


@contextmanager
def looking(browser: Any, width: int = 1440, scheme: str = "light", language: str = "en") -> Iterator[Any]:
    """A browser's context of one width, theme and language, whose pages share what they have read."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        locale={"zh": "zh-CN"}.get(language, "en-US"),
        accept_downloads=True,
    )
    context.add_init_script(VIOLATIONS)
    context.set_default_timeout(60_000)
    yield context
    context.close()


def visiting(context: Any, address: str) -> Visitor:
    """A new page of a context, and what its console complains of."""
    found = Visitor(context.new_page(), address)

    def heard(message: Any) -> None:
        if message.type == "error" and not any(part in str(message.location) for part in HARMLESS):
            found.complaints.append(f"{message.text} {message.location.get('url')}")

    found.page.on("console", heard)
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    return found


@pytest.fixture(scope="package")
def desk(browser: Any) -> Iterator[Any]:
    """A wide screen with English as the browser's language."""
    with looking(browser) as context:
        yield context


@pytest.fixture
def visitor(desk: Any, address: str) -> Iterator[Visitor]:
    """A visitor with a page of their own, at a wide screen, with English as the browser's language."""
    found = visiting(desk, address)
    yield found
    found.page.close()
