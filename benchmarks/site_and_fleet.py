"""The site under its crowd while fleets publish into its database: no error on either side, and every run is there at the end.

    python -m benchmarks.site_and_fleet --out DIR [--seconds 600] [--crowd 20] [--scale 0.1]

The database is that of a fresh clone (with ``--scale``, the generated one of ``benchmarks.site``), the site and the crowd are those of
``benchmarks.site``; beside them ``harness fleet run`` scores tiny models
on a local Ray cluster, night after night, each run published as it is sealed. Every night asks for new runs of the same
plans. Prints one JSON document; exit 1 where something failed: an error on a page, a night that did not end with 0, a sealed
run that the database lacks, or the last run not on its page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path
from typing import Any

import duckdb
import yaml

from benchmarks import site_data, site_sessions
from benchmarks.fault_injection import fleet_scene, scene
from benchmarks.site import FLAGS, ROOT, Server, serve
from benchmarks.site_visits import PAGES, Found, arrived
from harness import places
from harness.store import run_folder
from harness.store.rebuild import rebuild

NIGHT_S = 600.0
"""Seconds that one night of tiny models may take."""


SHOWN_S = 120.0
"""Seconds that the site may be behind the last publish, at most a minute of them by its own promise."""


class Nights(threading.Thread):
    """Fleets one after another until ``over`` is set; exit codes, and what the nights that failed said."""

    def __init__(self, file: Path, environment: dict[str, str]) -> None:
        super().__init__(name="nights", daemon=True)
        self.file, self.environment, self.over = file, environment, threading.Event()
        self.codes, self.said = list[int](), list[str]()

    def run(self) -> None:
        """Run nights."""
        words = [sys.executable, "-m", "harness", "fleet", "run", str(self.file), "--ray", "local", "--json", "--quiet"]
        while not self.over.is_set():
            try:
                done = subprocess.run(
                    words, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=NIGHT_S, check=False
                )
            except subprocess.TimeoutExpired:
                self.codes.append(-1)
                self.said.append(f"a night did not end within {NIGHT_S:g} s")
                return
            self.codes.append(done.returncode)
            if done.returncode:
                self.said.append((done.stderr or done.stdout)[-500:])


def night_file(folder: Path) -> Path:
    """The fleet's night of the fault suite, asking for new runs each time."""
    made = fleet_scene.make(scene.make(folder))
    document = yaml.safe_load(Path(made.night[2]).read_text(encoding="utf-8"))
    document["defaults"]["again"] = True
    document["fleet"] = {"tries": 2}
    path = folder / "again.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


async def crowd(server: Server, many: int, seconds: float, think: tuple[float, float]) -> tuple[Found, list[float]]:
    """Clicks and errors of the visitors, and the server's megabytes every five seconds."""
    found, memory, ready = Found(), list[float](), asyncio.Barrier(many + 1)

    async def measure() -> None:
        await ready.wait()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            memory.append(server.memory_mb())
            await asyncio.sleep(5)

    await asyncio.gather(
        measure(), *(site_sessions.visit(server.base, seconds, think, seed, found, ready) for seed in range(many))
    )
    return found, memory


async def shown(server: Server, run_id: str) -> float | None:
    """Seconds until the page of runs names a run, to visitors who come now; None where it does not within SHOWN_S."""
    from playwright.async_api import async_playwright

    begun = time.perf_counter()
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        while time.perf_counter() - begun < SHOWN_S:
            page = await browser.new_page()
            await arrived(page, f"{server.base}/runs_and_samples?{urllib.parse.urlencode({'runs_model': run_id})}")
            text = await page.locator("[data-testid=stMain]").inner_text()
            await page.close()
            if run_id[-8:] in text:
                return time.perf_counter() - begun
            await asyncio.sleep(2)
    return None


def missing(db: Path, runs: Path, before: set[str]) -> tuple[list[str], list[str]]:
    """The runs sealed since, and those of them that the database lacks or holds without results."""
    sealed = sorted(folder.name for folder in run_folder.sealed(runs) if folder.name not in before)
    with duckdb.connect(str(db), read_only=True) as con:
        held = {run for (run,) in con.execute("SELECT DISTINCT run_id FROM result").fetchall()}
    return sealed, [run for run in sealed if run not in held]


def main() -> int:
    """Generate, serve, load both, compare, print; exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--scale", type=float, help="generated data, this part of the 10^7 outcomes (default: the shipped data)"
    )
    parser.add_argument("--crowd", type=int, default=20, help="visitors at once")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--think", type=float, nargs=2, default=(5.0, 15.0), metavar=("LEAST", "MOST"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    db, runs = given.out / "site-and-fleet.duckdb", given.out / "runs"
    empty = given.out / "no-runs"
    empty.mkdir(exist_ok=True)
    environment = {**os.environ, "LANDSCAPE_DB": str(db), "LANDSCAPE_RUNS": str(runs)}
    if given.scale:
        site_data.generate(db, given.scale)
        environment |= {
            "LANDSCAPE_PUBLIC_RUNS": str(empty),
            "LANDSCAPE_MEASURED_RUNS": str(empty),
            "LANDSCAPE_CATALOG": str(given.out / "no-catalog"),
        }
    else:
        rebuild(db, places.packaged_catalog(), places.public_runs(), empty, places.measured_runs())
    before = {folder.name for folder in run_folder.sealed(runs)} if runs.is_dir() else set()
    made = given.out / f"nights-{time.time_ns()}"
    nights = Nights(night_file(made), environment)
    server = serve(db)
    try:
        warmed = server.settle()
        nights.start()
        found, memory = asyncio.run(crowd(server, given.crowd, given.seconds, tuple(given.think)))
        nights.over.set()
        nights.join(NIGHT_S)
        sealed, lost = missing(db, runs, before)
        seen = asyncio.run(shown(server, sealed[-1])) if sealed else None
    finally:
        nights.over.set()
        server.started.terminate()
        server.started.wait(timeout=20)
    clicks = sorted(s for taken in found.clicks.values() for s in taken)
    failed = bool(found.errors or any(nights.codes) or lost or seen is None or not clicks)
    document: dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d %H:%M"), "cores": os.cpu_count(), "scale": given.scale or "shipped", "seconds": given.seconds,
        "visitors": given.crowd, "pages": len(PAGES), "warm_s": warmed, "clicks": len(clicks),
        "click_p50_s": statistics.median(clicks) if clicks else None,
        "click_p95_s": clicks[int(0.95 * (len(clicks) - 1))] if clicks else None,
        "page_errors": found.errors, "memory_mb": {"first": memory[0], "last": memory[-1]} if memory else None,
        "nights": len(nights.codes), "night_codes": sorted(set(nights.codes)), "nights_said": nights.said,
        "runs_sealed": len(sealed), "runs_missing": lost, "last_run_shown_after_s": seen, "failed": failed,
    }  # fmt: skip
    print(json.dumps(document, indent=1))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
