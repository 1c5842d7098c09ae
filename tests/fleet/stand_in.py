"""A stand-in for ``harness run`` with a run file: what it does stands in the name of the first suite of its file.

``quick`` ends well; ``slow`` works until it is told to stop; ``hung`` makes no progress; ``deaf`` does not even heed SIGTERM;
``bad`` refuses; ``held`` finds its plan held; ``fails-N`` fails N times, counted in the folder of the variable TRIES.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import yaml


def say(event: str, message: str, **more: object) -> None:
    line = {"level": "info", "event": event, "message": message, "model": "m", "suite": "s", **more}
    print(json.dumps(line), file=sys.stderr, flush=True)


def end(code: int, message: str = "sealed") -> None:
    run = {"model": "m", "code": code, "message": message, "run_id": "r" if code == 0 else None}
    print(json.dumps({"runs": [run], "published": code == 0, "problem": None}), flush=True)
    sys.exit(code)


def stop(number: int, frame: object) -> None:
    end(130, "stopped at once" if number == signal.SIGTERM else "stopped at the next batch")


def failures(what: str, key: str) -> None:
    count = Path(os.environ["TRIES"]) / key
    before = int(count.read_text()) if count.exists() else 0
    count.write_text(str(before + 1))
    if before < int(what.removeprefix("fails-")):
        end(1, f"attempt {before + 1} failed")
    end(0)


def main() -> None:
    path = Path(sys.argv[sys.argv.index("--file") + 1])
    what = yaml.safe_load(path.read_text())["runs"][0]["suite"]
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, stop)
    say("step", "m: loading")
    if what == "quick":
        end(0)
    if what == "bad":
        end(2, "no such model")
    if what == "held":
        end(3, "another process")
    if what.startswith("fails-"):
        failures(what, path.stem)
    if what == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for done in range(10_000):
        time.sleep(0.02)
        if what == "slow":
            say("progress", f"m: scoring: {done} of 10,000", done=done, total=10_000, rate=50.0, eta=3.0)
        else:
            say("step", "m: loading: for 3 min")


if __name__ == "__main__":
    main()
