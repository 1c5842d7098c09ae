"""The verdict on a run: every reason not to compare its scores, each a code and a sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.runs.plan import Plan

CHAT_NAME = re.compile(r"(^|[-_./])(instruct|chat|it|sft|dpo|rlhf)([-_./]|$)", re.IGNORECASE)
BASE_NAME = re.compile(r"(^|[-_./])(base|pt)([-_./]|$)", re.IGNORECASE)
EXTRACTION_LIMIT = 0.5
"""More failed extractions than this in a task say more of the extraction than of the model."""


@dataclass(frozen=True)
class Finding:
    """One thing to know about a run. ``invalid`` findings keep it off the leaderboard."""

    code: str
    message: str
    invalid: bool

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON types."""
        return asdict(self)


def judge(
    plan: Plan,
    results: Sequence[Mapping[str, Any]],
    samples: Sequence[Mapping[str, Any]],
    *,
    truncated: Mapping[str, int],
    window: int,
    has_template: bool,
    engine_notes: Sequence[str] = (),
    reused: tuple[int, int] = (0, 0),
) -> list[Finding]:
    """All findings on a run, invalidating ones first."""
    findings = [
        *_subset(plan),
        *_window(plan, window),
        *_truncation(truncated),
        *_missing(plan, samples),
        *_nan(results),
        *_extraction(samples),
        *_template(plan, has_template),
        *_task_code(plan),
        *_left_out(plan),
        *_reused(*reused),
        *(Finding("engine", note, False) for note in engine_notes),
    ]
    return sorted(findings, key=lambda f: not f.invalid)


def _subset(plan: Plan) -> list[Finding]:
    o = plan.options
    if o.limit is not None:
        first = f"{o.limit * 100:.10g} % of items" if o.limit < 1 else f"{o.limit} items"
        return [Finding("limit", f"Only the first {first} of each task were scored (--limit).", True)]
    if o.sample is not None:
        return [Finding("sample", f"Only {o.sample} random items of each task were scored (--sample).", True)]
    if o.precision is not None:
        stopped = [f"{t.task} ({t.items} of {t.available})" for t in plan.tasks if t.items < t.available]
        text = (
            f"{len(stopped)} of {len(plan.tasks)} tasks were stopped once their 95 % interval was narrower than "
            f"±{o.precision:g} (--precision)"
            + (f": {', '.join(stopped[:5])}{', …' if len(stopped) > 5 else ''}." if stopped else ".")
        )
        return [Finding("precision", text, False)]
    return []


def _window(plan: Plan, window: int) -> list[Finding]:
    rolling = [t.task for t in plan.tasks if t.kind == "perplexity"]
    if not rolling or window >= plan.suite.window:
        return []
    text = f"Texts were scored in windows of {window} tokens, all that the model holds; the suite fixes {plan.suite.window}."
    return [Finding("window", text, True)]


def _truncation(truncated: Mapping[str, int]) -> list[Finding]:
    cut = {task: n for task, n in truncated.items() if n}
    if not cut:
        return []
    worst = ", ".join(f"{task} ({n})" for task, n in sorted(cut.items(), key=lambda kv: -kv[1])[:5])
    total = sum(cut.values())
    return [
        Finding(
            "truncated",
            f"{total} prompts in {len(cut)} tasks were longer than the model's window and lost their beginning: {worst}.",
            True,
        )
    ]


def _missing(plan: Plan, samples: Sequence[Mapping[str, Any]]) -> list[Finding]:
    seen: dict[str, set[int]] = {}
    for row in samples:
        seen.setdefault(row["task"], set()).add(row["item"])
    short = [
        f"{t.task} ({len(seen.get(t.task, ()))} of {t.items})"
        for t in plan.tasks
        if len(seen.get(t.task, ())) < t.items
    ]
    if not short:
        return []
    return [Finding("missing", f"Items are missing in {', '.join(short[:5])}.", True)]


def _nan(results: Sequence[Mapping[str, Any]]) -> list[Finding]:
    bad = sorted({r["task"] for r in results if r["score"] is None or not math.isfinite(r["score"])})
    if not bad:
        return []
    return [Finding("nan", f"The score is no finite number in {', '.join(bad[:5])}.", True)]


def _extraction(samples: Sequence[Mapping[str, Any]]) -> list[Finding]:
    tried: dict[tuple[str, str], int] = {}
    failed: dict[tuple[str, str], int] = {}
    for row in samples:
        key = (row["task"], row["filter"])
        tried[key] = tried.get(key, 0) + 1
        failed[key] = failed.get(key, 0) + (row["response"] == "[invalid]")
    bad = [
        f"{task}/{name} ({failed[task, name] / n:.0%})"
        for (task, name), n in tried.items()
        if failed[task, name] > EXTRACTION_LIMIT * n
    ]
    if not bad:
        return []
    return [Finding("extraction", f"No answer could be extracted from most responses in {', '.join(bad[:5])}.", True)]


def _template(plan: Plan, has_template: bool) -> list[Finding]:
    name = plan.source.name.rsplit("/", 1)[-1]
    if plan.options.chat_template and BASE_NAME.search(name):
        return [
            Finding("chat-template-on-base", "A chat template was applied to what its name calls a base model.", True)
        ]
    if not plan.options.chat_template and has_template and CHAT_NAME.search(name):
        return [
            Finding("chat-template-missing", "A chat model was run without its chat template (--chat-template).", True)
        ]
    return []


def _task_code(plan: Plan) -> list[Finding]:
    if not plan.task_specs or not plan.options.trust_task_code:
        return []
    names = ", ".join(list(plan.task_specs)[:5]) + (", …" if len(plan.task_specs) > 5 else "")
    return [
        Finding(
            "task-code", f"Task files of the user's could run code of their own (--trust-task-code): {names}.", False
        )
    ]


def _reused(taken: int, asked: int) -> list[Finding]:
    if not taken:
        return []
    text = (
        f"{taken} of {asked} answers were taken from other suites' runs of this model: scores equal those of a run of "
        "its own to 1e-5, and its speed feeds no cost (--again computes all of them)."
    )
    return [Finding("reused", text, False)]


def _left_out(plan: Plan) -> list[Finding]:
    if not plan.left_out:
        return []
    names = ", ".join(list(plan.left_out)[:5])
    return [
        Finding(
            "partial",
            f"{len(plan.left_out)} tasks of the suite were left out ({names}{', …' if len(plan.left_out) > 5 else ''}).",
            False,
        )
    ]
