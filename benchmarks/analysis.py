"""How fast the analysis is, as ratios to a plain way of computing the same, in one run.

    python benchmarks/analysis.py            # the table, into RESULTS.md
    python benchmarks/analysis.py --dry      # print it only
    python benchmarks/analysis.py --small    # a tenth of the items, for a quick look

Each row computes the same numbers twice and checks that they agree before it compares the times. Peak memory is of the
process so far, in GB.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lmsim.metrics import CAPA
from scipy import sparse
from scipy.sparse.linalg import spsolve

from harness.analysis.likeness import homogeneity
from harness.analysis.scale import estimation, ranks
from harness.analysis.scale.fit import fit_scale
from harness.analysis.statistics import paired, uncertainty
from tests.analysis.scale_markets import market

RESULTS = Path(__file__).with_name("RESULTS.md")
BEGIN, END = "<!-- analysis: begin -->", "<!-- analysis: end -->"


@dataclass(frozen=True)
class Row:
    """One comparison: seconds of ours and of the plain way (scaled up where only a part of it was run)."""

    what: str
    plain: str
    ours_s: float
    plain_s: float
    peak_gb: float


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Result and wall seconds."""
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def peak_gb() -> float:
    """Largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def matrix(models: int, items: int, choices: int = 4) -> homogeneity.OutcomeMatrix:
    """Random answers."""
    rng = np.random.default_rng(1)
    probs = rng.random((models, items, choices), dtype=np.float32)
    probs /= probs.sum(axis=2, keepdims=True)
    gold = rng.integers(0, choices, items).astype(np.int16)
    right = (probs.argmax(axis=2) == gold).astype(np.float32)
    names = tuple(f"m{i}" for i in range(models))
    tasks = np.array(["t"] * items, dtype=object)
    return homogeneity.OutcomeMatrix(
        names, tasks, right, probs, gold, np.full(items, choices, dtype=np.int16), np.arange(items, dtype=np.int64)
    )


def capa_row(models: int, items: int) -> Row:
    """All pairs of the CAPA matrix against lm-sim pair by pair (three pairs, scaled to all)."""
    whole = matrix(models, items)
    assert whole.probs is not None
    square, ours = timed(lambda: homogeneity.agreement(whole))
    peak = peak_gb()
    values, gold = whole.probs.astype(np.float64), whole.gold.tolist()
    picked = [(0, 1), (0, 2), (1, 2)]
    found, plain = timed(lambda: [CAPA().compute_k(values[a], values[b], gold) for a, b in picked])
    assert np.allclose(found, [square.iat[a, b] for a, b in picked], atol=1e-5)
    pairs = models * (models - 1) // 2
    return Row(f"CAPA of {models} models × {items:,} items", "lm-sim, pair by pair", ours, plain / 3 * pairs, peak)


def outcomes(models: int, items: int) -> pd.DataFrame:
    """The table ``outcome`` with ``model``."""
    rng = np.random.default_rng(2)
    n = models * items
    names = np.repeat([f"m{i}" for i in range(models)], items)
    item = np.tile(np.arange(items), models)
    frame = pd.DataFrame({"run_id": names, "model": names, "task": "t", "metric": "acc", "filter": "none"})
    return frame.assign(
        item=item, doc_hash=item.astype(np.uint64), value=rng.integers(0, 2, n) * 1.0, weight=1.0, cluster=item // 5
    )


def estimate_row(models: int, items: int) -> Row:
    """Scores and clustered errors of many runs at once against one call a run."""
    frame = outcomes(models, items)
    found, ours = timed(lambda: uncertainty.estimate_frame(frame))
    keys = uncertainty.ESTIMATE_KEYS
    one, plain = timed(
        lambda: [uncertainty.mean_estimate(g["value"], clusters=g["cluster"]).stderr for _, g in frame.groupby(keys)]
    )
    assert np.allclose(found["stderr"], one)
    return Row(f"Errors of {len(frame):,} outcomes", "one call a run", ours, plain, peak_gb())


def paired_row(models: int, items: int) -> Row:
    """All paired differences at once against one call a pair (twenty pairs, scaled to all)."""
    frame = outcomes(models, items)
    found, ours = timed(lambda: paired.paired_differences(frame))
    wide = frame.pivot(index="doc_hash", columns="model", values="value")
    cluster = frame.drop_duplicates("doc_hash").set_index("doc_hash")["cluster"].to_numpy()
    some = found.head(20)
    one, plain = timed(
        lambda: [
            paired.paired_difference(wide[a], wide[b], clusters=cluster).stderr
            for a, b in zip(some["model_a"], some["model_b"], strict=True)
        ]
    )
    assert np.allclose(some["stderr"], one)
    return Row(f"{len(found):,} pairs × {items:,} items", "one call a pair", ours, plain / 20 * len(found), peak_gb())


def scale_row(models: int, benchmarks: int) -> Row:
    """The capability scale and its ranks against the same steps with all unknowns solved at once, as one sparse system."""
    scores = market(3, models=models, benchmarks=benchmarks, seen=0.3).scores
    fit, ours = timed(lambda: fit_scale(scores))
    _, ranking = timed(lambda: ranks.ranked(fit))
    cells, x = fit.cells, fit.solution.parameters
    weight = 1 / (fit.solution.variance[cells.benchmark] * estimation.curve(cells, x).shape)
    normal = estimation._normal(cells, x, estimation.curve(cells, x), weight, float(x.difficulty.mean()))
    whole = sparse.block_array(
        [[estimation._block_diagonal(normal.inner), normal.link], [normal.link.T, sparse.csr_array(normal.outer)]]
    ).tocsc()
    width = normal.inner.shape[1]
    own = sparse.csc_array(np.eye(whole.shape[0])[:, : models * width : width][:, :20])  # twenty models' covariance
    found, plain = timed(lambda: spsolve(whole, own))
    one = estimation._covariance(normal).of_capabilities()[:, :20]
    assert np.allclose(found.toarray()[: cells.models * width : width], one, atol=1e-8)
    peak = peak_gb()
    return Row(
        f"Scale of {len(scores):,} scores, with ranks",
        "its covariance a column at a time, a step",
        ours + ranking,
        plain / 20 * cells.models * fit.steps,
        peak,
    )


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| what | s | against | its s | ratio | peak GB |", "|---|--:|---|--:|--:|--:|"]
    lines += [
        f"| {r.what} | {r.ours_s:.2f} | {r.plain} | {r.plain_s:.1f} | {r.plain_s / r.ours_s:.1f} | {r.peak_gb:.1f} |"
        for r in rows
    ]
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table between its marks in RESULTS.md."""
    whole = RESULTS.read_text() if RESULTS.exists() else "# Results\n"
    block = f"{BEGIN}\n## Analysis\n\n{text}\n{END}"
    if BEGIN in whole and END in whole:
        whole = whole[: whole.index(BEGIN)] + block + whole[whole.index(END) + len(END) :]
    else:
        whole = f"{whole.rstrip()}\n\n{block}\n"
    RESULTS.write_text(whole)


def main() -> None:
    """Run all rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true", help="print, do not write")
    parser.add_argument("--small", action="store_true", help="a tenth of the items")
    given = parser.parse_args()
    part = 10 if given.small else 1
    rows = [
        capa_row(200, 50_000 // part),
        estimate_row(200, 20_000 // part),
        paired_row(40, 20_000 // part),
        scale_row(300 // (3 if given.small else 1), 30),
    ]
    text = table(rows)
    print(text)
    if not given.dry:
        write(text)


if __name__ == "__main__":
    main()
