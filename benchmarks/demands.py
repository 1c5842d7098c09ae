"""What is asked of the analysis and the command line at scale, in seconds and bytes; each row says whether it is met.

    python -m benchmarks.demands [--only homogeneity leaderboard scale commands imports] [--data SHARED]

Every heavy row runs in a process of its own, so that its memory is its own; the homogeneity matrix runs under a hard limit
of 4 GB of address space on two cores. Processor seconds stand beside wall seconds: a busy machine distorts them less.
``imports`` needs a folder with others' result files (``market/``, ``results/``). Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "transformers", "lm_eval", "datasets")
COMMANDS = (["--help"], ["suites"], ["models"], ["vendors"], ["runs"], ["show", "{run}"], ["compare", "{a}", "{b}"],
            ["run", "--help"], ["report", "--help"], ["import", "--help"], ["export", "--help"], ["db", "--help"],
            ["catalog", "--help"], ["verify", "--help"], ["site", "--help"])  # fmt: skip


def used() -> tuple[float, float]:
    """Wall and processor seconds so far, children that have ended included."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return time.perf_counter(), sum(u.ru_utime + u.ru_stime for u in spent)


def clocked(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Result, wall seconds, processor seconds."""
    wall, cpu = used()
    result = work()
    ended = used()
    return result, ended[0] - wall, ended[1] - cpu


def row(what: str, wall: float, cpu: float, most: float, **more: float) -> dict[str, Any]:
    """One figure beside its bound."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"what": what, "wall_s": wall, "cpu_s": cpu, "most_s": most, "peak_gb": peak, "met": wall < most, **more}


def homogeneity() -> list[dict[str, Any]]:
    """All pairs of 200 models on 50,000 items, within 4 GB of address space."""
    resource.setrlimit(resource.RLIMIT_AS, (4 * 10**9, 4 * 10**9))
    from benchmarks.analysis import matrix
    from harness.analysis.likeness.homogeneity import agreement

    whole, out = matrix(200, 50_000), []
    for kind in ("capa", "error_consistency"):
        _, wall, cpu = clocked(lambda kind=kind: agreement(whole, kind=kind))
        out.append(row(f"{kind} of 200 models × 50,000 items, 4 GB limit", wall, cpu, 20))
    return out


def leaderboard() -> list[dict[str, Any]]:
    """The leaderboard's queries beside 10⁷ outcomes; the fastest of nine."""
    from benchmarks import site_data
    from harness.store.reader import Database

    queries = {
        "the leaderboard of one suite": "SELECT * FROM leaderboard WHERE suite = 's0'",
        "all leaderboards": "SELECT run_id, avg(normalised) AS score FROM leaderboard GROUP BY run_id ORDER BY score DESC",
        "the index of every run": "SELECT * FROM run_index",
    }
    with tempfile.TemporaryDirectory() as folder:
        site_data.generate(Path(folder) / "land.duckdb", 1.0)
        reader = Database(Path(folder) / "land.duckdb").current()
        out = []
        for what, text in queries.items():
            taken = [clocked(lambda text=text: reader.sql(text))[1:] for _ in range(9)]
            out.append(row(f"{what}, beside 10⁷ outcomes (fastest of 9)", *min(taken), 0.150))
    return out


def reported_scores() -> pd.DataFrame:
    """The reported scores of the shipped catalog, as the site reads them: rows of the query ``reported``."""
    from harness import places
    from harness.store.catalog import load_catalog
    from harness.store.publish import publish
    from harness.store.reader import Database

    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "land.duckdb"
        publish(db, lambda con: load_catalog(con, places.packaged_catalog()))
        return Database(db).frame("reported")


def scale() -> list[dict[str, Any]]:
    """The capability scale of all reported scores of the shipped catalog, its ranks, and scales redrawn for trends."""
    from harness.analysis.scale.fit import fit_scale, redrawn
    from harness.analysis.scale.preparation import prepare_reported
    from harness.analysis.scale.ranks import ranked

    scores = reported_scores()
    ready, wall, cpu = clocked(lambda: prepare_reported(scores))
    out = [row(f"{len(scores):,} reported scores made ready", wall, cpu, 10)]
    fit, *spent = clocked(lambda: fit_scale(ready.scores))
    _, *more = clocked(lambda: ranked(fit))
    out.append(
        row(
            f"the scale of {len(ready.scores):,} scores fitted, with ranks",
            *map(sum, zip(spent, more, strict=True)),
            15,
        )
    )
    _, wall, cpu = clocked(lambda: redrawn(fit, seed=1, draws=400))
    return [*out, row("400 redrawn scales", wall, cpu, 10)]


def commands() -> list[dict[str, Any]]:
    """Reading commands on the shipped data: the fastest of three, and that nothing heavy is imported."""
    out = []
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "LANDSCAPE_DB": f"{folder}/land.duckdb", "PYTHONPATH": str(ROOT)}
        harness = [sys.executable, "-m", "harness"]
        subprocess.run([*harness, "db", "rebuild"], env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        listed = subprocess.run([*harness, "runs", "--suite", "calibration", "--json"], env=environment, cwd=ROOT, check=True,
                                capture_output=True)  # fmt: skip
        runs = json.loads(listed.stdout)
        models = list(dict.fromkeys(r["model"] for r in runs))
        known = {"{run}": runs[0]["run_id"] if runs else "", "{a}": (models + [""])[0], "{b}": (models + ["", ""])[1]}
        for command in COMMANDS:
            given = [known.get(part, part) for part in command]
            if not all(given):
                continue  # a checkout without calibration runs: `make demo` makes them
            tell = f"import sys; sys.argv = {['harness', *given]!r}\nfrom harness.__main__ import main\n" \
                   f"try:\n    main()\nfinally:\n    print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"  # fmt: skip
            shown = subprocess.run(
                [sys.executable, "-c", tell], env=environment, cwd=ROOT, capture_output=True, text=True
            )
            heavy = json.loads(shown.stderr.strip().splitlines()[-1].replace("'", '"'))
            taken = [
                clocked(lambda given=given: subprocess.run([*harness, *given], env=environment, cwd=ROOT, capture_output=True))[1:]
                for _ in range(3)
            ]  # fmt: skip
            found = row(f"harness {' '.join(command)}", *min(taken), 1.0)
            out.append({**found, "met": found["met"] and not heavy, "heavy": ", ".join(heavy)})
    return out


def imports(data: Path) -> list[dict[str, Any]]:
    """Reading others' files: a market snapshot, 378 result files, 4,574 records, and 200 broken inputs (the slowest)."""
    import random

    from harness.catalog.refresh import refresh
    from harness.interchange.importing import import_path
    from tests.interchange.mutations import MUTATIONS

    out = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        snapshot = data / "market" / "models.dev" / "api-2026-07-02.json"
        _, wall, cpu = clocked(lambda: refresh(folder / "catalog", "models.dev", [snapshot]))
        out.append(row("a models.dev snapshot into an empty catalog", wall, cpu, 20))
        for what, path, most in (("378 files of lm-eval 0.2", "lm_eval_v02_pythia", 60),
                                 ("4,574 records of a leaderboard", "eee_leaderboards/hfopenllm_v2.jsonl.gz", 90)):  # fmt: skip
            _, wall, cpu = clocked(lambda path=path: import_path(data / "results" / path, runs_dir=folder / path))
            out.append(row(what, wall, cpu, most))
        slowest = (0.0, 0.0)
        for case in range(200):
            source = folder / f"in-{case}"
            source.mkdir()
            broken = MUTATIONS[case % len(MUTATIONS)](random.Random(case), source)
            _, wall, cpu = clocked(
                lambda broken=broken, case=case: import_path(broken, runs_dir=folder / f"out-{case}")
            )
            slowest = max(slowest, (wall, cpu))
            shutil.rmtree(source)
        out.append(row("the slowest of 200 broken inputs", *slowest, 10))
    return out


PARTS: dict[str, Callable[..., list[dict[str, Any]]]] = {
    "homogeneity": homogeneity, "leaderboard": leaderboard, "scale": scale, "commands": commands, "imports": imports,
}  # fmt: skip


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as Markdown."""
    lines = ["| what | wall s | processor s | asked | peak GB | met |", "|---|--:|--:|--:|--:|---|"]
    for r in rows:
        told = ("yes" if r["met"] else "**no**") + (f" (imports {r['heavy']})" if r.get("heavy") else "")
        bounds = f"< {r['most_s']:g} s"
        lines.append(f"| {r['what']} | {r['wall_s']:.2f} | {r['cpu_s']:.2f} | {bounds} | {r['peak_gb']:.2f} | {told} |")
    return "\n".join(lines)


def main() -> None:
    """Run each part in its own process, on two cores, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--data", type=Path, help="folder with market/ and results/, for `imports`")
    parser.add_argument("--part", choices=list(PARTS), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        found = PARTS[given.part](*([given.data] if given.part == "imports" else []))
        print(json.dumps(found))
        return
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    rows: list[dict[str, Any]] = []
    for name in given.only:
        if name == "imports" and given.data is None:
            continue
        more = ["--data", str(given.data)] if given.data else []
        command = [sys.executable, "-m", "benchmarks.demands", "--part", name, *more]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            rows.append({"what": f"{name} FAILED", "wall_s": 0, "cpu_s": 0, "most_s": 0, "peak_gb": 0, "met": False})
            continue
        rows += json.loads(done.stdout.strip().splitlines()[-1])
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n\n{table(rows)}")


if __name__ == "__main__":
    main()
