"""Processor time of reports: ``harness report`` for ten vendors in six formats, in English, a process a round.

The goal is 12 s of processor time (user and system) for the six formats. Uses the database in use (``LANDSCAPE_DB``).
``PYTHONPATH=. python benchmarks/reports.py [--rounds 3] [--formats html,pdf,xlsx,md,csv,parquet]``
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile

VENDORS = "alibaba,deepseek,openai,anthropic,google,meta,mistral,xai,zhipu,moonshot"
FORMATS = "html,pdf,xlsx,md,csv,parquet"
GOAL = 12.0
"""Seconds of processor time for FORMATS."""


def once(formats: str) -> float:
    """Seconds of processor time of one process that makes the report."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "harness", "report", "--vendors", VENDORS, "--format", formats, "--out", out]
        subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--formats", default=FORMATS)
    asked = parser.parse_args()
    seconds = []
    for _ in range(asked.rounds):
        seconds.append(once(asked.formats))
        print(f"{asked.formats}: {seconds[-1]:.2f} s of processor time", flush=True)
    print(f"median of {len(seconds)}: {statistics.median(seconds):.2f} s (goal for six formats: {GOAL:.0f} s)")


if __name__ == "__main__":
    main()
