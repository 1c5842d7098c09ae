"""Common claims about big tech and startups, each tested on inputs of positioning: finding and interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness.analysis.companies.scores import DEFAULT, Choices, normalised_inputs
from harness.analysis.statistics.uncertainty import CONFIDENCE

COLUMNS = ["claim", "front", "inputs", "expected", "n_first", "n_second", "difference", "low", "high", "finding"]
NOT_MEASURABLE = "not measurable from what we have"
MIN_EACH = 3  # vendors that each segment needs


@dataclass(frozen=True)
class Claim:
    """A claim that segment ``first`` lies above ``second`` on every one of ``inputs``; empty where no input tests it."""

    text: str
    front: str  # technology, data, talent, application, capital
    inputs: tuple[str, ...]
    first: str = "big-tech"
    second: str = "startup"


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "Big tech has the means to train the largest models",
        "technology",
        ("largest_training_compute", "training_cost"),
    ),
    Claim("Big tech's best models are ahead", "technology", ("capability",)),
    Claim("Big tech publishes more notable research", "technology", ("notable_models", "citations")),
    Claim("Startups release faster", "technology", ("releases_per_year",), "startup", "big-tech"),
    Claim("Startups open more of their weights", "technology", ("open_weights_share",), "startup", "big-tech"),
    Claim("Big tech releases more data", "data", ("datasets",)),
    Claim("Big tech owns exclusive corpora", "data", ()),
    Claim("Big tech has more talent", "talent", ("staff", "researchers", "notable_authors")),
    Claim("Big tech reaches more users", "application", ("monthly_users", "products")),
    Claim("Big tech's models cover more modalities", "application", ("modalities",)),
    Claim("Startups focus on fewer domains", "application", ("domains",)),
    Claim("Big tech's models are served by more providers", "application", ("hosts",)),
    Claim("Big tech's brand is stronger", "application", ()),
    Claim("Startups are cheaper", "application", ("price_position",), "startup", "big-tech"),
    Claim("Big tech has more capital", "capital", ("revenue", "compute_spend")),
    Claim("Startups raise more money from investors", "capital", ("funds_raised",), "startup", "big-tech"),
)


def claims(
    inputs: pd.DataFrame,
    segments: Mapping[str, str],
    *,
    seed: int,
    draws: int = 2000,
    choices: Choices = DEFAULT,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Test of each claim, one row a claim and input: columns COLUMNS.

    ``difference`` is the mean normalised score (0–1) of vendors of the first segment minus that of the second over the
    claim's inputs, with a bootstrap interval over vendors, seeded. ``finding`` is ``supported`` (interval above 0),
    ``contradicted`` (below), ``open`` (holds 0) or ``not measurable from what we have``: fewer than three vendors in
    a segment. Source: Efron and Tibshirani (1993), ch. 8 (two-sample bootstrap).
    """
    scored = normalised_inputs(inputs, choices=choices)
    rng = np.random.default_rng(seed)
    rows = []
    for claim in CLAIMS:
        own = scored[scored["input"].isin(claim.inputs)].groupby("vendor_id")["score"].mean()
        segment = own.index.map(lambda vendor: segments.get(str(vendor)))
        first, second = (own[segment == name].to_numpy(dtype=float) for name in (claim.first, claim.second))
        expected = f"{claim.first} above {claim.second}"
        head = (claim.text, claim.front, ", ".join(claim.inputs), expected, len(first), len(second))
        if min(len(first), len(second)) < MIN_EACH:
            rows.append((*head, math.nan, math.nan, math.nan, NOT_MEASURABLE))
            continue
        means = [x[rng.integers(0, len(x), (draws, len(x)))].mean(axis=1) for x in (first, second)]
        low, high = np.quantile(means[0] - means[1], [0.5 - confidence / 2, 0.5 + confidence / 2])
        finding = "supported" if low > 0 else "contradicted" if high < 0 else "open"
        rows.append((*head, first.mean() - second.mean(), low, high, finding))
    return pd.DataFrame(rows, columns=COLUMNS)
