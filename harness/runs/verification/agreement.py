"""Differences of two scorers' answers to the same requests, in nats, and whether rounding explains them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from harness.engine.base import Answer, Generated, Request, Scored, ScoreRequest

FP32_LIMIT = 1e-4
"""Largest relative difference that fp32 rounding explains (another order of summation; see ``drift``)."""
LOW_PRECISION_FACTOR = 2.0
"""In bf16 and fp16 ``packed`` may lie this many times as far from the fp32 reference as ``hf`` in that dtype does:
both errors are random, of some hundred requests, and their ratio moves by a tenth or two."""
LOW_PRECISION_COUNT = 3
"""So many flips of near ties are chance, over the factor above."""

Scores: TypeAlias = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
"""Rows of item, value and weight, by task and metric."""


@dataclass(frozen=True)
class Drift:
    """Differences of answers to the same requests. Log-likelihoods are in nats.

    ``largest_relative`` and ``rms_relative`` are relative to the reference, or to 1 nat where that is
    smaller: near certainty a log-likelihood is no scale. ``unexplained`` counts differing texts where
    the reference saw no near tie (null where that was not looked at).
    """

    scored: int
    largest_absolute: float
    largest_relative: float
    rms_relative: float
    greedy_disagreements: int
    generated: int
    texts_differing: int
    unexplained: int | None = None

    @property
    def nothing(self) -> bool:
        """Whether the answers are the same to the last bit."""
        return self.largest_absolute == 0 and not self.greedy_disagreements and not self.texts_differing


@dataclass(frozen=True)
class TaskDifference:
    """Score of ``packed`` less that of ``hf`` on the same items, with its 95% interval."""

    task: str
    metric: str
    n: int
    packed: float
    hf: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """Whether rounding explains all differences, and if not, what it does not explain."""

    agrees: bool
    reasons: tuple[str, ...]


def drift(asked: Sequence[Request], reference: Sequence[Answer], answers: Sequence[Answer]) -> Drift:
    """Differences of ``answers`` from ``reference``. Greedy flags count where the request wants them."""
    absolute, relative, flips, texts, differing = [0.0], list[float](), 0, 0, 0
    for request, one, two in zip(asked, reference, answers, strict=True):
        if isinstance(one, Scored) and isinstance(two, Scored):
            apart = abs(two.logprob - one.logprob)
            apart = apart if math.isfinite(apart) else (0.0 if one.logprob == two.logprob else math.inf)
            absolute.append(apart)
            relative.append(apart / max(1.0, abs(one.logprob)) if math.isfinite(apart) else math.inf)
            flips += isinstance(request, ScoreRequest) and request.greedy and one.greedy != two.greedy
        elif isinstance(one, Generated) and isinstance(two, Generated):
            texts += 1
            differing += one.text != two.text
    rms = math.sqrt(math.fsum(r * r for r in relative) / len(relative)) if relative else 0.0
    return Drift(len(relative), max(absolute), max(relative, default=0.0), rms, flips, texts, differing)


def differences(packed: Scores, hf: Scores) -> list[TaskDifference]:
    """Paired differences of the tasks' headline scores."""
    from harness.analysis.statistics.paired import paired_difference

    out = []
    for (task, metric), rows in packed.items():
        others = {r["item"]: r for r in hf[task, metric]}
        a = [r["value"] for r in rows]
        b = [others[r["item"]]["value"] for r in rows]
        weights = [r["weight"] for r in rows]
        mean_a, mean_b = _mean(a, weights), _mean(b, weights)
        if a == b:
            out.append(TaskDifference(task, metric, len(a), mean_a, mean_b, 0.0, 0.0, 0.0))
            continue
        paired = paired_difference(a, b, weights=weights)
        out.append(TaskDifference(task, metric, len(a), mean_a, mean_b, paired.difference, paired.low, paired.high))
    return out


def judge(
    dtype: str, packed: Drift, hf: Drift | None, tasks: Sequence[TaskDifference], shuffled: tuple[Drift, Drift] | None
) -> Verdict:
    """The verdict on these differences. ``shuffled`` holds the drift without and with ``--deterministic``."""
    reasons = _exact(packed) if hf is None else _rough(dtype, packed, hf)
    if hf is None:  # in low precision a score may move by a flipped tie; the log-likelihoods judge
        reasons += [
            f"{t.task}: {t.metric} differs by {t.difference:+.3g} [{t.low:+.3g}, {t.high:+.3g}]."
            for t in tasks
            if (t.low > 0 or t.high < 0) and abs(t.difference) > FP32_LIMIT * max(1.0, abs(t.hf))
        ]
    if shuffled is not None:
        plain, deterministic = shuffled
        if not deterministic.nothing:
            reasons.append(
                f"With --deterministic a score still moves with its company, by up to {deterministic.largest_absolute:.3g} nats "
                f"({deterministic.texts_differing} texts)."
            )
        if hf is None and plain.largest_relative > FP32_LIMIT:
            reasons.append(f"In another order and company scores move by up to {plain.largest_relative:.2g} relative.")
    return Verdict(not reasons, tuple(reasons))


def _exact(packed: Drift) -> list[str]:
    reasons = []
    if not packed.largest_relative <= FP32_LIMIT:
        reasons.append(
            f"Log-likelihoods differ by up to {packed.largest_relative:.2g} relative; rounding explains {FP32_LIMIT:g}."
        )
    if packed.greedy_disagreements:
        reasons.append(f"{packed.greedy_disagreements} of {packed.scored} greedy flags differ.")
    if packed.unexplained:
        reasons.append(
            f"{packed.unexplained} of {packed.generated} generated texts differ where there was no near tie."
        )
    return reasons


def _rough(dtype: str, packed: Drift, hf: Drift) -> list[str]:
    reasons = []
    limit = LOW_PRECISION_FACTOR * hf.rms_relative + FP32_LIMIT
    if not packed.rms_relative <= limit:
        reasons.append(
            f"packed in {dtype} lies {packed.rms_relative:.2g} (rms, relative) from hf in fp32; hf in {dtype} lies "
            f"{hf.rms_relative:.2g} from it, and twice that is the limit."
        )
    for what, ours, theirs in (
        ("greedy flags", packed.greedy_disagreements, hf.greedy_disagreements),
        ("generated texts", packed.texts_differing, hf.texts_differing),
    ):
        if ours > LOW_PRECISION_FACTOR * theirs + LOW_PRECISION_COUNT:
            reasons.append(f"{ours} {what} of packed in {dtype} differ from hf in fp32; of hf in {dtype} {theirs} do.")
    return reasons


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    total = math.fsum(weights)
    return math.fsum(v * w for v, w in zip(values, weights, strict=True)) / total if total else math.nan
