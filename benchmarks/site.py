"""How fast the site answers on a large database: first page, page change, filter change, many visitors at once.

    python -m benchmarks.site --out DIR                # all of it: about eight minutes
    python -m benchmarks.site --out DIR --crowd 0      # one visitor only
    python -m benchmarks.site --out DIR --scale 0.1    # a tenth of the data

At scale 1 the database holds 300 models, 5,000 offers, 2,000 runs and 10⁷ item outcomes; it is generated, seeded, and
kept in DIR. The site is `harness site`, warmed; one visitor is Debian's Chromium on the same machine, in a context without
a cache. The crowd speaks the protocol without drawing (``benchmarks.site_sessions``) and clicks for ``--seconds``, with
``--think`` seconds of reading between two clicks, while the browser goes from page to page; three times a run is
published, which the browser must see after one refresh. Prints one JSON document: medians in seconds (of the crowd the 95th
percentile, from click to the end of the script), processor seconds of the server, and whether each demand is met.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks import site_data, site_sessions
from benchmarks.site_visits import CHOICE, PAGES, Found, arrived, listen, opened, timed, turn
from harness.store.publish import publish as publish_change
from harness.store.runs import load_runs

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-dev-shm-usage"]  # fmt: skip
# What is asked of the medians (and of the crowd's 95th percentile), in seconds.
DEMANDS = {
    "first_readable_s": 1.2,
    "first_chart_s": 2.5,
    "slowest_page_s": 0.8,
    "filter_change_s": 0.4,
    "crowd_p95_s": 2.0,
}
GROWTH_MB = 60  # of the server's memory over the second half of the crowd's time: sessions are all open by then
FILTERED = ("capability", "cost")  # pages on which one filter is changed and changed back
PUBLISHES = 3  # in the crowd's time, at equal distances
READS_S = 1.0  # that a reader looks at a page before the next; then the browser has read ahead what most pages need


@dataclass
class Server:
    """The site, the process that serves it, and where it answers."""

    started: subprocess.Popen[bytes]
    process: int
    base: str

    def memory_mb(self) -> float:
        """Resident megabytes of the server."""
        return _resident_mb(self.process)

    def beside_mb(self) -> float:
        """Resident megabytes of the processes that compute pages for it."""
        children = Path(f"/proc/{self.process}/task").glob("*/children")
        return sum(_resident_mb(int(child)) for task in children for child in _words(task))

    def cpu_s(self) -> float:
        """Processor seconds so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def settle(self) -> float:
        """Wait until warming has ended (the server uses no processor for two seconds); seconds waited."""
        start = last = time.perf_counter()
        used = self.cpu_s()
        while time.perf_counter() - last < 2 and last - start < 300:
            time.sleep(0.25)
            if self.cpu_s() - used > 0.03:
                used, last = self.cpu_s(), time.perf_counter()
        return time.perf_counter() - start - 2


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:  # it ended
        return []


def _resident_mb(process: int) -> float:
    words = _words(Path(f"/proc/{process}/statm"))
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if words else 0.0


def serve(db: Path) -> Server:
    """Start the site on ``db`` and wait until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "harness", "site", "--port", str(port), "--address", "127.0.0.1"]
    environment = {**os.environ, "LANDSCAPE_DB": str(db), "LANDSCAPE_RUNS": str(db.parent / "runs")}
    started = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{base}/_stcore/health", timeout=1).close()
            children = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()
            return Server(started, int(children[0]), base)
        except OSError:
            time.sleep(0.25)
    raise SystemExit("the server did not answer")


async def alone(browser: Any, server: Server, rounds: int) -> dict[str, Any]:
    """One visitor: first page, every page in turn, and the filters of two pages; medians over the rounds."""
    found, readable, charted, rested, used = Found(), [], [], [], []
    for number in range(rounds + 1):  # the first round fills the caches of pages that nothing warms
        context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
        page = await context.new_page()
        listen(page, found)
        first, chart, whole = await opened(page, server.base)
        before = server.cpu_s()
        clicks = Found()
        for page_number in [*range(1, len(PAGES)), 0]:
            await asyncio.sleep(READS_S)
            clicks.add(PAGES[page_number], await turn(page, page_number))
        spent = (server.cpu_s() - before) / len(PAGES)
        for name in FILTERED:
            await turn(page, PAGES.index(name))
            for _ in range(2):
                clicks.add("filter", await timed(page, page.locator(CHOICE).last.click))
        await context.close()
        if number:
            readable.append(first), charted.append(chart), rested.append(whole), used.append(spent)
            for kind, seconds in clicks.clicks.items():
                found.clicks.setdefault(kind, []).extend(seconds)
    by_page = {kind: round(statistics.median(s), 2) for kind, s in found.clicks.items()}
    changes = [s for kind, seconds in found.clicks.items() if kind != "filter" for s in seconds]
    return {
        "first_readable_s": statistics.median(readable), "first_chart_s": statistics.median(charted),
        "first_at_rest_s": statistics.median(rested), "page_change_s": statistics.median(changes),
        "slowest_page_s": max(seconds for kind, seconds in by_page.items() if kind != "filter"), "filter_change_s": statistics.median(found.clicks["filter"]),
        "server_cpu_per_page_s": statistics.median(used), "by_page_s": by_page, "alone_errors": found.errors,
    }  # fmt: skip


async def crowd(
    browser: Any, server: Server, db: Path, many: int, seconds: float, think: tuple[float, float]
) -> dict[str, Any]:
    """Many visitors at once, one of them in a browser, and a publish: percentiles, errors, memory, who saw the new run."""
    found, drawn, memory, beside = Found(), Found(), list[float](), list[float]()
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    page, cpu, first_mb = await context.new_page(), server.cpu_s(), server.memory_mb()
    listen(page, drawn)
    ready = asyncio.Barrier(many + 2)  # everybody has a page before the clock starts

    async def measure() -> None:
        nonlocal cpu
        await ready.wait()
        end, cpu = time.perf_counter() + seconds, server.cpu_s()
        while time.perf_counter() < end:
            memory.append(server.memory_mb())
            beside.append(server.beside_mb())
            await asyncio.sleep(2)

    async def look() -> list[dict[str, Any]]:
        await opened(page, server.base)
        await ready.wait()
        end = time.perf_counter() + seconds
        told: list[dict[str, Any]] = []
        pages = cycle(range(1, len(PAGES)))
        while time.perf_counter() < end:
            number = next(pages)
            drawn.add(PAGES[number], await turn(page, number))
            if len(told) < PUBLISHES and time.perf_counter() > end - seconds + seconds * (len(told) + 1) / (
                PUBLISHES + 1
            ):
                told.append(await publish())
        return told

    async def publish() -> dict[str, Any]:
        folder = site_data.seal(db.parent / "runs", int(time.time()) % 1_000_000)
        began = time.perf_counter()
        await asyncio.to_thread(publish_change, db, lambda con: bool(load_runs(con, [folder])))
        took = time.perf_counter() - began
        began = time.perf_counter()
        await arrived(page, f"{server.base}/runs_and_samples?runs_model={folder.name}")
        refreshed = time.perf_counter() - began
        seen = folder.name[-8:] in await page.locator("[data-testid=stMain]").inner_text()
        return {"publish_s": took, "refresh_after_publish_s": refreshed, "seen_after_one_refresh": seen}

    visits = [site_sessions.visit(server.base, seconds, think, seed, found, ready) for seed in range(many)]
    told, *_ = await asyncio.gather(look(), measure(), *visits)
    spent = server.cpu_s() - cpu
    await context.close()
    every = sorted(s for taken in found.clicks.values() for s in taken)
    half = len(memory) // 2
    return {
        "visitors": many + 1, "clicks": len(every), "crowd_p50_s": statistics.median(every),
        "crowd_p95_s": every[int(0.95 * (len(every) - 1))], "crowd_worst_s": every[-1],
        "crowd_browser_s": statistics.median(s for taken in drawn.clicks.values() for s in taken),
        "crowd_errors": found.errors + drawn.errors,
        "server_cpu_share": spent / seconds, "memory_mb": {"before": first_mb, "half": memory[half], "end": memory[-1]},
        "memory_beside_most_mb": max(beside),
        "memory_growth_second_half_mb": memory[-1] - memory[half], "publish_s": [t["publish_s"] for t in told],
        "refresh_after_publish_s": [t["refresh_after_publish_s"] for t in told],
        "seen_after_one_refresh": all(t["seen_after_one_refresh"] for t in told) and bool(told),
    }  # fmt: skip


async def measured(server: Server, db: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Everything, in one browser."""
    from playwright.async_api import async_playwright

    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        out = await alone(browser, server, given.rounds)
        if given.crowd:
            out |= await crowd(browser, server, db, given.crowd, given.seconds, tuple(given.think))
        await browser.close()
    return out


def main() -> None:
    """Generate, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--crowd", type=int, default=20, help="visitors at once; 0 for none")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--think", type=float, nargs=2, default=(5.0, 15.0), metavar=("LEAST", "MOST"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    db = given.out / "site-benchmark.duckdb"
    site_data.generate(db, given.scale)
    started = os.getloadavg()[0]
    server = serve(db)
    try:
        warmed = server.settle()
        found = asyncio.run(measured(server, db, given))
    finally:
        server.started.terminate()
        server.started.wait(timeout=20)
    met = {name: found[name] < most for name, most in DEMANDS.items() if name in found}
    if given.crowd:
        met |= {"errors": not found["crowd_errors"], "memory": found["memory_growth_second_half_mb"] < GROWTH_MB,
                "publish": found["seen_after_one_refresh"]}  # fmt: skip
    about = {"date": time.strftime("%Y-%m-%d %H:%M"), "machine": platform.machine(), "cores": os.cpu_count(),
             "load_before": started, "load_after": os.getloadavg()[0], "scale": given.scale, "warm_s": warmed}  # fmt: skip
    print(json.dumps({**about, **found, "met": met}, indent=1, default=float))


if __name__ == "__main__":
    main()
