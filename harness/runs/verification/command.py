"""``harness verify``: the command line's options checked, each model verified, a report printed."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Sequence

from harness.errors import BadInput, LandscapeError
from harness.places import refuse_models
from harness.runs.progress import Progress
from harness.runs.verification.agreement import Drift
from harness.runs.verification.bounded_scoring import Deadline
from harness.runs.verification.packed_against_hf import Options, Report, verify

MAX_MINUTES = 10_080
"""A week."""


def verify_models(
    models: Sequence[str], *, dtype: str | None, device: str | None, shuffle: bool, revision: str | None = None,
    trust_remote_code: bool = False, offline: bool = False, minutes: float | None = None, as_json: bool = False,
) -> int:  # fmt: skip
    """Verify every model and print what came out; 0 where all agree, 1 where one does not, 2 for bad input alone.

    ``minutes`` bounds the time of all models together, each of which has a like part of what is left.

    Raises:
        BadInput: a device or dtype that this machine lacks, or a time that is none.
    """
    from harness.engine import settings
    from harness.engine.libraries import go_offline, model_errors

    if minutes is not None and not 0 < minutes <= MAX_MINUTES:
        raise BadInput(f"--minutes is {minutes:g}; give a time above 0 and up to {MAX_MINUTES:,} minutes.")
    if minutes is not None and shuffle:
        raise BadInput("--shuffle scores the whole set four times more; drop it, or drop --minutes.")
    refuse_models(models)
    end = Deadline() if minutes is None else Deadline(time.monotonic() + 60 * minutes)
    if offline:
        go_offline()
    where = settings.resolve_device(device)
    options = Options(where, settings.resolve_dtype(dtype, where), shuffle, revision, trust_remote_code, offline)
    show = Progress()
    reports, problems, codes = list[Report](), list[dict[str, object]](), set[int]()
    for position, model in enumerate(models):
        try:
            with model_errors(f"{model} cannot be verified"):
                report = verify(model, options, show.step, show.bar, end.share(len(models) - position))
        except LandscapeError as error:
            show.say(f"harness: {model}: {error}")
            problems.append({"model": model, "code": error.exit_code, "message": str(error)})
            codes.add(error.exit_code)
            continue
        reports.append(report)
        codes.add(0 if report.agrees else 1)
        if not as_json:
            print(described(report))
    if as_json:
        documents = [dataclasses.asdict(r) for r in reports]
        print(json.dumps({"models": documents, "problems": problems}, ensure_ascii=False, default=str))
    return 2 if codes == {2} else max(min(code, 1) for code in codes)


def described(report: Report) -> str:
    """The report in lines for people."""
    r = report
    lines = [
        f"{r.model}: packed ({r.path}) and hf {'agree' if r.agrees else 'DISAGREE'} in {r.dtype} on {r.device}, "
        f"{r.requests} requests" + (f" of {r.asked}, all that the time sufficed for" if r.requests < r.asked else "")
    ]
    lines += [f"  {reason}" for reason in r.reasons]
    lines += [f"  fallback: {text}" for text in r.fallbacks]
    lines += [f"  left out: {task}: {reason}" for task, reason in r.left_out.items()]
    if r.hf is None:
        lines += _drift("packed against hf", r.packed)
    else:
        lines += [*_drift("packed against hf in fp32", r.packed), *_drift(f"hf in {r.dtype} against hf in fp32", r.hf)]
    for t in r.tasks:
        lines.append(
            f"  {t.task} {t.metric}: packed {t.packed:.6g}, hf {t.hf:.6g}, difference {t.difference:+.2g} "
            f"[{t.low:+.2g}, {t.high:+.2g}] over {t.n} items"
        )
    if r.shuffled is not None:
        lines += _drift("in another order and company", r.shuffled.plain)
        lines += _drift("the same with --deterministic", r.shuffled.deterministic)
    return "\n".join(lines)


def _drift(title: str, drift: Drift) -> list[str]:
    if drift.nothing:
        return [f"  {title}: the same to the last bit"]
    texts = f"{drift.texts_differing} of {drift.generated} texts"
    if drift.texts_differing and drift.unexplained is not None:
        texts += f" ({drift.unexplained} without a near tie)"
    return [
        f"  {title}: log-likelihoods by up to {drift.largest_absolute:.2g} nats, {drift.largest_relative:.2g} relative; "
        f"{drift.greedy_disagreements} of {drift.scored} greedy flags; {texts}"
    ]
