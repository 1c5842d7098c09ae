"""A product's profile: its capability in each domain, on the axis of the general scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from harness.analysis.scale.estimation import CAPABILITY_SD, DEGREES, FLOOR, INFORMATION
from harness.analysis.scale.fit import ScaleFit
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile

DOMAINS = {
    "coding_agents": ("coding", "agents"),
    "mathematics": ("mathematics",),
    "knowledge_reasoning": ("knowledge", "reasoning", "language"),
    "chinese": (),
}
"""Domains with a scale of their own, and the catalog's domains in them; ``chinese`` is by the tests' language."""
LEAST_BENCHMARKS, LEAST_MODELS = 3, 10
"""Benchmarks that a product needs in a domain, and products that a domain needs, to be shown."""
STEPS = 50
PROFILE_COLUMNS = ["model_id", "domain", "points", "stderr", "low", "high", "benchmarks", "difference"]


def in_domain(benchmarks: pd.DataFrame, domain: str) -> pd.Series:
    """Which of ``benchmarks`` (``domain, language``) lie in one of DOMAINS."""
    if domain == "chinese":
        return benchmarks["language"].eq("zh")
    return benchmarks["domain"].isin(DOMAINS[domain])


def profiles(fit: ScaleFit, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Capability of each product in each domain where the evidence allows: PROFILE_COLUMNS, in points.

    The benchmarks' difficulties, slopes and errors are those of the general fit; the product's capability is fitted again to
    its scores in the domain, as Epoch AI's domain indices are made. Intervals carry the error of the scores and of the
    benchmarks' parameters. ``difference`` is from the product's general points. The unit is the general scale's, so
    that a difference between two domains is a strength, up to how well their difficulties are tied together.
    """
    parts = [_refitted(fit, domain, confidence) for domain in DOMAINS]
    rows = pd.concat([part for part in parts if len(part) >= LEAST_MODELS] or [parts[0].iloc[:0]], ignore_index=True)
    general = fit.models.set_index("model_id")["points"]
    return rows.assign(difference=rows["points"] - rows["model_id"].map(general))[PROFILE_COLUMNS]


def _refitted(fit: ScaleFit, domain: str, confidence: float) -> pd.DataFrame:
    tests = fit.benchmarks
    chosen = in_domain(tests, domain).to_numpy(dtype=bool)
    inside = chosen[fit.cells.benchmark]
    model, benchmark, score = fit.cells.model[inside], fit.cells.benchmark[inside], fit.cells.score[inside]
    size = fit.cells.models
    family = pd.factorize(tests["family"])[0][benchmark]
    count = pd.DataFrame({"model": model, "family": family}).drop_duplicates()["model"].value_counts()
    enough = np.flatnonzero(count.reindex(range(size), fill_value=0).to_numpy() >= LEAST_BENCHMARKS)
    capability, variance = _capabilities(fit, model, benchmark, score)
    unit, half = fit.unit, normal_quantile(confidence)
    points, stderr = fit.origin + unit * capability[enough], unit * np.sqrt(variance[enough])
    return pd.DataFrame(
        {
            "model_id": fit.models["model_id"].to_numpy(dtype=object)[enough],
            "domain": domain,
            "points": points,
            "stderr": stderr,
            "low": points - half * stderr,
            "high": points + half * stderr,
            "benchmarks": count.reindex(enough).to_numpy(),
        }
    )


def _capabilities(fit: ScaleFit, model: Floats, benchmark: Floats, score: Floats) -> tuple[Floats, Floats]:
    """Capabilities refitted to these scores with the benchmarks' parameters held, and their variances."""
    x, size = fit.solution.parameters, fit.cells.models
    slope, difficulty = np.exp(x.log_slope[benchmark]), x.difficulty[benchmark]
    chance, noise = fit.cells.chance[benchmark], fit.solution.variance[benchmark]
    capability = x.capability.copy()
    for _ in range(STEPS):
        gap = capability[model] - difficulty
        sigma = special.expit(slope * gap)
        steep = (1 - chance) * sigma * (1 - sigma)
        residual = score - chance - (1 - chance) * sigma
        error = noise * (FLOOR + (1 - FLOOR) * 4 * sigma * (1 - sigma))
        weight = (DEGREES + 1) / (DEGREES + residual**2 / error) / error
        by = steep * slope
        curvature = np.bincount(model, weight * by**2, size) + 1 / CAPABILITY_SD**2
        step = (np.bincount(model, weight * by * residual, size) - capability / CAPABILITY_SD**2) / curvature
        capability = capability + np.clip(step, -1, 1)
        if np.abs(step).max(initial=0.0) < 1e-4:
            break
    information = INFORMATION / error
    own = 1 / (np.bincount(model, information * by**2, size) + 1 / CAPABILITY_SD**2)
    tests = fit.cells.benchmarks
    effect = np.zeros((size, 2 * tests))
    effect[model, benchmark] = information * by**2
    effect[model, tests + benchmark] = -information * by * steep * slope * gap
    effect *= own[:, None]
    shared = np.einsum("mp,mp->m", effect @ fit.solution.covariance.outer, effect)
    return capability, own + shared
