"""A model that never answers: SIGTERM and Ctrl-C end the command in time, 130, and the batches before are kept."""

from __future__ import annotations

import os
import random
import signal
import time
from functools import partial
from pathlib import Path

from benchmarks import forked_commands
from benchmarks.fault_injection.forwards import HANGS_AFTER, at_forward, handled, hangs, waits_forever
from benchmarks.fault_injection.night import finish, undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Scene, done

IN_TIME = HANGS_AFTER + 5.0
"""Seconds from the signal to the end of the command, on a busy machine."""


def inject(scene: Scene, folder: Path, tries: int, seed: int = 5) -> Report:
    """Hang at a drawn forward pass, half of the tries in Python, half in foreign code, and stop the command."""
    chance, report, slowest = random.Random(seed), Report("hung model"), 0.0
    with timed(report):
        whole = undisturbed(scene, scene.nap).numbers
        for number in range(tries):
            report.tries += 1
            at, fault = chance.randint(2, 6), (waits_forever, hangs)[number % 2]
            place, name = folder / str(number), f"{fault.__name__} at pass {at}"
            process = scene.start(scene.nap, place, partial(handled, partial(at_forward, at, fault, 1)))
            while process.is_alive() and sum(done(place).values()) < at - 1:
                process.join(0.05)
            process.join(0.3)  # into the pass that never returns
            signalled = time.monotonic()
            if not process.is_alive():
                report.differ(f"{name}: ended before it hung: {scene.said(place)[-300:]}")
                continue
            assert process.pid is not None
            os.kill(process.pid, (signal.SIGTERM, signal.SIGINT)[number // 2 % 2])
            code = forked_commands.ended(process)
            slowest = max(slowest, time.monotonic() - signalled)
            if code != 130 or time.monotonic() - signalled > IN_TIME:
                report.differ(f"{name}: ends with {code} after {time.monotonic() - signalled:.1f} s")
            if sum(done(place).values()) != at - 1:
                report.lost(f"{name}: {done(place)} batches are kept, {at - 1} were done")
            finish(report, scene, scene.nap, place, whole, name, twice=1)
    report.notes = {"slowest_stop_s": round(slowest, 1)}
    return report
