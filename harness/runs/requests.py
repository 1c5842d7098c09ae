"""The requests of a run: lm-eval's instances as one list of unique token requests, and answers back to instances."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from harness.engine.base import Answer, Generated, GenerateRequest, Request, Scored, ScoreRequest, TextRequest
from harness.engine.codec import Encoded, Encoder, Unscorable
from harness.runs import shown_examples
from harness.runs.prompts.chat_prompts import ChatPrompts, Lost
from harness.runs.prompts.lost_text import LostText, of_task
from harness.runs.task_code import task_errors
from harness.suites.jinja_cache import compiled_once


@dataclass(frozen=True)
class RequestSet:
    """Every request of a run, each distinct one once, and the lm-eval ``Instance`` objects that they answer.

    ``parts[i]`` are the indices of the requests behind instance ``i``, in lm-eval's order, ``text_parts[i]`` those that give
    a rolling text's own bits per byte (none for other instances). ``cut[i]`` says whether the context of instance ``i``
    lost tokens on the left, ``truncated`` how many did in each task. ``left_out`` holds the tasks that the model's window
    cannot hold, each with its reason; ``lost_in_template`` counts, by task, the prompts that the chat template made without
    a text of theirs, and ``dated`` says whether it asked for the date; ``lost_text`` says, by task, what the tokens do not
    spell, ``showing_the_item`` in how many items the examples hold the very item.
    """

    requests: tuple[Request, ...]
    instances: tuple[Any, ...]
    parts: tuple[tuple[int, ...], ...]
    truncated: Mapping[str, int]
    left_out: Mapping[str, str] = field(default_factory=dict)
    cut: tuple[bool, ...] = ()
    text_parts: tuple[tuple[int, ...], ...] = ()
    lost_in_template: Mapping[str, Lost] = field(default_factory=dict)
    dated: bool = False
    lost_text: Mapping[str, LostText] = field(default_factory=dict)
    showing_the_item: Mapping[str, int] = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 over every request in order: two starts of one plan must ask the same."""
        return self._digests[0]

    def digests(self) -> dict[str, str]:
        """16 hex digits over the requests of each task, in order: they tell which task asks otherwise."""
        by_task: dict[str, Any] = {}
        for instance, part, text in zip(self.instances, self.parts, self.text_parts, strict=True):
            digest = by_task.setdefault(instance.task_name, hashlib.sha256())
            for i in (*part, *text):
                digest.update(self._digests[1][i])
        return {task: digest.hexdigest()[:16] for task, digest in by_task.items()}

    @cached_property
    def _digests(self) -> tuple[str, tuple[bytes, ...]]:
        whole, single = hashlib.sha256(), []
        for request in self.requests:
            line = json.dumps(canonical(request), ensure_ascii=True, default=str).encode() + b"\n"
            whole.update(line)
            single.append(hashlib.sha256(line).digest())
        return whole.hexdigest(), tuple(single)


def build(
    tasks: Mapping[str, Any],
    codec: Encoder,
    *,
    limit: float | None = None,
    chosen: Mapping[str, Sequence[int]] | None = None,
    chat_template: Callable[..., str] | None = None,
    tokenizer_name: str = "",
    model: str = "this model",
    advance: Callable[[str], None] | None = None,
) -> RequestSet:
    """Build and encode the requests of ``tasks`` (name → lm-eval ``Task``).

    ``limit`` takes the first items of each task (below 1: that share of them), ``chosen`` names the items by index. A task that
    this model's window cannot hold is left out as a whole and named in ``left_out``. ``model`` names it in refusals.

    Raises:
        BadInput: the chat template does not write the same prompt each time.
    """
    from lm_eval.evaluator_utils import get_sample_size

    index: dict[Request, int] = {}
    instances: list[Any] = []
    parts: list[tuple[int, ...]] = []
    text_parts: list[tuple[int, ...]] = []
    cut: list[bool] = []
    truncated: dict[str, int] = {}
    left_out: dict[str, str] = {}
    lost_in_template: dict[str, Lost] = {}
    lost_text: dict[str, LostText] = {}
    showing_the_item: dict[str, int] = {}
    template = ChatPrompts(chat_template, model) if chat_template is not None else None
    for name, task in tasks.items():
        items = list(chosen[name]) if chosen is not None else None
        count = None if limit is None else min(get_sample_size(task, limit), len(task.eval_docs))
        with compiled_once(), shown_examples.shown(task) as examples, task_errors.asking(name, items):
            task.build_all_requests(
                limit=count,
                samples=items,
                rank=0,
                world_size=1,
                apply_chat_template=template is not None,
                fewshot_as_multiturn=template is not None,
                chat_template=template,
                tokenizer_name=tokenizer_name,
            )
        task_errors.refuse_no_texts(name, task.instances, items)
        try:
            encoded = _encode(task.instances, codec)
        except Unscorable as reason:
            left_out[name] = f"{reason}."
        else:
            showing_the_item[name] = examples.with_the_item()
            truncated[name] = sum(1 for e in encoded if e.truncated)
            lost_text[name] = of_task(task.instances, encoded, codec.tokenizer)
            cut.extend(e.truncated > 0 for e in encoded)
            instances.extend(task.instances)
            parts.extend(tuple(index.setdefault(r, len(index)) for r in e.requests) for e in encoded)
            text_parts.extend(tuple(index.setdefault(r, len(index)) for r in e.text) for e in encoded)
        if template:
            lost_in_template[name] = template.taken()
        if advance:
            advance(name)
    return RequestSet(
        tuple(index),
        tuple(instances),
        tuple(parts),
        truncated,
        left_out,
        tuple(cut),
        tuple(text_parts),
        lost_in_template,
        dated=template is not None and template.clock.asked,
        lost_text=lost_text,
        showing_the_item=showing_the_item,
    )


def _encode(instances: Sequence[Any], codec: Encoder) -> list[Encoded]:
    """One ``Encoded`` per instance, in order; repeated draws of a generation are further requests."""
    out: list[Encoded | None] = [None] * len(instances)
    kinds: dict[str, list[int]] = {}
    for i, instance in enumerate(instances):
        kinds.setdefault(instance.request_type, []).append(i)
    for kind, members in kinds.items():
        args = [instances[i].args for i in members]
        if kind == "loglikelihood":
            encoded = codec.score([(a[0], a[1]) for a in args])
        elif kind == "loglikelihood_rolling":
            encoded = codec.rolling([a[0] for a in args])
        elif kind == "generate_until":
            encoded = _generations(codec, instances, members)
        else:
            raise Unscorable(f"its requests are of the type {kind}, which no engine here answers")
        for i, one in zip(members, encoded, strict=True):
            out[i] = one
    return [e for e in out if e is not None]


def _generations(codec: Encoder, instances: Sequence[Any], members: list[int]) -> list[Encoded]:
    draws = (
        [codec.generate([(*instances[i].args,)] * instances[i].repeats, range(instances[i].repeats)) for i in members]
        if any(instances[i].repeats > 1 for i in members)
        else [[e] for e in codec.generate([(*instances[i].args,) for i in members], [0] * len(members))]
    )
    return [Encoded(tuple(r for e in d for r in e.requests), d[0].truncated) for d in draws]


def answer(request_set: RequestSet, answers: Sequence[Answer] | Mapping[int, Answer]) -> list[list[Any]]:
    """For each instance the responses lm-eval expects: ``(logprob, greedy)``, a sum, or texts."""
    out: list[list[Any]] = []
    for instance, part in zip(request_set.instances, request_set.parts, strict=True):
        parts = [answers[i] for i in part]
        if instance.request_type == "generate_until":
            texts = [a.text for a in parts if isinstance(a, Generated)]
            out.append(texts if len(texts) == instance.repeats else texts * instance.repeats)
        elif instance.request_type == "loglikelihood_rolling":
            out.append([sum(a.logprob for a in parts if isinstance(a, Scored))] * instance.repeats)
        else:
            (one,) = parts
            assert isinstance(one, Scored)
            out.append([(one.logprob, one.greedy)] * instance.repeats)
    return out


def generates(request_set: RequestSet) -> bool:
    """Whether the model is asked to generate text."""
    return any(instance.request_type == "generate_until" for instance in request_set.instances)


def not_as_text(request_set: RequestSet) -> frozenset[str]:
    """Tasks of rolling texts that lm-eval's requests score otherwise than by the texts' own windows."""
    asked = zip(request_set.instances, request_set.parts, request_set.text_parts, strict=True)
    return frozenset(
        instance.task_name
        for instance, part, text in asked
        if instance.request_type == "loglikelihood_rolling" and part != text
    )


def text_loglikelihoods(request_set: RequestSet, answers: Sequence[Answer] | Mapping[int, Answer]) -> dict[str, float]:
    """Each rolling text's log-likelihood (nats) by its own windows; ``answer`` gives lm-eval's."""
    totals: dict[str, float] = {}
    for instance, part in zip(request_set.instances, request_set.text_parts, strict=True):
        if instance.request_type == "loglikelihood_rolling":
            totals[instance.args[0]] = sum(a.logprob for a in (answers[i] for i in part) if isinstance(a, Scored))
    return totals


def bits_per_token(request_set: RequestSet, answers: Sequence[Answer] | Mapping[int, Answer]) -> dict[str, float]:
    """Mean bits of a token of the texts that each task scores by its own windows (rolling tasks only)."""
    nats: dict[str, float] = {}
    tokens: dict[str, int] = {}
    for instance, part in zip(request_set.instances, request_set.text_parts, strict=True):
        for i in part:
            request, answer = request_set.requests[i], answers[i]
            assert isinstance(request, ScoreRequest) and isinstance(answer, Scored)
            nats[instance.task_name] = nats.get(instance.task_name, 0.0) - answer.logprob
            tokens[instance.task_name] = tokens.get(instance.task_name, 0) + len(request.continuation)
    return {task: total / math.log(2) / tokens[task] for task, total in nats.items()}


def canonical(request: Request) -> list[object]:
    """Canonical JSON form of a request: what the digest of a run and the key of a reusable answer are hashed from.

    Equal for equal requests, and for no others.
    """
    if isinstance(request, ScoreRequest):
        return ["score", request.context, request.continuation, request.greedy]
    if isinstance(request, TextRequest):
        return [request.kind, request.arguments, request.draw]
    assert isinstance(request, GenerateRequest)
    return ["generate", request.context, request.until, request.max_new_tokens, request.options]
