"""The requests of a run: lm-eval's instances as one list of unique token requests, and answers back to instances."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.engine.base import Answer, Generated, GenerateRequest, Request, Scored, ScoreRequest, TextRequest
from harness.engine.codec import Encoded, Encoder, Unscorable
from harness.runs.jinja_cache import compiled_once


@dataclass(frozen=True)
class RequestSet:
    """Every request of a run, each distinct one once, and the lm-eval ``Instance`` objects that they answer.

    ``parts[i]`` are the indices of the requests behind instance ``i``, in lm-eval's order, ``text_parts[i]`` those that give
    a rolling text's own bits per byte (none for other instances). ``cut[i]`` says whether the context of instance ``i``
    lost tokens on the left, ``truncated`` how many did in each task. ``left_out`` holds the tasks that the model's window
    cannot hold, each with its reason; ``without_system`` counts, by task, the prompts that the chat template made without
    their system text.
    """

    requests: tuple[Request, ...]
    instances: tuple[Any, ...]
    parts: tuple[tuple[int, ...], ...]
    truncated: Mapping[str, int]
    left_out: Mapping[str, str] = field(default_factory=dict)
    cut: tuple[bool, ...] = ()
    text_parts: tuple[tuple[int, ...], ...] = ()
    without_system: Mapping[str, int] = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 over every request in order: two starts of one plan must ask the same."""
        digest = hashlib.sha256()
        for request in self.requests:
            digest.update(json.dumps(canonical(request), ensure_ascii=True, default=str).encode() + b"\n")
        return digest.hexdigest()


def build(
    tasks: Mapping[str, Any],
    codec: Encoder,
    *,
    limit: float | None = None,
    chosen: Mapping[str, Sequence[int]] | None = None,
    chat_template: Callable[..., str] | None = None,
    tokenizer_name: str = "",
    advance: Callable[[str], None] | None = None,
) -> RequestSet:
    """Build and encode the requests of ``tasks`` (name → lm-eval ``Task``).

    ``limit`` takes the first items of each task (below 1: that share of them), ``chosen`` names the items by index. A task that
    this model's window cannot hold is left out as a whole and named in ``left_out``.
    """
    from lm_eval.evaluator_utils import get_sample_size

    index: dict[Request, int] = {}
    instances: list[Any] = []
    parts: list[tuple[int, ...]] = []
    text_parts: list[tuple[int, ...]] = []
    cut: list[bool] = []
    truncated: dict[str, int] = {}
    left_out: dict[str, str] = {}
    without_system: dict[str, int] = {}
    template = _Watched(chat_template) if chat_template is not None else None
    for name, task in tasks.items():
        items = list(chosen[name]) if chosen is not None else None
        count = None if limit is None else min(get_sample_size(task, limit), len(task.eval_docs))
        with compiled_once():
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
        try:
            encoded = _encode(task.instances, codec)
        except Unscorable as reason:
            left_out[name] = f"{reason}."
        else:
            truncated[name] = sum(1 for e in encoded if e.truncated)
            cut.extend(e.truncated > 0 for e in encoded)
            instances.extend(task.instances)
            parts.extend(tuple(index.setdefault(r, len(index)) for r in e.requests) for e in encoded)
            text_parts.extend(tuple(index.setdefault(r, len(index)) for r in e.text) for e in encoded)
        if template:
            without_system[name] = template.taken()
        if advance:
            advance(name)
    return RequestSet(
        tuple(index), tuple(instances), tuple(parts), truncated, left_out, tuple(cut), tuple(text_parts), without_system
    )


@dataclass
class _Watched:
    """A chat template that counts the prompts it makes without their system text."""

    template: Callable[..., str]
    dropped: int = 0

    def __call__(self, messages: Sequence[Mapping[str, Any]], *args: Any, **options: Any) -> str:
        prompt = self.template(messages, *args, **options)
        system = [str(m["content"]) for m in messages if m.get("role") == "system"]
        words = " ".join(prompt.split())
        self.dropped += any(" ".join(text.split()) not in words for text in system)
        return prompt

    def taken(self) -> int:
        """The count so far, which begins anew."""
        count, self.dropped = self.dropped, 0
        return count


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
