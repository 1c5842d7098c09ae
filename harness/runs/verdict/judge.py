"""All findings on a run: what was asked and scored, and under which conditions."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.metrics import metric
from harness.runs.plan import Plan
from harness.runs.prompts.chat_prompts import Lost
from harness.runs.prompts.lost_text import LostText
from harness.runs.verdict import asked_items, implausible, unspelled, without_content
from harness.runs.verdict.finding import Finding, listed

CHAT_NAME = re.compile(r"(^|[-_./])(instruct|chat|it|sft|dpo|rlhf)([-_./]|$)", re.IGNORECASE)
BASE_NAME = re.compile(r"(^|[-_./])(base|pt)([-_./]|$)", re.IGNORECASE)
EXTRACTION_LIMIT = 0.5
"""More failed extractions than this in a task say more of the extraction than of the model."""


@dataclass(frozen=True)
class Conditions:
    """How a run's questions were asked, beside its plan.

    By task: ``prompts`` that were asked, how many of them were ``truncated``, how many lost a text in the chat template
    (``lost_in_template``; ``template_day`` is the day that it wrote into them), what its tokens do not spell (``lost_text``), how many
    items had themselves among their examples (``showing_the_item``), and the mean bits of a text's token. ``not_as_text`` are the tasks whose texts
    lm-eval's requests score otherwise than their own windows do (``text_bits_per_byte``). ``window`` and ``vocabulary`` are in
    tokens, ``reused`` says how many answers of how many were other runs', ``machines`` on what types of machine work was begun,
    ``beside`` names tensors of the weight files that are no part of the text model. ``asked_alike`` are the tasks that ask every
    item the same, ``generation_rules`` what the model's own settings change in the answers that it generated.
    """

    window: int
    has_template: bool
    prompts: Mapping[str, int] = field(default_factory=dict)
    truncated: Mapping[str, int] = field(default_factory=dict)
    lost_in_template: Mapping[str, Lost] = field(default_factory=dict)
    template_day: str = ""
    lost_text: Mapping[str, LostText] = field(default_factory=dict)
    showing_the_item: Mapping[str, int] = field(default_factory=dict)
    bits_per_token: Mapping[str, float] = field(default_factory=dict)
    not_as_text: Collection[str] = ()
    vocabulary: int = 0
    engine_notes: Sequence[str] = ()
    asked_alike: Collection[str] = ()
    generation_rules: Mapping[str, object] = field(default_factory=dict)
    reused: tuple[int, int] = (0, 0)
    machines: Sequence[str] = ()
    beside: Sequence[str] = ()


def judge(
    plan: Plan, results: Sequence[Mapping[str, Any]], samples: Sequence[Mapping[str, Any]], how: Conditions
) -> list[Finding]:
    """All findings on a run, invalidating ones first. ``results`` and ``samples`` are rows of the tables of that name."""
    findings = [
        *_subset(plan),
        *_window(plan, how.window),
        *_truncation(plan, how),
        *_missing(plan, samples),
        *_nan(results),
        *without_content.without_headline(plan, results),
        *without_content.empty_texts(samples),
        *without_content.one_question(how.asked_alike),
        *without_content.one_right_answer(samples),
        *_extraction(samples),
        *_template(plan, how.has_template),
        *_generation_rules(how.generation_rules),
        *_task_code(plan),
        *_lost_in_template(how),
        *unspelled.findings(how.lost_text),
        *asked_items.shown_themselves(plan, how.showing_the_item),
        *asked_items.repeated(plan, samples),
        *asked_items.equal_choices(plan, samples),
        *asked_items.empty_fields(plan, samples),
        *asked_items.without_answer(plan, samples),
        *_bos_as_text(plan, how),
        *implausible.at_chance(plan, results),
        *implausible.above_uniform(results, how.bits_per_token, how.vocabulary),
        *implausible.answered_alike(samples),
        *_template_day(how),
        *_left_out(plan),
        *_reused(*how.reused),
        *_machines(how.machines),
        *_beside(how.beside),
        *(Finding("engine", note, False) for note in how.engine_notes),
    ]
    return sorted(findings, key=lambda f: not f.invalid)


def _subset(plan: Plan) -> list[Finding]:
    o = plan.options
    if o.limit is not None:
        first = f"{o.limit * 100:.10g}% of items" if o.limit < 1 else f"{o.limit} items"
        return [Finding("limit", f"Only the first {first} of each task were scored (--limit).", True)]
    if o.sample is not None:
        return [Finding("sample", f"Only {o.sample} random items of each task were scored (--sample).", True)]
    if o.precision is not None:
        stopped = [f"{t.task} ({t.items} of {t.available})" for t in plan.tasks if t.items < t.available]
        text = (
            f"{len(stopped)} of {len(plan.tasks)} tasks were stopped once their 95% interval was narrower than "
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


def _truncation(plan: Plan, how: Conditions) -> list[Finding]:
    """Prompts longer than the window: of tasks with examples the first ones are lost, of others the question's beginning."""
    shots = {t.task: t.num_fewshot for t in plan.tasks}
    cut = sorted(((n, task) for task, n in how.truncated.items() if n), key=lambda one: -one[0])
    plain = [(n, task) for n, task in cut if not shots.get(task)]
    few_shot = [(n, task) for n, task in cut if shots.get(task)]
    findings = []
    if few_shot:
        worst = listed([f"{t} ({n} of {how.prompts.get(t, n)} prompts, {shots[t]} examples each)" for n, t in few_shot])
        text = f"{sum(n for n, _ in few_shot)} prompts were longer than the model's window and lost some or all of their few-shot examples: {worst}."
        findings.append(Finding("examples-truncated", text, True))
    if plain:
        worst = listed([f"{t} ({n} of {how.prompts.get(t, n)})" for n, t in plain])
        text = f"{sum(n for n, _ in plain)} prompts in {len(plain)} tasks were longer than the model's window and lost their beginning: {worst}."
        findings.append(Finding("truncated", text, True))
    return findings


def _lost_in_template(how: Conditions) -> list[Finding]:
    """Texts that the chat template left out of prompts: descriptions, examples, questions."""
    findings, lost = [], how.lost_in_template.items()
    if tasks := [f"{task} ({n.system} prompts)" for task, n in lost if n.system]:
        text = f"The chat template dropped the task's description, which stands in the system message: {listed(tasks)}."
        findings.append(Finding("description-dropped", text, True))
    if tasks := [f"{task} ({n.examples} prompts)" for task, n in lost if n.examples]:
        text = f"The chat template dropped or changed few-shot examples: {listed(tasks)}."
        findings.append(Finding("examples-dropped", text, True))
    if tasks := [f"{task} ({n.question} prompts)" for task, n in lost if n.question]:
        text = f"The chat template dropped or changed the question, or a part of it: {listed(tasks)}."
        findings.append(Finding("question-dropped", text, True))
    return findings


def _template_day(how: Conditions) -> list[Finding]:
    if not how.template_day:
        return []
    text = f"The chat template writes the date or time into prompts: all were asked as on {how.template_day}, in every run."
    return [Finding("template-day", text, False)]


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


def _bos_as_text(plan: Plan, how: Conditions) -> list[Finding]:
    """Texts headed by a metric of lm-eval's, in which a tokenizer's BOS counts as text and later windows have none."""
    headlines = {t.task: plan.suite.task(t.task).metric for t in plan.tasks if t.task in how.not_as_text}
    named = [
        task for task, name in headlines.items() if metric(name).role == "rolling" and name != "text_bits_per_byte"
    ]
    if not named:
        return []
    return [
        Finding(
            "bos-as-text",
            f"The headline of {listed(named)} is lm-eval's, which scores this tokenizer's BOS as text or begins later windows "
            "without it: models with other tokenizers do not compare. text_bits_per_byte stands beside it.",
            False,
        )
    ]


def _generation_rules(rules: Mapping[str, object]) -> list[Finding]:
    """Settings of a model's generation_config.json under which its answers are not simply the likeliest tokens."""
    if not rules:
        return []
    text = f"The model's generation_config.json changes its generated answers: {listed([_rule(*r) for r in rules.items()])}."
    return [Finding("generation-rules", text, False)]


def _rule(name: str, value: object) -> str:
    """A setting and its value, the first entries of a long one."""
    if isinstance(value, (list, tuple)):
        first = ", ".join(str(v) for v in value[:3]) + (", …" if len(value) > 3 else "")
        return f"{name} ({first})"
    return f"{name} ({str(value)[:60]})"


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


def _machines(types: Sequence[str]) -> list[Finding]:
    """A run that went on after a stop on another type of machine; equal types compute alike to the last bit."""
    if len(types) < 2:
        return []
    text = (
        f"The run was begun on {types[0]} and went on, after a stop, on {'; '.join(types[1:])}: scores equal those of a run on "
        "one type of machine to 1e-5."
    )
    return [Finding("machines", text, False)]


def _beside(tensors: Sequence[str]) -> list[Finding]:
    """Tensors of other inputs or of drafting heads, which a text model leaves out."""
    if not tensors:
        return []
    text = (
        f"Tensors of the weight files were not used ({len(tensors)}, such as {tensors[0][:80]}): they belong to other inputs or to "
        "heads that draft several tokens."
    )
    return [Finding("unused-tensors", text, False)]


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
