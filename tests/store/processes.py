"""What the tests of publishing run in processes of their own: ``python -m tests.store.processes NAME ARGS``."""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
from pathlib import Path

from harness import files
from harness.store import publish as publishing
from harness.store.reader import Database
from harness.store.run_folder import sealed
from tests.store.conftest import publish_sources

COUNTS = "SELECT (SELECT count(*) FROM run) AS runs, (SELECT count(*) FROM outcome) AS outcomes, count(*) AS results FROM result"


def read(db: str, queries: str) -> None:
    """Query again and again; every state must be whole, and none older than the one before."""
    database, last = Database(Path(db)), 0
    states = set()
    for _ in range(int(queries)):
        runs, outcomes, results = (int(v) for v in database.current().sql(COUNTS).iloc[0])
        assert outcomes == 8 * runs and results == 2 * runs, f"a half state: {runs} {outcomes} {results}"
        assert runs >= last and runs % 2 == 0, f"{runs} after {last}"
        last = runs
        states.add(runs)
    print(f"ok {len(states)}", flush=True)


def sessions(db: str) -> None:
    """Two open sessions of one process: at each line of input both ask, and each keeps its first reader."""
    database = Database(Path(db))
    kept = [database.current(), database.current()]
    for _ in sys.stdin:
        seen: list[int] = [0, 0]

        def ask(number: int, into: list[int] = seen) -> None:
            into[number] = int(database.current().sql(COUNTS)["runs"][0])

        threads = [threading.Thread(target=ask, args=(n,)) for n in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        old = [int(reader.sql(COUNTS)["runs"][0]) for reader in kept]
        print(*seen, *old, flush=True)


def one_by_one(db: str, runs: str) -> None:
    """Publish the runs one after the other."""
    for folder in sealed(Path(runs)):
        publish_sources(Path(db), [folder])
    print("ok", flush=True)


def die(db: str, runs: str, moment: str) -> None:
    """Publish, and be killed at a moment: ``_copy``, ``_put_in_place``, or ``sync`` and ``replace`` of ``harness.files``."""

    def kill(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(publishing if hasattr(publishing, moment) else files, moment, kill)
    publish_sources(Path(db), Path(runs))


def small_disk(db: str, runs: str, limit: str) -> None:
    """Publish where no file can grow beyond ``limit`` bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        publish_sources(Path(db), Path(runs))
    except Exception as error:
        print(type(error).__name__, error, flush=True)


def try_publish(db: str, runs: str) -> None:
    """Publish and say what came of it."""
    try:
        publish_sources(Path(db), Path(runs))
        print("ok", flush=True)
    except Exception as error:
        print(type(error).__name__, error, flush=True)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
