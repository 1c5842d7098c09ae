"""The packed engine on a graphics card, in one command: equal to HFLM first, then how much faster, in what memory and energy.

    python benchmarks/gpu.py --out FOLDER                      # a card, nine minutes at most
    python benchmarks/gpu.py --device cpu --toy --out FOLDER   # the same steps at toy size, to rehearse them

Needs torch, transformers, accelerate and lm-eval's wheel (``benchmarks/gpu_wheels.sh``), no data set, no network. Models
are random (no weights are loaded), requests are drawn token ids. Every step writes what it has found (``gpu.jsonl``, one row
a line, and ``gpu.md``) before the next one begins; a step that fails or does not fit into the time left says so.
Ends with 0 where every path agreed with HFLM, 1 where one did not or none was compared.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.gpu_bench import Bench, run_steps
from benchmarks.gpu_steps import STEPS


def main(arguments: list[str] | None = None) -> int:
    """Runs the steps that fit into the time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--minutes", type=float, default=9.0, help="of all steps together")
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("OUT", "gpu-results")))
    parser.add_argument("--toy", action="store_true", help="toy models and few requests, to rehearse on a CPU")
    parser.add_argument("--steps", default="", help="names, all by default: " + ", ".join(s.name for s in STEPS))
    chosen = parser.parse_args(arguments)
    wanted = set(filter(None, chosen.steps.split(",")))
    unknown = wanted - {s.name for s in STEPS}
    if unknown:
        parser.error(f"no step {', '.join(sorted(unknown))}; there are {', '.join(s.name for s in STEPS)}")
    bench = Bench(chosen.device, toy=chosen.toy, out=chosen.out, seconds=60 * chosen.minutes)
    run_steps(bench, [s for s in STEPS if not wanted or s.name in wanted])
    print(bench.results.markdown())
    return 0 if bench.held() else 1


if __name__ == "__main__":
    raise SystemExit(main())
