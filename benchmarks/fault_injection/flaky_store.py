"""A network store that fails a fifth of its calls, half of those after the deed: runs go on, numbers stay.

The store is a small S3 on this machine (moto) that answers a fifth of all requests with an error. What several hosts do at
one is tested elsewhere (``tests/runs/test_across_hosts.py``); here a night's commands, and a fleet's, are held against a night in folders.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import random
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.fault_injection import fleet_scene
from benchmarks.fault_injection.night import undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Scene, numbers

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAQUITEPLANTED0001",
    "AWS_SECRET_ACCESS_KEY": "planted/secret+of+the+faults/0123456789ab",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def available() -> bool:
    """Whether the packages of a small S3 are here."""
    return all(importlib.util.find_spec(name) for name in ("moto", "flask", "s3fs"))


@dataclass
class Flaky:
    """A WSGI application that fails a fifth of the requests of another one."""

    application: Callable[..., Iterable[bytes]]
    chance: random.Random
    calls: int = 0
    failed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request, or fail before or after it is done."""
        with self.lock:
            self.calls += 1
            drawn = self.chance.random()
            self.failed += drawn < 0.2
        if drawn >= 0.2:
            return self.application(environ, start_response)
        if drawn >= 0.1:  # done, and the answer is lost
            list(self.application(environ, lambda *arguments: lambda data: None))
        start_response("500 Internal Server Error", [("Content-Type", "text/plain"), ("Connection", "close")])
        return [b"the line is broken"]


@contextmanager
def store(chance: random.Random) -> Iterator[tuple[Flaky, str]]:
    """A store with one bucket, and its address."""
    from botocore.session import get_session
    from moto.server import DomainDispatcherApplication, create_backend_app  # type: ignore[attr-defined]
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    flaky = Flaky(DomainDispatcherApplication(create_backend_app), chance)
    server = make_server("127.0.0.1", 0, flaky, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        client = get_session().create_client(
            "s3", "us-east-1", endpoint_url=address, aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )  # fmt: skip
        client.create_bucket(Bucket="faults")
        yield flaky, address
    finally:
        server.shutdown()
        thread.join()


def inject(scene: Scene, folder: Path, tries: int, seed: int = 15) -> Report:
    """Nights with ``LANDSCAPE_RUNS`` at the store, in turn by ``harness run`` and by ``harness fleet run``."""
    report, fleet = Report("store that fails a fifth of calls"), fleet_scene.make(scene)
    with timed(report), store(random.Random(seed)) as (flaky, address):
        whole = {words: undisturbed(scene, words).numbers for words in (scene.night, fleet.night)}
        for number in range(tries):
            report.tries += 1
            words = (scene.night, fleet.night)[number % 2]
            place, name = folder / str(number), f"{('run', 'fleet')[number % 2]} {number}"
            there = AtStore(scene.folder, words, scene.nap, f"s3://faults/{number}")
            with mock.patch.dict(os.environ, {**KEYS, "AWS_ENDPOINT_URL": address}):
                code = there.run(words if not number % 2 else fleet_scene.words(fleet), place)
                if code != 0:
                    report.differ(f"{name}: ends with {code}: {there.said(place)[-400:]}")
                    continue
                (runs,) = place.glob("cache/*/runs")
                (place / "runs").symlink_to(runs)
                ours = numbers(place)
                for part in ("results", "samples", "database"):
                    if getattr(ours, part) != getattr(whole[words], part):
                        report.differ(f"{name}: other {part}")
        report.notes = {"calls": flaky.calls, "failed": flaky.failed}
    if not report.notes["failed"]:
        report.problems.append("no call failed")
    return report


@dataclass(frozen=True)
class AtStore(Scene):
    """A scene whose runs lie at a URL, with a cache in each place."""

    url: str = ""

    def environment(self, place: Path) -> dict[str, str]:
        """As in a folder, with the runs at the URL."""
        here = {"LANDSCAPE_RUNS": self.url, "LANDSCAPE_CACHE": str(place / "cache")}
        return super().environment(place) | here
