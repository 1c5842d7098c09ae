"""Break each formula by a sign or an off-by-one and see a test fail.

Each mutation replaces one piece of source in a copy of the package and runs the tests of that module there. A mutation
whose tests stay green means that a formula is not held by any test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import cache_from_source
from pathlib import Path

import pytest

import harness

pytestmark = pytest.mark.slow
ROOT = Path(harness.__file__).parents[1]
# module, test file, what stands there, what it becomes
MUTATIONS = (
    ("uncertainty", "uncertainty", "variance = groups / (groups - 1) *", "variance = groups / (groups + 1) *"),
    (
        "uncertainty",
        "uncertainty",
        "residuals = weight * (value - score)\n    _, dense",
        "residuals = value - score\n    _, dense",
    ),
    ("uncertainty", "uncertainty", "z2 / (2 * n)) / (1 + z2 / n)", "z2 / (2 * n)) / (1 - z2 / n)"),
    ("uncertainty", "uncertainty", "z2 / (4 * n**2)", "z2 / (2 * n**2)"),
    ("uncertainty", "uncertainty", "/ stderr**2 + 1", "/ stderr**2 - 1"),
    ("uncertainty", "uncertainty", "t_quantile(n - 1, confidence)", "t_quantile(n - 2, confidence)"),
    ("uncertainty", "uncertainty", "spread(2 * hits, golds + guesses)", "spread(hits, golds + guesses)"),
    ("uncertainty", "uncertainty", "clusters / (clusters - 1.0)", "clusters / clusters"),
    ("paired", "paired", "groups / (groups - 1), np.nan) * squares", "groups / groups, np.nan) * squares"),
    ("paired", "paired", "len(order) - np.arange(len(order))", "len(order) - 1 - np.arange(len(order))"),
    (
        "paired",
        "paired",
        "2 * special.stdtr(np.where(clusters > 1, clusters - 1",
        "special.stdtr(np.where(clusters > 1, clusters - 1",
    ),
    ("paired", "paired", "2.0 ** (1 - clusters)", "2.0 ** (-clusters)"),
    ("paired", "paired", "_column_estimates(one - two,", "_column_estimates(one + two,"),
    ("paired", "paired", "np.hypot(error_a, error_b)", "error_a + error_b"),
    ("ranking", "ranking", "rank_low=1.0 + better.sum(axis=0)", "rank_low=better.sum(axis=0)"),
    ("ranking", "ranking", "float(len(scored)) - better.sum(axis=1)", "float(len(scored)) - better.sum(axis=0)"),
    ("ranking", "ranking", "leader[(leader < 0) & ~separable[row]] = row", "leader[~separable[row]] = row"),
    (
        "ranking",
        "ranking",
        "special.ndtri(1 - alpha / 2) + special.ndtri(power)",
        "special.ndtri(1 - alpha / 2) - special.ndtri(power)",
    ),
    ("ranking", "ranking", "sd / abs(difference)) ** 2", "sd / abs(difference)) ** 1"),
    ("index", "index", "(x - low) / span", "(x + low) / span"),
    ("index", "index", "weight=1.0 / (per_kind * kinds)", "weight=1.0 / per_kind"),
    ("index", "index", '(rows["weight"] * rows["stderr"]) ** 2', 'rows["weight"] * rows["stderr"] ** 2'),
    ("index", "index", '(items * rows["stderr"] / span) ** 2', '(items * rows["stderr"]) ** 2'),
    ("homogeneity", "homogeneity", "a * b + wrong * (1 - a) * (1 - b)", "a * b - wrong * (1 - a) * (1 - b)"),
    ("homogeneity", "homogeneity", "(matrix.choices[picked] - 1.0)", "(matrix.choices[picked] - 0.0)"),
    ("homogeneity", "homogeneity", "a * b + (1 - a) * (1 - b)", "a * b - (1 - a) * (1 - b)"),
    ("homogeneity", "homogeneity", "shared - first - first.T + 2 * both", "shared - first - first.T + both"),
    ("homogeneity", "homogeneity", "(observed - expected) / (1 - expected)", "(observed - expected) / (1 + expected)"),
    ("agreement_of_groups", "homogeneity", "np.maximum(years[a], years[b])", "np.minimum(years[a], years[b])"),
    ("combinations", "portfolios", "(self.solved - self.alone).sum", "(self.solved + self.alone).sum"),
    ("selection", "portfolios", "here[chosen, draw] - (single[over]", "here[chosen, draw] + (single[over]"),
    ("same_answers", "same_answers", "a * b + (1 - a) * (1 - b) * chance", "a * b - (1 - a) * (1 - b) * chance"),
    ("ceiling", "ceiling", "expected = a**2 + (1 - a) ** 2", "expected = a**2 - (1 - a) ** 2"),
    ("rented", "cost", ".astype(float) / utilisation", ".astype(float) * utilisation"),
    ("frontier", "cost", "(cost <= c) & (quality > q)", "(cost < c) & (quality > q)"),
    ("history", "cost", "months * np.log(2) / np.log(before / now)", "months / np.log(before / now)"),
    ("history", "cost", "(age <= NEW)", "(age >= NEW)"),
    ("history", "cost", "100 * np.exp(moved.cumsum())", "100 * np.exp(moved)"),
    ("estimation", "scale", "steep = span * sigma * (1 - sigma)", "steep = span * sigma * (1 + sigma)"),
    ("estimation", "scale", "cells.chance[k] + span * sigma,", "cells.chance[k] + sigma,"),
    ("estimation", "scale", "INFORMATION = (DEGREES + 1) / (DEGREES + 3)", "INFORMATION = 1.0"),
    ("estimation", "scale", "up**2 * (ability[pair] + difficulty)", "up**2 * (ability[pair] - difficulty)"),
    ("fit", "scale", "by[:, low] -= unit * (1 - share)", "by[:, low] -= unit * share"),
    ("ranks", "scale", "variance[None] - 2 * covariance", "variance[None] + 2 * covariance"),
    ("domains", "scale", "capability / CAPABILITY_SD**2) / curvature", "capability * CAPABILITY_SD**2) / curvature"),
    ("trend", "scale_trend", "centred @ y / (centred @ centred)", "centred @ y / len(centred)"),
    ("segments", "segments", "/ (1 - leverage))[:, None]", "/ (1 + leverage))[:, None]"),
    ("segments", "segments", "freedom = len(rows) - 2 - len(others)", "freedom = len(rows) - 1 - len(others)"),
    ("scores", "positioning", ".rank().to_numpy() - 0.5) / n", ".rank().to_numpy()) / n"),
    ("scores", "positioning", "(values - low) / (high - low)", "(values + low) / (high - low)"),
    ("scores", "positioning", "np.where(higher, 1.0, -1.0)", "np.where(higher, 1.0, 1.0)"),
    ("scores", "positioning", "np.log10(1 + x[counted])", "np.log10(x[counted])"),
    ("positioning", "positioning", "have >= min_coverage * part.shape[1]", "have > min_coverage * part.shape[1]"),
    ("positioning", "positioning", "int(asked.sum()) - MAY_LACK", "int(asked.sum())"),
    ("rank_intervals", "positioning", "table.age > limit", "table.age < limit"),
    ("imputation", "positioning", "ndtr(slope @ normal[i, ~lacks] +", "ndtr(-slope @ normal[i, ~lacks] +"),
    ("rank_intervals", "positioning", "weights = weighted * (", "weights = 1.0 * ("),
    ("strengths", "positioning", '(1 - rows["score"]) / held', '(1 - rows["score"]) * held'),
    ("vendor_inputs", "vendor_inputs", "rest - np.median(rest)", "rest"),
    ("affordability", "affordability", "growth**years", "growth * years"),
    ("group_difference", "claims", "a.sum(axis=1) * b.sum(axis=1)", "a.sum(axis=1) + b.sum(axis=1)"),
    ("group_difference", "claims", "0.5 * (mine[:, None] == theirs", "1.0 * (mine[:, None] == theirs"),
    ("claims", "claims", "(-1 if claim.less else 1)", "(1 if claim.less else 1)"),
    ("opportunities", "opportunities", "(positive / positive.sum()) ** 2", "(positive / positive.sum()) ** 1"),
    ("opportunities", "opportunities", ".sum(axis=2) == 1) & stated", ".sum(axis=2) <= 1) & stated"),
    ("comparability", "comparability", "ordered = np.sort(doc_hashes", "ordered = np.asarray(doc_hashes"),
    ("compare", "compare", 'p_adjusted=holm(pairs["p_value"])', 'p_adjusted=pairs["p_value"]'),
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the tests of this room need."""
    folder = tmp_path_factory.mktemp("mutated")
    shutil.copytree(ROOT / "harness", folder / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "analysis", folder / "tests" / "analysis")
    for name in ("__init__.py", "conftest.py"):
        shutil.copy(ROOT / "tests" / name, folder / "tests" / name)
    (folder / "benchmarks").mkdir()
    shutil.copy(ROOT / "benchmarks" / "scale_coverage.py", folder / "benchmarks")
    shutil.copytree(ROOT / "data" / "catalog", folder / "data" / "catalog")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture(scope="module")
def passes(copy: Path) -> Iterator[Callable[[str], str | None]]:
    """Runs a test file of the copy: None where it passes, what pytest said where a test fails."""
    settings = {"PYTHONPATH": str(copy), "OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    server = subprocess.Popen(
        [sys.executable, str(copy / "tests" / "analysis" / "forked_pytest.py")], cwd=copy, env={**os.environ, **settings},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdin and server.stdout

    def run(tests: str) -> str | None:
        assert server.stdin and server.stdout
        print(f"tests/analysis/test_{tests}.py", file=server.stdin, flush=True)
        code = server.stdout.readline().strip()
        said = (copy / "said.txt").read_text(encoding="utf-8")
        assert code in ("0", "1"), f"{code}: {said[-2000:]}"
        return None if code == "0" else said

    yield run
    server.stdin.close()
    assert server.wait(timeout=60) == 0


def _path(root: Path, module: str) -> Path:
    (path,) = (root / "harness" / "analysis").rglob(f"{module}.py")
    return path


def _write(path: Path, source: str) -> None:
    """Write a module and drop what is compiled of it, which would pass for new within the same second and size."""
    path.write_text(source)
    Path(cache_from_source(str(path))).unlink(missing_ok=True)


def test_each_mutation_names_source_that_stands_once() -> None:
    for module, _, before, after in MUTATIONS:
        text = _path(ROOT, module).read_text()
        assert text.count(before) == 1, f"{module}: {before!r} stands {text.count(before)} times"
        assert before != after


@pytest.mark.parametrize("tests", sorted({mutation[1] for mutation in MUTATIONS}))
def test_the_unbroken_copy_passes(passes: Callable[[str], str | None], tests: str) -> None:
    assert passes(tests) is None


@pytest.mark.parametrize(("module", "tests", "before", "after"), MUTATIONS, ids=lambda value: str(value)[:40])
def test_a_broken_formula_is_noticed(
    copy: Path, passes: Callable[[str], str | None], module: str, tests: str, before: str, after: str
) -> None:
    path = _path(copy, module)
    whole = path.read_text()
    _write(path, whole.replace(before, after))
    try:
        found = passes(tests)
    finally:
        _write(path, whole)
    assert found is not None, f"nothing noticed that {before!r} became {after!r}"
